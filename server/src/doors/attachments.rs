//! Pictures of records, as bytes: `POST /attachments?workspace=ID&record=ID` takes one, `GET /attachments/WORKSPACE/ID` gives
//! it back. Both go through the operations of the registry; only the bytes travel as they are, so that a browser can say
//! how far a picture has come, and show one by its address.
//!
//! A picture may be far larger than what other requests may hold. So nobody's bytes are read before it is known that they
//! may write in the record, and only a few are in memory at a time; of those one workspace has fewer, so that people who send
//! slowly hold up nobody else's. To encode, hash and encrypt a large one takes tens of milliseconds: that is done aside.

use super::{answer, api::IDEMPOTENCY_KEY, aside::aside, body, caller};
use crate::{config::Limits, state::State};
use axum::{
    extract::{Path, Query, Request, State as Given},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    AttachmentId, Code, Problem, RecordId, WorkspaceId,
    ops::{ATTACHMENT_MAX, AddAttachment, GetRecord, ReadAttachment},
};
use http::{HeaderValue, header};
use serde::Deserialize;
use std::{
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, Semaphore, SemaphorePermit};

/// So many pictures are taken at a time; each is in memory a few times while it is encrypted.
static TAKEN: Semaphore = Semaphore::const_new(8);
/// So many of them for one workspace.
const TAKEN_OF_ONE: usize = 2;
/// So many pictures are given at a time; whoever asks for more waits.
static GIVEN: Semaphore = Semaphore::const_new(8);

/// The workspaces whose pictures are being taken, once for each.
static TAKING: Mutex<Vec<WorkspaceId>> = Mutex::new(Vec::new());

/// Told whenever a place is given back.
static FREED: Notify = Notify::const_new();

/// A place among the pictures that are taken, until it is dropped.
struct Place {
    workspace: WorkspaceId,
    permit: Option<SemaphorePermit<'static>>,
}

impl Place {
    /// None while the workspace has its places taken, or there is none left for anybody.
    fn take(workspace: WorkspaceId) -> Option<Self> {
        let mut taking = TAKING.lock().unwrap_or_else(PoisonError::into_inner);
        if taking.iter().filter(|taken| **taken == workspace).count() >= TAKEN_OF_ONE {
            return None;
        }
        // Only now: nobody holds a permit, be it for a moment, that they will not use.
        let permit = TAKEN.try_acquire().ok()?;
        taking.push(workspace);
        Some(Self {
            workspace,
            permit: Some(permit),
        })
    }

    /// Waits a while for a place.
    async fn within(patience: Duration, workspace: WorkspaceId) -> Option<Self> {
        let until = tokio::time::Instant::now() + patience;
        loop {
            let mut freed = pin!(FREED.notified());
            // From here on nothing that is freed goes unheard.
            freed.as_mut().enable();
            if let Some(place) = Self::take(workspace) {
                return Some(place);
            }
            tokio::time::timeout_at(until, freed).await.ok()?;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taking = TAKING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = taking.iter().position(|taken| *taken == self.workspace) {
            taking.swap_remove(at);
        }
        drop(taking);
        self.permit = None;
        FREED.notify_waiters();
    }
}

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
    state
        .services
        .takes_pictures(&caller, look)
        .await
        .map_err(in_one_line)?;
    let busy = || {
        Problem::new(Code::Unavailable)
            .with_detail("Many pictures are under way. Send it again in a moment.")
            .with_retry_after_seconds(5)
    };
    let place = Place::within(state.config.limits.headers, to.workspace)
        .await
        .ok_or_else(busy)?;
    let limits = Limits {
        body_bytes: ATTACHMENT_MAX,
        ..state.config.limits
    };
    let bytes = body::read(&parts.headers, stream, &limits).await?;
    let services = state.services.clone();
    let added = aside(async move {
        // Until it is done, whether or not anybody waits for it.
        let _place = place;
        let op = AddAttachment {
            workspace: to.workspace,
            record: to.record,
            content: STANDARD.encode(bytes),
        };
        services.run(caller, op).await.result
    });
    // What a browser would hear of a form: the fields are the door's own, so the words alone count.
    let added = added.await?.map_err(in_one_line)?;
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
    // Never closed, so there is always a permit in the end.
    let permit = GIVEN.acquire().await.ok();
    let services = state.services.clone();
    let read = aside(async move {
        let _permit = permit;
        let read = services.run(caller, op).await.result?;
        let bytes = STANDARD.decode(read.content).map_err(|_| Code::Internal)?;
        Ok::<_, Problem>((read.kind, bytes))
    });
    match read.await.and_then(|read| read) {
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

#[cfg(test)]
mod tests {
    use super::{Place, TAKEN_OF_ONE};
    use domain::WorkspaceId;
    use uuid::Uuid;

    #[test]
    fn a_workspace_that_has_its_places_taken_takes_nobody_elses() {
        let workspaces = [1, 2, 3, 4, 5].map(|number| WorkspaceId(Uuid::from_u128(number)));
        let held: Vec<_> = workspaces[..4]
            .iter()
            .flat_map(|workspace| {
                let held: Vec<_> = (0..TAKEN_OF_ONE)
                    .map(|_| Place::take(*workspace).expect("a place"))
                    .collect();
                assert!(Place::take(*workspace).is_none(), "no more than its own");
                held
            })
            .collect();
        assert!(Place::take(workspaces[4]).is_none(), "none is left");
        drop(held);
        assert!(Place::take(workspaces[4]).is_some(), "given back");
    }
}
