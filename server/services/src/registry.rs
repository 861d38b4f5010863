//! The registry: one entry per operation, made from the one list in `domain`. A door finds an operation by its name,
//! reads it from JSON or a form, and hands it on without knowing its type.

use crate::{
    Answer, Handle, Services,
    describe::{Described, describe},
    dispatch,
};
use domain::{Caller, Code, FieldError, Meta, Problem, ports::BoxFuture};
use serde_json::Value;
use std::{any::Any, sync::OnceLock};

/// An operation or its output, without its type.
pub type AnyBox = Box<dyn Any + Send>;

/// What the doors need to know of one operation.
pub struct Entry {
    /// What it is.
    pub meta: &'static Meta,
    /// Reads it from a JSON body. Refuses with [`Code::Malformed`].
    pub from_json: fn(&[u8]) -> Result<AnyBox, Problem>,
    /// Reads it from a URL-encoded form; names that begin with `_` are the door's own. Refuses with
    /// [`Code::Malformed`].
    pub from_form: fn(&[u8]) -> Result<AnyBox, Problem>,
    /// Writes its output as JSON; null for a value of another type.
    pub to_json: fn(&dyn Any) -> Value,
    /// The JSON forms of the operation and of its output.
    pub(crate) describe: fn() -> Result<[Described; 2], serde::de::value::Error>,
    /// What is wrong with the fields of one that reads like this, as its `validate` says; `None` when it does not read.
    pub(crate) faults: fn(Value) -> Option<Vec<FieldError>>,
    /// Runs it.
    pub(crate) run: for<'a> fn(&'a Services, Caller, AnyBox) -> BoxFuture<'a, Answer>,
}

macro_rules! list {
    ($($op:ident)*) => {
        fn list() -> Vec<Entry> {
            vec![$(entry_of::<domain::ops::$op>({
                static META: Meta = <domain::ops::$op as domain::Operation>::META;
                &META
            })),*]
        }
    };
}
domain::for_each_operation!(list);

/// Every entry, in the order of the list.
pub fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(list)
}

/// The entry of a name such as `record.rename`.
pub fn entry(name: &str) -> Option<&'static Entry> {
    entries().iter().find(|entry| entry.meta.name == name)
}

fn entry_of<Op: Handle>(meta: &'static Meta) -> Entry {
    Entry {
        meta,
        from_json: |body| read_json::<Op>(body).map(|op| Box::new(op) as AnyBox),
        from_form: |body| read_form::<Op>(body).map(|op| Box::new(op) as AnyBox),
        to_json: |output| {
            output
                .downcast_ref::<Op::Output>()
                .and_then(|output| serde_json::to_value(output).ok())
                .unwrap_or_default()
        },
        describe: || Ok([describe::<Op>()?, describe::<Op::Output>()?]),
        faults: |value| {
            let op: Op = serde_json::from_value(value).ok()?;
            Some(op.validate().err().unwrap_or_default())
        },
        run: |services, caller, op| {
            Box::pin(async move {
                match op.downcast::<Op>() {
                    Ok(op) => dispatch::run(services, caller, *op)
                        .await
                        .map_output(|output| Box::new(output) as AnyBox),
                    Err(_) => Answer::refused(Problem::new(Code::Internal)),
                }
            })
        },
    }
}

/// Reads JSON. A member that the operation does not have is refused, not passed over: what its sender meant by it would be
/// lost, a misspelt filter say, which then filters nothing.
fn read_json<Op: Handle>(body: &[u8]) -> Result<Op, Problem> {
    // An array of the members' values would be read as well, and nobody sees there what is what.
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(malformed(
            "Send a JSON object; /openapi.json says which members it has.".to_owned(),
        ));
    }
    let mut unknown = false;
    let mut reader = serde_json::Deserializer::from_slice(body);
    let mut passed_over = |_: serde_ignored::Path<'_>| unknown = true;
    let op = serde_path_to_error::deserialize(serde_ignored::Deserializer::new(&mut reader, &mut passed_over));
    let op = op.map_err(|error| malformed(what_is_wrong(&error.path().to_string(), error.inner())))?;
    reader.end().map_err(|error| malformed(what_is_wrong(".", &error)))?;
    if unknown {
        // Not by its name: what somebody put there by mistake is repeated to nobody.
        return Err(malformed(
            "The JSON has a member that this operation does not know; /openapi.json says which it has.".to_owned(),
        ));
    }
    Ok(op)
}

/// What is wrong with JSON, and where: one of the operation's members by its name, never a value.
fn what_is_wrong(path: &str, error: &serde_json::Error) -> String {
    let text = error.to_string();
    let missing = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    let place = format!("line {}, column {}", error.line(), error.column());
    match missing {
        Some(member) => format!("The member `{member}` is missing at {place}; /openapi.json says which there must be."),
        None if error.is_data() && path != "." => {
            format!("The member `{path}` is not what it should be at {place}.")
        }
        None => format!("The JSON stops making sense at {place}."),
    }
}

/// Reads a form. The door's own names are taken out first, so that no operation can be confused by them.
fn read_form<Op: Handle>(body: &[u8]) -> Result<Op, Problem> {
    let unreadable = || {
        malformed(
            "The form is not complete. Load the page again; what you typed may still be in your browser.".to_owned(),
        )
    };
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body).map_err(|_| unreadable())?;
    let own: Vec<_> = pairs.into_iter().filter(|(name, _)| !name.starts_with('_')).collect();
    let own = serde_urlencoded::to_string(own).map_err(|_| unreadable())?;
    serde_urlencoded::from_str(&own).map_err(|_| unreadable())
}

fn malformed(detail: String) -> Problem {
    Problem::new(Code::Malformed).with_detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ops::{RenameRecord, SignIn};

    #[test]
    fn every_operation_reads_its_own_sample() {
        for entry in entries() {
            let [input, _] = (entry.describe)().unwrap_or_else(|error| panic!("{}: {error}", entry.meta.name));
            let body = serde_json::to_vec(&input.sample).expect("JSON");
            assert!((entry.from_json)(&body).is_ok(), "{}", entry.meta.name);
        }
        assert_eq!(entries().len(), domain::ops::metas().len());
    }

    #[test]
    fn a_member_that_no_operation_has_is_refused_however_deep_it_stands() {
        fn meddle(value: &mut Value, found: &mut usize, at: usize) {
            match value {
                Value::Object(members) => {
                    for member in members.values_mut() {
                        meddle(member, found, at);
                    }
                    if *found == at {
                        members.insert("canary".to_owned(), Value::Null);
                    }
                    *found += 1;
                }
                Value::Array(items) => items.iter_mut().for_each(|item| meddle(item, found, at)),
                _ => {}
            }
        }
        for entry in entries() {
            let [input, _] = (entry.describe)().expect("described");
            let mut objects = 0;
            meddle(&mut input.sample.clone(), &mut objects, usize::MAX);
            for at in 0..objects {
                let mut sample = input.sample.clone();
                meddle(&mut sample, &mut 0, at);
                let body = serde_json::to_vec(&sample).expect("JSON");
                let problem = (entry.from_json)(&body).expect_err(entry.meta.name);
                assert_eq!(problem.code, Code::Malformed, "{}: {sample}", entry.meta.name);
                assert!(!problem.to_string().contains("canary"), "{problem}");
            }
            let in_order: Vec<&Value> = input.sample.as_object().expect("an object").values().collect();
            let array = serde_json::to_vec(&in_order).expect("JSON");
            assert!((entry.from_json)(&array).is_err(), "{}: an array", entry.meta.name);
            let mut twice = serde_json::to_vec(&input.sample).expect("JSON");
            twice.extend(b" {}");
            assert!(
                (entry.from_json)(&twice).is_err(),
                "{}: something after it",
                entry.meta.name
            );
        }
    }

    #[test]
    fn a_form_reads_numbers_and_ids_and_leaves_the_doors_names_alone() {
        let id = "5c21b7ee-0000-4000-8000-000000000002";
        let body = format!("_op=record.rename&_key=k&_key=l&workspace={id}&record={id}&title=Tide+%26+time&revision=7");
        let read = (entry("record.rename").expect("listed").from_form)(body.as_bytes()).expect("read");
        let op = read.downcast::<RenameRecord>().expect("its type");
        assert_eq!((op.title.as_str(), op.revision), ("Tide & time", 7));
    }

    #[test]
    fn what_cannot_be_read_is_malformed_and_never_echoed() {
        let entry = entry("session.sign_in").expect("listed");
        for body in [
            "",
            "{",
            "[]",
            "{\"email\":1,\"password\":\"canary\"}",
            "{\"email\":\"canary\"}",
            "[\"canary\", \"canary\"]",
            " \n[\"canary\", \"canary\"]",
            "\"canary\"",
            "null",
            "\u{0}canary",
        ] {
            let problem = (entry.from_json)(body.as_bytes()).expect_err(body);
            assert_eq!(problem.code, Code::Malformed, "{body}");
            assert!(!problem.to_string().contains("canary"), "{problem}");
        }
        for body in ["", "email=canary", "email=a&email=canary&password=b", "%ff%fe=canary"] {
            let problem = (entry.from_form)(body.as_bytes()).expect_err(body);
            assert_eq!(problem.code, Code::Malformed, "{body}");
            assert!(!problem.to_string().contains("canary"), "{problem}");
        }
        assert!((entry.from_json)(b"{\"email\":\"\",\"password\":\"\"}").is_ok_and(|op| op.is::<SignIn>()));
    }
}
