//! The demonstration: what it says is there is there, was done by those who are there, on days that lie in the past, and the
//! logs of it verify.

use crate::support::live::{self, Live};
use domain::ports::Clock as _;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::{Command, Output},
};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

/// Runs the binary on the data of `live::config`.
fn run(folder: &Path, arguments: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_scriptkeep"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .current_dir(folder)
        .args(arguments)
        .args(["--data", "data", "--keys", "keys"])
        .output()
        .expect("an end");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output, said)
}

/// Somebody who is signed in.
struct Visitor<'l> {
    live: &'l Live,
    cookie: String,
}

impl<'l> Visitor<'l> {
    async fn sign_in(live: &'l Live, email: &str, password: &str) -> Self {
        let given = json!({"email": email, "password": password});
        let (status, answer) = live.call("session.sign_in", "", &given).await;
        assert_eq!(status, 200, "{email}: {answer}");
        let (_, rest) = answer.split_once("set-cookie: ").expect("a cookie");
        let cookie = rest.split(';').next().expect("a cookie").to_owned();
        Self { live, cookie }
    }

    async fn ask(&self, name: &str, body: Value) -> Value {
        let (status, answer) = self.live.call(name, &self.cookie, &body).await;
        assert_eq!(status, 200, "{name} {body}: {answer}");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).expect("JSON")
    }

    /// Every record of a workspace on every shelf.
    async fn records(&self, workspace: &Value) -> Vec<Value> {
        let mut records = Vec::new();
        for shelf in ["desk", "archive", "trash"] {
            let mut from = json!(0);
            while !from.is_null() {
                let filter = json!({"shelf": shelf, "from": from});
                let page = self
                    .ask("record.list", json!({"workspace": workspace, "filter": filter}))
                    .await;
                let rows = page["rows"].as_array().expect("rows");
                records.extend(rows.iter().map(|row| row["record"].clone()));
                from = page["next"].clone();
            }
        }
        records
    }

    /// A workspace's log, newest first.
    async fn log(&self, workspace: &Value) -> Vec<Value> {
        let (mut rows, mut before) = (Vec::new(), String::new());
        loop {
            let filter = json!({"before": before});
            let page = self
                .ask("audit.list", json!({"workspace": workspace, "filter": filter}))
                .await;
            assert_eq!(page["unsealed"], 0, "nothing waits to be sealed");
            rows.extend(page["rows"].as_array().expect("rows").clone());
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut before),
                None => return rows,
            }
        }
    }
}

fn works_on(date: time::Date) -> bool {
    !matches!(date.weekday(), time::Weekday::Saturday | time::Weekday::Sunday)
}

fn words<'v>(values: &'v [Value], field: &str) -> BTreeSet<&'v str> {
    values.iter().filter_map(|value| value[field].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demonstration_has_been_lived_in() {
    let folder = live::folder();
    let folder = folder.path();
    let (output, said) = run(folder, &["demo"]);
    assert!(output.status.success(), "{said}");
    let (output, again) = run(folder, &["demo"]);
    assert_eq!(output.status.code(), Some(2), "{again}");
    assert!(again.contains("Nothing was changed"), "{again}");

    let (_, rest) = said.split_once("password: ").expect("a password");
    let password = rest.split_whitespace().next().expect("a password");
    let emails: Vec<&str> = said.split_whitespace().filter(|word| word.contains('@')).collect();
    assert_eq!(emails.len(), 9, "five in each, one of them in both: {said}");
    let live = Live::start(live::config(folder, "")).await.expect("a server");
    for email in &emails {
        let visitor = Visitor::sign_in(&live, email, password).await;
        let workspaces = visitor.ask("workspace.list", json!({})).await;
        let count = workspaces.as_array().map_or(0, Vec::len);
        assert_eq!(count, if *email == emails[0] { 2 } else { 1 }, "{email}");
        let sessions = visitor.ask("session.list", json!({})).await;
        assert_eq!(
            sessions.as_array().map_or(0, Vec::len),
            1,
            "they went home in the evening"
        );
    }
    let owner = Visitor::sign_in(&live, emails[0], password).await;
    let workspaces = owner.ask("workspace.list", json!({})).await;
    let packs = words(workspaces.as_array().expect("a list"), "pack");
    assert_eq!(packs, BTreeSet::from(["Procedures", "Therapy scripts"]));
    let mut records = 0;
    for workspace in workspaces.as_array().expect("a list") {
        people_are_there(&owner, &workspace["id"]).await;
        records += records_can_be_read(&owner, &workspace["id"]).await;
        let edits = history_is_long_and_verifies(&owner, &workspace["id"], folder).await;
        what_was_written_last_counts_as_changed(&owner, &workspace["id"], &edits).await;
    }
    assert!(records >= 40, "{records}");
    let (status, mails) = live.get("/dev/mail.json").await;
    assert!(
        status == 200 && mails.ends_with("[]"),
        "no mail is left to be sent: {mails}"
    );
    live.stop().await;
    the_house_s_log_verifies(folder);
}

async fn people_are_there(owner: &Visitor<'_>, workspace: &Value) {
    let people = owner.ask("member.list", json!({"workspace": workspace})).await;
    let members = people["members"].as_array().expect("members");
    assert_eq!(members.len(), 5);
    assert!(members.iter().all(|member| member["suspended"] == false));
    let roles = words(people["roles"].as_array().expect("roles"), "id");
    assert_eq!(words(members, "role"), roles, "somebody stands in each role");
    let invitations = people["invitations"].as_array().expect("invitations");
    let expired: Vec<bool> = invitations
        .iter()
        .filter_map(|open| open["expired"].as_bool())
        .collect();
    assert_eq!(expired, [false, true], "one waits, one waited too long");
}

async fn records_can_be_read(owner: &Visitor<'_>, workspace: &Value) -> usize {
    let records = owner.records(workspace).await;
    assert!(records.len() >= 20, "{}", records.len());
    assert_eq!(words(&records, "shelf"), BTreeSet::from(["archive", "desk", "trash"]));
    assert!(words(&records, "kind").len() > 1 && words(&records, "state").len() > 2);
    for record in &records {
        let body = owner
            .ask("record.read", json!({"workspace": workspace, "record": record["id"]}))
            .await;
        let title = &record["title"];
        assert!(body["words"].as_u64() > Some(10), "{title}: {body}");
        let html = body["html"].as_str().expect("HTML");
        assert!(
            !html.contains("xref-gone") && !html.contains("{{") && !html.contains("%%"),
            "{title}"
        );
        assert!(
            record["summary"].as_str().is_some_and(|summary| !summary.is_empty()),
            "{title}"
        );
    }
    records.len()
}

/// Checks a workspace's log, and answers with the newest edit of each record: when, and by whom.
async fn history_is_long_and_verifies(
    owner: &Visitor<'_>,
    workspace: &Value,
    folder: &Path,
) -> BTreeMap<String, (String, String)> {
    let log = owner.log(workspace).await;
    let moment = |row: &Value| OffsetDateTime::parse(row["at"].as_str().expect("a time"), &Rfc3339).expect("a time");
    let (newest, oldest) = (moment(&log[0]), moment(&log[log.len() - 1]));
    let now = outbound::SystemClock.now();
    let mut later = (1..).map(|days| newest.date() + Duration::days(days));
    assert!(
        newest < now && later.find(|date| works_on(*date)) >= Some(now.date()),
        "it ends today, or on the last working day before: {newest}"
    );
    for at in log.iter().map(moment) {
        let hours = time::Time::from_hms(8, 0, 0).expect("a time")..time::Time::from_hms(18, 0, 0).expect("a time");
        assert!(works_on(at.date()) && hours.contains(&at.time()), "{at}");
    }
    assert!(now - oldest > Duration::days(89), "it goes back three months: {oldest}");
    assert!(log.windows(2).all(|rows| moment(&rows[0]) >= moment(&rows[1])));
    let days: BTreeSet<_> = log.iter().map(|row| moment(row).date()).collect();
    assert!(days.len() > 40, "{} days", days.len());
    let actions = words(&log, "action");
    for action in [
        "workspace.create",
        "member.invite",
        "invitation.join",
        "record.create",
        "record.describe",
        "record.edited",
        "record.move",
        "record.archive",
        "record.trash",
    ] {
        assert!(actions.contains(action), "{action}: {actions:?}");
    }
    let mut writers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in log.iter().filter(|row| row["action"] == "record.edited") {
        assert_eq!(row["refused"], false);
        let name = row["actor"]["name"].as_str().expect("a name");
        writers
            .entry(row["target"]["id"].as_str().expect("a record"))
            .or_default()
            .insert(name);
    }
    let shared = writers.values().filter(|names| names.len() > 1).count();
    assert!(
        writers.len() >= 20 && shared >= 8,
        "{shared} of {} by several",
        writers.len()
    );

    let page = owner.ask("audit.list", json!({"workspace": workspace})).await;
    let key = page["checkpoint"]["verifier_key"].as_str().expect("a key").to_owned();
    let export = owner.ask("audit.export", json!({"workspace": workspace})).await;
    verify(folder, export["text"].as_str().expect("an export"), &key);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let edits = log.iter().rev().filter(|row| row["action"] == "record.edited");
    edits
        .map(|row| {
            (
                text(&row["target"]["id"]),
                (text(&row["at"]), text(&row["actor"]["name"])),
            )
        })
        .collect()
}

/// Lists show a text that somebody wrote in as changed, at that time and by them.
async fn what_was_written_last_counts_as_changed(
    owner: &Visitor<'_>,
    workspace: &Value,
    edits: &BTreeMap<String, (String, String)>,
) {
    let moment = |text: &str| OffsetDateTime::parse(text, &Rfc3339).expect("a time");
    let page = owner.ask("record.list", json!({"workspace": workspace})).await;
    let mut written_last = 0;
    for row in page["rows"].as_array().expect("rows") {
        let (at, by) = &edits[row["record"]["id"].as_str().expect("an id")];
        let updated = moment(row["record"]["updated_at"].as_str().expect("a time"));
        // The event comes when the writers have left the room; what they wrote is a little older.
        assert!(updated >= moment(at) - Duration::minutes(10), "{row}");
        // The log says times to the millisecond. What else was done to it that day was seconds later.
        if updated < moment(at) + Duration::SECOND {
            assert_eq!(row["changed_by"]["name"], by.as_str(), "{row}");
            written_last += 1;
        }
    }
    assert!(written_last >= 3, "{written_last}");
}

fn verify(folder: &Path, export: &str, key: &str) {
    std::fs::write(folder.join("log.jsonl"), export).expect("a file");
    let (output, said) = run(folder, &["audit", "verify", "log.jsonl", "--key", key]);
    assert!(output.status.success() && said.contains("The log is whole."), "{said}");
}

fn the_house_s_log_verifies(folder: &Path) {
    let house = domain::WorkspaceId::HOUSE.to_string();
    let (output, said) = run(folder, &["admin", "export-audit", &house, "house.jsonl"]);
    assert!(output.status.success(), "{said}");
    let (_, key) = run(folder, &["audit", "key"]);
    let export = std::fs::read_to_string(folder.join("house.jsonl")).expect("an export");
    assert!(export.contains("session.sign_in"));
    verify(folder, &export, key.trim());
}

#[test]
fn a_password_can_be_given_and_has_to_be_good_enough() {
    let folder = live::folder();
    for (password, wrong) in [("short", "Use at least"), ("Robin Ashdown", "Use at least")] {
        let (output, said) = run(folder.path(), &["demo", "--password", password]);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(wrong), "{said}");
    }
    assert!(!folder.path().join("data").exists(), "nothing was made");
}
