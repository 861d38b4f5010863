//! Problems as answers: problem+json (RFC 9457) for programs, a page for people.

use crate::state::State;
use app::{
    forms::FormState,
    pages::errors::{error_document, unsent_document},
};
use axum::{
    body::Body,
    extract::Request,
    response::{Html, IntoResponse, Response},
};
use domain::{Problem, RequestId};
use http::{Extensions, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What of a request is needed to answer it with a problem, kept while the request itself is consumed.
#[derive(Clone, Debug)]
pub struct Outline {
    json: bool,
    request: Option<RequestId>,
}

impl Outline {
    /// The outline of a request.
    pub fn of(request: &Request) -> Self {
        Self::new(request.uri().path(), request.extensions())
    }

    /// The outline of a request of which path and extensions are known.
    pub fn new(path: &str, extensions: &Extensions) -> Self {
        Self {
            json: is_for_programs(path),
            request: extensions.get::<RequestId>().copied(),
        }
    }
}

impl Outline {
    /// The request's id as text, or nothing.
    pub fn request_id(&self) -> String {
        self.request.map(|id| id.to_string()).unwrap_or_default()
    }
}

/// Addresses that programs read, by their form.
fn is_for_programs(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    path.starts_with("/api/")
        || path.starts_with("/assets/")
        || path.starts_with("/attachments")
        || path.starts_with("/ws/")
        || matches!(path, "/healthz" | "/readyz")
        || last.contains('.')
}

/// A problem as the answer to a request.
pub fn problem(state: &State, request: &Request, problem: &Problem) -> Response {
    outlined(state, &Outline::of(request), problem, None)
}

/// The same for a request that is gone, and where need be with another status than the problem's code has.
pub fn outlined(state: &State, outline: &Outline, problem: &Problem, status: Option<StatusCode>) -> Response {
    let status = status.unwrap_or_else(|| status_of(problem));
    let response = if outline.json {
        let body = as_json(problem, status, outline.request).to_string();
        ([(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON))], body).into_response()
    } else {
        Html(error_document(problem, &state.assets, &outline.request_id())).into_response()
    };
    with_status(response, problem, status)
}

/// The answer to a form that was not done and whose page cannot show it again: the problem, and what was typed.
/// `address` is the page's.
pub fn unsent(state: &State, outline: &Outline, form: &FormState, problem: &Problem, address: &str) -> Response {
    let page = unsent_document(form, problem, address, &state.assets, &outline.request_id());
    with_status(Html(page).into_response(), problem, status_of(problem))
}

fn with_status(mut response: Response, problem: &Problem, status: StatusCode) -> Response {
    *response.status_mut() = status;
    if let Some(seconds) = problem.retry_after_seconds {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Session realm=\"Scriptkeep\""),
        );
    }
    response
}

/// The status of a problem's code.
pub fn status_of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// RFC 9457 with our members beside the standard's.
fn as_json(problem: &Problem, status: StatusCode, request: Option<RequestId>) -> Value {
    let mut value = serde_json::to_value(problem).unwrap_or_else(|_| json!({}));
    let code = value["code"].as_str().unwrap_or("internal").to_owned();
    value["type"] = json!(format!("urn:scriptkeep:problem:{code}"));
    value["status"] = json!(status.as_u16());
    if let Some(request) = request {
        value["instance"] = json!(format!("urn:uuid:{request}"));
        value["request"] = json!(request);
    }
    value
}

/// A JSON value as an answer.
pub fn json_body(value: &Value) -> Response {
    json_text(value.to_string())
}

/// The text of a JSON value as an answer.
pub fn json_text(text: String) -> Response {
    (
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        Body::from(text),
    )
        .into_response()
}
