//! The end of an open page: whoever may not see the workspace any more, or is signed out, is not left with what they saw.
//!
//! One connection of the frame hears of it, whatever the page shows. What the server says by closing it is asked about once
//! more before anything is done: a page is loaded again only where that shows another one. So a connection that is closed
//! for a reason of its own, by a proxy that keeps cookies back, makes no page load again and again.
//!
//! Words that the server does not have stay where they are nowhere else: those of a text, which can still be saved as a copy,
//! and, where only the session has ended, those that were typed into a form: they are sent once one has signed in again. Until
//! then nothing of the workspace is left on that page but the form, and a word on why.

use super::Around;
use crate::{
    Loaded, browser, call,
    follow::{self, Follower, Heard, PAGE},
};
use domain::{
    AccountId, Code, Problem, WorkspaceId,
    ops::{GetProfile, GetWorkspace},
};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// The close code for who is signed out.
const SIGNED_OUT: u16 = 4401;

/// After how long a server that did not say whether the page is over is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(3);

/// How the page ends. In context below the frame.
#[derive(Clone, Copy)]
pub(super) struct Over {
    /// How often the server has said that it is over.
    told: RwSignal<u32>,
    /// How many parts of the page look to its end themselves.
    own: StoredValue<u32>,
    /// Whether the reader is signed out, and the page only there for what they typed.
    out: RwSignal<bool>,
    /// The workspace that was asked about last.
    asked: StoredValue<Option<WorkspaceId>>,
    /// For whom the page was made.
    reader: StoredValue<Option<AccountId>>,
    follower: StoredValue<Option<Follower>, LocalStorage>,
    /// What the page is called when it is not out.
    title: StoredValue<String>,
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

    fn hear(self, workspace: WorkspaceId, heard: Heard) {
        // That a connection opens is news only to who is out, and that they are out is none.
        let news = if self.out.get_untracked() {
            heard != Heard::Ended(SIGNED_OUT)
        } else {
            heard != Heard::Changed
        };
        if !news {
            return;
        }
        self.ask(workspace);
    }

    /// Asks the server, or has the part of the page ask that looks to the end itself.
    fn ask(self, workspace: WorkspaceId) {
        self.asked.set_value(Some(workspace));
        if self.own.get_value() > 0 {
            self.told.update(|told| *told += 1);
            return;
        }
        spawn_local(async move {
            let answer = call(GetWorkspace { workspace }).await;
            if let Some(problem) = self.why(answer.err()).await {
                self.end(&problem);
            }
        });
    }

    /// Why the page is over, if it is. `refused` is what it was answered when it asked for what it shows; where it may have
    /// that, it is over if somebody else has signed in since. Where the server does not say, it is asked again.
    pub(super) async fn why(self, refused: Option<Problem>) -> Option<Problem> {
        let answer = match refused {
            Some(problem) => Err(problem),
            None => call(GetProfile {}).await,
        };
        match answer {
            Err(problem) if is_end(&problem) => Some(problem),
            Err(_) => {
                self.ask_later();
                None
            }
            Ok(now) => {
                let reader = self.reader.try_get_value().flatten()?;
                if now.account != reader {
                    return Some(Code::Forbidden.into());
                }
                self.set_out(false);
                None
            }
        }
    }

    /// The server has nothing more to say by itself: its connection stands.
    fn ask_later(self) {
        // Without timers there is no other try; the frame may be gone by then.
        let _ = set_timeout(
            move || {
                if let Some(workspace) = self.asked.try_get_value().flatten() {
                    self.ask(workspace);
                }
            },
            ASK_AGAIN,
        );
    }

    /// Loads the page again, which is over for this reason; unless only the session is, and a form holds words.
    pub(super) fn end(self, problem: &Problem) {
        if problem.code == Code::SignedOut && browser::hold_forms() {
            self.set_out(true);
        } else {
            browser::reload();
        }
    }

    fn set_out(self, out: bool) {
        // The frame may be gone.
        if self.out.try_get_untracked() != Some(!out) {
            return;
        }
        self.out.set(out);
        let title = if out {
            "Signed out".to_owned()
        } else {
            self.title.get_value()
        };
        self.title.set_value(browser::rename(&title));
        self.follower.with_value(|follower| {
            if let Some(follower) = follower {
                follower.go_on(if out { &follow::OUT } else { &PAGE });
            }
        });
    }
}

/// Whether a problem says that a page which asked for what it shows may show it no longer.
pub(super) fn is_end(problem: &Problem) -> bool {
    matches!(problem.code, Code::NotFound | Code::Forbidden | Code::SignedOut)
}

/// Listens for the end of every page below the frame, while the address is in a workspace that can be seen; `out` becomes
/// whether the reader is signed out of a page that keeps what they typed. To be called by the frame.
pub(super) fn watch(around: Loaded, out: RwSignal<bool>) {
    let over = Over {
        told: RwSignal::new(0),
        own: StoredValue::new(0),
        out,
        asked: StoredValue::new(None),
        reader: StoredValue::new(None),
        follower: StoredValue::new_local(None),
        title: StoredValue::new(String::new()),
    };
    provide_context(over);
    Effect::new(move |before: Option<Option<WorkspaceId>>| {
        let before = before.flatten();
        let Some(answer) = around.get::<Around>() else {
            return before;
        };
        let around = answer.ok();
        if let Some(around) = &around {
            // Whoever comes later finds what was made for the first.
            over.reader.update_value(|reader| {
                reader.get_or_insert(around.profile.account);
            });
        }
        let now = around.and_then(|around| around.workspace).map(|place| place.id);
        if now != before {
            over.follower.set_value(now.map(|workspace| {
                Follower::open(&format!("/ws/workspaces/{workspace}"), &PAGE, move |heard| {
                    over.hear(workspace, heard);
                })
            }));
        }
        now
    });
    on_cleanup(move || {
        over.follower.try_update_value(Option::take);
    });
}
