//! Whether the process lives, and whether it can do its work.

use crate::state::State;
use axum::{extract::State as Given, response::IntoResponse};
use http::StatusCode;
use std::sync::Arc;

/// `GET /healthz`: the process answers.
pub async fn alive() -> impl IntoResponse {
    "alive\n"
}

/// `GET /readyz`: both logins of the database answer; 503 if not, so that a balancer sends nobody here.
pub async fn ready(Given(state): Given<Arc<State>>) -> impl IntoResponse {
    match state.db.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
