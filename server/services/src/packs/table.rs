//! A table of a pack file, read key by key; each refusal names the place.

use super::error::{PackError, Source, did_you_mean};
use std::ops::Range;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Longest name or sentence in a pack, in characters.
const TEXT_MAX: usize = 500;
/// Longest id in a pack, in characters.
const ID_MAX: usize = 40;

/// A word and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) at: Range<usize>,
}

/// A table.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    pub(super) source: Source<'a>,
    pub(super) at: Range<usize>,
    entries: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    /// A table that may have these keys and no others.
    pub(super) fn new(
        source: Source<'a>,
        at: Range<usize>,
        entries: &'a DeTable<'a>,
        known: &[&str],
    ) -> Result<Self, PackError> {
        for key in entries.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                return Err(source.wrong(
                    &key.span(),
                    format!("There is no key `{name}` here."),
                    did_you_mean(name, known),
                ));
            }
        }
        Ok(Self { source, at, entries })
    }

    /// Something wrong with the whole table.
    pub(super) fn wrong(&self, what: impl Into<String>, mend: impl Into<String>) -> PackError {
        self.source.wrong(&self.at, what, mend)
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.entries.get(key)
    }

    fn kind(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) -> PackError {
        self.source.wrong(
            &value.span(),
            format!("`{key}` is {} here.", article(value.get_ref().type_str())),
            format!("It has to be {wanted}."),
        )
    }

    /// A text with its place, as long as it is.
    pub(super) fn raw(&self, key: &str) -> Result<Option<Word>, PackError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = value
            .get_ref()
            .as_str()
            .ok_or_else(|| self.kind(key, value, "a text in quotes"))?;
        Ok(Some(Word {
            text: text.to_owned(),
            at: value.span(),
        }))
    }

    /// A short text that may be absent.
    pub(super) fn optional(&self, key: &str) -> Result<Option<Word>, PackError> {
        let Some(word) = self.raw(key)? else { return Ok(None) };
        let count = word.text.chars().count();
        if word.text.trim().is_empty() || count > TEXT_MAX || word.text.chars().any(char::is_control) {
            return Err(self.source.wrong(
                &word.at,
                format!("`{key}` cannot be shown."),
                format!("It is one line of 1 to {TEXT_MAX} characters."),
            ));
        }
        Ok(Some(word))
    }

    /// A short text.
    pub(super) fn text(&self, key: &str) -> Result<Word, PackError> {
        self.optional(key)?
            .ok_or_else(|| self.wrong(format!("`{key}` is missing."), format!("Add {key} = \"…\".")))
    }

    /// A name for the database.
    pub(super) fn id(&self, key: &str) -> Result<Word, PackError> {
        let word = self.text(key)?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let good = word.text.chars().all(plain) && word.text.starts_with(|c: char| c.is_ascii_lowercase());
        if good && word.text.len() <= ID_MAX {
            return Ok(word);
        }
        Err(self.source.wrong(
            &word.at,
            format!("`{}` cannot be an id.", word.text),
            format!("An id is 1 to {ID_MAX} small letters, digits and underscores, and begins with a letter."),
        ))
    }

    /// Yes or no; no when it is absent.
    pub(super) fn flag(&self, key: &str) -> Result<bool, PackError> {
        let Some(value) = self.get(key) else { return Ok(false) };
        value
            .get_ref()
            .as_bool()
            .ok_or_else(|| self.kind(key, value, "true or false"))
    }

    /// A list of words; empty when it is absent.
    pub(super) fn words(&self, key: &str) -> Result<Vec<Word>, PackError> {
        let Some(value) = self.get(key) else {
            return Ok(Vec::new());
        };
        let wanted = "a list of texts, such as [\"one\", \"two\"]";
        let list = value
            .get_ref()
            .as_array()
            .ok_or_else(|| self.kind(key, value, wanted))?;
        let mut words: Vec<Word> = Vec::new();
        for item in list {
            let text = item.get_ref().as_str().ok_or_else(|| self.kind(key, item, wanted))?;
            if words.iter().any(|word| word.text == text) {
                let what = format!("`{text}` stands in `{key}` twice.");
                return Err(self.source.wrong(&item.span(), what, "Take one out."));
            }
            words.push(Word {
                text: text.to_owned(),
                at: item.span(),
            });
        }
        Ok(words)
    }

    /// The tables `[[key]]`, each with these keys at most.
    pub(super) fn tables(&self, key: &str, known: &[&str]) -> Result<Vec<Table<'a>>, PackError> {
        let Some(value) = self.get(key) else {
            return Ok(Vec::new());
        };
        let wanted = format!("a table of its own, headed [[{key}]]");
        let list = value
            .get_ref()
            .as_array()
            .ok_or_else(|| self.kind(key, value, &wanted))?;
        list.iter()
            .map(|item| {
                let entries = item.get_ref().as_table().ok_or_else(|| self.kind(key, item, &wanted))?;
                Table::new(self.source, item.span(), entries, known)
            })
            .collect()
    }
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}

/// The member of a closed list that a word names.
pub(super) fn one_of<T: Copy>(
    source: Source<'_>,
    word: &Word,
    what: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<T, PackError> {
    all.iter()
        .copied()
        .find(|item| name(*item) == word.text)
        .ok_or_else(|| {
            let known: Vec<_> = all.iter().map(|item| name(*item)).collect();
            source.wrong(
                &word.at,
                format!("There is no {what} `{}`.", word.text),
                did_you_mean(&word.text, &known),
            )
        })
}

/// Refuses a word that names nothing in a list.
pub(super) fn must_be_in(source: Source<'_>, word: &Word, what: &str, known: &[&str]) -> Result<(), PackError> {
    if known.contains(&word.text.as_str()) {
        return Ok(());
    }
    Err(source.wrong(
        &word.at,
        format!("There is no {what} `{}`.", word.text),
        did_you_mean(&word.text, known),
    ))
}

/// Refuses the second of two ids that are the same.
pub(super) fn must_be_new(source: Source<'_>, word: &Word, what: &str, before: &[String]) -> Result<(), PackError> {
    if !before.contains(&word.text) {
        return Ok(());
    }
    Err(source.wrong(
        &word.at,
        format!("There are two {what} with the id `{}`.", word.text),
        "Give one of them another id.",
    ))
}
