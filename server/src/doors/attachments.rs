//! Pictures of records, as bytes: `POST /attachments?workspace=ID&record=ID` takes one, `GET /attachments/WORKSPACE/ID` gives
//! it back. Both go through the operations of the registry; only the bytes travel as they are, so that a browser can say
//! how far a picture has come, and show one by its address.
//!
//! A picture may be far larger than what other requests may hold. So nobody's bytes are read before it is known that they
//! may read the record, and only a few are read at a time.

use super::{answer, api::IDEMPOTENCY_KEY, body, caller};
use crate::{config::Limits, state::State};
use axum::{
    extract::{Path, Query, Request, State as Given},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    AttachmentId, Caller, Code, Problem, RecordId, WorkspaceId,
    ops::{ATTACHMENT_MAX, AddAttachment, GetRecord, ReadAttachment},
};
use http::{HeaderValue, header};
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// So many pictures are taken at a time; each is in memory a few times while it is encrypted.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// To which record a picture is added.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct To {
    workspace: WorkspaceId,
    record: RecordId,
}

/// `POST /attachments`
pub async fn add(Given(state): Given<Arc<State>>, request: Request) -> Response {
    let outline = answer::Outline::of(&request);
    match take(&state, request).await {
        Ok(response) => response,
        Err(refused) => answer::outlined(&state, &outline, &refused.problem, refused.status),
    }
}

async fn take(state: &State, request: Request) -> Result<Response, body::Refused> {
    let Ok(Query(to)) = Query::<To>::try_from_uri(request.uri()) else {
        return Err(Problem::new(Code::Malformed)
            .with_detail("The address says to which record the picture goes: ?workspace=ID&record=ID.")
            .into());
    };
    let (parts, stream) = request.into_parts();
    let key = parts.headers.get(IDEMPOTENCY_KEY);
    let key = caller::idempotency_key(key.map(|value| value.to_str().unwrap_or(" ")))?;
    let caller = caller::of(&parts.headers, &parts.extensions, key);
    let look = GetRecord {
        workspace: to.workspace,
        record: to.record,
    };
    state.services.run(Caller::clone(&caller), look).await.result?;
    let busy = || {
        Problem::new(Code::Unavailable)
            .with_detail("Many pictures are under way. Send it again in a moment.")
            .with_retry_after_seconds(5)
    };
    let _place = tokio::time::timeout(state.config.limits.headers, AT_ONCE.acquire())
        .await
        .ok()
        .and_then(Result::ok)
        .ok_or_else(busy)?;
    let limits = Limits {
        body_bytes: ATTACHMENT_MAX,
        ..state.config.limits
    };
    let bytes = body::read(&parts.headers, stream, &limits).await?;
    let op = AddAttachment {
        workspace: to.workspace,
        record: to.record,
        content: STANDARD.encode(bytes),
    };
    // What a browser would hear of a form: the fields are the door's own, so the words alone count.
    let added = state.services.run(caller, op).await.result.map_err(in_one_line)?;
    Ok(answer::json_body(&serde_json::to_value(added).unwrap_or_default()))
}

/// What is wrong with the bytes, said of the whole request.
fn in_one_line(problem: Problem) -> Problem {
    let said = problem.about("content").map(str::to_owned);
    match said {
        Some(said) => problem.with_detail(said),
        None => problem,
    }
}

/// `GET /attachments/{workspace}/{attachment}`
pub async fn show(
    Given(state): Given<Arc<State>>,
    Path((workspace, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (Ok(workspace), Ok(attachment)) = (workspace.parse::<WorkspaceId>(), id.parse::<AttachmentId>()) else {
        return answer::problem(&state, &request, &Problem::new(Code::NotFound));
    };
    let caller = caller::of(request.headers(), request.extensions(), None);
    let op = ReadAttachment { workspace, attachment };
    let read = state.services.run(caller, op).await.result;
    match read.and_then(|read| Ok((read.kind, STANDARD.decode(read.content).map_err(|_| Code::Internal)?))) {
        Ok((kind, bytes)) => (
            [
                (header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type())),
                (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
            ],
            bytes,
        )
            .into_response(),
        Err(problem) => answer::problem(&state, &request, &problem),
    }
}
