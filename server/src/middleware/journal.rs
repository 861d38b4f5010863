//! One log line a request: method, route, status, time, id. The route is the pattern (`/reset/{token}`), never the path,
//! so that neither tokens nor ids nor queries reach a log.

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use domain::RequestId;
use tokio::time::Instant;

/// The middleware. It runs inside the router, where the matched route is known.
pub async fn write(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let id = request.extensions().get::<RequestId>().map(ToString::to_string);
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let id = id.unwrap_or_default();
    if response.status().is_server_error() {
        tracing::warn!(%method, route, status, milliseconds, request = id, "answered");
    } else {
        tracing::info!(%method, route, status, milliseconds, request = id, "answered");
    }
    response
}
