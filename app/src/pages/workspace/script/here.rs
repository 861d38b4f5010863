//! Where somebody is who reads: the outline marks the heading whose part is on the screen. Who writes is told by the editor
//! (`sayHere` in `app/editor/editor.ts`), by the same rule.

use super::Script;
use crate::browser::{self, Place};
use leptos::{ev, html::Div, prelude::*};

/// A heading that begins so far below the head of what scrolls, in pixels, has begun; as in `app/editor/editor.ts`.
const BEGUN: f64 = 96.0;

/// In so many frames a place is gone back to: what comes near is as tall as it is only when it was drawn.
const FRAMES: u32 = 3;

/// Follows a reader through the text, and keeps their place where the text on the page becomes another.
#[derive(Clone, Copy)]
pub(super) struct Here {
    script: Script,
    port: NodeRef<Div>,
    is_planned: StoredValue<bool>,
    was_named: StoredValue<bool>,
    /// Where the reader is, or was before what is on the page became another.
    place: StoredValue<Option<Place>>,
    /// In how many frames that is still gone back to.
    back: StoredValue<u32>,
}

impl Here {
    /// Follows in what scrolls the text.
    pub(super) fn new(script: Script, port: NodeRef<Div>) -> Self {
        let here = Self {
            script,
            port,
            is_planned: StoredValue::new(false),
            was_named: StoredValue::new(false),
            place: StoredValue::new(None),
            back: StoredValue::new(0),
        };
        Effect::new(move |_| {
            // Told of each text that comes on the page.
            script.outline.track();
            script.counts.track();
            if !script.writing.get() {
                here.look();
            }
        });
        let turned = window_event_listener(ev::resize, move |_| {
            if !script.writing.get_untracked() {
                here.keep();
            }
        });
        let named = window_event_listener(ev::hashchange, move |_| here.was_named.set_value(here.show_named()));
        on_cleanup(move || {
            turned.remove();
            named.remove();
        });
        here
    }

    /// The text was scrolled, or is another: looks with the next frame.
    pub(super) fn look(self) {
        if self.is_planned.try_get_value() == Some(false) {
            self.is_planned.set_value(true);
            browser::next_frame(move || self.say());
        }
    }

    /// What is on the page becomes another: whoever reads it stays where they are.
    pub(super) fn keep(self) {
        if self.back.try_set_value(FRAMES).is_none() {
            self.look();
        }
    }

    /// What is written is left: it is read on from where it was written.
    pub(super) fn leave(self) {
        if let Some(port) = self.port() {
            self.place.set_value(browser::place(&port));
            self.keep();
        }
    }

    /// What scrolls the text, while it is there.
    fn port(self) -> Option<web_sys::Element> {
        self.port.try_get_untracked().flatten().map(Into::into)
    }

    fn show_named(self) -> bool {
        self.port().is_some_and(|port| browser::show_named(&port))
    }

    fn say(self) {
        // The page may be gone by then.
        if self.is_planned.try_set_value(false).is_some() {
            return;
        }
        let Some(port) = self.port() else { return };
        let reads = !self.script.writing.get_untracked();
        if reads && !self.was_named.get_value() && port.scroll_top() == 0 {
            self.was_named.set_value(self.show_named());
        }
        let left = self.back.get_value();
        if let Some(place) = self.place.get_value().filter(|_| left > 0) {
            if browser::go_back(&port, place) {
                self.back.set_value(left - 1);
                self.look();
            }
        } else {
            self.back.set_value(0);
            // While somebody writes it is asked for once, when they leave: far from the screen it would have to be laid out.
            if reads {
                self.place.set_value(browser::place(&port));
            }
        }
        if reads {
            self.mark(&port);
        }
    }

    /// Marks the heading.
    fn mark(self, port: &web_sys::Element) {
        let below = |id: &str| browser::below_head(port, id);
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
