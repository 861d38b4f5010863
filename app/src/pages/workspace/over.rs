//! The end of an open page: whoever may not see the workspace any more, or is signed out, is not left with what they saw.
//!
//! One connection of the frame hears of it, whatever the page shows. What the server says by closing it is asked about once
//! more before anything is done: a page is loaded again only where that shows another one. So a connection that is closed
//! for a reason of its own, by a proxy that keeps cookies back, makes no page load again and again.
//!
//! Words that the server does not have stay where they are nowhere else: those of a text, which can still be saved as a copy,
//! and, where only the session has ended, those that were typed into a form: they are sent once one has signed in again.

use super::Around;
use crate::{
    Loaded, ask, browser,
    components::holds_words,
    follow::{Follower, Heard, PAGE},
};
use domain::{Code, Problem, WorkspaceId, ops::GetWorkspace};
use leptos::{prelude::*, task::spawn_local};

/// How the page ends. In context below the frame.
#[derive(Clone, Copy)]
pub(super) struct Over {
    /// How often the server has said that it is over.
    told: RwSignal<u32>,
    /// How many parts of the page look to its end themselves.
    own: StoredValue<u32>,
}

impl Over {
    /// Lets a part of the page, which may hold words that are nowhere else, look to the end of the page as long as it is
    /// there; `look` is called whenever the server says that it is over.
    pub(super) fn leave_to(self, look: impl Fn() + 'static) {
        self.own.update_value(|own| *own += 1);
        Effect::new(move |before: Option<()>| {
            self.told.track();
            if before.is_some() {
                look();
            }
        });
        on_cleanup(move || {
            self.own.try_update_value(|own| *own -= 1);
        });
    }

    fn tell(self, workspace: WorkspaceId) {
        if self.own.get_value() > 0 {
            self.told.update(|told| *told += 1);
            return;
        }
        spawn_local(async move {
            if let Err(problem) = ask(GetWorkspace { workspace }).await {
                end(&problem);
            }
        });
    }
}

/// Loads the page again if this is what it was answered when it asked for what it shows, and that says that it is over.
pub(super) fn end(problem: &Problem) {
    let waits = problem.code == Code::SignedOut && holds_words();
    if is_end(problem) && !waits {
        browser::reload();
    }
}

/// Whether a problem says that a page which asked for what it shows may show it no longer.
pub(super) fn is_end(problem: &Problem) -> bool {
    matches!(problem.code, Code::NotFound | Code::Forbidden | Code::SignedOut)
}

/// Listens for the end of every page below the frame, while the address is in a workspace that can be seen. To be called by
/// the frame.
pub(super) fn watch(around: Loaded) {
    let over = Over {
        told: RwSignal::new(0),
        own: StoredValue::new(0),
    };
    provide_context(over);
    let follower = StoredValue::new_local(None);
    Effect::new(move |before: Option<Option<WorkspaceId>>| {
        let before = before.flatten();
        let Some(answer) = around.get::<Around>() else {
            return before;
        };
        let now = answer.ok().and_then(|around| around.workspace).map(|place| place.id);
        if now != before {
            follower.set_value(now.map(|workspace| {
                Follower::open(&format!("/ws/workspaces/{workspace}"), &PAGE, move |heard| {
                    if matches!(heard, Heard::Ended(_)) {
                        over.tell(workspace);
                    }
                })
            }));
        }
        now
    });
    on_cleanup(move || {
        follower.try_update_value(Option::take);
    });
}
