//! `GET /ws/records/{record}`: editing a record's body over a WebSocket, in the protocol of y-websocket. Any such client
//! with a session cookie can come in.
//!
//! The query may say `ack=1` (wants to be told what is kept), `gather=1` (takes several messages in one frame),
//! `schema=N` (which version of the document it knows) and `workspace=ID` (saves looking for it).
//!
//! A browser shows a page nothing but the code of a close frame, so who is signed out, or has no business here, is told
//! by one (4401, 4404), after which y-websocket does not come back. Whatever may pass by itself is the answer to the
//! request.

mod talk;

use super::{answer, caller};
use crate::{middleware::foreign, state::State};
use axum::{
    extract::{
        FromRequestParts as _, Path, Query, Request, State as Given,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    response::{IntoResponse as _, Response},
};
use domain::{Code, Problem, RecordId, WorkspaceId};
use serde::Deserialize;
use services::Ask;
use std::sync::Arc;

/// The buffer a connection reads into. The library's default, 128 KiB, would be most of what an idle connection costs.
const READ_BUFFER: usize = 4 * 1024;
/// What is gathered before it is written, in bytes; it takes no memory while there is nothing to send.
const WRITE_BUFFER: usize = 16 * 1024;

/// What a client says of itself.
#[derive(Debug, Default, Deserialize)]
struct Says {
    #[serde(default)]
    ack: Option<String>,
    #[serde(default)]
    gather: Option<String>,
    #[serde(default)]
    schema: Option<u32>,
    #[serde(default)]
    workspace: Option<WorkspaceId>,
}

/// The door.
pub async fn open(Given(state): Given<Arc<State>>, Path(record): Path<String>, request: Request) -> Response {
    let refuse = |request: &Request, problem: Problem| answer::problem(&state, request, &problem);
    // A page of another site could open a socket, and the browser would send our cookie along.
    if !foreign::may_connect(&state.config, request.headers()) {
        let problem =
            Problem::new(Code::ForeignOrigin).with_detail(format!("Open {} and edit there.", state.config.origin));
        return refuse(&request, problem);
    }
    let Ok(Query(says)) = Query::<Says>::try_from_uri(request.uri()) else {
        return refuse(&request, Problem::new(Code::Malformed));
    };
    let Ok(record) = record.parse::<RecordId>() else {
        return refuse(&request, Problem::new(Code::NotFound));
    };
    let ask = Ask {
        record,
        workspace: says.workspace,
        schema: says.schema,
        ack: says.ack.as_deref() == Some("1"),
        gather: says.gather.as_deref() == Some("1"),
    };
    let (mut parts, body) = request.into_parts();
    let caller = caller::of(&parts.headers, &parts.extensions, None);
    let upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection> =
        WebSocketUpgrade::from_request_parts(&mut parts, &state).await;
    let request = Request::from_parts(parts, body);
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            .max_message_size(state.services.largest_frame())
            .max_frame_size(state.services.largest_frame()),
        Err(rejection) => return rejection.into_response(),
    };
    match state.services.join(&caller, ask).await {
        Ok(seat) => upgrade.on_upgrade(move |socket| talk::talk(socket, seat)),
        Err(problem) => match services::closing_of(&problem) {
            Some(closing) => upgrade.on_upgrade(move |socket| talk::turn_away(socket, closing)),
            None => refuse(&request, problem),
        },
    }
}
