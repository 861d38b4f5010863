//! Forms without scripts while Postgres is dead: what was typed stands on the page that says so, and is done once, under
//! its own key, when it is sent again from there.

use crate::support::{
    House, PASSWORD,
    live::{self, Live},
};
use app::pages::errors::TYPED;
use std::collections::BTreeSet;

/// What was typed: all that HTML and a URL could stumble over.
const WORDS: &str = "Grebe & \"Sons\" <b>&amp;</b> é +%2B";

/// The fields of a page's last form, as a browser would send them.
fn fields_of(page: &str) -> Vec<(String, String)> {
    let (_, form) = page.rsplit_once("<form ").expect("a form");
    let (form, _) = form.split_once("</form>").expect("its end");
    let mut fields = Vec::new();
    for input in form.split("<input").skip(1) {
        let (input, _) = input.split_once('>').expect("its end");
        fields.push((attribute(input, "name"), attribute(input, "value")));
    }
    for area in form.split("<textarea").skip(1) {
        let (tag, rest) = area.split_once('>').expect("its end");
        let (text, _) = rest.split_once("</textarea>").expect("its end");
        // HTML drops a line break right after the tag.
        let text = text.strip_prefix('\n').unwrap_or(text);
        fields.push((attribute(tag, "name"), unescaped(text)));
    }
    fields
}

fn attribute(tag: &str, name: &str) -> String {
    let (_, rest) = tag
        .split_once(&format!(" {name}=\""))
        .unwrap_or_else(|| panic!("{name} in {tag}"));
    unescaped(rest.split('"').next().unwrap_or_default())
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
    text.replace("&#x27;", "'").replace("&amp;", "&")
}

async fn post<V: AsRef<str>>(server: &Live, page: &str, cookie: &str, fields: &[(V, V)]) -> (u16, String) {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_ref(), value.as_ref()))
        .collect();
    let origin = server.origin();
    let headers = [
        ("origin", origin.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", cookie),
    ];
    let body = serde_urlencoded::to_string(fields).expect("a form");
    server.send("POST", page, &headers, &body).await
}

/// A form as a browser would post it: its page, its operation, its other fields.
type Form<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// The id in an answer of the JSON API.
fn id_of(answer: &str) -> String {
    let (_, rest) = answer
        .split_once("\"id\":\"")
        .unwrap_or_else(|| panic!("an id in {answer}"));
    rest[..36].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_into_any_form_outlives_a_dead_postgres() {
    let folder = live::folder();
    let server = Live::start(live::config(folder.path(), "")).await.expect("a server");
    let cookie = server.session("ada@example.com").await;
    let (_, made) = server
        .call("workspace.create", &cookie, &serde_json::json!({"name": "Tern House"}))
        .await;
    let workspace = id_of(&made);
    let blank = serde_json::json!({"workspace": workspace, "title": "First"});
    let (_, made) = server.call("record.create", &cookie, &blank).await;
    let record = id_of(&made);

    let home = format!("/w/{workspace}");
    let [new, settings, people, script] =
        ["new", "settings", "people", &format!("records/{record}")].map(|part| format!("{home}/{part}"));
    let workspace = ("workspace", workspace.as_str());
    let (record, first) = (("record", record.as_str()), ("revision", "1"));
    let lines = format!("\n{WORDS}\n{WORDS}");
    let forms: [Form<'_>; 7] = [
        (&new, "record.create", &[workspace, ("title", WORDS)]),
        (&script, "record.rename", &[workspace, record, first, ("title", WORDS)]),
        (
            &script,
            "record.describe",
            &[workspace, record, ("revision", "2"), ("summary", &lines)],
        ),
        (&settings, "workspace.rename", &[workspace, first, ("name", WORDS)]),
        (
            &people,
            "member.invite",
            &[workspace, ("role", ""), ("emails", "x@example.com\ny@example.com")],
        ),
        ("/start", "workspace.create", &[("name", WORDS)]),
        ("/you", "account.rename", &[first, ("name", WORDS)]),
    ];

    let dead = live::postgres(folder.path()).await;
    dead.stop().await.expect("a stopped Postgres");
    server.until("/readyz", 503).await;
    let mut kept = Vec::new();
    for (page, op, own) in forms {
        let key = format!("key-of-{op}-which-is-long-enough");
        let mut fields = vec![("_op", op), ("_key", key.as_str())];
        fields.extend(own);
        let (status, answer) = post(&server, page, &cookie, &fields).await;
        assert_eq!(status, 503, "{op}: {answer}");
        let again = fields_of(&answer);
        let sent: BTreeSet<_> = fields.into_iter().collect();
        let back: BTreeSet<_> = again
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(back, sent, "{op}: {answer}");
        kept.push((page, op, again));
    }
    let secrets = [
        ("_op", "account.change_password"),
        ("current", PASSWORD),
        ("password", "canary of a secret"),
    ];
    let (status, answer) = post(&server, "/you", &cookie, &secrets).await;
    assert_eq!(status, 503, "{answer}");
    assert!(!answer.contains(PASSWORD) && !answer.contains("canary"), "{answer}");

    let postgres = live::postgres(folder.path()).await;
    server.until("/readyz", 200).await;
    for (page, op, again) in kept {
        if op == "member.invite" {
            continue; // The role, which was left out above, is not the test's to guess.
        }
        let (status, answer) = post(&server, page, &cookie, &again).await;
        assert_eq!(status, 303, "{op}: {answer}");
    }
    server.stop().await;
    drop(postgres);
}

#[tokio::test]
async fn every_text_of_every_operation_is_typed_or_carried_along() {
    // What the page chooses, what never comes back, and what no form sends.
    let others = [
        "role", "kind", "state", "template", "pack", "content", "password", "current", "token",
    ];
    let house = House::open().await;
    let document = house.get("/openapi.json", None).await.json();
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let inputs = schemas.iter().filter(|(id, _)| id.ends_with("_input"));
    let mut seen = BTreeSet::new();
    for (id, schema) in inputs {
        for (name, field) in schema["properties"].as_object().expect("fields") {
            if field["type"] == "string" && field["format"].is_null() && field["enum"].is_null() {
                seen.insert(name.as_str());
                let known = TYPED.iter().any(|(typed, _)| typed == name) || others.contains(&name.as_str());
                assert!(known, "{id}: {name} {field}");
            }
        }
    }
    let named: BTreeSet<&str> = TYPED.iter().map(|(name, _)| *name).chain(others).collect();
    assert_eq!(seen, named, "each is a text of some operation");
}
