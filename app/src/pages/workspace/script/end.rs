//! What a script's page does when it hears from the room: that there is newer text, or that it is over.

use super::{super::over::Over, Script};
use crate::{
    call,
    follow::{Follower, Heard, TEXT},
};
use domain::{
    Code, RecordId, WorkspaceId,
    ops::{GetRecord, ReadBody},
};
use leptos::{prelude::*, task::spawn_local};

/// Close codes that may mean that the record is not ours to see any more.
const TURNED_AWAY: [u16; 2] = [4403, 4404];

/// The text that is read, beside what the room says of it.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    script: Script,
    over: Over,
    workspace: WorkspaceId,
    record: RecordId,
    /// The HTML on the page.
    shown: StoredValue<String>,
    look: StoredValue<Look>,
}

/// Whether the server is being asked for the text of now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// It is not.
    Idle,
    /// It is.
    Under,
    /// It is, and there was a change since, which the answer may not hold.
    Overtaken,
    /// It is, and another text came on the page since, which may be newer than the answer.
    Replaced,
}

impl Reading {
    /// Nothing is shown yet. To be called below the frame.
    pub(super) fn new(script: Script, workspace: WorkspaceId, record: RecordId) -> Self {
        Self {
            script,
            over: expect_context(),
            workspace,
            record,
            shown: StoredValue::new(String::new()),
            look: StoredValue::new(Look::Idle),
        }
    }

    /// This is on the page now. What changed while it was under way is looked for; the first text is looked after once the
    /// room is heard.
    pub(super) fn show(self, html: &str) {
        let before = self
            .shown
            .try_update_value(|shown| std::mem::replace(shown, html.to_owned()));
        if before.is_some_and(|before| !before.is_empty()) {
            self.script.newer.set(false);
            self.look.update_value(|look| {
                if *look != Look::Idle {
                    *look = Look::Replaced;
                }
            });
            self.look();
        }
    }

    /// Listens while the text is read, and stops listening when it is written: the editor has a connection of its own.
    pub(super) fn follow(self) {
        let Self {
            script,
            over,
            workspace,
            record,
            ..
        } = self;
        Effect::new(move |_| {
            let reads = !script.writing.get();
            let follower = reads.then(|| {
                Follower::open(
                    &format!("/ws/records/{record}?workspace={workspace}"),
                    &TEXT,
                    move |heard| match heard {
                        Heard::Changed => self.look(),
                        Heard::Ended(code) => turned_away(script, over, workspace, record, code),
                    },
                )
            });
            script.follower.set_value(follower);
        });
        let code = Memo::new(move |_| {
            script.status.with(|status| {
                status
                    .as_ref()
                    .filter(|status| status.safety == "refused")
                    .map(|status| status.code)
            })
        });
        Effect::new(move |_| {
            if let Some(code) = code.get() {
                turned_away(script, over, workspace, record, code);
            }
        });
        over.leave_to(move || spawn_local(look_whether_over(script, over, workspace, record)));
        on_cleanup(move || {
            script.follower.try_update_value(Option::take);
        });
    }

    /// Says that there is newer text, once it reads differently: a change may be our own, or one that undoes another.
    /// Somebody who types changes it many times a second: one look at a time, and one more for all that came meanwhile.
    fn look(self) {
        if self.script.newer.get_untracked() {
            return;
        }
        let before = self.look.try_update_value(|look| {
            let before = *look;
            *look = match before {
                Look::Idle => Look::Under,
                Look::Under | Look::Overtaken => Look::Overtaken,
                Look::Replaced => Look::Replaced,
            };
            before
        });
        if before != Some(Look::Idle) {
            return;
        }
        let Self {
            script,
            over,
            workspace,
            record,
            ..
        } = self;
        spawn_local(async move {
            let answer = call(ReadBody { workspace, record }).await;
            let after = self.look.try_update_value(|look| std::mem::replace(look, Look::Idle));
            let hidden = [Code::NotFound, Code::Forbidden];
            if answer.as_ref().is_err_and(|problem| hidden.contains(&problem.code)) {
                // The room may say so later, or has hung up unheard.
                look_whether_over(script, over, workspace, record).await;
                return;
            }
            if let Ok(body) = answer
                && after != Some(Look::Replaced)
                && self.shown.try_with_value(|shown| *shown != body.html) == Some(true)
                && !script.writing.get_untracked()
            {
                script.newer.set(true);
            }
            if matches!(after, Some(Look::Overtaken | Look::Replaced)) {
                self.look();
            }
        });
    }
}

/// A room has closed: perhaps there is nothing to see any more.
fn turned_away(script: Script, over: Over, workspace: WorkspaceId, record: RecordId, code: u16) {
    if TURNED_AWAY.contains(&code) {
        spawn_local(look_whether_over(script, over, workspace, record));
    }
}

/// Asks the server whether there is still something to see. If not, the page is loaded again and says so; unless it holds
/// words that are nowhere else.
async fn look_whether_over(script: Script, over: Over, workspace: WorkspaceId, record: RecordId) {
    if script.gone.try_get_untracked() != Some(false) {
        return;
    }
    let answer = call(GetRecord { workspace, record }).await;
    let Some(problem) = over.why(answer.err()).await else {
        return;
    };
    let holds = script
        .status
        .try_with_untracked(|status| status.as_ref().is_some_and(|status| status.unsaved));
    match holds {
        // Who is signed out is told so by the connection of the text.
        Some(true) => script.gone.set(problem.code != Code::SignedOut),
        Some(false) => over.end(&problem),
        None => {}
    }
}
