//! Where somebody is who reads: the outline marks the heading whose part is on the screen. Who writes is told by the editor
//! (`sayHere` in `app/editor/editor.ts`), by the same rule.

use super::Script;
use crate::browser;
use leptos::{ev, html::Div, prelude::*};

/// A heading that begins so far below the head of what scrolls, in pixels, has begun; as in `app/editor/editor.ts`.
const BEGUN: f64 = 96.0;

/// Follows a reader through the text.
#[derive(Clone, Copy)]
pub(super) struct Here {
    script: Script,
    port: NodeRef<Div>,
    is_planned: StoredValue<bool>,
    was_named: StoredValue<bool>,
}

impl Here {
    /// Follows in what scrolls the text.
    pub(super) fn new(script: Script, port: NodeRef<Div>) -> Self {
        let here = Self {
            script,
            port,
            is_planned: StoredValue::new(false),
            was_named: StoredValue::new(false),
        };
        Effect::new(move |_| {
            // Told of each text that comes on the page.
            script.outline.track();
            script.counts.track();
            if !script.writing.get() {
                here.look();
            }
        });
        let turned = window_event_listener(ev::resize, move |_| here.look());
        on_cleanup(move || turned.remove());
        here
    }

    /// The text was scrolled, or is another: looks with the next frame.
    pub(super) fn look(self) {
        if self.is_planned.try_get_value() == Some(false) {
            self.is_planned.set_value(true);
            browser::next_frame(move || self.say());
        }
    }

    fn say(self) {
        // The page may be gone by then.
        let Some(was_named) = self.was_named.try_get_value() else {
            return;
        };
        self.is_planned.set_value(false);
        let reads = !self.script.writing.get_untracked();
        let Some(port) = self.port.get_untracked().filter(|_| reads) else {
            return;
        };
        if !was_named {
            self.was_named.set_value(browser::show_named(&port));
        }
        let below = |id: &str| browser::below_head(&port, id);
        let here = self.script.outline.with_untracked(|outline| {
            // Who has just stopped writing has the editor's outline, until the text comes.
            below(&outline.first()?.id)?;
            let begun = outline.partition_point(|entry| below(&entry.id).is_some_and(|below| below <= BEGUN));
            Some(outline[begun.saturating_sub(1)].id.clone())
        });
        if let Some(here) = here.filter(|here| self.script.here.with_untracked(|before| before != here)) {
            self.script.here.set(here);
        }
    }
}
