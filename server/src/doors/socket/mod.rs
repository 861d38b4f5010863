//! The sockets.
//!
//! `GET /ws/records/{record}`: editing a record's body over a WebSocket, in the protocol of y-websocket. Any such client
//! with a session cookie can come in.
//!
//! The query may say `ack=1` (wants to be told what is kept), `gather=1` (takes several messages in one frame),
//! `schema=N` (which version of the document it knows) and `workspace=ID` (saves looking for it).
//!
//! `GET /ws/workspaces/{workspace}`: being told when an open page of a workspace is over. Nothing is said there, by neither
//! side: a message is too large, also an empty one, and the server only closes, as soon as who has the page may not see the
//! workspace any more (4403), or is signed out (4401).
//!
//! A browser shows a page nothing but the code of a close frame, so who is signed out, or has no business here, is told
//! by one (4401, 4404), after which y-websocket does not come back. Whatever may pass by itself is the answer to the
//! request.

mod frames;
mod line;
mod talk;

use super::{answer, caller};
use crate::{listen::Impatient, middleware::foreign, state::State};
use axum::{
    extract::{FromRequestParts as _, Path, Query, Request, State as Given, ws::WebSocketUpgrade},
    response::{IntoResponse as _, Response},
};
use domain::{Code, Problem, RecordId, WorkspaceId};
use http::{
    HeaderValue, StatusCode,
    header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE},
    request::Parts,
};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use line::Wire;
use serde::Deserialize;
use services::{Ask, Line};
use std::sync::Arc;
use talk::Upgraded;
use tungstenite::handshake::derive_accept_key;

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

/// What a connection is for.
enum Wanted {
    /// Editing.
    Text(Ask),
    /// Being told when a page is over.
    Page(WorkspaceId),
}

/// The door to a record's body.
pub async fn open(Given(state): Given<Arc<State>>, Path(record): Path<String>, request: Request) -> Response {
    let wanted = asked(&record, &request).map(Wanted::Text);
    seat(&state, wanted, request).await
}

/// The door of an open page of a workspace.
pub async fn attend(Given(state): Given<Arc<State>>, Path(workspace): Path<String>, request: Request) -> Response {
    let workspace = workspace.parse().map_err(|_| Problem::new(Code::NotFound));
    seat(&state, workspace.map(Wanted::Page), request).await
}

fn asked(record: &str, request: &Request) -> Result<Ask, Problem> {
    let Query(says) = Query::<Says>::try_from_uri(request.uri()).map_err(|_| Problem::new(Code::Malformed))?;
    let record = record.parse::<RecordId>().map_err(|_| Problem::new(Code::NotFound))?;
    Ok(Ask {
        record,
        workspace: says.workspace,
        schema: says.schema,
        ack: says.ack.as_deref() == Some("1"),
        gather: says.gather.as_deref() == Some("1"),
    })
}

/// Takes a seat for a connection, and answers its handshake.
async fn seat(state: &Arc<State>, wanted: Result<Wanted, Problem>, request: Request) -> Response {
    let refuse = |request: &Request, problem: Problem| answer::problem(state, request, &problem);
    // A page of another site could open a socket, and the browser would send our cookie along.
    if !foreign::may_connect(&state.config, request.headers()) {
        let problem =
            Problem::new(Code::ForeignOrigin).with_detail(format!("Open {} and edit there.", state.config.origin));
        return refuse(&request, problem);
    }
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(problem) => return refuse(&request, problem),
    };
    let (mut parts, body) = request.into_parts();
    let caller = caller::of(&parts.headers, &parts.extensions, None);
    let upgrade = Upgrade::of(&mut parts, state).await;
    let request = Request::from_parts(parts, body);
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(status) => {
            let problem = Problem::new(Code::Malformed).with_detail("This address is opened as a WebSocket.");
            return answer::outlined(state, &answer::Outline::of(&request), &problem, Some(status));
        }
    };
    let wire = Arc::new(Wire::default());
    let line = Arc::clone(&wire) as Arc<dyn Line>;
    let (seated, largest) = match wanted {
        Wanted::Text(ask) => (
            state.services.join(&caller, ask, line).await,
            state.services.largest_frame(),
        ),
        Wanted::Page(workspace) => (state.services.attend(&caller, workspace, line).await, 0),
    };
    match seated {
        Ok(seat) => {
            let place = seat.place().clone();
            upgrade.then(move |upgraded| {
                place.spawn(talk::talk(upgraded, wire, seat, largest));
            })
        }
        Err(problem) => match services::closing_of(&problem) {
            Some(closing) => upgrade.then(move |upgraded| {
                tokio::spawn(talk::turn_away(upgraded, closing));
            }),
            None => refuse(&request, problem),
        },
    }
}

/// A handshake that is as it should be.
struct Upgrade {
    upgrade: OnUpgrade,
    accept: HeaderValue,
}

impl Upgrade {
    /// Reads a handshake (RFC 6455, section 4.2.1).
    async fn of(parts: &mut Parts, state: &Arc<State>) -> Result<Self, StatusCode> {
        let upgrade = parts.extensions.get::<OnUpgrade>().cloned();
        // The library looks at the handshake; from then on the connection is read and written here (`frames`, `line`): what
        // a room says goes into the socket without a task, a copy or a buffer for each connection.
        let looked: Result<WebSocketUpgrade, _> = WebSocketUpgrade::from_request_parts(parts, state).await;
        let _looked = looked.map_err(|rejection| rejection.status())?;
        let key = parts.headers.get(SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
        let accept = HeaderValue::from_str(&derive_accept_key(key.unwrap_or_default()));
        match (upgrade, accept) {
            (Some(upgrade), Ok(accept)) => Ok(Self { upgrade, accept }),
            _ => Err(StatusCode::UPGRADE_REQUIRED),
        }
    }

    /// Answers the handshake, and does something with the connection once that is through.
    fn then(self, then: impl FnOnce(Upgraded) + Send + 'static) -> Response {
        let Self { upgrade, accept } = self;
        tokio::spawn(async move {
            if let Some(upgraded) = upgrade.await.ok().and_then(upgraded) {
                then(upgraded);
            } else {
                tracing::debug!("a connection was gone before it became a socket");
            }
        });
        let head = [
            (CONNECTION, HeaderValue::from_static("upgrade")),
            (UPGRADE, HeaderValue::from_static("websocket")),
            (SEC_WEBSOCKET_ACCEPT, accept),
        ];
        (StatusCode::SWITCHING_PROTOCOLS, head).into_response()
    }
}

/// The connection below an upgrade, away from the runtime that answered the request.
fn upgraded(upgraded: hyper::upgrade::Upgraded) -> Option<Upgraded> {
    let parts = upgraded.downcast::<TokioIo<Impatient>>().ok()?;
    Some(Upgraded {
        stream: parts.io.into_inner().into_stream().into_std().ok()?,
        early: parts.read_buf.to_vec(),
    })
}
