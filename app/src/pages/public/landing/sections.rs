//! The sections below the indenture.

use crate::components::Icon;
use leptos::prelude::*;

/// Pack, people, what they write and run, what must never go wrong.
const PACKS: [(&str, &str, &str, &str); 5] = [
    (
        "Procedures",
        "Quality and operations",
        "SOPs that cite their clauses, read-and-understood, controlled copies",
        "An old version is followed",
    ),
    (
        "Delivery",
        "Pharmacies, dispatchers, drivers",
        "Runs of stops, proof of delivery, every event with who, when and where",
        "A driver sees a medication",
    ),
    (
        "Clinical",
        "Medical writers, QA, managers",
        "Protocols and reports built on facts, with Part 11 signatures",
        "An approved record changes",
    ),
    (
        "Therapy",
        "Therapists and coaches",
        "Scripts from modules, for profiles that name nobody",
        "A client can be identified",
    ),
    (
        "Reports",
        "Allied-health practitioners",
        "Client records, session notes, draft reports",
        "A report states what nobody said",
    ),
];

/// Who it is for.
#[component]
pub fn Packs() -> impl IntoView {
    let rows = PACKS
        .map(|(pack, people, work, never)| {
            view! {
                <tr>
                    <th scope="row">{pack}</th>
                    <td>{people}</td>
                    <td>{work}</td>
                    <td class="never">{never}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="lp-sec" id="packs" aria-labelledby="pk-h">
            <h2 id="pk-h">"Five kinds of work. Each speaks its own language."</h2>
            <table class="pk">
                <thead>
                    <tr>
                        <th scope="col">"Pack"</th>
                        <th scope="col">"People"</th>
                        <th scope="col">"What they write and run"</th>
                        <th scope="col">"What must never go wrong"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

/// What a script is for: being run.
#[component]
pub fn Running() -> impl IntoView {
    view! {
        <section class="band" aria-labelledby="rn-h">
            <div class="band-in">
                <div class="band-run" aria-hidden="true">
                    <p class="r-past">"Let the day be finished for now."</p>
                    <p class="r-now">"There is nothing you have to hold, and nowhere you have to be."</p>
                    <p class="r-pause">
                        <Icon name="pause-fill"/>
                        "Pause, 5 seconds left"
                    </p>
                    <p class="r-next">"Bring to mind a quiet place, just as it is at this hour."</p>
                </div>
                <div class="band-txt">
                    <h2 id="rn-h">"Then run it."</h2>
                    <p>
                        "Read a script aloud with the pauses kept for you. Walk a procedure step by step and record each value. Drive a round with one thumb. Each run becomes a record of its own, tied to the exact version that was followed."
                    </p>
                </div>
            </div>
        </section>
    }
}

/// What the tests of every change hold the system to. Only what they do hold it to stands here.
const PROMISES: [&str; 5] = [
    "An edited, dropped or backdated audit event is found",
    "A change without its audit event does not commit",
    "Dropping any access policy makes the suite fail",
    "A canary word typed in a record is in no file, log or backup",
    "A known and an unknown address get the same answers",
];

/// The promises.
#[component]
pub fn Promises() -> impl IntoView {
    let rows = PROMISES
        .map(|promise| {
            view! {
                <li>
                    <Icon name="fit-saved" class="is-seal"/>
                    <span>{promise}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="lp-sec lp-trust" id="promises" aria-labelledby="tr-h">
            <div>
                <h2 id="tr-h">"Promises that execute."</h2>
                <p>
                    "Trust is usually prose. Ours is a list of checks that run against the whole system on every change, and that you can run yourself with one command."
                </p>
            </div>
            <ul class="chk">{rows}</ul>
        </section>
    }
}

/// What is said plainly.
const PLAINLY: [(&str, &str); 3] = [
    (
        "The server reads your text",
        "Content is encrypted under your workspace’s own key before it reaches a database, a disk or a backup. While it serves a member the server sees plain text. We never say zero-knowledge.",
    ),
    (
        "Nobody else is here",
        "Everything on this page comes from this server: no trackers, no other people’s fonts, no script before you sign in. It runs on your own machine with one command.",
    ),
    (
        "Take the log with you",
        "The audit log leaves as one file that verifies offline, against a key you keep. Whoever reads it does not have to trust the server that wrote it.",
    ),
];

/// Said plainly.
#[component]
pub fn Plainly() -> impl IntoView {
    let columns = PLAINLY
        .map(|(title, words)| {
            view! {
                <div>
                    <h3>{title}</h3>
                    <p>{words}</p>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="lp-sec plain" aria-labelledby="pl-h">
            <h2 class="vh" id="pl-h">
                "Said plainly"
            </h2>
            {columns}
        </section>
    }
}

/// The way in, once more.
#[component]
pub fn Last() -> impl IntoView {
    view! {
        <section class="last">
            <h2>"Write the first line."</h2>
            <div class="btns">
                <a class="btn btn-act btn-lg" href="/sign-up">
                    "Start a workspace"
                </a>
                <span class="dim">"A minute from here."</span>
            </div>
        </section>
    }
}
