//! A form where no browser is: HTML does it all.

use super::FormCore;
use crate::forms::RenderKey;
use domain::Operation;
use leptos::prelude::{Callback, use_context};

/// The key under which a form is done at most once: the page's own, and what tells the form from others on the page.
pub(super) fn render_key(op: &str, row: &str) -> String {
    use_context::<RenderKey>().map_or_else(String::new, |RenderKey(key)| format!("{key}.{op}.{row}"))
}

/// A form's operation without its type; nothing, where nothing is sent.
#[derive(Clone, Copy)]
pub(super) struct Wiring(());

impl Wiring {
    /// The wiring of a form of this operation.
    pub(super) fn of<Op: Operation>(_on_done: Option<Callback<Op::Output>>, _native: bool) -> Self {
        Self(())
    }

    /// Does nothing; see the browser's half.
    pub(super) fn submit<Event>(self, core: FormCore, event: &Event) {
        let _ = (self, core, event);
    }

    /// Does nothing; see the browser's half.
    pub(super) fn look_again<Event>(self, core: FormCore, event: &Event, typing: bool) {
        let _ = (self, core, event, typing);
    }
}
