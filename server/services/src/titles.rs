//! Decrypted titles at hand, so that lists sort and search without opening each one anew.
//!
//! One map for each (workspace, field class), never shared across classes; here the class is that of titles. It is asked
//! only with what a transaction has read under row-level security: the ciphertext itself is the key, so that whoever cannot
//! read a title cannot ask for it, and a title that was changed is another one. Bounded: workspaces that were not listed
//! for longest go first, and one that grows beyond its share begins anew.

use domain::{FieldClass, RecordId, WorkspaceId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Most workspaces at hand.
const WORKSPACES_MAX: usize = 256;
/// Most titles of one workspace at hand.
const TITLES_MAX: usize = 20_000;
/// The nonce and the tag tell one ciphertext from every other; this many bytes from its end hold the tag.
const TAG: usize = 16;

/// A title and the ciphertext it was opened from, by its authentication tag.
struct Opened {
    tag: [u8; TAG],
    text: Arc<str>,
}

/// The titles of one workspace.
#[derive(Default)]
struct Drawer {
    used: u64,
    titles: HashMap<RecordId, Opened>,
}

/// All titles at hand.
#[derive(Default)]
pub(crate) struct Titles(Mutex<Drawers>);

#[derive(Default)]
struct Drawers {
    uses: u64,
    by: HashMap<(WorkspaceId, FieldClass), Drawer>,
}

impl Titles {
    /// The texts of these ciphertexts, where they are at hand, in the same order.
    pub(crate) fn known(&self, workspace: WorkspaceId, sealed: &[(RecordId, &[u8])]) -> Vec<Option<Arc<str>>> {
        let mut drawers = self.lock();
        drawers.uses += 1;
        let uses = drawers.uses;
        let Some(drawer) = drawers.by.get_mut(&(workspace, FieldClass::Title)) else {
            return vec![None; sealed.len()];
        };
        drawer.used = uses;
        let find = |(record, sealed): &(RecordId, &[u8])| {
            let opened = drawer.titles.get(record)?;
            (Some(opened.tag) == tag_of(sealed)).then(|| Arc::clone(&opened.text))
        };
        sealed.iter().map(find).collect()
    }

    /// Keeps titles that were just opened.
    pub(crate) fn keep<'a>(
        &self,
        workspace: WorkspaceId,
        opened: impl Iterator<Item = (RecordId, &'a [u8], Arc<str>)>,
    ) {
        let mut drawers = self.lock();
        let key = (workspace, FieldClass::Title);
        if !drawers.by.contains_key(&key) && drawers.by.len() >= WORKSPACES_MAX {
            let oldest = drawers
                .by
                .iter()
                .min_by_key(|(_, drawer)| drawer.used)
                .map(|(key, _)| *key);
            if let Some(oldest) = oldest {
                drawers.by.remove(&oldest);
            }
        }
        let uses = drawers.uses;
        let drawer = drawers.by.entry(key).or_default();
        drawer.used = uses;
        for (record, sealed, text) in opened {
            if drawer.titles.len() >= TITLES_MAX {
                drawer.titles.clear();
            }
            if let Some(tag) = tag_of(sealed) {
                drawer.titles.insert(record, Opened { tag, text });
            }
        }
    }

    /// A poisoned lock is taken all the same: every entry is whole.
    fn lock(&self) -> MutexGuard<'_, Drawers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tag_of(sealed: &[u8]) -> Option<[u8; TAG]> {
    sealed.last_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(number: u128) -> RecordId {
        RecordId(Uuid::from_u128(number))
    }

    #[test]
    fn a_title_is_found_by_its_ciphertext_in_its_workspace_only() {
        let titles = Titles::default();
        let (here, there) = (WorkspaceId(Uuid::from_u128(1)), WorkspaceId(Uuid::from_u128(2)));
        let (old, new) = ([1; 40], [2; 40]);
        titles.keep(here, [(id(1), &old[..], Arc::from("Tide"))].into_iter());
        let known = |workspace, record, sealed: &[u8]| titles.known(workspace, &[(record, sealed)])[0].clone();
        assert_eq!(known(here, id(1), &old).as_deref(), Some("Tide"));
        assert_eq!(known(here, id(1), &new), None, "another ciphertext is another title");
        assert_eq!(known(here, id(2), &old), None);
        assert_eq!(known(there, id(1), &old), None);
        assert_eq!(known(here, id(1), &[]), None);
    }

    #[test]
    fn the_workspace_listed_longest_ago_goes_first() {
        let titles = Titles::default();
        let workspace = |number: usize| WorkspaceId(Uuid::from_u128(number as u128));
        let sealed = [7; 40];
        for number in 0..=WORKSPACES_MAX {
            titles.keep(workspace(number), [(id(1), &sealed[..], Arc::from("Tide"))].into_iter());
            // The first is listed again and again.
            titles.known(workspace(0), &[]);
        }
        let known = |number| titles.known(workspace(number), &[(id(1), &sealed[..])])[0].is_some();
        assert!(known(0) && known(WORKSPACES_MAX));
        let kept = (0..=WORKSPACES_MAX).filter(|number| known(*number)).count();
        assert_eq!(kept, WORKSPACES_MAX);
    }
}
