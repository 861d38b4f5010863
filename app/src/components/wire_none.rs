//! A form where no browser is: HTML does it all.

use super::Form;
use crate::forms::RenderKey;
use domain::Operation;
use leptos::prelude::{Callback, use_context};

/// The key under which a form is done at most once: the page's own, and what tells the form from others on the page.
pub(super) fn render_key(op: &str, row: &str) -> String {
    use_context::<RenderKey>().map_or_else(String::new, |RenderKey(key)| format!("{key}.{op}.{row}"))
}

/// Does nothing; see the browser's half.
pub(super) fn submit<Op: Operation, Event>(
    form: Form<Op>,
    on_done: Option<Callback<Op::Output>>,
    native: bool,
    event: &Event,
) {
    let _ = (form, on_done, native, event);
}

/// Does nothing; see the browser's half.
pub(super) fn look_again<Op: Operation, Event>(form: Form<Op>, native: bool, event: &Event, typing: bool) {
    let _ = (form, native, event, typing);
}
