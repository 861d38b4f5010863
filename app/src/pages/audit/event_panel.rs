//! One event in full, with its proof.

use super::{deed, event_number};
use crate::{components::Icon, format};
use domain::ops::{AuditEventView, ProofView};
use leptos::prelude::*;

/// Steps of a proof that are shown before the rest is folded away.
const STEPS_SHOWN: usize = 2;

/// The panel with one event.
#[component]
pub fn EventPanel(
    /// The event.
    event: AuditEventView,
    /// The address without the panel.
    close: String,
    /// Whether it was opened just now and takes the focus.
    #[prop(optional)]
    take_focus: bool,
) -> impl IntoView {
    Effect::new(move |_| {
        if take_focus {
            #[cfg(feature = "hydrate")]
            crate::browser::next_frame(|| {
                crate::browser::focus("#panel-title");
            });
        }
    });
    let row = &event.row;
    let title = row.position.map_or_else(
        || "Event, not sealed yet".to_owned(),
        |position| format!("Event {}", event_number(position)),
    );
    let (verb, object) = deed(row);
    let lead = format!("{} {verb} {object}", row.actor.name);
    let (position, proof) = (row.position, event.proof.clone());
    view! {
        <aside class="panel is-open" aria-label=title.clone()>
            <div class="panel-head">
                <h2 id="panel-title" tabindex="-1">
                    {title.clone()}
                </h2>
                <a class="btn btn-bare btn-icon btn-sm" href=close aria-label="Close" data-escape="">
                    <Icon name="x"/>
                </a>
            </div>
            <div class="panel-body">
                <p class="ev-lead">{format!("{}.", lead.trim_end())}</p>
                <Particulars event/>
                <h3 class="mini">"Proof"</h3>
                {match proof {
                    Some(proof) => view! { <Proof proof position/> }.into_any(),
                    None => {
                        view! {
                            <p class="dim">"This event waits for the sealer, which runs every second. Load the page again to see its proof."</p>
                        }
                            .into_any()
                    }
                }}
            </div>
        </aside>
    }
}

/// When, from where, what changed, and on what.
#[component]
fn Particulars(event: AuditEventView) -> impl IntoView {
    let row = event.row;
    let changes = row
        .changes
        .into_iter()
        .map(|change| {
            view! {
                <dt>{format::capital(&change.field.replace('_', " "))}</dt>
                <dd>
                    {change.before.map(|before| view! { <del>{before}</del> " " })}
                    {change.after.map(|after| view! { <ins>{after}</ins> })}
                </dd>
            }
        })
        .collect_view();
    let on = row.target.map(|target| {
        view! {
            <dt>"On"</dt>
            <dd>
                {target.kind.replace('_', " ")}
                <br/>
                <code class="dim">{target.id}</code>
            </dd>
        }
    });
    view! {
        <dl class="kv ev-kv">
            <dt>"When"</dt>
            <dd>
                <time datetime=format::machine(row.at)>{format::moment(row.at)}</time>
            </dd>
            <dt>"From"</dt>
            <dd>
                {event.device}
                <br/>
                <code class="dim">{event.address}</code>
            </dd>
            {changes}
            <dt>"Action"</dt>
            <dd>
                <code>{row.action}</code>
            </dd>
            {on}
            <dt>"Request"</dt>
            <dd>
                <code class="dim">{event.request.to_string()}</code>
            </dd>
        </dl>
    }
}

#[component]
fn Step(name: String, hash: String) -> impl IntoView {
    view! {
        <li>
            <code>{name}</code>
            <code title=hash.clone()>{format::hash_start(&hash, 2)}</code>
        </li>
    }
}

/// The proof that an event stands in the sealed log. The server checked it before it was shown.
#[component]
pub fn Proof(
    /// The proof.
    proof: ProofView,
    /// The event's position, counted from 0.
    position: Option<u64>,
) -> impl IntoView {
    let mut steps: Vec<_> = proof
        .path
        .into_iter()
        .map(|(side, hash)| (format!("+ {side}"), hash))
        .collect();
    let rest = steps.split_off(STEPS_SHOWN.min(steps.len()));
    let more = u64::try_from(rest.len()).unwrap_or(u64::MAX);
    let list = |steps: Vec<(String, String)>| {
        steps
            .into_iter()
            .map(|(name, hash)| view! { <Step name hash/> })
            .collect_view()
    };
    let number = position.map(event_number).unwrap_or_default();
    view! {
        <div class="proofbox">
            <p class="proof-ok">
                <Icon name="fit-saved"/>
                <span>
                    <b>"It fits."</b>
                    {format!(" This is event {number} of the {} in the sealed log.", format::number(proof.size))}
                </span>
            </p>
            <ol class="path" role="list" aria-label="Inclusion path">
                <Step name="leaf".to_owned() hash=proof.leaf/>
                {list(steps)}
                {(more > 0)
                    .then(|| {
                        view! {
                            <li class="faint">
                                <details>
                                    <summary>{format!("{more} more")}</summary>
                                    <ol role="list">{list(rest)}</ol>
                                </details>
                            </li>
                        }.into_any()
                    })}
                <Step name="root".to_owned() hash=proof.root/>
            </ol>
        </div>
    }
}
