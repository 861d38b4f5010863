//! Gives each request an id, which logs, problems and audit events name, and a nonce for its scripts.

use crate::state::State;
use axum::{
    extract::{Request, State as Given},
    middleware::Next,
    response::Response,
};
use domain::RequestId;
use http::HeaderValue;
use leptos::nonce::Nonce;
use std::sync::Arc;

/// The header that tells the id to the client. An id that a client sends is not taken over: logs would then say what a
/// stranger wants.
pub const REQUEST_ID: &str = "x-request-id";

/// The middleware.
pub async fn identify(Given(state): Given<Arc<State>>, mut request: Request, next: Next) -> Response {
    let mut bytes = [0; 16];
    state.random.fill(&mut bytes);
    let id = RequestId(uuid::Builder::from_random_bytes(bytes).into_uuid());
    request.extensions_mut().insert(id);
    request.extensions_mut().insert(Nonce::new());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
