//! The table of good and bad input, `validate.json`: here the shared code is held to it; `server` and the browser suite
//! feed the same table through their own doors, so that a rule cannot hold on one side only.

use domain::{Operation, for_each_operation, ops::*};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Case {
    op: String,
    input: serde_json::Value,
    errors: BTreeMap<String, String>,
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("validate.json")).expect("the table is JSON")
}

fn errors_of(op: &str, input: &serde_json::Value) -> BTreeMap<String, String> {
    macro_rules! dispatch {
        ($($name:ident)*) => {
            match op {
                $(op if op == <$name as Operation>::META.name => {
                    let op: $name = serde_json::from_value(input.clone()).expect("the input has the operation's form");
                    op.validate()
                })*
                other => panic!("{other} is no operation"),
            }
        };
    }
    let verdict = for_each_operation!(dispatch);
    verdict
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|error| (error.field, error.message))
        .collect()
}

#[test]
fn the_table_holds() {
    for case in cases() {
        assert_eq!(
            errors_of(&case.op, &case.input),
            case.errors,
            "{} {}",
            case.op,
            case.input
        );
    }
}

#[test]
fn every_operation_with_text_fields_has_a_good_and_a_bad_case() {
    let texts: BTreeSet<&str> = BTreeSet::from([
        "account.sign_up",
        "account.verify",
        "account.resend_verification",
        "account.forgot_password",
        "account.reset_password",
        "account.rename",
        "account.change_password",
        "session.sign_in",
        "session.prove",
        "workspace.create",
        "workspace.rename",
        "record.create",
        "record.rename",
        "record.describe",
        "record.list",
        "member.invite",
        "invitation.accept",
        "invitation.inspect",
        "invitation.join",
        "invitation.decline",
        "attachment.add",
        "audit.list",
    ]);
    let cases = cases();
    for op in texts {
        assert!(
            cases.iter().any(|case| case.op == op && case.errors.is_empty()),
            "{op} lacks a good case"
        );
        assert!(
            cases.iter().any(|case| case.op == op && !case.errors.is_empty()),
            "{op} lacks a bad case"
        );
    }
}
