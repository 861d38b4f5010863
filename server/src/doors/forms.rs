//! Forms without scripts: a POST to a page's own address, with the operation's name in it. A success leads on (303); a
//! problem shows the same page again with what was typed and what is wrong.
//!
//! A form whose sender was signed out in the meantime, or must prove who they are, is answered with the page that asks for
//! that, at the same address. The form waits in a hidden field of it (never in an address, never on the server); once that
//! page's own form is accepted, the first page is shown again with what was typed. Nothing is sent again unasked: somebody
//! else may have signed in.

use super::{answer, body, caller, pages, pages::Shell, session_cookie};
use crate::state::State;
use app::forms::{self, FormState, Why};
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use domain::{Code, Problem, ops::Download};
use http::{HeaderValue, header, request::Parts};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode, utf8_percent_encode};
use services::Entry;
use std::{any::Any, sync::Arc};

/// A form as it was posted.
struct Posted {
    entry: &'static Entry,
    bytes: Vec<u8>,
    fields: Vec<(String, String)>,
    idempotency_key: Option<String>,
    /// The form that waits for this one, on a page that asks who somebody is.
    held: Option<FormState>,
}

impl Posted {
    /// It as a form that was not accepted, and the one that waits for it.
    fn refused(self, problem: Problem) -> (FormState, Option<FormState>) {
        (FormState::new(self.entry.meta.name, self.fields, problem), self.held)
    }

    /// What waits once its sender must first say who they are: it, or what waited for it already.
    fn waiting(self, why: Why) -> FormState {
        match self.held {
            Some(held) => FormState { why, ..held },
            None => FormState::held(self.entry.meta.name, self.fields, why),
        }
    }
}

/// `POST` to a page.
pub async fn take(state: Arc<State>, shell: Shell, request: Request) -> Response {
    let outline = answer::Outline::of(&request);
    let (parts, stream) = request.into_parts();
    let read = match body::require_type(&parts.headers, "application/x-www-form-urlencoded") {
        Ok(()) => body::read(&parts.headers, stream, &state.config.limits).await,
        Err(problem) => Err(problem.into()),
    };
    let posted = match read.and_then(|bytes| understand(bytes).map_err(Into::into)) {
        Ok(posted) => posted,
        Err(refused) => return answer::outlined(&state, &outline, &refused.problem, refused.status),
    };
    run(&state, shell, parts, posted).await
}

fn understand(bytes: Vec<u8>) -> Result<Posted, Problem> {
    let malformed = || {
        Problem::new(Code::Malformed)
            .with_detail("The form is not complete. Go back, load the page again, and send it once more.")
    };
    // The parser would put a replacement character in place of what is no UTF-8, and we would keep what nobody typed.
    if percent_decode(&bytes).decode_utf8().is_err() {
        return Err(malformed());
    }
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes).map_err(|_| malformed())?;
    let field = |name: &str| {
        fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    };
    let entry = field(forms::OP).and_then(services::entry).ok_or_else(malformed)?;
    let idempotency_key = caller::idempotency_key(field(forms::KEY))?;
    let held = match field(forms::HELD) {
        Some(text) if asks_who(entry.meta.name) => Some(FormState::from_held(text).ok_or_else(malformed)?),
        _ => None,
    };
    Ok(Posted {
        entry,
        bytes,
        fields,
        idempotency_key,
        held,
    })
}

/// Whether an operation is the form of a page that another form may wait for.
fn asks_who(op: &str) -> bool {
    matches!(op, "session.sign_in" | "session.prove")
}

async fn run(state: &State, shell: Shell, parts: Parts, mut posted: Posted) -> Response {
    let caller = caller::of(&parts.headers, &parts.extensions, posted.idempotency_key.take());
    let op = match (posted.entry.from_form)(&posted.bytes) {
        Ok(op) => op,
        Err(problem) => return again(state, shell, parts, posted, problem).await,
    };
    let answer = state.services.dispatch(posted.entry.meta, caller, op).await;
    let mut response = match (answer.result, posted.held.take()) {
        (Ok(_), Some(held)) => {
            let mut parts = parts;
            session_cookie::put(&mut parts.headers, &answer.session);
            pages::render(state, shell, parts, Some(held)).await
        }
        (Ok(output), None) => accepted(posted.entry, output, &pages::address_of(&parts)),
        (Err(problem), held) => again(state, shell, parts, Posted { held, ..posted }, problem).await,
    };
    session_cookie::write(response.headers_mut(), &answer.session);
    response
}

/// Leads on, or hands the file over.
fn accepted(entry: &Entry, output: Box<dyn Any + Send>, address: &str) -> Response {
    match output.downcast::<Download>() {
        Ok(download) => attachment(*download),
        Err(output) => {
            let output = (entry.to_json)(output.as_ref());
            pages::see_other(&forms::destination(entry.meta.name, &output, address))
        }
    }
}

/// Shows the page again, or the one that asks who somebody is.
async fn again(state: &State, shell: Shell, parts: Parts, posted: Posted, problem: Problem) -> Response {
    let (name, address) = (posted.entry.meta.name, pages::address_of(&parts));
    let why = match problem.code {
        Code::SignedOut => Why::SignedOut,
        Code::StepUpRequired => Why::Unproven,
        _ => {
            return match posted.refused(problem) {
                (form, Some(held)) => pages::ask_who(state, parts, Some(form), &held).await,
                (form, None) => pages::render(state, shell, parts, Some(form)).await,
            };
        }
    };
    match name {
        // Who signs out and is signed out has what they want.
        "session.sign_out" => pages::see_other(&forms::destination(name, &serde_json::Value::Null, &address)),
        _ if shell == Shell::Public || (asks_who(name) && posted.held.is_none()) => {
            pages::see_other(&pages::detour(&problem, &address).unwrap_or(address))
        }
        _ => pages::ask_who(state, parts, None, &posted.waiting(why)).await,
    }
}

/// What must be escaped in `filename*` (RFC 8187): all but its `attr-char`, most of which are letters and digits.
const NOT_IN_NAMES: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'%')
    .add(b'\'')
    .add(b'(')
    .add(b')')
    .add(b'*')
    .add(b',')
    .add(b'/')
    .add(b':')
    .add(b';')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'?')
    .add(b'@')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'{')
    .add(b'}');

/// A file to save, never to show.
fn attachment(download: Download) -> Response {
    let name = utf8_percent_encode(&download.file_name, NOT_IN_NAMES);
    let disposition = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}"));
    let media_type = HeaderValue::from_str(&download.media_type);
    (
        [
            (
                header::CONTENT_DISPOSITION,
                disposition.unwrap_or(HeaderValue::from_static("attachment")),
            ),
            (
                header::CONTENT_TYPE,
                media_type.unwrap_or(HeaderValue::from_static("application/octet-stream")),
            ),
        ],
        download.text,
    )
        .into_response()
}
