//! Reading views and operations from JSON and from the fields of a form.
//!
//! `serde_json` and `serde_urlencoded` would each compile a reader of every type into the WebAssembly: for texts and
//! slices, for objects and for arrays that stand for them, with messages for each way to fail; 12 % of the module. Here a
//! text becomes a [`Tree`] first, in code that is there once, and each type is read from a tree alone. What is wrong is
//! not told: who reads here can only say that it cannot be read.

mod json;
mod tree;

use serde::de::DeserializeOwned;
use std::fmt;
use tree::Tree;

/// The text is not JSON (RFC 8259), or is no such value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not to be read")
    }
}

impl std::error::Error for Unreadable {}

impl serde::de::Error for Unreadable {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self
    }

    fn invalid_type(_found: serde::de::Unexpected<'_>, _expected: &dyn serde::de::Expected) -> Self {
        Self
    }

    fn invalid_value(_found: serde::de::Unexpected<'_>, _expected: &dyn serde::de::Expected) -> Self {
        Self
    }

    fn invalid_length(_length: usize, _expected: &dyn serde::de::Expected) -> Self {
        Self
    }

    fn unknown_variant(_variant: &str, _expected: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_field: &str, _expected: &'static [&'static str]) -> Self {
        Self
    }

    fn duplicate_field(_field: &'static str) -> Self {
        Self
    }
}

/// Reads a value from JSON. Numbers are whole ones of 64 bits; nothing here has others.
///
/// # Errors
/// [`Unreadable`].
pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    T::deserialize(json::parse(text)?)
}

/// Reads an object from named texts. A text is read as whatever its field wants: a number, yes or no, a word.
///
/// # Errors
/// [`Unreadable`], also when a field that is wanted comes twice.
pub(crate) fn from_fields<T: DeserializeOwned>(fields: Vec<(String, String)>) -> Result<T, Unreadable> {
    let fields = fields.into_iter().map(|(name, text)| (name, Tree::Field(text)));
    T::deserialize(Tree::Object(fields.collect()))
}

#[cfg(test)]
mod tests {
    use super::{Unreadable, from_fields, from_json};
    use serde::{Deserialize, de::DeserializeOwned};
    use std::{collections::BTreeMap, fmt::Debug};

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Everything {
        yes: bool,
        small: u8,
        signed: i64,
        large: u64,
        text: String,
        maybe: Option<u32>,
        nothing: (),
        list: Vec<Word>,
        pair: Option<(String, i16)>,
        named: BTreeMap<String, Vec<u8>>,
        inside: Option<Box<Everything>>,
        wrapped: Option<Wrapped>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Wrapped(String);

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Plain,
        OneThing(u8),
        TwoThings(u8, String),
        Named { a: u8 },
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Wanted {
        id: uuid::Uuid,
        #[serde(with = "time::serde::rfc3339")]
        at: time::OffsetDateTime,
    }

    /// Reads as `serde_json` does, or refuses as it does.
    fn same<T: DeserializeOwned + PartialEq + Debug>(text: &str) {
        let theirs = serde_json::from_str::<T>(text).ok();
        assert_eq!(from_json::<T>(text).ok(), theirs, "{text}");
    }

    #[test]
    fn what_serde_json_reads_is_read_alike_and_what_it_refuses_refused() {
        for value in [
            r"{}",
            " { } ",
            r#"{"yes": true, "small": 255, "signed": -9223372036854775808, "large": 18446744073709551615}"#,
            r#"{"small": 256}"#,
            r#"{"small": -1}"#,
            r#"{"small": "1"}"#,
            r#"{"yes": "true"}"#,
            r#"{"yes": 1}"#,
            r#"{"text": 1}"#,
            r#"{"text": null}"#,
            r#"{"maybe": null}"#,
            r#"{"maybe": 7, "unknown": [1, {"x": null}], "nothing": null}"#,
            r#"{"nothing": 0}"#,
            r#"{"list": []}"#,
            r#"{"list": ["plain", {"one_thing": 1}, {"two_things": [1, "x"]}, {"named": {"a": 2}}]}"#,
            r#"{"list": ["other"]}"#,
            r#"{"list": ["one_thing"]}"#,
            r#"{"list": [{"plain": null}]}"#,
            r#"{"list": [{"plain": 1}]}"#,
            r#"{"list": [{"one_thing": 1, "plain": null}]}"#,
            r#"{"list": [{}]}"#,
            r#"{"list": [{"two_things": [1]}]}"#,
            r#"{"list": [{"two_things": [1, "x", 2]}]}"#,
            r#"{"list": {"0": "plain"}}"#,
            r#"{"pair": ["x", -2]}"#,
            r#"{"pair": ["x"]}"#,
            r#"{"pair": ["x", 1, 2]}"#,
            r#"{"named": {"a": [1, 2], "": []}}"#,
            r#"{"named": [["a", [1]]]}"#,
            r#"{"inside": {"inside": {"text": "deep"}}}"#,
            r#"{"inside": "text"}"#,
            r#"{"wrapped": "w"}"#,
            r#"{"text": "a", "text": "b"}"#,
            "{\"text\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00 ü 😀\"}",
            r#"{"text": "\ud83d"}"#,
            r#"{"text": "\ud83dx"}"#,
            r#"{"text": "\ud83d\n"}"#,
            r#"{"text": "\ud83d\u0041"}"#,
            r#"{"text": "\ude00"}"#,
            r#"{"text": "\u00g0"}"#,
            r#"{"text": "\u00"}"#,
            r#"{"text": "\x"}"#,
            "{\"text\": \"a\nb\"}",
            r#"{"text": "#,
            r#"{"text": "a"#,
            r#"{"text" "a"}"#,
            r#"{"text": "a",}"#,
            r#"{"text": "a" "yes": true}"#,
            r#"{text: "a"}"#,
            r#"{"list": ["plain",]}"#,
            r#"{"list": ["plain" "plain"]}"#,
            r#"{"small": 01}"#,
            r#"{"small": +1}"#,
            r#"{"small": 1.0}"#,
            r#"{"small": 1e1}"#,
            r#"{"small": -}"#,
            r#"{"yes": tru}"#,
            r#"{"yes": truex}"#,
            "{} x",
            "{}}",
            "",
            " ",
            "null",
            "\u{feff}{}",
            "{\u{a0}}",
        ] {
            same::<Everything>(value);
        }
        for value in ["\"x\"", "7", "null", "[\"a\", 1]", "{\"a\": [1]}"] {
            same::<String>(value);
            same::<Option<u8>>(value);
            same::<()>(value);
            same::<(String, u8)>(value);
            same::<BTreeMap<String, Vec<u8>>>(value);
        }
        let id = "5c21b7ee-0000-4000-8000-00000000abcd";
        for at in ["2026-11-22T13:00:00Z", "2026-11-22", "2026-11-22T13:00:00.5+01:00"] {
            same::<Wanted>(&format!("{{\"id\": \"{id}\", \"at\": \"{at}\"}}"));
        }
        same::<Wanted>("{\"id\": \"x\", \"at\": \"2026-11-22T13:00:00Z\"}");
        same::<Wanted>(&format!("{{\"id\": \"{id}\"}}"));
    }

    #[test]
    fn arrays_do_not_stand_for_objects() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct One {
            a: u8,
        }
        let array = "[1]";
        assert_eq!(serde_json::from_str::<One>(array).ok(), Some(One { a: 1 }));
        assert_eq!(from_json::<One>(array), Err(Unreadable));
    }

    #[test]
    fn depth_ends_where_serde_json_ends_it() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Nest(Vec<Nest>);
        for depth in [1, 100, 126, 127, 128, 129, 100_000] {
            same::<Nest>(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
        }
    }

    #[test]
    fn fields_are_read_as_what_is_wanted() {
        let read = |fields: &[(&str, &str)]| {
            let fields = fields
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            from_fields::<Everything>(fields.collect())
        };
        let wanted = Everything {
            yes: true,
            small: 7,
            signed: -7,
            text: "7".to_owned(),
            maybe: Some(7),
            wrapped: Some(Wrapped("true".to_owned())),
            ..Everything::default()
        };
        let fields = [
            ("yes", "true"),
            ("small", "7"),
            ("signed", "-7"),
            ("text", "7"),
            ("maybe", "7"),
            ("wrapped", "true"),
            ("other", "x"),
        ];
        assert_eq!(read(&fields), Ok(wanted));
        for (name, text) in [
            ("yes", "yes"),
            ("yes", ""),
            ("small", "256"),
            ("maybe", ""),
            ("list", "plain"),
        ] {
            assert_eq!(read(&[(name, text)]), Err(Unreadable), "{name}={text}");
        }
        assert_eq!(read(&[("text", "a"), ("text", "b")]), Err(Unreadable));
    }
}
