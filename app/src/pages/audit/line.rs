//! One event in the list.

use super::deed;
use crate::{
    components::{Avatar, Icon},
    format,
};
use domain::{
    audit::ActorKind,
    ops::{ActorView, AuditRow},
};
use leptos::prelude::*;

/// The number of an event as people count: the first is 1.
pub fn event_number(position: u64) -> String {
    format::number(position.saturating_add(1))
}

/// Who did it, as a picture.
#[component]
fn Face(actor: ActorView) -> impl IntoView {
    match actor.kind {
        ActorKind::Account | ActorKind::Visitor => {
            let seed = actor
                .account
                .map_or_else(|| actor.name.clone(), |account| account.to_string());
            view! { <Avatar name=actor.name seed small=true/> }.into_any()
        }
        ActorKind::System => view! {
            <span class="av av-sys" aria-hidden="true">
                <Icon name="gear-six"/>
            </span>
        }
        .into_any(),
        ActorKind::CommandLine => view! {
            <span class="av av-sys" aria-hidden="true">
                <Icon name="terminal-window"/>
            </span>
        }
        .into_any(),
    }
}

/// A row of the log; the whole row opens the event.
#[component]
pub fn AuditLine(
    /// The event.
    row: AuditRow,
    /// The address that opens it.
    href: String,
    /// Whether it is open.
    selected: bool,
) -> impl IntoView {
    let sealed = row.position.map(event_number);
    let (verb, object) = deed(&row);
    let name = row.actor.name.clone();
    let class = format!(
        "lrow ev-row{}{}{}",
        if sealed.is_none() { " is-fresh" } else { "" },
        if selected { " is-sel" } else { "" },
        if row.refused { " is-refused" } else { "" },
    );
    view! {
        <li class=class>
            <span class="ev-n">
                {match sealed {
                    Some(number) => view! { {number} }.into_any(),
                    None => view! { <span aria-hidden="true">"–"</span> <span class="vh">"Not sealed yet"</span> }.into_any(),
                }}
            </span>
            <time class="ev-t" datetime=format::machine(row.at) title=format::moment(row.at)>
                {format::time_of(row.at)}
            </time>
            <span class="who lwho">
                <Face actor=row.actor/>
                <span>{name.clone()}</span>
            </span>
            <span class="ev-a">
                <span class="only-phone ev-name">{name}</span>
                " "
                <a class="lopen" id=format!("ev-{}", row.id) href=href aria-current=selected.then_some("true")>
                    <b>{verb}</b>
                    " "
                    <span>{object}</span>
                </a>
            </span>
        </li>
    }
}
