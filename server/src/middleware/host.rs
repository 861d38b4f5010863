//! On the loopback a request must name the loopback: a page elsewhere whose name was pointed at this machine (DNS
//! rebinding) would otherwise read what only this machine's people may, the captured mailbox for one.

use crate::{config, doors::answer, state::State};
use axum::{
    extract::{Request, State as Given},
    middleware::Next,
    response::Response,
};
use domain::{Code, Problem};
use http::{StatusCode, header};
use std::sync::Arc;

/// The middleware.
pub async fn check(Given(state): Given<Arc<State>>, request: Request, next: Next) -> Response {
    if !state.config.is_local() || names_the_loopback(&request) {
        return next.run(request).await;
    }
    let problem = Problem::new(Code::ForeignOrigin).with_detail(format!(
        "The request names another machine. Open {} instead.",
        state.config.origin
    ));
    let outline = answer::Outline::of(&request);
    answer::outlined(&state, &outline, &problem, Some(StatusCode::MISDIRECTED_REQUEST))
}

fn names_the_loopback(request: &Request) -> bool {
    let from_header = request
        .headers()
        .get(header::HOST)
        .and_then(|value| value.to_str().ok());
    let host = from_header.or_else(|| request.uri().authority().map(http::uri::Authority::as_str));
    host.is_some_and(|host| config::is_loopback_host(&config::host_of(host).to_ascii_lowercase()))
}
