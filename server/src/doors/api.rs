//! The JSON API: `POST /api/v1/<operation>`, and the document that describes it. Our own pages use it too.

use super::{answer, body, caller, session_cookie};
use crate::state::State;
use axum::{
    extract::{Path, Request, State as Given},
    response::{IntoResponse, Response},
};
use domain::{Code, Problem, SessionChange};
use http::{HeaderName, HeaderValue, header};
use serde_json::Value;
use std::sync::Arc;

/// The header with the key under which a mutation is done at most once.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// `POST /api/v1/{operation}`
pub async fn operate(Given(state): Given<Arc<State>>, Path(name): Path<String>, request: Request) -> Response {
    let outline = answer::Outline::of(&request);
    let (result, session) = match run(&state, &name, request).await {
        Ok(done) => done,
        Err(refused) => return answer::outlined(&state, &outline, &refused.problem, refused.status),
    };
    let mut response = match result {
        Ok(output) => answer::json_body(&output),
        Err(problem) => answer::outlined(&state, &outline, &problem, None),
    };
    session_cookie::write(response.headers_mut(), &session);
    response
}

type Done = (Result<Value, Problem>, SessionChange);

async fn run(state: &State, name: &str, request: Request) -> Result<Done, body::Refused> {
    let entry = services::entry(name).ok_or_else(|| {
        Problem::new(Code::NotFound).with_detail("There is no such operation; /openapi.json lists all of them.")
    })?;
    let (parts, stream) = request.into_parts();
    body::require_type(&parts.headers, "application/json")?;
    let key = match parts.headers.get(IDEMPOTENCY_KEY) {
        // What is not ASCII becomes a key that is refused.
        Some(value) => caller::idempotency_key(Some(value.to_str().unwrap_or(" ")))?,
        None => None,
    };
    let bytes = body::read(&parts.headers, stream, &state.config.limits).await?;
    let op = (entry.from_json)(&bytes)?;
    let caller = caller::of(&parts.headers, &parts.extensions, key);
    let answer = state.services.dispatch(entry.meta, caller, op).await;
    Ok((
        answer.result.map(|output| (entry.to_json)(output.as_ref())),
        answer.session,
    ))
}

/// `GET /openapi.json`
pub async fn document(Given(state): Given<Arc<State>>) -> Response {
    (
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        state.openapi.clone(),
    )
        .into_response()
}
