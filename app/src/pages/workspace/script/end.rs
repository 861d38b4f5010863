//! What a script's page does when it hears from the room: that there is newer text, that the record was put away or lets itself
//! be written no longer, or that it is over.

use super::{super::over::Over, Script};
use crate::{
    call,
    follow::{Follower, Heard, TEXT},
};
use domain::{
    Code, Problem, RecordId, WorkspaceId,
    ops::{GetRecord, GetWorkspace, ReadBody, RecordView, WorkspaceView},
};
use leptos::{prelude::*, task::spawn_local};

/// Close codes that may mean that the record is not ours to write in, or not even to see, any more.
const TURNED_AWAY: [u16; 2] = [4403, 4404];

/// The text that is read, beside what the room says of it.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    script: Script,
    over: Over,
    workspace: WorkspaceId,
    record: RecordId,
    on_seen: Callback<(RecordView, Option<WorkspaceView>)>,
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
    /// Nothing is shown yet. `on_seen` gets what the server says of the record and the workspace. To be called below the frame.
    pub(super) fn new(
        script: Script,
        workspace: WorkspaceId,
        record: RecordId,
        on_seen: Callback<(RecordView, Option<WorkspaceView>)>,
    ) -> Self {
        Self {
            script,
            over: expect_context(),
            workspace,
            record,
            on_seen,
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
                        Heard::Ended(code) => self.turned_away(code),
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
        Effect::new(move |before: Option<Option<u16>>| {
            let now = code.get();
            // What was refused may be taken again as well.
            if let Some(code) = now.or(before.flatten()) {
                self.turned_away(code);
            }
            now
        });
        over.leave_to(move || spawn_local(self.look_whether_over()));
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
                self.look_whether_over().await;
                return;
            }
            let reads = after != Some(Look::Replaced) && script.writing.try_get_untracked() == Some(false);
            let body = answer.ok().filter(|_| reads);
            let same = body.map(|body| self.shown.try_with_value(|shown| *shown == body.html) == Some(true));
            if same == Some(false) {
                script.newer.set(true);
            }
            if matches!(after, Some(Look::Overtaken | Look::Replaced)) {
                self.look();
            } else if same == Some(true) {
                // Then it may have been a change of the record, or one while nobody listened.
                self.look_at_record(None).await;
            }
        });
    }

    /// A room has closed, or takes nothing more: perhaps there is nothing to see any more.
    fn turned_away(self, code: u16) {
        if TURNED_AWAY.contains(&code) {
            spawn_local(self.look_whether_over());
        }
    }

    /// Asks the server whether there is still something to see, and what may be done with it. If there is not, the page is
    /// loaded again and says so; unless it holds words that are nowhere else.
    async fn look_whether_over(self) {
        let Self {
            script,
            over,
            workspace,
            ..
        } = self;
        if script.gone.try_get_untracked() != Some(false) {
            return;
        }
        // The role may be another one by now.
        let refused = match call(GetWorkspace { workspace }).await {
            Ok(place) => self.look_at_record(Some(place)).await,
            Err(problem) => Some(problem),
        };
        let Some(problem) = over.why(refused).await else {
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

    /// Hands on what the server says of the record now; why it says nothing, otherwise.
    async fn look_at_record(self, place: Option<WorkspaceView>) -> Option<Problem> {
        let Self { workspace, record, .. } = self;
        let answer = call(GetRecord { workspace, record }).await;
        // The page may be gone by then.
        if let Ok(record) = &answer
            && self.script.gone.try_get_untracked().is_some()
        {
            self.on_seen.run((record.clone(), place));
        }
        answer.err()
    }
}
