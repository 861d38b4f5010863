//! One record in a list.

use super::RecordState;
use crate::{
    components::{Avatar, Form, Hidden, Look, Moment, OpForm, Submit},
    format,
};
use domain::{
    ops::{RecordRow as Row, RecordView, RestoreRecord, UnarchiveRecord, WorkspaceView},
    policy::{Action, Decision, Resource, Shelf, decide},
};
use leptos::prelude::*;

/// A row of the list of records; the whole row opens the record.
#[component]
pub fn RecordRow(
    /// The workspace it is in.
    workspace: WorkspaceView,
    /// The record, and who changed it last.
    row: Row,
) -> impl IntoView {
    let record = row.record;
    let address = format!("/w/{}/records/{}", workspace.id, record.id);
    let summary = record.summary.lines().next().unwrap_or_default().to_owned();
    let who = row.changed_by.map(|person| {
        view! {
            <Avatar name=person.name.clone() seed=person.account.to_string() small=true/>
            <span>{person.name}</span>
        }
    });
    // Beside a way back there is room for the day only.
    let to_the_minute = record.shelf == Shelf::Desk;
    let back = view! { <Back workspace=workspace.clone() record=record.clone()/> };
    view! {
        <li class="lrow rec-row">
            <div class="rec-what">
                <a class="ltitle lopen" href=address>
                    {record.title.clone()}
                </a>
                {(!summary.is_empty()).then(|| view! { <span class="rec-sum">{summary}</span> }.into_any())}
            </div>
            <span class="rec-state">
                <RecordState workspace=workspace.clone() kind=record.kind.clone() state=record.state.clone()/>
            </span>
            <span class="lwho who">{who}</span>
            <span class="rec-when">
                {to_the_minute
                    .then(|| {
                        view! {
                            <span class="only-desk">
                                <Moment at=record.updated_at/>
                            </span>
                        }.into_any()
                    })}
                <span class:only-phone=to_the_minute>{format::day_of(record.updated_at)}</span>
                {back}
            </span>
        </li>
    }
}

/// The way back from the archive or the trash.
#[component]
fn Back(workspace: WorkspaceView, record: RecordView) -> impl IntoView {
    let may = |action| decide(workspace.actor(), action, Resource::Record(record.item())) == Decision::Allow;
    let (id, row) = (record.id.to_string(), record.id.to_string());
    let place = workspace.id.to_string();
    match record.shelf {
        Shelf::Archive if may(Action::ArchiveRecords) => {
            let form = Form::<UnarchiveRecord>::of_row(row);
            view! {
                <OpForm form class="row-form rec-back">
                    <Hidden name="workspace" value=place/>
                    <Hidden name="record" value=id/>
                    <Submit look=Look::Line class="btn-sm">
                        "Get back"
                    </Submit>
                </OpForm>
            }
            .into_any()
        }
        Shelf::Trash if may(Action::TrashRecords) => {
            let form = Form::<RestoreRecord>::of_row(row);
            view! {
                <OpForm form class="row-form rec-back">
                    <Hidden name="workspace" value=place/>
                    <Hidden name="record" value=id/>
                    <Submit look=Look::Line class="btn-sm">
                        "Restore"
                    </Submit>
                </OpForm>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}
