//! No request takes longer than the limit: an answer that is not there by then becomes a 503, and what was under way is
//! dropped. A transaction without its commit never happened; a commit may be on its way, so the answer does not say that
//! nothing was done.

use crate::{doors::answer, state::State};
use axum::{
    extract::{Request, State as Given},
    middleware::Next,
    response::Response,
};
use domain::{Code, Problem};
use std::sync::Arc;

/// The middleware.
pub async fn keep(Given(state): Given<Arc<State>>, request: Request, next: Next) -> Response {
    let outline = answer::Outline::of(&request);
    if let Ok(response) = tokio::time::timeout(state.config.limits.request, next.run(request)).await {
        return response;
    }
    let problem = Problem::new(Code::Unavailable)
        .with_detail("The server took too long. It may have been done all the same: look before you send it again.")
        .with_retry_after_seconds(5);
    answer::outlined(&state, &outline, &problem, None)
}
