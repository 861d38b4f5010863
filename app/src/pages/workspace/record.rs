//! One record: its title and what it is about.

use super::{in_workspace, use_workspace};
use crate::{
    Asking, ask, call,
    components::{
        Banner, Form, Hidden, Icon, Look, Moment, OpForm, Save, SaveState, Submit, TextArea, TextField, Tone,
    },
    load,
    pages::errors::Failed,
    refuse,
};
use domain::{
    Code, Problem, RecordId, WorkspaceId,
    ops::{DescribeRecord, GetRecord, RecordView, RenameRecord},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// `key` holds the workspace and the record of the address.
fn ask_record(key: &str) -> Asking {
    let (workspace, record) = key.split_once(' ').unwrap_or_default();
    match (workspace.parse(), record.parse()) {
        (Ok(workspace), Ok(record)) => ask(GetRecord { workspace, record }),
        _ => refuse(Code::NotFound),
    }
}

/// The page of a record.
#[component]
pub fn RecordPage() -> impl IntoView {
    let workspace = use_workspace();
    let params = use_params_map();
    let key = Memo::new(move |_| {
        let get = |name: &str| params.with(|params| params.get(name)).unwrap_or_default();
        format!("{} {}", get("workspace"), get("record"))
    });
    let record = load(move || key.get(), |key| ask_record(&key));
    view! {
        <Transition fallback=|| view! { <div class="scroll" aria-busy="true"></div> }>
            {move || {
                record
                    .get::<RecordView>()
                    .map(|answer| match in_workspace(answer, workspace.get()) {
                        Ok((workspace, record)) => view! { <Record workspace record/> }.into_any(),
                        Err(problem) => view! { <Failed problem/> }.into_any(),
                    })
            }}
        </Transition>
    }
}

#[component]
fn Record(workspace: WorkspaceId, record: RecordView) -> impl IntoView {
    let (id, created, first) = (record.id, record.created_at, record.clone());
    let now = RwSignal::new(record);
    let (rename, describe) = (Form::<RenameRecord>::new(), Form::<DescribeRecord>::new());
    let state = Signal::derive(move || {
        if rename.core().dirty().get() || describe.core().dirty().get() {
            Save::Unsaved
        } else {
            Save::Saved
        }
    });
    let done = Callback::new(move |record| now.set(record));
    refresh_when_stale(rename.core().problem(), workspace, id, now);
    refresh_when_stale(describe.core().problem(), workspace, id, now);
    let ids = move || {
        view! {
            <Hidden name="workspace" value=workspace.to_string()/>
            <Hidden name="record" value=id.to_string()/>
            <Hidden name="revision" value=Signal::derive(move || now.with(|now| now.revision.to_string()))/>
        }
    };
    view! {
        <Title text=move || now.with(|now| now.title.clone())/>
        <header class="head">
            <nav class="crumbs" aria-label="Where you are">
                <a href=format!("/w/{workspace}")>"Records"</a>
                <Icon name="caret-right"/>
                <b aria-current="page">{move || now.with(|now| now.title.clone())}</b>
            </nav>
            <SaveState state/>
        </header>
        <div class="scroll">
            <article class="rec">
                <h1 class="rec-title">{move || now.with(|now| now.title.clone())}</h1>
                <dl class="meta">
                    <div>
                        <dt>"Made"</dt>
                        <dd>
                            <Moment at=created/>
                        </dd>
                    </div>
                    <div>
                        <dt>"Last changed"</dt>
                        <dd>{move || view! { <Moment at=now.with(|now| now.updated_at)/> }}</dd>
                    </div>
                    <div>
                        <dt>"Revision"</dt>
                        <dd>{move || now.with(|now| now.revision)}</dd>
                    </div>
                </dl>
                <OpForm form=rename on_done=done>
                    {ids()}
                    <TextField name="title" label="Title" value=first.title class="input-title"/>
                    <Conflict problem=rename.core().problem() theirs=Signal::derive(move || now.with(|now| now.title.clone()))/>
                    <div class="btns">
                        <Submit look=Look::Line>"Save title"</Submit>
                    </div>
                </OpForm>
                <OpForm form=describe on_done=done>
                    {ids()}
                    <TextArea
                        name="summary"
                        label="Summary"
                        value=first.summary
                        rows=8
                        class="input-read"
                        hint="What this record is about, in a few lines."
                    />
                    <Conflict
                        problem=describe.core().problem()
                        theirs=Signal::derive(move || now.with(|now| now.summary.clone()))
                    />
                    <div class="btns">
                        <Submit>"Save summary"</Submit>
                    </div>
                </OpForm>
            </article>
        </div>
    }
}

/// Fetches what the record says now, once a save was refused because somebody else was faster. What was typed stays.
fn refresh_when_stale(
    problem: RwSignal<Option<Problem>>,
    workspace: WorkspaceId,
    record: RecordId,
    now: RwSignal<RecordView>,
) {
    Effect::new(move |_| {
        let stale = problem.with(|problem| problem.as_ref().is_some_and(|problem| problem.code == Code::Stale));
        if stale {
            leptos::task::spawn_local(async move {
                if let Ok(record) = call(GetRecord { workspace, record }).await {
                    now.set(record);
                }
            });
        }
    });
}

/// What somebody else wrote meanwhile, beside one's own words.
#[component]
fn Conflict(problem: RwSignal<Option<Problem>>, theirs: Signal<String>) -> impl IntoView {
    let stale = move || problem.with(|problem| problem.as_ref().is_some_and(|problem| problem.code == Code::Stale));
    move || {
        stale().then(|| {
            view! {
                <Banner tone=Tone::Lamp>
                    <b>"Now it reads: "</b>
                    <q>{move || theirs.get()}</q>
                    " Your words are in the field above. Save again to put them in its place."
                </Banner>
            }
        })
    }
}
