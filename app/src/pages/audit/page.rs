//! The page of the log.

use super::{AuditFilters, AuditList, AuditQuery, Checkpoint, EventPanel, ExportButton, VerifyOffline};
use crate::{
    Asking, ask,
    components::{Empty, Icon},
    forms, load,
    pages::{
        errors::Failed,
        workspace::{use_workspace, use_workspace_key},
    },
    refuse,
};
use domain::{
    Code, Problem, WorkspaceId,
    ops::{AuditEventView, AuditPage as Page, GetAuditEvent, ListAuditEvents},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use std::future::ready;

/// `key` is the address of the page, with its query.
fn ask_page(key: &str) -> Asking {
    let (workspace, query) = key.split_once('?').unwrap_or((key, ""));
    match workspace.parse() {
        Ok(workspace) => ask(ListAuditEvents {
            workspace,
            filter: forms::query(query),
        }),
        Err(_) => refuse(Code::NotFound),
    }
}

/// `key` holds the workspace and the event to show; an empty event asks for nothing.
fn ask_event(key: &str) -> Asking {
    let (workspace, event) = key.split_once(' ').unwrap_or_default();
    match (workspace.parse(), event.parse()) {
        _ if event.is_empty() => Box::pin(ready(Ok("null".to_owned()))),
        (Ok(workspace), Ok(event)) => ask(GetAuditEvent { workspace, event }),
        _ => refuse(Code::NotFound),
    }
}

/// The audit log of a workspace.
#[component]
pub fn AuditPage() -> impl IntoView {
    let workspace = use_workspace();
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(AuditQuery::read));
    let key = use_workspace_key();
    let shown = Memo::new(move |_| query.with(|query| query.with_event(String::new()).address(&key.get())));
    let open = Memo::new(move |_| query.with(|query| query.event.clone()));
    let rows = load(move || shown.get(), |key| ask_page(&key));
    let event = load(move || format!("{} {}", key.get(), open.get()), |key| ask_event(&key));
    let moved = follow_focus(open);
    let path = move || workspace.get().map(|id| format!("/w/{id}/audit")).unwrap_or_default();
    view! {
        <Title text="Audit log"/>
        <div class="ed-main audit">
            <div class="ed-col">
                <div class="scroll">
                    <Transition fallback=|| ()>
                        {move || {
                            rows.get::<Page>()
                                .map(|answer| match answer {
                                    Ok(page) => {
                                        view! { <Log page query=query.get() path=path() workspace=workspace.get()/> }.into_any()
                                    }
                                    Err(problem) if problem.code == Code::Invalid => {
                                        view! { <WrongFilter problem query=query.get() path=path()/> }.into_any()
                                    }
                                    Err(problem) => view! { <Failed problem/> }.into_any(),
                                })
                        }}
                    </Transition>
                </div>
            </div>
            <Transition fallback=|| ()>
                {move || {
                    let close = query.with(|query| query.with_event(String::new()).address(&path()));
                    event
                        .get::<Option<AuditEventView>>()
                        .and_then(Result::transpose)
                        .map(|answer| match answer {
                            Ok(event) => view! { <EventPanel event close take_focus=moved.get_value()/> }.into_any(),
                            Err(problem) => view! { <NoEvent problem close/> }.into_any(),
                        })
                }}
            </Transition>
        </div>
    }
}

/// Gives the focus back to its row when the panel closes. Says whether a panel that is shown now was opened on this page,
/// so that it takes the focus, or came with the page.
fn follow_focus(open: Memo<String>) -> StoredValue<bool> {
    let moved = StoredValue::new(false);
    Effect::new(move |before: Option<String>| {
        let now = open.get();
        if before.as_ref().is_some_and(|before| *before != now) {
            moved.set_value(true);
            #[cfg(feature = "hydrate")]
            if let Some(before) = before.filter(|_| now.is_empty()) {
                crate::browser::next_frame(move || {
                    crate::browser::focus(&format!("#ev-{before}"));
                });
            }
        }
        now
    });
    moved
}

#[component]
fn Log(page: Page, query: AuditQuery, path: String, workspace: Option<WorkspaceId>) -> impl IntoView {
    let empty = page.rows.is_empty();
    let older = page
        .next
        .map(|next| query.before(next.to_string()).address(&path))
        .map(|address| {
            view! {
                <a class="btn btn-line" href=address>
                    "Older events"
                </a>
            }
        });
    let newest = (!query.filter.before.is_empty()).then(|| {
        view! {
            <a class="btn btn-bare" href=query.before(String::new()).address(&path)>
                "Newest events"
            </a>
        }
        .into_any()
    });
    let verify = page
        .checkpoint
        .clone()
        .map(|checkpoint| view! { <VerifyOffline checkpoint/> });
    view! {
        <header class="page-head">
            <h1>"Audit log"</h1>
            <span class="spacer"></span>
            <div class="btns">
                {page
                    .checkpoint
                    .is_some()
                    .then(|| {
                        view! {
                            <a class="btn btn-line only-desk" href="#verify" rel="external">
                                <Icon name="terminal-window"/>
                                "Verify offline"
                            </a>
                        }.into_any()
                    })}
                {workspace.map(|workspace| view! { <ExportButton workspace/> })}
            </div>
        </header>
        <div class="page-pad">
            <Checkpoint checkpoint=page.checkpoint.clone() unsealed=page.unsealed/>
        </div>
        <AuditFilters query=query.clone() path=path.clone() people=page.people actions=page.actions problem=None/>
        {if empty {
            view! {
                <div class="page-pad">
                    <Empty title="No event is like that">
                        <p class="dim">"Nothing in the log has these words, person, action and days together."</p>
                        <a class="btn btn-line" href=path>
                            "Show the whole log"
                        </a>
                    </Empty>
                </div>
            }
                .into_any()
        } else {
            view! { <AuditList rows=page.rows checkpoint=page.checkpoint query path/> }.into_any()
        }}
        <p class="list-foot">{newest} {older}</p>
        {verify}
    }
}

/// The filters again, with what is wrong with them.
#[component]
fn WrongFilter(problem: Problem, query: AuditQuery, path: String) -> impl IntoView {
    crate::answer::set_status(problem.status());
    view! {
        <header class="page-head">
            <h1>"Audit log"</h1>
        </header>
        <AuditFilters query path people=Vec::new() actions=Vec::new() problem=Some(problem)/>
    }
}

/// The panel for an event that is not there.
#[component]
fn NoEvent(problem: Problem, close: String) -> impl IntoView {
    crate::answer::set_status(problem.status());
    view! {
        <aside class="panel is-open" aria-label="Event">
            <div class="panel-head">
                <h2 id="panel-title" tabindex="-1">
                    "Event"
                </h2>
                <a class="btn btn-bare btn-icon btn-sm" href=close aria-label="Close" data-escape="">
                    <Icon name="x"/>
                </a>
            </div>
            <div class="panel-body">
                <p class="ev-lead">{problem.title}</p>
                <p class="dim">{problem.detail}</p>
            </div>
        </aside>
    }
}
