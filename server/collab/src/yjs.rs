//! The Yjs library, handled with care.

use crate::{
    scan::Outline,
    wire::{Malformed, Reader},
};
use bytes::Bytes;
use std::panic::{AssertUnwindSafe, catch_unwind};
use yrs::{ClientID, Doc, OffsetKind, Options, Transact, TransactionMut, Update, updates::decoder::Decode};

/// Reads a state vector.
pub(crate) fn clocks(bytes: &[u8]) -> Result<Vec<(u64, u32)>, Malformed> {
    let mut reader = Reader::new(bytes);
    let count = reader.integer32()?;
    let mut clocks = Vec::new();
    for _ in 0..count {
        clocks.push((reader.integer()?, reader.integer32()?));
    }
    if reader.remaining() > 0 {
        return Err(Malformed("something follows the state vector"));
    }
    Ok(clocks)
}

/// How many clocks the transaction has deleted among those an update deletes.
pub(crate) fn deleted(transaction: &TransactionMut<'_>, outline: &Outline) -> u64 {
    let mut last = None;
    let mut count = 0;
    for run in &outline.deletes {
        if last.replace(run.client) == Some(run.client) {
            continue;
        }
        if let Some(ranges) = transaction.delete_set().get(&ClientID::new(run.client)) {
            count += ranges
                .iter()
                .map(|(range, ())| u64::from(range.end - range.start))
                .sum::<u64>();
        }
    }
    count
}

/// A document that counts as JavaScript does and changes nothing of its own accord, for a client who writes in it.
pub(crate) fn empty_of(client: u64) -> Doc {
    let mut options = Options::with_client_id(ClientID::new(client));
    options.offset_kind = OffsetKind::Utf16;
    options.cleanup_formatting = false;
    Doc::with_options(options)
}

/// Puts updates into a document, in one transaction, which is then of no use if one of them fails.
pub(crate) fn apply<'a>(doc: &Doc, updates: impl Iterator<Item = &'a Bytes>) -> Result<(), ()> {
    let mut transaction = doc.transact_mut();
    let applied = catch_unwind(AssertUnwindSafe(|| {
        for update in updates {
            let decoded = Update::decode_v1(update).map_err(|_| ())?;
            transaction.apply_update(decoded).map_err(|_| ())?;
        }
        Ok(())
    }));
    commit(transaction)?;
    applied.unwrap_or(Err(()))
}

/// Commits with care: dropped in a panic, a transaction would commit too, and a second panic there would end the process.
pub(crate) fn commit(mut transaction: TransactionMut<'_>) -> Result<(), ()> {
    catch_unwind(AssertUnwindSafe(|| transaction.commit())).map_err(|_| ())
}
