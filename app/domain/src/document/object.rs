//! One JSON object of a document, and the typed reading of its attributes.

use super::error::Path;
use super::{DocumentError, Reason};
use serde_json::{Map, Value};
use std::cell::RefCell;

type Result<T> = std::result::Result<T, DocumentError>;

/// Most faults that are remembered of one document; a hostile one has as many as it has nodes.
const FAULTS_MAX: usize = 1_000;

/// How much the reader forgives.
#[derive(Clone, Copy)]
pub(super) enum Reading<'f> {
    /// All attributes must be there.
    Strict,
    /// Missing attributes have their defaults: Yjs does not store those that are null.
    Filling,
    /// And whatever is wrong is put right or left out, and remembered here.
    Mending(&'f RefCell<Vec<DocumentError>>),
}

impl Reading<'_> {
    /// Remembers a fault, if this reader forgives any.
    pub(super) fn forgive(self, fault: DocumentError) -> Result<()> {
        let Self::Mending(faults) = self else {
            return Err(fault);
        };
        let mut faults = faults.borrow_mut();
        if faults.len() < FAULTS_MAX {
            faults.push(fault);
        }
        Ok(())
    }

    /// The value, or where there is none and that is forgiven, nothing.
    pub(super) fn forgiving<T>(self, read: Result<T>) -> Result<Option<T>> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(fault) => self.forgive(fault).map(|()| None),
        }
    }
}

/// One node's object, taken apart.
pub(super) struct Node<'v, 'p> {
    pub(super) path: &'p Path<'p>,
    pub(super) name: &'v str,
    pub(super) members: &'v Map<String, Value>,
}

impl<'v, 'p> Node<'v, 'p> {
    pub(super) fn read(path: &'p Path<'p>, value: &'v Value, reading: Reading<'_>) -> Result<Self> {
        let members = object(path, value)?;
        let name = members
            .get("type")
            .ok_or_else(|| path.error(Reason::Missing("type")))?
            .as_str()
            .ok_or_else(|| path.name("type").error(Reason::Expected("a text")))?;
        let node = Self { path, name, members };
        let allowed: &[&str] = match name {
            "text" => &["type", "marks", "text"],
            "hard_break" | "cross_reference" | "placeholder" | "fact" | "clause" | "mention" => {
                &["type", "marks", "attrs"]
            }
            "footnote" => &["type", "marks", "attrs", "content"],
            "divider" | "page_break" | "table_of_contents" | "pause" => &["type", "attrs"],
            _ => &["type", "attrs", "content"],
        };
        if let Some(other) = members.keys().find(|name| !allowed.contains(&name.as_str())) {
            reading.forgive(path.name(other).error(Reason::Unknown(other.clone())))?;
        }
        Ok(node)
    }

    /// The attributes, of which there may be no others than those named.
    pub(super) fn attrs(&self, reading: Reading<'p>, names: &'static [&'static str]) -> Result<Attrs<'v, 'p>> {
        let attrs = Attrs {
            path: self.path.name("attrs"),
            members: match self.members.get("attrs") {
                Some(value) => reading.forgiving(object(&self.path.name("attrs"), value))?,
                None => None,
            },
            reading,
        };
        let mut given = attrs.members.into_iter().flat_map(Map::keys);
        if let Some(other) = given.find(|name| !names.contains(&name.as_str())) {
            reading.forgive(attrs.path.name(other).error(Reason::Unknown(other.clone())))?;
        }
        Ok(attrs)
    }

    pub(super) fn list(&self, name: &'static str) -> Result<&'v [Value]> {
        match self.members.get(name) {
            None => Ok(&[]),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(self.path.name(name).error(Reason::Expected("a list"))),
        }
    }

    pub(super) fn misplaced(&self) -> DocumentError {
        self.path.name("type").error(Reason::Misplaced(self.name.to_owned()))
    }
}

pub(super) fn object<'v>(path: &Path<'_>, value: &'v Value) -> Result<&'v Map<String, Value>> {
    value
        .as_object()
        .ok_or_else(|| path.error(Reason::Expected("an object")))
}

/// The attributes of one node or mark.
pub(super) struct Attrs<'v, 'p> {
    pub(super) path: Path<'p>,
    members: Option<&'v Map<String, Value>>,
    reading: Reading<'p>,
}

impl<'v> Attrs<'v, '_> {
    /// A value, or the default where one is missing and may be.
    pub(super) fn value<T>(
        &self,
        name: &'static str,
        default: Option<T>,
        read: impl FnOnce(&'v Value) -> Option<T>,
        expected: &'static str,
    ) -> Result<T> {
        let Some(value) = self.members.and_then(|members| members.get(name)) else {
            let default = default.filter(|_| !matches!(self.reading, Reading::Strict));
            return default.ok_or_else(|| self.path.error(Reason::Missing(name)));
        };
        let wrong = || self.path.name(name).error(Reason::Expected(expected));
        match (read(value), default) {
            (Some(value), _) => Ok(value),
            (None, Some(default)) => self.reading.forgive(wrong()).map(|()| default),
            (None, None) => Err(wrong()),
        }
    }

    pub(super) fn text(&self, name: &'static str, default: Option<&str>) -> Result<String> {
        let read = |value: &Value| value.as_str().map(str::to_owned);
        self.value(name, default.map(str::to_owned), read, "a text")
    }

    pub(super) fn text_or_null(&self, name: &'static str) -> Result<Option<String>> {
        let read = |value: &Value| or_null(value, |value| value.as_str().map(str::to_owned));
        self.value(name, Some(None), read, "a text or null")
    }

    pub(super) fn boolean(&self, name: &'static str) -> Result<bool> {
        self.value(name, Some(false), Value::as_bool, "true or false")
    }

    pub(super) fn number(&self, name: &'static str, default: Option<u32>) -> Result<u32> {
        self.value(name, default, number, "a whole number in range")
    }

    pub(super) fn number_or_null(&self, name: &'static str) -> Result<Option<u32>> {
        let read = |value: &Value| or_null(value, number);
        self.value(name, Some(None), read, "a whole number in range, or null")
    }

    pub(super) fn numbers_or_null(&self, name: &'static str) -> Result<Option<Vec<u32>>> {
        let list = |value: &Value| value.as_array()?.iter().map(number).collect();
        let read = |value: &Value| or_null(value, list);
        self.value(name, Some(None), read, "a list of whole numbers in range, or null")
    }

    pub(super) fn word<T: Copy>(
        &self,
        name: &'static str,
        default: Option<T>,
        from: fn(&str) -> Option<T>,
    ) -> Result<T> {
        let read = |value: &Value| value.as_str().and_then(from);
        self.value(name, default, read, "a word that the schema names")
    }

    pub(super) fn word_or_null<T: Copy>(&self, name: &'static str, from: fn(&str) -> Option<T>) -> Result<Option<T>> {
        let read = |value: &Value| or_null(value, |value| value.as_str().and_then(from));
        self.value(name, Some(None), read, "a word that the schema names, or null")
    }
}

/// 2 and 2.0 are one number in JSON, and Yjs keeps no other numbers than doubles.
fn number(value: &Value) -> Option<u32> {
    let whole = value.as_u64().and_then(|number| u32::try_from(number).ok());
    whole.or_else(|| {
        let double = value.as_f64().filter(|double| double.fract() == 0.0)?;
        (0.0..=f64::from(u32::MAX))
            .contains(&double)
            .then(|| format!("{double}").parse().ok())?
    })
}

#[expect(
    clippy::option_option,
    reason = "the outer says whether the value could be read, the inner is the value"
)]
fn or_null<'v, T>(value: &'v Value, read: impl FnOnce(&'v Value) -> Option<T>) -> Option<Option<T>> {
    if value.is_null() {
        Some(None)
    } else {
        read(value).map(Some)
    }
}
