//! Waiting until editing is at rest.

use super::{Editing, lock, seats::Kind};
use crate::Services;
use domain::WorkspaceId;

impl Services {
    /// Waits until nobody sits at a text, and what was written is kept and covered by the log. For one who runs these
    /// services alone, without [`Services::run_editing`]: the bell that says so wakes one who waits.
    pub async fn editing_at_rest(&self) {
        self.inner.editing.at_rest().await;
    }
}

impl Editing {
    /// Waits until every room is over, and what they wrote is kept.
    pub(super) async fn at_rest(&self) {
        self.until(|| lock(&self.rooms).is_empty() && lock(&self.seats).count(Kind::Text) == 0)
            .await;
        let workspaces: Vec<WorkspaceId> = lock(&self.writers).keys().copied().collect();
        for workspace in workspaces {
            self.written(workspace).await;
        }
    }

    /// Waits until something is so that rings when it becomes so.
    pub(super) async fn until(&self, so: impl Fn() -> bool) {
        loop {
            // Enabled before looking, so that the last end is not missed.
            let mut changed = std::pin::pin!(self.look.notified());
            changed.as_mut().enable();
            if so() {
                return;
            }
            changed.await;
        }
    }
}
