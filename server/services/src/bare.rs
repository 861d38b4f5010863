//! Content without its cover: what the database would hold if nothing were encrypted. For tests only, and only in the
//! test build of this crate: no configuration, feature or function of a program that ships leads here.

use crypto::{DataKey, Place};

/// Format and key version: what a reader needs before it has a key.
const HEAD: usize = 1 + 4;

/// A value in the clear behind the head of a sealed one, so that everything around it goes on as usual.
pub(crate) fn dress(key: &DataKey, place: &Place<'_>, plain: &[u8]) -> Vec<u8> {
    let mut stored = key.seal(place, [0; 12], b"");
    stored.truncate(HEAD);
    stored.extend_from_slice(plain);
    stored
}

/// The value behind the head.
pub(crate) fn undress(stored: &[u8]) -> Vec<u8> {
    stored[HEAD..].to_vec()
}
