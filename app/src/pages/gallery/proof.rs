//! What is kept: checkpoint, events, the cut between them, one event with its proof, devices.

use super::{Part, Section, samples};
use crate::{
    components::Icon,
    pages::{
        account::DeviceRow,
        audit::{AuditLine, Checkpoint, EventPanel, SealLine},
    },
};
use leptos::prelude::*;

/// The parts of the audit log and the list of sessions.
#[component]
pub fn Proof() -> impl IntoView {
    let [fresh, sealed, refused, system] = samples::events();
    let line = |row, selected| view! { <AuditLine row href="#event".to_owned() selected/> };
    let devices = samples::sessions()
        .map(|session| view! { <DeviceRow session/> })
        .collect_view();
    view! {
        <Section title="Proof" rule="What is kept looks kept: the same glyph, the same green, the cut.">
            <div class="row-c">
                <Part name="Proof badge">
                    <a class="proof" href="#proof">
                        <Icon name="fit-saved"/>
                        "Sealed to 18,440"
                        <small>"3 s ago"</small>
                    </a>
                </Part>
                <Part name="Struck, and written in its place">
                    <p>
                        <del>"Editor"</del>
                        " "
                        <ins>"Dispatcher"</ins>
                    </p>
                </Part>
            </div>
            <div class="stack">
                <Checkpoint checkpoint=Some(samples::checkpoint()) unsealed=2/>
                <Checkpoint checkpoint=None unsealed=1/>
            </div>
            <div>
                <ul class="list">{line(fresh, false)}</ul>
                <SealLine checkpoint=samples::checkpoint()/>
                <ul class="list">{line(sealed, true)} {line(refused, false)} {line(system, false)}</ul>
            </div>
            <div class="grid-2 top">
                <Part name="Side panel, with one event and its proof">
                    <div class="demo-panel">
                        <EventPanel event=samples::proven() close="#events".to_owned()/>
                    </div>
                </Part>
                <Part name="Devices">
                    <ul class="dev">{devices}</ul>
                </Part>
            </div>
        </Section>
    }
}
