//! A panic while answering costs that one request: 500, with the id under which the log names the place.

use crate::{doors::answer, state::State};
use axum::{
    extract::{Request, State as Given},
    middleware::Next,
    response::Response,
};
use domain::{Code, Problem};
use std::sync::Arc;

/// The middleware. The answer runs in a task of its own, whose end tells of a panic; a client that goes away does not cut
/// an answer off between two steps.
pub async fn catch(Given(state): Given<Arc<State>>, request: Request, next: Next) -> Response {
    let outline = answer::Outline::of(&request);
    if let Ok(response) = tokio::spawn(next.run(request)).await {
        return response;
    }
    tracing::error!(request = %outline.request_id(), "a request ended in a panic");
    let problem =
        Problem::new(Code::Internal).with_detail("It may have been done all the same: look before you send it again.");
    answer::outlined(&state, &outline, &problem, None)
}
