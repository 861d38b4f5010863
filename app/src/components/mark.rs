//! The mark and the word mark: a sheet parted along a toothed line.

use leptos::prelude::*;

const LEFT: &str = "M6 2H11V5H6V13H16V17H11V22H6A4 4 0 0 1 2 18V6A4 4 0 0 1 6 2Z";
const RIGHT: &str = "M18 22H13V19H18V11H8V7H13V2H18A4 4 0 0 1 22 6V18A4 4 0 0 1 18 22Z";
/// The name in outlines of Literata, from `design/wordmark.svg`.
const NAME: &str = include_str!("wordmark.path");

/// The mark alone, hidden from screen readers.
#[component]
pub fn Mark(
    /// Further classes, for the size.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg class=format!("mark {class}") viewBox="2 2 20 20" aria-hidden="true">
            <path class="mark-a" d=LEFT></path>
            <path class="mark-b" d=RIGHT></path>
        </svg>
    }
}

/// The mark with the product's name, named for screen readers.
#[component]
pub fn Wordmark() -> impl IntoView {
    view! {
        <svg class="wordmark" viewBox="0 0 135 24" role="img" aria-label="Scriptkeep">
            <path class="mark-a" d=LEFT></path>
            <path class="mark-b" d=RIGHT></path>
            <path class="mark-a" transform="translate(29 2)" d=NAME></path>
        </svg>
    }
}
