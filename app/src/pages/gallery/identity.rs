//! Mark, cut, colour and type.

use super::{Part, Section};
use crate::components::{Cut, Mark, Wordmark};
use leptos::prelude::*;

/// The mark in its sizes, and the cut of two hashes.
#[component]
pub fn MarkAndCut() -> impl IntoView {
    view! {
        <Section
            title="Mark and cut"
            rule="One sheet, cut in two along a toothed line. The gap reads as an S. Everything kept has a cut of its own: 32 teeth drawn from the first 32 bits of its hash."
        >
            <div class="row-c">
                <Part name="The mark"><Mark class="mk-xl"/></Part>
                <Part name="32"><Mark class="mk-32"/></Part>
                <Part name="20"><Mark class="mk-20"/></Part>
                <Part name="16"><Mark class="mk-16"/></Part>
                <Part name="Word mark"><Wordmark/></Part>
            </div>
            <div class="row-c">
                <Part name="9f3ac41e"><Cut hash="9f3ac41e".to_owned() class="is-seal"/></Part>
                <Part name="2b68d07c, one word changed"><Cut hash="2b68d07c".to_owned() class="is-seal"/></Part>
                <Part name="Across a list" grow=true><Cut hash="9f3ac41e".to_owned() class="cut-wide is-seal" wide=true/></Part>
            </div>
        </Section>
    }
}

/// The colour tokens, each with the class of its swatch.
const SWATCHES: [(&str, &str); 16] = [
    ("c-desk", "desk"),
    ("c-paper", "paper"),
    ("c-sunk", "sunk"),
    ("c-line", "line"),
    ("c-edge", "edge"),
    ("c-ink", "ink"),
    ("c-ink-2", "ink-2"),
    ("c-ink-3", "ink-3"),
    ("c-seal", "seal"),
    ("c-seal-tint", "seal-tint"),
    ("c-pencil", "pencil"),
    ("c-pencil-tint", "pencil-tint"),
    ("c-lamp", "lamp"),
    ("c-lamp-tint", "lamp-tint"),
    ("c-rubric", "rubric"),
    ("c-rubric-tint", "rubric-tint"),
];

/// The colours.
#[component]
pub fn Colour() -> impl IntoView {
    let swatches = SWATCHES
        .map(|(class, name)| {
            view! {
                <li class="sw">
                    <span class=format!("sw-c {class}")></span>
                    <code>{name}</code>
                </li>
            }
        })
        .collect_view();
    view! {
        <Section title="Colour" rule="Ink acts. Every other hue is a claim about state, and is never decoration.">
            <ul class="sws">{swatches}</ul>
        </Section>
    }
}

/// The faces and sizes.
#[component]
pub fn Type() -> impl IntoView {
    view! {
        <Section
            title="Type"
            rule="Atkinson Hyperlegible Next for the interface, because 0 and O, 1 and l and I must not be confused. Literata for what is read."
        >
            <div class="ty">
                <p class="ty-3x">"Receiving refrigerated stock"</p>
                <p class="ty-2x">"Standard operating procedures"</p>
                <p class="ty-xl">"End all other sessions"</p>
                <p class="ty-read">
                    "Move the pallet into bay Q2 within 10 minutes of opening the doors, and hang the yellow card where it can be read from the aisle."
                </p>
                <p>"Interface, 14 on 20. SOP-014, Il1 O0, 10 ml, 2.0 to 8.0 °C"</p>
                <p class="ty-sm">"Secondary, 13 on 18. Tomás Quintero, 4 minutes ago"</p>
                <p class="ty-xs">"Hints and heads, 12 on 16"</p>
                <p>
                    <code>"7c41 d09b 3e5f a812"</code>
                </p>
            </div>
        </Section>
    }
}
