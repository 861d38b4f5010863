//! One record in a list.

use crate::components::Moment;
use domain::{WorkspaceId, ops::RecordView};
use leptos::prelude::*;

/// A row of the list of records; the whole row opens the record.
#[component]
pub fn RecordRow(
    /// The workspace it is in.
    workspace: WorkspaceId,
    /// The record.
    record: RecordView,
) -> impl IntoView {
    let address = format!("/w/{workspace}/records/{}", record.id);
    let summary = record.summary.lines().next().unwrap_or_default().to_owned();
    view! {
        <li class="lrow rec-row">
            <div class="rec-what">
                <a class="ltitle lopen" href=address>
                    {record.title}
                </a>
                {(!summary.is_empty()).then(|| view! { <span class="rec-sum">{summary}</span> })}
            </div>
            <span class="rec-when">
                <Moment at=record.updated_at/>
            </span>
        </li>
    }
}
