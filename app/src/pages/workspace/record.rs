//! One record: its title and what it is about.

use super::{
    After, Around, AroundLoaded, FACES, Here, Mode, RecordMenu, RecordState, Script, ScriptText, in_workspace,
    use_workspace,
};
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
    ops::{DescribeRecord, GetRecord, RecordView, RenameRecord, WorkspaceView},
    pack::{SUMMARY, TITLE},
    policy::{Action, Decision, Resource, Shelf, decide},
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
    let around = use_context::<AroundLoaded>();
    view! {
        <Transition fallback=|| view! { <div class="scroll" aria-busy="true"></div> }>
            {move || {
                let around = around.and_then(|AroundLoaded(around)| around.get::<Around>());
                let place = around.and_then(Result::ok).and_then(|around| around.workspace);
                record
                    .get::<RecordView>()
                    .map(|answer| match in_workspace(answer, workspace.get()) {
                        Ok((_, record)) => place.map(|place| view! { <Record place record/> }).into_any(),
                        Err(problem) => view! { <Failed problem/> }.into_any(),
                    })
            }}
        </Transition>
    }
}

#[component]
fn Record(place: WorkspaceView, record: RecordView) -> impl IntoView {
    let (workspace, id, created, first) = (place.id, record.id, record.created_at, record.clone());
    let label = |field: &str, usual: &'static str| {
        let kind = place.record_type(&first.kind);
        kind.and_then(|kind| kind.field(field))
            .map_or(usual.to_owned(), |field| field.label.clone())
    };
    let (title_label, summary_label) = (label(TITLE, "Title"), label(SUMMARY, "Summary"));
    let summary_hint = place
        .record_type(&first.kind)
        .and_then(|kind| kind.field(SUMMARY))
        .map(|field| field.hint.clone())
        .unwrap_or_default();
    let place = RwSignal::new(place);
    let now = RwSignal::new(record);
    let script = Script::new();
    let (rename, describe) = (Form::<RenameRecord>::new(), Form::<DescribeRecord>::new());
    let state = Signal::derive(move || {
        if rename.core().dirty().get() || describe.core().dirty().get() {
            Save::Unsaved
        } else {
            script.save().unwrap_or(Save::Saved)
        }
    });
    let done = Callback::new(move |record| now.set(record));
    let after = After::new(workspace, done);
    let edits = Memo::new(move |_| {
        now.with(|now| {
            place.with(|place| {
                decide(place.actor(), Action::EditRecords, Resource::Record(now.item())) == Decision::Allow
            })
        })
    });
    let seen = Callback::new(move |(record, workspace): (RecordView, Option<WorkspaceView>)| {
        // What is as it was is not drawn anew: the menu may be open.
        if let Some(workspace) = workspace.filter(|workspace| place.with_untracked(|place| place != workspace)) {
            place.set(workspace);
        }
        let seen = now.with_untracked(|now| taken(now, record));
        if now.with_untracked(|now| *now != seen) {
            now.set(seen);
        }
    });
    read_when_closed(script, edits, now);
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
                // A phone has room for the way back only.
                <a class="crumb-back" href=format!("/w/{workspace}")>
                    <Icon name="caret-left"/>
                    <span>"Records"</span>
                </a>
                <Icon name="caret-right"/>
                <b aria-current="page">{move || now.with(|now| now.title.clone())}</b>
            </nav>
            <SaveState state/>
            <span class="spacer"></span>
            <a class="btn btn-bare btn-icon about-link only-desk" href="#about" rel="external" aria-label="About this record">
                <Icon name="info"/>
            </a>
            <span class="only-desk">
                <Here script faces=FACES/>
            </span>
            <Mode script may=edits/>
            {move || {
                let record = now.get();
                let (kind, state) = (record.kind.clone(), record.state.clone());
                view! {
                    <RecordState workspace=place.get() kind state/>
                    <RecordMenu workspace=place.get() record after/>
                }
            }}
        </header>
        {move || now.with(|now| elsewhere(now.shelf))}
        <div class="ed-main">
            <ScriptText
                workspace
                record=id
                title=Signal::derive(move || now.with(|now| now.title.clone()))
                script
                may=edits
                on_seen=seen
            >
                <h1 class="doc-title" dir="auto">{move || now.with(|now| now.title.clone())}</h1>
                <dl class="doc-meta">
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
            </ScriptText>
            <aside class="panel about" id="about" aria-label="About this record">
                <div class="panel-head">
                    <h2>"About"</h2>
                    <a class="btn btn-bare btn-icon about-link" href="#main" rel="external" aria-label="Close">
                        <Icon name="x"/>
                    </a>
                </div>
                <div class="panel-body">
                <div class="rec-forms" class:is-still=move || !edits.get()>
                <OpForm form=rename on_done=done>
                    {ids()}
                    <TextField name="title" label=title_label value=first.title class="input-title"/>
                    <Conflict problem=rename.core().problem() theirs=Signal::derive(move || now.with(|now| now.title.clone()))/>
                    <div class="btns">
                        <Submit look=Look::Line>"Save title"</Submit>
                    </div>
                </OpForm>
                <OpForm form=describe on_done=done>
                    {ids()}
                    <TextArea
                        name="summary"
                        label=summary_label
                        value=first.summary
                        rows=8
                        class="input-read"
                        hint=summary_hint
                    />
                    <Conflict
                        problem=describe.core().problem()
                        theirs=Signal::derive(move || now.with(|now| now.summary.clone()))
                    />
                    <div class="btns">
                        <Submit>"Save summary"</Submit>
                    </div>
                </OpForm>
                </div>
                <p class="rec-about">{move || (!edits.get()).then(|| now.with(said))}</p>
                </div>
            </aside>
        </div>
    }
}

/// The summary for who may not change it.
fn said(record: &RecordView) -> String {
    let summary = record.summary.as_str();
    if summary.is_empty() { "No summary yet." } else { summary }.to_owned()
}

/// What is said of a record that is not at hand.
fn elsewhere(shelf: Shelf) -> Option<impl IntoView> {
    let words = match shelf {
        Shelf::Desk => return None,
        Shelf::Archive => "This record is in the archive. It can be read, and got back.",
        Shelf::Trash => "This record is in the trash. Restore it to change it.",
    };
    Some(view! { <Banner tone=Tone::Lamp>{words}</Banner> })
}

/// A record as the server says it is now. Where somebody else has changed the words of its fields meanwhile, these and the
/// revision stay those that the forms here were made from, so that saving them cannot overwrite that unseen.
fn taken(before: &RecordView, now: RecordView) -> RecordView {
    if before.title == now.title && before.summary == now.summary {
        return now;
    }
    RecordView {
        shelf: now.shelf,
        state: now.state,
        ..before.clone()
    }
}

/// A text that may be written no longer is read from then on, as it would be after a reload; unless it has words that the
/// server never took: those are offered as a copy where they are.
fn read_when_closed(script: Script, edits: Memo<bool>, now: RwSignal<RecordView>) {
    Effect::new(move |_| {
        let settled = script
            .status
            .with(|status| status.as_ref().is_none_or(|status| !status.unsaved));
        if edits.get() || !settled || !script.writing.get_untracked() {
            return;
        }
        script.writing.set(false);
        // Of a record that was put away it is said where it is.
        if now.with_untracked(|now| now.shelf == Shelf::Desk) {
            script.failed.set(Some("You may only read this now."));
        }
    });
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
            .into_any()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::taken;
    use domain::{ops::RecordView, policy::Shelf};
    use time::OffsetDateTime;

    #[test]
    fn what_somebody_else_did_shows_and_lets_no_save_overwrite_their_words_unseen() {
        let before = RecordView {
            id: "00000000-0000-7000-8000-000000000001".parse().expect("an id"),
            kind: "script".to_owned(),
            state: "draft".to_owned(),
            shelf: Shelf::Desk,
            title: "Cold chain".to_owned(),
            summary: String::new(),
            revision: 3,
            created_at: OffsetDateTime::UNIX_EPOCH,
            updated_at: OffsetDateTime::UNIX_EPOCH,
        };
        let archived = RecordView {
            shelf: Shelf::Archive,
            revision: 4,
            ..before.clone()
        };
        assert_eq!(taken(&before, archived.clone()), archived);
        for (title, summary) in [("Cold chain, again", ""), ("Cold chain", "From dock to cold.")] {
            let changed = RecordView {
                title: title.to_owned(),
                summary: summary.to_owned(),
                state: "effective".to_owned(),
                ..archived.clone()
            };
            let seen = taken(&before, changed);
            assert_eq!((seen.shelf, seen.state.as_str()), (Shelf::Archive, "effective"));
            assert_eq!(
                (seen.title, seen.summary, seen.revision),
                (before.title.clone(), String::new(), 3)
            );
        }
    }
}
