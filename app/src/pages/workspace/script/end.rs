//! What a script's page does when it hears from the room: that there is newer text, or that it is over.

use super::Script;
use crate::{
    browser, call,
    follow::{Follower, Heard},
};
use domain::{
    Code, RecordId, WorkspaceId,
    ops::{GetRecord, ReadBody},
};
use leptos::{prelude::*, task::spawn_local};

/// Close codes that may mean that the record is not ours to see any more.
const TURNED_AWAY: [u16; 2] = [4403, 4404];

/// Listens while the text is read, and stops listening when it is written: the editor has a connection of its own. `shown`
/// is the HTML on the page.
pub(super) fn follow(script: Script, workspace: WorkspaceId, record: RecordId, shown: StoredValue<String>) {
    let looking = StoredValue::new(false);
    Effect::new(move |_| {
        let reads = !script.writing.get();
        let follower = reads.then(|| {
            Follower::open(
                &format!("/ws/records/{record}?workspace={workspace}"),
                move |heard| match heard {
                    Heard::Changed => look(script, (workspace, record), shown, looking),
                    Heard::Ended(code) => turned_away(script, workspace, record, code),
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
            turned_away(script, workspace, record, code);
        }
    });
    on_cleanup(move || {
        script.follower.try_update_value(Option::take);
    });
}

/// Says that there is newer text, once it reads differently: a change may be our own, or one that undoes another. Somebody
/// who types changes it many times a second; one look at a time is enough, and the next change brings the next.
fn look(
    script: Script,
    (workspace, record): (WorkspaceId, RecordId),
    shown: StoredValue<String>,
    looking: StoredValue<bool>,
) {
    if script.newer.get_untracked() || looking.try_get_value() != Some(false) {
        return;
    }
    looking.set_value(true);
    spawn_local(async move {
        let answer = call(ReadBody { workspace, record }).await;
        looking.try_set_value(false);
        let Ok(body) = answer else { return };
        let other = shown.try_with_value(|shown| *shown != body.html).unwrap_or_default();
        if other && !script.writing.get_untracked() {
            script.newer.set(true);
        }
    });
}

/// Asks the server whether there is still something to see. If not, the page is loaded again and says so; unless it holds
/// words that are nowhere else.
fn turned_away(script: Script, workspace: WorkspaceId, record: RecordId, code: u16) {
    if !TURNED_AWAY.contains(&code) {
        return;
    }
    spawn_local(async move {
        let answer = call(GetRecord { workspace, record }).await;
        if !answer.is_err_and(|problem| problem.code == Code::NotFound) {
            return;
        }
        let holds = script
            .status
            .try_with_untracked(|status| status.as_ref().is_some_and(|status| status.unsaved));
        match holds {
            Some(true) => script.gone.set(true),
            Some(false) => browser::reload(),
            None => {}
        }
    });
}
