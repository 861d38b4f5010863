//! Canonical JSON after RFC 8785 (JCS), for values whose numbers are integers that a double holds exactly. Audit leaves
//! and documents hold no other numbers; one that does is refused rather than written in a way a verifier might not.

use serde::Serialize;
use serde_json::Value;
use std::fmt::Write;

/// The largest integer of which a double holds every neighbour (RFC 8785, section 3.2.2.3, after I-JSON).
const SAFE_INTEGER_MAX: i64 = 9_007_199_254_740_991;

/// Why a value has no canonical form here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// A number that is no integer, or too large for a double.
    #[error("only integers up to 2^53 - 1 have a canonical form here")]
    Number,
    /// The value could not be turned into JSON at all.
    #[error("this value is not JSON")]
    NotJson,
}

/// The canonical text of a value.
///
/// # Errors
/// When the value holds a number without a canonical form here, or is not JSON.
pub fn to_string(value: &impl Serialize) -> Result<String, CanonicalError> {
    value_to_string(&serde_json::to_value(value).map_err(|_| CanonicalError::NotJson)?)
}

/// The canonical text of a value that is JSON already; [`to_string`] would copy it first.
///
/// # Errors
/// When the value holds a number without a canonical form here.
pub fn value_to_string(value: &Value) -> Result<String, CanonicalError> {
    let mut out = String::new();
    write_value(value, &mut out)?;
    Ok(out)
}

fn write_value(value: &Value, out: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            let number = number.as_i64().ok_or(CanonicalError::Number)?;
            if !(-SAFE_INTEGER_MAX..=SAFE_INTEGER_MAX).contains(&number) {
                return Err(CanonicalError::Number);
            }
            out.push_str(&number.to_string());
        }
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            // RFC 8785, section 3.2.3: names sort by their UTF-16 code units.
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write_value(member, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// RFC 8785, section 3.2.2.2. What needs no escape goes over in whole runs: nearly every text is one.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(index) = rest
        .bytes()
        .position(|byte| byte < b' ' || byte == b'"' || byte == b'\\')
    {
        out.push_str(&rest[..index]);
        match rest.as_bytes()[index] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\x08' => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\x0c' => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            byte => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
        rest = &rest[index + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_examples_of_the_rfc() {
        // RFC 8785, section 3.2.3, and the string of 3.2.2.
        let sorted = json!({"\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis"});
        assert_eq!(
            to_string(&sorted).as_deref(),
            Ok(
                "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"\u{f6}\":\"Latin Small Letter O With \
                Diaeresis\",\"\u{20ac}\":\"Euro Sign\",\"\u{1f600}\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter \
                Dalet With Dagesh\"}"
            )
        );
        let string = json!({"string": "\u{20ac}$\u{f}\nA'B\"\\\\\"/", "literals": [null, true, false]});
        assert_eq!(
            to_string(&string).as_deref(),
            Ok("{\"literals\":[null,true,false],\"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}")
        );
    }

    #[test]
    fn every_escape_is_the_short_one() {
        let text = json!("\u{8}\t\n\u{c}\r\u{0}\u{1f}\u{7f}\"\\/é end");
        let written = "\"\\b\\t\\n\\f\\r\\u0000\\u001f\u{7f}\\\"\\\\/é end\"";
        assert_eq!(to_string(&text).as_deref(), Ok(written));
        assert_eq!(serde_json::from_str::<Value>(written).ok(), Some(text));
    }

    #[test]
    fn numbers_that_could_be_written_in_two_ways_are_refused() {
        assert_eq!(
            to_string(&json!([0, -1, 9_007_199_254_740_991_i64])).as_deref(),
            Ok("[0,-1,9007199254740991]")
        );
        for number in [json!(1.5), json!(9_007_199_254_740_992_i64), json!(u64::MAX)] {
            assert_eq!(to_string(&number), Err(CanonicalError::Number));
        }
    }
}
