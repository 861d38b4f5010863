//! The indenture: a procedure and the record of one run, side by side, parted along a toothed line.

use crate::components::{Cut, Icon};
use leptos::prelude::*;

/// A step as it was written, and what happened.
struct Row {
    step: &'static str,
    asks: &'static str,
    who: &'static str,
    did: &'static str,
    at: &'static str,
    with: &'static str,
}

const ROWS: [Row; 4] = [
    Row {
        step: "Compare the seal on the door with the number on the delivery note.",
        asks: "Confirm",
        who: "Tomás Quintero",
        did: "confirmed the seal",
        at: "07:52:10",
        with: "dock tablet",
    },
    Row {
        step: "Read the logger at the centre of the pallet. Wait until the display is steady.",
        asks: "Record temperature, 2.0 to 8.0 °C",
        who: "Tomás Quintero",
        did: "recorded 4.6 °C",
        at: "07:54:31",
        with: "with a photo",
    },
    Row {
        step: "Move the pallet into bay Q2 within 10 minutes of opening the doors.",
        asks: "Confirm",
        who: "Tomás Quintero",
        did: "confirmed after 6 min 08 s",
        at: "07:58:18",
        with: "dock tablet",
    },
    Row {
        step: "The responsible pharmacist releases the load.",
        asks: "Sign",
        who: "Priya Nadar",
        did: "signed, meaning release",
        at: "08:31:02",
        with: "with a passkey",
    },
];

/// The indenture and the sentence that explains it.
#[component]
pub fn Indenture() -> impl IntoView {
    let rows = ROWS
        .into_iter()
        .enumerate()
        .map(|(index, row)| {
            view! {
                <div class="ind-row">
                    <div class="ind-l">
                        <span class="ind-n">{index + 1}</span>
                        <div>
                            <p>{row.step}</p>
                            <span class="ind-ask">{row.asks}</span>
                        </div>
                    </div>
                    <div class="ind-r">
                        <p>
                            <b>{row.who}</b>
                            " "
                            {row.did}
                        </p>
                        <span>{row.at} ", " {row.with}</span>
                    </div>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="ind" aria-label="A procedure and the record of one run, side by side">
            <div class="ind-halves" aria-hidden="true">
                <span class="ind-pl"></span>
                <span class="ind-pr"></span>
            </div>
            <div class="ind-row ind-top">
                <div class="ind-l">
                    <b>"What was written"</b>
                    <span>"SOP-014 Receiving refrigerated stock, 3.0 effective"</span>
                </div>
                <div class="ind-r">
                    <b>"What happened"</b>
                    <span>"Run of 20 November, dock 2"</span>
                </div>
            </div>
            {rows}
            <div class="ind-row ind-end">
                <div class="ind-l">
                    <Cut hash="9f3ac41e".to_owned()/>
                    <code>"9f3a c41e 7b05…"</code>
                </div>
                <div class="ind-r">
                    <Icon name="fit-saved"/>
                    <span>"The halves fit. Verified without asking the server."</span>
                </div>
            </div>
        </section>
        <p class="ind-cap">
            "An old deed was written twice on one skin and cut apart along a toothed line. Whoever could fit the halves together had proof. We do that to every act, with mathematics instead of a knife."
        </p>
    }
}
