//! How much the head of a request may hold. The HTTP layer would end the connection with a bare status; below its limit,
//! which is far higher, a refusal is an answer like all others, with the headers that every answer has. (What is no HTTP,
//! or goes beyond that too, is no request, and gets the bare status.)

use crate::{doors::answer, state::State};
use axum::{
    extract::{Request, State as Given},
    middleware::Next,
    response::Response,
};
use domain::{Code, Problem};
use http::StatusCode;
use std::sync::Arc;

/// The largest head, in bytes: the address and all headers. Cookies and a long address fit many times.
pub const HEAD_MAX: usize = 16 * 1024;
/// The most headers.
pub const HEADERS_MAX: usize = 100;

/// The middleware.
pub async fn measure(Given(state): Given<Arc<State>>, request: Request, next: Next) -> Response {
    if size(&request) <= HEAD_MAX && request.headers().len() <= HEADERS_MAX {
        return next.run(request).await;
    }
    let problem = Problem::new(Code::TooLarge).with_detail(format!(
        "The address and the headers of a request have at most {} KiB, in {HEADERS_MAX} lines.",
        HEAD_MAX / 1024
    ));
    let outline = answer::Outline::of(&request);
    answer::outlined(
        &state,
        &outline,
        &problem,
        Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
    )
}

/// As it was sent, about: each header with its colon, blank and line end.
fn size(request: &Request) -> usize {
    let address = request
        .uri()
        .path_and_query()
        .map_or(0, |address| address.as_str().len());
    let headers = request.headers().iter();
    address
        + headers
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum::<usize>()
}
