//! Forms without scripts: a POST to a page's own address, with the operation's name in it. A success leads on (303); a
//! problem shows the same page again with what was typed and what is wrong.

use super::{answer, body, caller, pages, pages::Shell, session_cookie};
use crate::state::State;
use app::forms::{self, FormState};
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
    Ok(Posted {
        entry,
        bytes,
        fields,
        idempotency_key,
    })
}

async fn run(state: &State, shell: Shell, parts: Parts, posted: Posted) -> Response {
    let caller = caller::of(&parts.headers, &parts.extensions, posted.idempotency_key);
    let name = posted.entry.meta.name;
    let op = match (posted.entry.from_form)(&posted.bytes) {
        Ok(op) => op,
        Err(problem) => return again(state, shell, parts, FormState::new(name, posted.fields, problem)).await,
    };
    let answer = state.services.dispatch(posted.entry.meta, caller, op).await;
    let mut response = match answer.result {
        Ok(output) => accepted(posted.entry, output, &pages::address_of(&parts)),
        Err(problem) => again(state, shell, parts, FormState::new(name, posted.fields, problem)).await,
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

/// Shows the page again, unless the person must first go elsewhere.
async fn again(state: &State, shell: Shell, parts: Parts, form: FormState) -> Response {
    let address = pages::address_of(&parts);
    match pages::detour(&form.problem, &address) {
        Some(away) => pages::see_other(&away),
        None => pages::render(state, shell, parts, Some(form)).await,
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
