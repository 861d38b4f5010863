//! What can be done with a record as a whole: move it on, copy it, put it away.

use crate::components::{Form, Hidden, Icon, Look, Menu, OpForm, Submit, disclosed};
use domain::{
    Operation, WorkspaceId,
    ops::{
        ArchiveRecord, DuplicateRecord, MoveRecord, RecordView, RestoreRecord, TrashRecord, UnarchiveRecord,
        WorkspaceView,
    },
    policy::{Action, Decision, Resource, Shelf, decide},
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// The forms of the menu.
struct Forms {
    copy: Form<DuplicateRecord>,
    archive: Form<ArchiveRecord>,
    unarchive: Form<UnarchiveRecord>,
    restore: Form<RestoreRecord>,
    trash: Form<TrashRecord>,
}

/// What to do after an act of the menu: made by the page, not by the menu, which may be drawn anew while the act is under way,
/// because the record was changed elsewhere.
#[derive(Clone, Copy)]
pub struct After {
    on_changed: Callback<RecordView>,
    on_copied: Callback<RecordView>,
}

impl After {
    /// `changed` gets what the record is afterwards; a copy is gone to.
    pub fn new(workspace: WorkspaceId, changed: Callback<RecordView>) -> Self {
        let navigate = use_navigate();
        let on_copied = Callback::new(move |copy: RecordView| {
            #[cfg(feature = "hydrate")]
            if !crate::leaving::may_leave() {
                return;
            }
            navigate(
                &format!("/w/{workspace}/records/{}", copy.id),
                NavigateOptions::default(),
            );
        });
        // The menu stays the same element, with other acts: left open, the next press would undo the last.
        let on_changed = Callback::new(move |record: RecordView| {
            #[cfg(feature = "hydrate")]
            crate::browser::close_menu();
            changed.run(record);
        });
        Self { on_changed, on_copied }
    }
}

/// The menu of a record.
#[component]
pub fn RecordMenu(
    /// The workspace.
    workspace: WorkspaceView,
    /// The record, as it is now.
    record: RecordView,
    /// What to do after an act, in a hydrated page.
    after: After,
) -> impl IntoView {
    let may = |action| decide(workspace.actor(), action, Resource::Record(record.item())) == Decision::Allow;
    let place = workspace.id;
    let After { on_changed, on_copied } = after;
    let kind = workspace.record_type(&record.kind);
    let moves = kind
        .into_iter()
        .flat_map(|kind| kind.moves_from(&record.state).cloned());
    let moves: Vec<_> = moves.filter(|_| may(Action::MoveRecords)).collect();
    let moving = !moves.is_empty();
    let shelf = record.shelf;
    let duplicates = workspace.actor().may(Action::CreateRecords) && shelf != Shelf::Trash;
    let (archives, trashes) = (may(Action::ArchiveRecords), may(Action::TrashRecords));
    if !(moving || duplicates || archives || trashes) {
        return ().into_any();
    }
    let ((moves, forms), open) = disclosed(|| {
        let moves = moves
            .into_iter()
            .map(|step| view! { <MoveItem workspace=place record=record.clone() step on_changed/> })
            .collect_view();
        let forms = Forms {
            copy: Form::new(),
            archive: Form::new(),
            unarchive: Form::new(),
            restore: Form::new(),
            trash: Form::new(),
        };
        (moves, forms)
    });
    let item = move |allowed: bool| allowed.then(|| (place.to_string(), record.id.to_string()));
    view! {
        <Menu
            summary_class="btn btn-bare btn-icon"
            class="menu-end"
            label="what can be done with this record"
            open
            summary=(|| view! { <Icon name="dots-three-vertical-bold"/> }).into()
        >
            {moves}
            {moving.then(|| view! { <li class="menu-sep" aria-hidden="true"></li> }.into_any())}
            {item(duplicates)
                .map(|ids| view! { <RecordAct form=forms.copy ids on_done=on_copied icon="copy" words="Duplicate"/> })}
            {item(archives && shelf == Shelf::Desk)
                .map(|ids| view! { <RecordAct form=forms.archive ids on_done=on_changed icon="archive" words="Archive"/> })}
            {item(archives && shelf == Shelf::Archive)
                .map(|ids| {
                    view! {
                        <RecordAct form=forms.unarchive ids on_done=on_changed icon="arrow-u-up-left" words="Get back from the archive"/>
                    }
                })}
            {item(trashes && shelf == Shelf::Trash)
                .map(|ids| view! { <RecordAct form=forms.restore ids on_done=on_changed icon="arrow-u-up-left" words="Restore"/> })}
            {item(trashes && shelf != Shelf::Trash)
                .map(|ids| {
                    view! {
                        <li class="menu-sep" aria-hidden="true"></li>
                        <RecordAct form=forms.trash ids on_done=on_changed icon="trash" words="Put into the trash" rubric=true/>
                    }
                })}
        </Menu>
    }
    .into_any()
}

/// One act on the record: a form that looks like a row. `ids` are the workspace's and the record's.
#[component]
fn RecordAct<Op: Operation<Output = RecordView>>(
    form: Form<Op>,
    ids: (String, String),
    on_done: Callback<RecordView>,
    icon: &'static str,
    words: &'static str,
    #[prop(optional)] rubric: bool,
) -> impl IntoView {
    view! {
        <li>
            <OpForm form on_done=on_done class="menu-form">
                <Hidden name="workspace" value=ids.0/>
                <Hidden name="record" value=ids.1/>
                <Submit look=Look::Row class=if rubric { "is-rubric" } else { "" }>
                    <Icon name=icon/>
                    {words}
                </Submit>
            </OpForm>
        </li>
    }
}

/// A move into another state.
#[component]
fn MoveItem(
    workspace: WorkspaceId,
    record: RecordView,
    step: domain::pack::Move,
    on_changed: Callback<RecordView>,
) -> impl IntoView {
    let form = Form::<MoveRecord>::of_row(step.to.clone());
    view! {
        <li>
            <OpForm form on_done=on_changed class="menu-form">
                <Hidden name="workspace" value=workspace.to_string()/>
                <Hidden name="record" value=record.id.to_string()/>
                <Hidden name="state" value=step.to/>
                <Hidden name="revision" value=record.revision.to_string()/>
                <Submit look=Look::Row>
                    <Icon name="caret-right"/>
                    {step.name}
                </Submit>
            </OpForm>
        </li>
    }
}
