//! The commands beside `serve`: a demonstration, acts of an operator, and the audit log verified offline.

use crate::support::live;
use std::{
    path::Path,
    process::{Command, Output},
};

/// Runs the binary in a folder; standard output and error as text.
fn run(folder: &Path, arguments: &[&str]) -> (Output, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_scriptkeep"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("an end");
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    (output, out, err)
}

/// Runs a command that should do its work.
fn good(folder: &Path, arguments: &[&str]) -> String {
    let (output, out, err) = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {out}{err}");
    out
}

#[test]
fn an_operator_works_on_record_and_the_log_verifies_offline() {
    let folder = live::folder();
    let folder = folder.path();
    good(folder, &["migrate"]);
    good(folder, &["migrate"]);
    let said = good(folder, &["demo"]);
    assert!(
        said.contains("/sign-in") && said.contains("robin@ashdown.example") && said.contains("password: "),
        "{said}"
    );
    let workspace = workspace_of(folder);
    let call = |name: &str, json: &str| good(folder, &["admin", "call", name, json]);
    let found = call("workspace.get", &format!("{{\"workspace\":\"{workspace}\"}}"));
    let found: serde_json::Value = serde_json::from_str(&found).expect("JSON");
    let revision = &found["revision"];
    let rename = format!("{{\"workspace\":\"{workspace}\",\"name\":\"Tern House\",\"revision\":{revision}}}");
    assert!(call("workspace.rename", &rename).contains("Tern House"));
    let list = call("audit.list", &format!("{{\"workspace\":\"{workspace}\"}}"));
    assert!(
        list.contains("\"command_line\"") && list.contains("workspace.rename"),
        "{list}"
    );
    assert!(list.contains("\"unsealed\":0"), "what a command does is sealed: {list}");

    let done = good(folder, &["admin", "export-audit", &workspace, "log.jsonl"]);
    assert_eq!(done, "The sealed log is in log.jsonl.\n");
    let key = good(folder, &["audit", "key", "--workspace", &workspace]);
    let verified = good(folder, &["audit", "verify", "log.jsonl", "--key", key.trim()]);
    assert!(
        verified.contains("The log is whole.") && verified.contains(&workspace),
        "{verified}"
    );
    std::fs::write(folder.join("key.pub"), &key).expect("a file");
    good(folder, &["audit", "verify", "log.jsonl", "--key", "key.pub"]);
    ends_sessions_on_record(folder, &said);
    members_are_named_by_address_or_account(folder, &workspace);
    continues_an_earlier_checkpoint(folder, &workspace);
    finds_what_was_done_to_it(folder);
    refuses_what_it_cannot_read(folder, &workspace, &rename);
}

/// A workspace of the demonstration, by its key.
fn workspace_of(folder: &Path) -> String {
    let house = domain::WorkspaceId::HOUSE.to_string();
    let names = std::fs::read_dir(folder.join("data-keys/workspaces")).expect("keys");
    names
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".key")?.to_owned()))
        .find(|name| *name != house)
        .expect("a workspace")
}

fn ends_sessions_on_record(folder: &Path, said: &str) {
    let email = said.split_whitespace().find(|word| word.contains('@'));
    let email = email.expect("an address");
    let done = good(folder, &["admin", "end-sessions", email]);
    assert_eq!(done, format!("Every session of {email} is ended.\n"));
    let house = domain::WorkspaceId::HOUSE;
    let list = good(
        folder,
        &["admin", "call", "audit.list", &format!("{{\"workspace\":\"{house}\"}}")],
    );
    assert!(
        list.contains("account.end_sessions") && list.contains("\"command_line\""),
        "{list}"
    );
}

fn members_are_named_by_address_or_account(folder: &Path, workspace: &str) {
    let members = || -> Vec<serde_json::Value> {
        let json = format!("{{\"workspace\":\"{workspace}\"}}");
        let list = good(folder, &["admin", "call", "member.list", &json]);
        let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
        list["members"].as_array().expect("members").clone()
    };
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let all = members();
    let one = all
        .iter()
        .find(|member| member["role"] != "reader" && member["owner"] == false);
    let one = one.expect("a member who does not answer for it");
    let [name, email, account] = ["name", "email", "account"].map(|field| text(&one[field]));
    let who = format!("{name} ({email}, account {account})");
    let louder = format!(" {} ", email.to_uppercase());
    let now = |field: &str| {
        let all = members();
        let one = all.iter().find(|member| member["account"] == account.as_str());
        one.map(|member| member[field].clone())
    };
    for (act, member, role, field, is, said) in [
        (
            "suspend",
            &email,
            None,
            "suspended",
            serde_json::json!(true),
            "is suspended.",
        ),
        (
            "resume",
            &account,
            None,
            "suspended",
            false.into(),
            "is not suspended any more.",
        ),
        ("suspend", &account, None, "suspended", true.into(), "is suspended."),
        (
            "resume",
            &louder,
            None,
            "suspended",
            false.into(),
            "is not suspended any more.",
        ),
        (
            "role",
            &email,
            Some("reader"),
            "role",
            "reader".into(),
            "has the role reader.",
        ),
    ] {
        let mut arguments = vec!["admin", act, workspace, member];
        arguments.extend(role);
        assert_eq!(good(folder, &arguments), format!("{who} {said}\n"));
        assert_eq!(now(field), Some(is), "{act} {member}");
    }
    let said = good(folder, &["admin", "remove", workspace, &email]);
    assert_eq!(said, format!("{who} is removed from the workspace.\n"));
    assert_eq!(now("name"), None);

    let other = text(&all.iter().find(|member| **member != *one).expect("another")["email"]);
    for (arguments, wrong) in [
        (vec!["suspend", workspace, &email], "Nobody in this workspace is"),
        (vec!["resume", workspace, &account], "Nobody in this workspace is"),
        (
            vec!["remove", workspace, "nobody@example.com"],
            "Nobody in this workspace is nobody@example.com.",
        ),
        (
            vec!["suspend", workspace, "nobody"],
            "Nobody in this workspace is nobody.",
        ),
        (vec!["suspend", workspace, ""], "Nobody in this workspace is"),
        (vec!["suspend", &account, &other], "The act was refused"),
        (vec!["role", workspace, &other, "emperor"], "Choose one of the list"),
    ] {
        let (output, out, err) = run(folder, &[vec!["admin"], arguments.clone()].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {out}{err}");
        assert!(err.contains(wrong), "{arguments:?}: {err}");
    }
}

fn continues_an_earlier_checkpoint(folder: &Path, workspace: &str) {
    let text = std::fs::read_to_string(folder.join("log.jsonl")).expect("the export");
    let last: serde_json::Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
    let note = last["checkpoint"].as_str().expect("a note");
    std::fs::write(folder.join("earlier.note"), note).expect("a file");
    good(folder, &["admin", "export-audit", workspace, "later.jsonl"]);
    let said = good(
        folder,
        &[
            "audit",
            "verify",
            "later.jsonl",
            "--key",
            "key.pub",
            "--since",
            "earlier.note",
        ],
    );
    assert!(said.contains("continues the earlier checkpoint"), "{said}");
    let later = std::fs::read_to_string(folder.join("later.jsonl")).expect("the export");
    assert!(later.contains("audit.export"), "an export is on record itself");
}

fn finds_what_was_done_to_it(folder: &Path) {
    let text = std::fs::read_to_string(folder.join("log.jsonl")).expect("the export");
    std::fs::write(
        folder.join("edited.jsonl"),
        text.replacen("Tern House", "Gull House", 1),
    )
    .expect("a file");
    let (output, out, err) = run(folder, &["audit", "verify", "edited.jsonl", "--key", "key.pub"]);
    assert_eq!(output.status.code(), Some(1), "{out}{err}");
    assert!(
        err.contains("The log is not whole") && err.contains("edited") && err.contains("line "),
        "{err}"
    );
}

fn refuses_what_it_cannot_read(folder: &Path, workspace: &str, rename: &str) {
    for (arguments, wrong) in [
        (
            vec!["audit", "verify", "none.jsonl", "--key", "key.pub"],
            "cannot be read",
        ),
        (
            vec!["audit", "verify", "log.jsonl", "--key", "none"],
            "neither a verifier key nor a file",
        ),
        (
            vec!["audit", "verify", "log.jsonl", "--key", "key.pub", "--since", "key.pub"],
            "cannot be used as the earlier",
        ),
        (vec!["admin", "export-audit", workspace, "log.jsonl"], "was not written"),
        (
            vec!["admin", "end-sessions", "nobody@example.com"],
            "No account has this address",
        ),
        (vec!["admin", "end-sessions", "nobody"], "look"),
        (vec!["admin", "call", "none.none"], "There is no operation"),
        (vec!["admin", "call", "workspace.rename", "{"], "could not be read"),
        (vec!["admin", "call", "workspace.rename", rename], "changed"),
        (vec!["admin", "call", "account.get"], "A command line has no account"),
        (
            vec!["demo", "--origin", "https://scripts.example.org"],
            "on the loopback",
        ),
        (vec![], "Usage"),
    ] {
        let (output, out, err) = run(folder, &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {out}{err}");
        assert!(err.contains(wrong), "{arguments:?}: {err}");
    }
}
