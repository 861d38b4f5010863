//! The JSON API: `POST /api/v1/<operation>`, and the document that describes it. Our own pages use it too.

use super::{answer, aside::aside, body, caller, session_cookie};
use crate::state::State;
use axum::{
    extract::{Path, Request, State as Given},
    response::{IntoResponse, Response},
};
use domain::{
    Caller, Code, Operation as _, Problem, SessionChange,
    ops::{AddAttachment, ReadAttachment},
};
use http::{HeaderName, HeaderValue, header};
use services::{Entry, Services};
use std::sync::Arc;
use tokio::sync::Semaphore;

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
        Ok(output) => answer::json_text(output),
        Err(problem) => answer::outlined(&state, &outline, &problem, None),
    };
    if is_picture(&name) {
        response.extensions_mut().insert(Picture);
    }
    session_cookie::write(response.headers_mut(), &session);
    response
}

/// Says of an answer that a picture is in it.
#[derive(Clone, Copy, Debug)]
pub struct Picture;

fn is_picture(operation: &str) -> bool {
    [AddAttachment::META.name, ReadAttachment::META.name].contains(&operation)
}

/// The output as JSON, or what went wrong.
type Done = (Result<String, Problem>, SessionChange);

/// So many pictures go through this door at a time; whoever sends or asks for more waits.
static PICTURES: Semaphore = Semaphore::const_new(4);

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
    let caller = caller::of(&parts.headers, &parts.extensions, key);
    let done = done(state.services.clone(), entry, caller, bytes);
    if !is_picture(name) {
        return Ok(done.await?);
    }
    // Never closed, so there is always a permit in the end.
    let permit = PICTURES.acquire().await.ok();
    let done = aside(async move {
        let _permit = permit;
        done.await
    });
    Ok(done.await??)
}

async fn done(services: Services, entry: &'static Entry, caller: Caller, bytes: Vec<u8>) -> Result<Done, Problem> {
    let op = (entry.from_json)(&bytes)?;
    let answer = services.dispatch(entry.meta, caller, op).await;
    let output = answer.result.map(|output| (entry.to_json)(output.as_ref()).to_string());
    Ok((output, answer.session))
}

/// `GET /openapi.json`
pub async fn document(Given(state): Given<Arc<State>>) -> Response {
    (
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        state.openapi.clone(),
    )
        .into_response()
}
