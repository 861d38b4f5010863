//! The rows of the log by day, with the cut between what may still move and what is kept.

use super::{AuditLine, AuditQuery};
use crate::{components::Cut, format};
use domain::ops::{AuditRow, CheckpointView};
use leptos::prelude::*;

/// The rows of a page. `path` is the page's own address, for the links.
#[component]
pub fn AuditList(
    /// The rows, newest first.
    rows: Vec<AuditRow>,
    /// The newest checkpoint, for the cut.
    checkpoint: Option<CheckpointView>,
    /// What the address asks for.
    query: AuditQuery,
    /// The address of the page.
    path: String,
) -> impl IntoView {
    let (open, kept): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.position.is_none());
    let cut = checkpoint.filter(|_| !kept.is_empty() && query.filter.before.is_empty());
    view! {
        <div class="lrow lrow-head ev-row only-desk" aria-hidden="true">
            <span class="num">"Event"</span>
            <span>"Time, UTC"</span>
            <span>"Who"</span>
            <span>"What"</span>
        </div>
        <Days rows=open query=query.clone() path=path.clone()/>
        {cut.map(|checkpoint| view! { <SealLine checkpoint/> })}
        <Days rows=kept query path/>
    }
}

/// The cut between what waits for the sealer and what is sealed.
#[component]
pub fn SealLine(
    /// The newest checkpoint.
    checkpoint: CheckpointView,
) -> impl IntoView {
    view! {
        <div class="seal-line">
            <span>"Sealed from here down"</span>
            <Cut hash=checkpoint.root class="cut-wide" wide=true/>
            <span class="only-desk">{format!("checkpoint {}", format::number(checkpoint.size))}</span>
        </div>
    }
}

/// Rows under the day they belong to.
#[component]
fn Days(rows: Vec<AuditRow>, query: AuditQuery, path: String) -> impl IntoView {
    let mut days: Vec<(String, Vec<AuditRow>)> = Vec::new();
    for row in rows {
        let day = format::day_of(row.at);
        match days.last_mut() {
            Some((last, rows)) if *last == day => rows.push(row),
            _ => days.push((day, vec![row])),
        }
    }
    days.into_iter()
        .map(|(day, rows)| {
            let rows = rows
                .into_iter()
                .map(|row| {
                    let id = row.id.to_string();
                    let selected = id == query.event;
                    let href = query
                        .with_event(if selected { String::new() } else { id })
                        .address(&path);
                    view! { <AuditLine row href selected/> }
                })
                .collect_view();
            view! {
                <section aria-label=day.clone()>
                    <h2 class="lgroup">{day.clone()}</h2>
                    <ul class="list">{rows}</ul>
                </section>
            }
        })
        .collect_view()
}
