//! The list of records: filtered, searched and sorted over decrypted titles, a page at a time.

use super::record::view_of;
use crate::{
    Context, Handle, Prepare,
    failure::Failure,
    vault::{RECORD_SUMMARY, RECORD_TITLE},
};
use domain::{
    Code, FieldClass, Problem, RecordId,
    ops::{Colleague, KindCount, ListRecords, RECORD_PAGE_ROWS, RecordPage, RecordRow, RecordSort},
    policy::{Action, Decision, Item, Resource, Shelf, decide},
};
use std::{collections::BTreeMap, sync::Arc};
use store::{
    Scoped, TenantTx,
    records::{self, Record},
};
use uuid::Uuid;

/// A record and its title.
type Titled = (Record, Arc<str>);

impl Handle for ListRecords {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<RecordPage, Failure> {
        let filter = self.filter;
        if filter.shelf == Shelf::Trash && !cx.standing.actor().may(Action::TrashRecords) {
            return Err(Code::Forbidden.into());
        }
        let mut rows = records::titles(&mut cx.tx, filter.shelf).await?;
        rows.retain(|row| cx.sees(row));
        let (total, kinds) = (count(rows.len()), counts(&rows));
        rows.retain(|row| fits(&filter.kind, &row.kind) && fits(&filter.state, &row.state));
        let mut titled = cx.titled(rows).await?;
        let words = compared(&filter.search);
        titled.retain(|(_, title)| has_words(title, &words));
        sort(&mut titled, filter.sort);
        let found = titled.len();
        let from = usize::try_from(filter.from).unwrap_or(usize::MAX).min(found);
        let to = (from + usize::try_from(RECORD_PAGE_ROWS).unwrap_or(usize::MAX)).min(found);
        Ok(RecordPage {
            rows: cx.page_rows(&titled[from..to]).await?,
            found: count(found),
            total,
            kinds,
            next: (to < found).then(|| count(to)),
        })
    }
}

impl Context<'_, TenantTx> {
    /// Whether the actor reads a record.
    fn sees(&self, row: &Record) -> bool {
        let item = Item {
            kind: &row.kind,
            state: &row.state,
            shelf: row.shelf,
        };
        decide(self.standing.actor(), Action::ReadRecords, Resource::Record(item)) == Decision::Allow
    }

    /// The records with their titles: from those at hand, or opened now.
    async fn titled(&mut self, rows: Vec<Record>) -> Result<Vec<Titled>, Failure> {
        let workspace = self.tx.workspace();
        let services = self.services;
        let cache = &services.inner.titles;
        let sealed = |row: &Record| row.field(FieldClass::Title).map(<[u8]>::to_vec).unwrap_or_default();
        let asked: Vec<(RecordId, &[u8])> = rows
            .iter()
            .map(|row| (row.id, row.field(FieldClass::Title).unwrap_or_default()))
            .collect();
        let known = cache.known(workspace, &asked);
        let missing: Vec<Uuid> = rows
            .iter()
            .zip(&known)
            .filter(|(_, known)| known.is_none())
            .map(|(row, _)| row.id.0)
            .collect();
        self.vault.fetch(&mut self.tx, &[RECORD_TITLE], &missing).await?;
        let mut titled = Vec::with_capacity(rows.len());
        let mut opened = Vec::new();
        for (row, known) in rows.into_iter().zip(known) {
            let title = match known {
                Some(title) => title,
                None => match row.field(FieldClass::Title) {
                    None => Arc::from(""),
                    Some(value) => {
                        let id = row.id.0;
                        let title: Arc<str> = self.open(RECORD_TITLE, id, id, value).await?.into();
                        opened.push((row.id, sealed(&row), Arc::clone(&title)));
                        title
                    }
                },
            };
            titled.push((row, title));
        }
        let opened = opened
            .iter()
            .map(|(id, sealed, title)| (*id, sealed.as_slice(), Arc::clone(title)));
        cache.keep(workspace, opened);
        Ok(titled)
    }

    /// One page: with summaries, and who changed each last.
    async fn page_rows(&mut self, page: &[Titled]) -> Result<Vec<RecordRow>, Failure> {
        let ids: Vec<RecordId> = page.iter().map(|(row, _)| row.id).collect();
        let full = records::some(&mut self.tx, &ids).await?;
        let keys: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        self.vault.fetch(&mut self.tx, &[RECORD_SUMMARY], &keys).await?;
        let mut people: Vec<_> = page.iter().filter_map(|(row, _)| row.changed_by).collect();
        people.sort_unstable();
        people.dedup();
        let names = self.services.names_of(&people).await?;
        let mut rows = Vec::with_capacity(page.len());
        for (row, title) in page {
            let sealed = full.iter().find(|full| full.id == row.id);
            let summary = match sealed.and_then(|full| full.field(FieldClass::General)) {
                Some(sealed) => self.open(RECORD_SUMMARY, row.id.0, row.id.0, sealed).await?,
                None => String::new(),
            };
            let by = row
                .changed_by
                .and_then(|account| Some((account, names.get(&account)?.clone())));
            rows.push(RecordRow {
                record: view_of(row, title.to_string(), summary),
                changed_by: by.map(|(account, name)| Colleague { account, name }),
            });
        }
        Ok(rows)
    }
}

fn fits(wanted: &str, found: &str) -> bool {
    wanted.is_empty() || wanted == found
}

/// What of a text is compared: its letters in lower case, without what only joins, parts or directs them (Unicode, "Format", Cf):
/// people type Persian with and without U+200C.
fn compared(text: &str) -> String {
    let is_format = |letter: &char| matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    text.to_lowercase()
        .chars()
        .filter(|letter| !is_format(letter))
        .collect()
}

/// Whether every word stands somewhere in the title. `words` is [`compared`].
fn has_words(title: &str, words: &str) -> bool {
    if words.trim().is_empty() {
        return true;
    }
    let title = compared(title);
    words.split_whitespace().all(|word| title.contains(word))
}

/// Sorts; what came first stays first among equals, so that pages fit together.
fn sort(titled: &mut [Titled], by: RecordSort) {
    match by {
        // As the database gave them.
        RecordSort::Changed => {}
        RecordSort::Made => titled.sort_by_key(|(row, _)| std::cmp::Reverse((row.created_at, row.id))),
        RecordSort::Title => titled.sort_by_cached_key(|(_, title)| title.to_lowercase()),
    }
}

fn counts(rows: &[Record]) -> Vec<KindCount> {
    let mut by: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        *by.entry(&row.kind).or_default() += 1;
    }
    by.into_iter()
        .map(|(kind, records)| KindCount {
            kind: kind.to_owned(),
            records: count(records),
        })
        .collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_order() {
        let title = "Receiving refrigerated Stock";
        for (words, found) in [
            ("", true),
            ("stock receiving", true),
            ("  receiv ", true),
            ("stocks", false),
        ] {
            assert_eq!(has_words(title, words), found, "{words}");
        }
    }

    #[test]
    fn what_only_joins_letters_is_not_searched_for() {
        let (joined, parted) = ("می\u{200c}خواهم", "میخواهم");
        for (title, words) in [
            (joined, parted),
            (parted, joined),
            (joined, "می\u{200c}"),
            (joined, "\u{200c}"),
        ] {
            assert!(has_words(title, &compared(words)), "{title:?} {words:?}");
        }
        assert!(!has_words(joined, &compared("می خوانم")));
    }
}
