//! What a form and the server say to each other. Every `<form method="post">` posts url-encoded to the address of its own
//! page, with the operation's name in [`OP`] and an idempotency key in [`KEY`]; all other fields are the operation's.
//! A success is answered with 303 to [`destination`]; a problem re-renders the page with a [`FormState`] in context.

use crate::decode;
use domain::{Code, Problem};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// The hidden field that names the operation.
pub const OP: &str = "_op";
/// The hidden field with the idempotency key; empty counts as none.
pub const KEY: &str = "_key";
/// The hidden field that tells apart several forms of one operation on a page (one per row of a list); else absent.
pub const ROW: &str = "_row";
/// The hidden field of the sign-in, and of the page that asks for a proof, with the form that waits for it: the JSON of a
/// [`FormState`].
pub const HELD: &str = "_held";
/// The query parameter that names the operation of the form that was just saved, on the page it was sent from.
pub const SAVED: &str = "saved";

/// Fields whose value never goes back into a page.
const SECRET_FIELDS: [&str; 3] = ["password", "current", "token"];

/// Why a form is shown again with what was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It was not accepted.
    Refused(Problem),
    /// Its sender was signed out, and has signed in since.
    SignedOut,
    /// It wanted a fresh proof of identity, which has been given since.
    Unproven,
}

/// Whether a form of the page has taken up the one that was refused: otherwise nothing on the page would say what is wrong.
#[derive(Clone, Debug, Default)]
pub struct TakenUp(Arc<AtomicBool>);

impl TakenUp {
    /// Notes that a form has.
    pub(crate) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether one has.
    pub fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A form that was posted without JavaScript and not done: which, what was typed, and why not. The server puts it into
/// context while it renders the page again; the root components set the page's status from it and hand it to the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormState {
    /// The operation's name.
    pub op: String,
    /// What was typed, without secrets and without the hidden fields that start with `_` (but with [`ROW`]).
    pub values: Vec<(String, String)>,
    /// Why it was not done.
    pub why: Why,
    /// Its idempotency key, where it is kept: sent again, it is still the same form.
    pub key: Option<String>,
    /// Whether secrets were left out, which have to be typed again.
    pub secrets: bool,
}

impl FormState {
    /// The state of a form that was not accepted; leaves out what must not go back into a page. Where the same may be accepted
    /// later it keeps its idempotency key: it may have been done unseen, and sent again it must not be done twice.
    pub fn new(op: &str, posted: Vec<(String, String)>, problem: Problem) -> Self {
        let key = key_of(&posted).filter(|_| problem.status() >= 500 || problem.code == Code::TooMany);
        Self {
            key,
            ..Self::of(op, posted, Why::Refused(problem))
        }
    }

    /// The state of a form whose sender must first sign in, or prove who they are. It travels in a hidden field of the form
    /// that asks for that ([`HELD`]), so in the browser and in bodies only, and is shown again afterwards. It keeps its
    /// idempotency key: should it have been done unseen before, sending it again does nothing more.
    pub fn held(op: &str, posted: Vec<(String, String)>, why: Why) -> Self {
        Self {
            key: key_of(&posted),
            ..Self::of(op, posted, why)
        }
    }

    fn of(op: &str, posted: Vec<(String, String)>, why: Why) -> Self {
        let secret = |name: &str| SECRET_FIELDS.contains(&name);
        let secrets = posted.iter().any(|(name, _)| secret(name));
        let values = posted
            .into_iter()
            .filter(|(name, _)| !secret(name) && (!name.starts_with('_') || name == ROW))
            .collect();
        Self {
            op: op.to_owned(),
            values,
            why,
            key: None,
            secrets,
        }
    }

    /// As JSON: how a rendered page hands it to the browser, and the text of [`HELD`].
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what a rendered page handed on.
    pub fn from_text(text: &str) -> Option<Self> {
        decode::from_json(text).ok()
    }

    /// Reads the text of [`HELD`]. Whoever sends it may have written it: it passes through the same sieve as a posted form,
    /// and brings no words of its own.
    pub fn from_held(text: &str) -> Option<Self> {
        let read = Self::from_text(text)?;
        if matches!(read.why, Why::Refused(_)) {
            return None;
        }
        let secrets = read.secrets;
        let kept = Self::of(&read.op, read.values, read.why);
        Some(Self {
            key: read.key,
            secrets: secrets || kept.secrets,
            ..kept
        })
    }

    /// Why it was not accepted, if that is why it is shown again.
    pub fn problem(&self) -> Option<&Problem> {
        match &self.why {
            Why::Refused(problem) => Some(problem),
            Why::SignedOut | Why::Unproven => None,
        }
    }

    /// What was typed into a field.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.as_str())
    }
}

/// The idempotency key of a posted form.
fn key_of(posted: &[(String, String)]) -> Option<String> {
    let key = posted.iter().find(|(name, value)| name == KEY && !value.is_empty());
    key.map(|(_, key)| key.clone())
}

/// The random part of the idempotency keys of one rendered page: at least 16 random bytes as text of `[A-Za-z0-9_-]`.
/// The server provides it in context; each form adds its operation and row, so that no two forms share a key.
#[derive(Clone, Debug)]
pub struct RenderKey(pub String);

/// The form that waits while its sender signs in or proves who they are, as [`HELD`] carries it. The server provides it in
/// context for those two pages.
#[derive(Clone, Debug)]
pub struct Held(pub String);

/// What the pages may know of the installation. In context on the server; nothing is assumed without it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Whether mails are captured at `/dev/mail` instead of sent, so that pages can point there.
    pub captured_mail: bool,
}

/// Where a browser goes after a form was accepted. `page` is the path, with its query, that the form was posted to;
/// `output` is the operation's output as JSON.
pub fn destination(op: &str, output: &Value, page: &str) -> String {
    let path = page.split('?').next().unwrap_or("/");
    let id = || output.get("id").and_then(Value::as_str).unwrap_or_default();
    match op {
        "account.sign_up" | "account.resend_verification" => "/sign-up/sent".to_owned(),
        "account.forgot_password" => "/forgot/sent".to_owned(),
        "account.verify" => "/sign-in?from=verified".to_owned(),
        "account.reset_password" => "/sign-in?from=reset".to_owned(),
        // Whoever is not the one who is invited goes on as that one.
        "session.sign_out" if path.starts_with("/invitation/") => path.to_owned(),
        "session.sign_out" => "/sign-in?from=signed-out".to_owned(),
        "session.sign_in" | "session.prove" => next_of(page).unwrap_or_else(|| "/w".to_owned()),
        "account.change_password" => format!("{path}?from=password"),
        "record.create" | "record.duplicate" => format!("{}/records/{}", workspace_of(path), id()),
        "workspace.create" | "invitation.accept" | "invitation.join" => format!("/w/{}", id()),
        "invitation.decline" => "/declined".to_owned(),
        "member.leave" => "/w".to_owned(),
        "account.rename" | "workspace.rename" | "member.invite" => with_saved(page, Some(op)),
        _ => with_saved(page, None),
    }
}

/// The address of the workspace that a page belongs to: `/w/ID`.
fn workspace_of(path: &str) -> &str {
    let end = path.match_indices('/').nth(2).map_or(path.len(), |(index, _)| index);
    &path[..end]
}

/// The address of a page that says of one form that it was saved, or of none.
pub fn with_saved(page: &str, op: Option<&str>) -> String {
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    let before = pairs.len();
    pairs.retain(|(name, _)| name != SAVED);
    if op.is_none() && pairs.len() == before {
        return page.to_owned();
    }
    pairs.extend(op.map(|op| (SAVED.to_owned(), op.to_owned())));
    match serde_urlencoded::to_string(&pairs) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

/// The address of the sign-in page that leads back to `page` afterwards.
pub fn sign_in_then(page: &str) -> String {
    with_next("/sign-in", page)
}

/// The address of the page that asks for a proof of identity and leads back to `page` afterwards.
pub fn prove_then(page: &str) -> String {
    with_next("/prove", page)
}

fn with_next(door: &str, page: &str) -> String {
    serde_urlencoded::to_string([("next", page)]).map_or_else(|_| door.to_owned(), |query| format!("{door}?{query}"))
}

/// The `next` parameter of an address, if it stays on this site.
pub fn next_of(page: &str) -> Option<String> {
    let (_, query) = page.split_once('?')?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    pairs
        .into_iter()
        .find(|(name, _)| name == "next")
        .map(|(_, next)| next)
        .filter(|next| is_local(next))
}

/// Whether an address is a path on this site: one slash first, and nothing a browser could take for another host.
pub fn is_local(address: &str) -> bool {
    address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains('\\')
        && !address.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// Reads what a query names; what is no such thing does not count.
pub fn query<T: serde::de::DeserializeOwned + Default>(query: &str) -> T {
    let pairs = serde_urlencoded::from_str(query).unwrap_or_default();
    decode::from_fields(pairs).unwrap_or_default()
}

/// Reads an operation from the fields of a form, as the server does.
///
/// # Errors
/// [`Code::Malformed`] when a field is missing or is not what the operation needs.
pub fn read<Op: serde::de::DeserializeOwned>(fields: &[(String, String)]) -> Result<Op, Problem> {
    let own = fields
        .iter()
        .filter(|(name, _)| !name.starts_with('_'))
        .cloned()
        .collect();
    decode::from_fields(own).map_err(|_| Problem::new(Code::Malformed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{WorkspaceId, ops::RenameWorkspace};
    use serde_json::json;

    #[test]
    fn destinations_stay_on_this_site() {
        for (page, expected) in [
            ("/sign-in", "/w"),
            ("/sign-in?next=%2Fyou%2Fsessions", "/you/sessions"),
            (
                "/sign-in?next=%2Fw%2Fx%2Faudit%3Fperson%3Da%26before%3Db",
                "/w/x/audit?person=a&before=b",
            ),
            ("/sign-in?next=https%3A%2F%2Fevil.example", "/w"),
            ("/sign-in?next=%2F%2Fevil.example", "/w"),
            ("/sign-in?next=%2F%5Cevil.example", "/w"),
            ("/sign-in?next=%2F%09%2Fevil.example", "/w"),
            ("/sign-in?next=", "/w"),
        ] {
            assert_eq!(destination("session.sign_in", &Value::Null, page), expected, "{page}");
        }
        for (page, expected) in [
            ("/you?from=x", "/sign-in?from=signed-out"),
            ("/w", "/sign-in?from=signed-out"),
            ("/invitation/token", "/invitation/token"),
            ("/invitation/token?saved=x", "/invitation/token"),
        ] {
            assert_eq!(destination("session.sign_out", &Value::Null, page), expected, "{page}");
        }
        assert_eq!(
            destination("record.create", &json!({"id": "r"}), "/w/a?q=1"),
            "/w/a/records/r"
        );
        assert_eq!(destination("workspace.create", &json!({"id": "a"}), "/start"), "/w/a");
        assert_eq!(
            destination("record.rename", &json!({}), "/w/a/records/r"),
            "/w/a/records/r"
        );
        assert_eq!(
            next_of(&sign_in_then("/w/a/audit?x=1&y=2")).as_deref(),
            Some("/w/a/audit?x=1&y=2")
        );
    }

    #[test]
    fn a_page_says_of_the_last_form_only_that_it_was_saved() {
        for (op, page, expected) in [
            ("account.rename", "/you", "/you?saved=account.rename"),
            (
                "account.rename",
                "/you?from=password&saved=x",
                "/you?from=password&saved=account.rename",
            ),
            (
                "workspace.rename",
                "/w/a/settings?saved=workspace.rename",
                "/w/a/settings?saved=workspace.rename",
            ),
            (
                "account.change_password",
                "/you?saved=account.rename",
                "/you?from=password",
            ),
            ("session.revoke", "/you/sessions?saved=account.rename", "/you/sessions"),
            (
                "session.revoke",
                "/you/sessions?a=%20&saved=account.rename",
                "/you/sessions?a=+",
            ),
            ("session.revoke", "/you/sessions?a=%20", "/you/sessions?a=%20"),
        ] {
            assert_eq!(destination(op, &Value::Null, page), expected, "{op} {page}");
        }
    }

    #[test]
    fn secrets_do_not_come_back() {
        let posted = [
            ("_op", "x"),
            ("_key", "k"),
            ("_row", "7"),
            ("email", "a@b.c"),
            ("password", "p"),
            ("token", "t"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let state = FormState::new("x", posted.to_vec(), Problem::new(Code::Invalid));
        assert_eq!(state.value("email"), Some("a@b.c"));
        assert_eq!(state.value(ROW), Some("7"));
        assert_eq!((state.values.len(), state.secrets, state.key), (2, true, None));
    }

    #[test]
    fn a_held_form_comes_back_as_it_was_but_for_secrets_and_brings_no_words_of_its_own() {
        let posted = [
            ("_op", "x"),
            ("_key", "k"),
            ("_row", "7"),
            ("name", "a\r\n<b>\"&é"),
            ("password", "canary"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let held = FormState::held("account.rename", posted.to_vec(), Why::SignedOut);
        let text = held.to_text();
        assert!(!text.contains("canary"), "{text}");
        assert_eq!(FormState::from_held(&text), Some(held.clone()));
        assert_eq!(
            (held.key.as_deref(), held.secrets, held.problem()),
            (Some("k"), true, None)
        );
        let meddled = text.replace("[\"_row\",", "[\"_op\",\"y\"],[\"password\",\"p\"],[\"_row\",");
        assert_eq!(
            FormState::from_held(&meddled),
            Some(held),
            "what is no field of it is left out"
        );
        let refused = FormState::new("account.rename", Vec::new(), Problem::new(Code::Internal)).to_text();
        for text in ["", "{}", "null", &refused, &text[1..]] {
            assert_eq!(FormState::from_held(text), None, "{text}");
        }
    }

    #[test]
    fn forms_are_read_as_operations() {
        let fields = [
            ("_op", "workspace.rename"),
            ("workspace", "5c21b7ee-0000-4000-8000-000000000001"),
            ("name", "Tern & House"),
            ("revision", "3"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let op: RenameWorkspace = read(&fields).expect("an operation");
        assert_eq!(
            (op.workspace, op.name.as_str(), op.revision),
            (WorkspaceId::HOUSE, "Tern & House", 3)
        );
        assert!(read::<RenameWorkspace>(&fields[..3]).is_err());
    }
}
