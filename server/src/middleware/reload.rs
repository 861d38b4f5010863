//! Pages that load themselves again once the server was started again: `cargo xtask watch` serves so, and nobody else (the
//! setting `reload`, refused where others can reach the server).

use super::headers::{Scripted, is_page};
use axum::{
    body::{Body, Bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use http::header;
use leptos::nonce::Nonce;

/// Where the script lies.
pub const SCRIPT: &str = "/dev/reload.js";
/// Says which process answers.
pub const STARTED: &str = "/dev/started";

/// Asks every second who answers, and loads the page again when it is another than before.
const ASKING: &str = "let first;setInterval(async()=>{\
    const now=await fetch(\"/dev/started\").then(a=>a.ok?a.text():undefined).catch(()=>undefined);\
    if(now===undefined)return;first??=now;if(now!==first)location.reload()},1000);\n";

/// The middleware: each page ends with the script, under the page's nonce.
pub async fn add(request: Request, next: Next) -> Response {
    let nonce = request.extensions().get::<Nonce>().cloned();
    let response = next.run(request).await;
    let Some(nonce) = nonce.filter(|_| is_page(response.headers())) else {
        return response;
    };
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.extensions.insert(Scripted);
    let tag = format!("<script type=\"module\" nonce=\"{nonce}\" src=\"{SCRIPT}\"></script>");
    let end = stream::once(async { Ok(Bytes::from(tag)) });
    Response::from_parts(parts, Body::from_stream(body.into_data_stream().chain(end)))
}

/// `GET /dev/reload.js`.
pub async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], ASKING)
}

/// `GET /dev/started`: a word that no other process of this machine has now.
pub async fn started() -> String {
    std::process::id().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Json, Router, middleware::from_fn, response::Html, routing::get};
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn pages_end_with_the_script_and_nothing_else_does() {
        let nonce = Nonce::new();
        let router = Router::new()
            .route("/page", get(async || Html("<p>a</p>")))
            .route("/json", get(async || Json("a")))
            .layer(from_fn(add));
        for (path, expected) in [
            (
                "/page",
                format!("<p>a</p><script type=\"module\" nonce=\"{nonce}\" src=\"/dev/reload.js\"></script>"),
            ),
            ("/json", "\"a\"".to_owned()),
        ] {
            let mut request = Request::get(path).body(Body::empty()).expect("a request");
            request.extensions_mut().insert(nonce.clone());
            let answer = router.clone().oneshot(request).await.expect("an answer");
            let body = answer.into_body().collect().await.expect("a body").to_bytes();
            assert_eq!(body, expected, "{path}");
        }
    }
}
