//! A workspace's records: the list with its filters, and what stands there before there are any.

use super::{Around, AroundLoaded, NewRecord, RecordRow, RecordTools, Switcher, record_query, use_workspace_key};
use crate::{
    Asking, Loaded, ask,
    components::{Empty, Icon},
    format::{count, number},
    load,
    pages::errors::Failed,
    read, refuse,
};
use domain::{
    Code,
    ops::{ListRecords, RecordFilter, RecordPage as Page, WorkspaceView},
    policy::{Action, Shelf},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// `key` is the workspace's, and behind a blank the filter as JSON.
fn ask_records(key: &str) -> Asking {
    let (workspace, filter) = key.split_once(' ').unwrap_or((key, ""));
    match workspace.parse() {
        Ok(workspace) => ask(ListRecords {
            workspace,
            filter: read(filter).unwrap_or_default(),
        }),
        Err(_) => refuse(Code::NotFound),
    }
}

/// The home of a workspace.
#[component]
pub fn HomePage() -> impl IntoView {
    let key = use_workspace_key();
    let params = use_query_map();
    let asked = Memo::new(move |_| params.with(record_query::read));
    // What is typed into the search and not in the address yet.
    let typed = RwSignal::new(None::<String>);
    let filter = Memo::new(move |_| {
        let asked = asked.get();
        match typed.get() {
            None => asked,
            Some(search) => RecordFilter {
                search,
                from: 0,
                ..asked
            },
        }
    });
    Effect::new(move |_| {
        asked.track();
        typed.set(None);
    });
    let page = load(
        move || {
            let filter = serde_json::to_string(&filter.get()).unwrap_or_default();
            format!("{} {filter}", key.get())
        },
        |key| ask_records(&key),
    );
    let around = use_context::<AroundLoaded>();
    view! {
        <Title text="Records"/>
        <div class="scroll">
            <PhoneSwitcher/>
            <Transition fallback=Coming>
                {move || {
                    around
                        .and_then(|AroundLoaded(around)| around.get::<Around>())
                        .map(|answer| match answer.map(|around| around.workspace) {
                            Ok(Some(workspace)) => view! { <Records workspace page filter typed/> }.into_any(),
                            Ok(None) => view! { <Failed problem=Code::NotFound.into()/> }.into_any(),
                            Err(problem) => view! { <Failed problem/> }.into_any(),
                        })
                }}
            </Transition>
        </div>
    }
}

/// The switcher where there is no sidebar.
#[component]
pub fn PhoneSwitcher() -> impl IntoView {
    let around = use_context::<AroundLoaded>();
    view! {
        <Transition>
            {move || {
                around
                    .and_then(|AroundLoaded(around)| around.get::<Around>())
                    .and_then(Result::ok)
                    .map(|around| view! { <Switcher around phone=true/> })
            }}
        </Transition>
    }
}

/// The shape of a list that is on its way.
#[component]
fn Coming() -> impl IntoView {
    view! {
        <div class="skels page-pad" aria-hidden="true">
            <span class="skel skel-2"></span>
            <span class="skel skel-1"></span>
            <span class="skel skel-2"></span>
            <span class="skel skel-3"></span>
        </div>
    }
}

/// What the list that is shown is called.
fn title_of(workspace: &WorkspaceView, filter: &RecordFilter) -> String {
    match filter.shelf {
        Shelf::Archive => "Archive".to_owned(),
        Shelf::Trash => "Trash".to_owned(),
        Shelf::Desk => workspace
            .record_type(&filter.kind)
            .map_or_else(|| "Records".to_owned(), |kind| kind.many.clone()),
    }
}

/// The list. The tools stay while rows come and go, so that what is being typed keeps its place.
#[component]
fn Records(
    workspace: WorkspaceView,
    page: Loaded,
    filter: Memo<RecordFilter>,
    typed: RwSignal<Option<String>>,
) -> impl IntoView {
    let (heading, tools) = (workspace.clone(), workspace.clone());
    let title = move || filter.with(|filter| title_of(&heading, filter));
    let id = workspace.id;
    let makes = workspace.actor().may(Action::CreateRecords);
    let new = move || {
        let kind = filter.with(|filter| filter.kind.clone());
        let query = if kind.is_empty() {
            String::new()
        } else {
            format!("?kind={kind}")
        };
        format!("/w/{id}/new{query}")
    };
    let desk = move || filter.with(|filter| filter.shelf == Shelf::Desk);
    view! {
        <header class="page-head">
            <h1>{title}</h1>
            <span class="spacer"></span>
            <div class="btns only-desk">
                {move || {
                    (makes && desk())
                        .then(|| {
                            view! {
                                <a class="btn btn-act" href=new>
                                    <Icon name="plus-bold"/>
                                    "New"
                                </a>
                            }.into_any()
                        })
                }}
            </div>
        </header>
        <RecordTools workspace=tools page filter typed/>
        <Transition fallback=Coming>
            {move || {
                page.get::<Page>()
                    .map(|answer| match answer {
                        Ok(page) => {
                            let filter = filter.get();
                            view! { <Rows workspace=workspace.clone() page filter makes/> }.into_any()
                        }
                        Err(problem) => view! { <Failed problem part=true/> }.into_any(),
                    })
            }}
        </Transition>
    }
}

/// One page of rows.
#[component]
fn Rows(workspace: WorkspaceView, page: Page, filter: RecordFilter, makes: bool) -> impl IntoView {
    if page.total == 0 && filter.kind.is_empty() {
        return view! { <Nothing workspace shelf=filter.shelf makes/> }.into_any();
    }
    let path = format!("/w/{}", workspace.id);
    let turned = |from: u32| record_query::address(&path, &RecordFilter { from, ..filter.clone() });
    let next = page.next.map(turned);
    let before = (filter.from > 0).then(|| turned(filter.from.saturating_sub(domain::ops::RECORD_PAGE_ROWS)));
    let foot = said(&page, filter.from);
    let rows = page
        .rows
        .into_iter()
        .map(|row| view! { <RecordRow workspace=workspace.clone() row/> })
        .collect_view();
    view! {
        <div class="lrow lrow-head rec-row only-desk" aria-hidden="true">
            <span>"Title"</span>
            <span>"State"</span>
            <span>"Last changed by"</span>
            <span class="rec-when">"Last changed"</span>
        </div>
        <ul class="list">{rows}</ul>
        <p class="list-foot" role="status">
            {foot}
            {before
                .map(|address| {
                    view! {
                        <a class="btn btn-line btn-sm" href=address>
                            "Before these"
                        </a>
                    }
                })}
            {next
                .map(|address| {
                    view! {
                        <a class="btn btn-line btn-sm" href=address>
                            "After these"
                        </a>
                    }
                })}
        </p>
    }
    .into_any()
}

/// How many there are, and which of them are shown.
fn said(page: &Page, from: u32) -> String {
    let shown = u32::try_from(page.rows.len()).unwrap_or(u32::MAX);
    let all = count(u64::from(page.found), "record", "records");
    if page.found == 0 {
        "No record is like that. Clear the search to see all.".to_owned()
    } else if shown < page.found {
        let [first, last] = [from + 1, from + shown].map(|row| number(u64::from(row)));
        format!("{first} to {last} of {all}")
    } else {
        all
    }
}

/// An empty shelf.
#[component]
fn Nothing(workspace: WorkspaceView, shelf: Shelf, makes: bool) -> impl IntoView {
    match shelf {
        Shelf::Desk if makes => view! {
            <section class="first-run page-pad" id="new">
                <div>
                    <h2>"Nothing here yet"</h2>
                    <p class="lead">"Give your first record a title, and begin with a template or a blank page."</p>
                </div>
                <NewRecord workspace/>
            </section>
        }
        .into_any(),
        Shelf::Desk => view! {
            <Empty title="Nothing here yet">
                <p class="dim">"What others write for you to read appears here."</p>
            </Empty>
        }
        .into_any(),
        Shelf::Archive => view! {
            <Empty title="The archive is empty">
                <p class="dim">"Records you put away are kept here, to be read and got back."</p>
            </Empty>
        }
        .into_any(),
        Shelf::Trash => view! {
            <Empty title="The trash is empty">
                <p class="dim">"Records you throw away stay here until you restore them."</p>
            </Empty>
        }
        .into_any(),
    }
}
