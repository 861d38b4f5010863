//! Which address leads where, and what surrounds all of them.

use crate::{
    assets,
    doors::{answer, api, attachments, dev, forms, health, pages, pages::Shell, socket},
    middleware::{client, foreign, head, headers, host, identity, journal, panics, reload, time_limit},
    state::State,
};
use axum::{
    Router,
    extract::{Request, State as Given},
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::{get, post},
};
use domain::{Code, Problem};
use http::{Extensions, HeaderMap, StatusCode, Version};
use std::sync::Arc;
use tower_http::compression::{
    CompressionLayer,
    predicate::{DefaultPredicate, Predicate as _, SizeAbove},
};

/// Below this a compressed answer is no smaller, in bytes.
const COMPRESS_ABOVE: u64 = 512;

/// The whole site.
pub fn router(state: &Arc<State>) -> Router {
    let mut router = Router::new()
        .route("/api/v1/{operation}", post(api::operate))
        .route("/openapi.json", get(api::document))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/ws/records/{record}", get(socket::open))
        .route("/ws/workspaces/{workspace}", get(socket::attend))
        .route("/attachments", post(attachments::add))
        .route("/attachments/{workspace}/{attachment}", get(attachments::show))
        .route("/assets/{*path}", get(assets::serve));
    for shell in Shell::ALL {
        for route in shell.routes() {
            router = router.route(route, page(shell));
        }
    }
    if state.config.is_local() {
        router = router.merge(dev::routes(state));
    }
    if state.config.reload {
        router = router.layer(from_fn(reload::add));
    }
    surround(
        router.fallback(nothing_here).method_not_allowed_fallback(not_this_way),
        state,
    )
}

fn page(shell: Shell) -> axum::routing::MethodRouter<Arc<State>> {
    get(move |Given(state): Given<Arc<State>>, request: Request| pages::show(state, shell, request))
        .post(move |Given(state): Given<Arc<State>>, request: Request| forms::take(state, shell, request))
}

/// Puts the middleware around a router; the last one named is the outermost.
pub fn surround(router: Router<Arc<State>>, state: &Arc<State>) -> Router {
    // To compress a picture's letters would hold up a thread for longer than it saves anybody.
    let no_picture =
        |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| extensions.get::<api::Picture>().is_none();
    let small_gain = DefaultPredicate::new().and(SizeAbove::new(COMPRESS_ABOVE));
    let compression = CompressionLayer::new().compress_when(small_gain.and(no_picture));
    let with = || Arc::clone(state);
    router
        .layer(from_fn_with_state(with(), time_limit::keep))
        .layer(from_fn_with_state(with(), foreign::refuse))
        .layer(from_fn_with_state(with(), client::find))
        .layer(from_fn_with_state(with(), host::check))
        .layer(from_fn_with_state(with(), head::measure))
        .layer(from_fn_with_state(with(), panics::catch))
        .layer(compression)
        .layer(from_fn_with_state(with(), headers::add))
        .layer(from_fn(journal::write))
        .layer(from_fn_with_state(with(), identity::identify))
        .with_state(with())
}

/// An address that is none of ours: a well-known file, or 404.
async fn nothing_here(Given(state): Given<Arc<State>>, request: Request) -> Response {
    match assets::well_known(&state.site, request.uri().path(), request.headers()).await {
        Some(file) => file,
        None => answer::problem(&state, &request, &Problem::new(Code::NotFound)),
    }
}

async fn not_this_way(Given(state): Given<Arc<State>>, request: Request) -> Response {
    answer::problem(&state, &request, &Problem::new(Code::MethodNotAllowed))
}
