//! What only the people at this machine may open: the captured mailbox and the gallery of components. The routes exist
//! only when the server is local, and answer only requests that came over the loopback with nothing in between; to everybody
//! else they are an unknown address.

use super::{answer, pages};
use crate::{
    middleware::{client::Client, reload},
    state::State,
};
use axum::{
    Router,
    extract::{Query, Request, State as Given},
    middleware::{Next, from_fn_with_state},
    response::{Html, Response},
    routing::get,
};
use domain::{Code, Problem};
use leptos::nonce::Nonce;
use outbound::Captured;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{fmt::Write as _, sync::Arc};
use time::format_description::well_known::Rfc3339;

/// The routes, for a local server.
pub fn routes(state: &Arc<State>) -> Router<Arc<State>> {
    Router::new()
        .route("/dev/mail", get(mail))
        .route("/dev/mail.json", get(mail_json))
        .route("/dev/gallery", get(gallery))
        .route(reload::SCRIPT, get(reload::script))
        .route(reload::STARTED, get(reload::started))
        .route_layer(from_fn_with_state(Arc::clone(state), only_here))
}

async fn only_here(Given(state): Given<Arc<State>>, request: Request, next: Next) -> Response {
    let here = request
        .extensions()
        .get::<Client>()
        .is_some_and(|client| client.on_this_machine);
    if here {
        return next.run(request).await;
    }
    answer::problem(&state, &request, &Problem::new(Code::NotFound))
}

async fn gallery(Given(state): Given<Arc<State>>, request: Request) -> Response {
    let nonce = request.extensions().get::<Nonce>().cloned();
    let assets = state.assets.clone();
    pages::plain(app::shell::gallery_shell, nonce, move || {
        leptos::prelude::provide_context(assets.clone());
    })
    .await
}

fn mails(state: &State) -> Vec<Captured> {
    state.mailbox.as_ref().map(|mailbox| mailbox.list()).unwrap_or_default()
}

/// Whose mails.
#[derive(Debug, Deserialize)]
struct Whose {
    /// Those to this address only.
    to: Option<String>,
}

/// The mails as JSON, newest first; with `?to=` those to one address.
async fn mail_json(Given(state): Given<Arc<State>>, Query(whose): Query<Whose>) -> Response {
    let list: Vec<Value> = mails(&state)
        .iter()
        .filter(|kept| whose.to.as_ref().is_none_or(|to| kept.mail.to == *to))
        .map(|kept| {
            json!({
                "id": kept.message_id,
                "at": when(kept),
                "to": kept.mail.to,
                "subject": kept.mail.subject,
                "text": kept.mail.text.expose(),
                "html": kept.mail.html.expose(),
            })
        })
        .collect();
    answer::json_body(&Value::Array(list))
}

/// The most mails on the page.
const SHOWN_MAX: usize = 50;

/// The newest mails as a page, newest first. The text is shown, never the HTML; links to this site can be followed.
async fn mail(Given(state): Given<Arc<State>>) -> Html<String> {
    let mut body = String::new();
    let kept = mails(&state);
    for kept in kept.iter().take(SHOWN_MAX) {
        let _ = write!(
            body,
            "<article class=\"mail\"><header><h2>{}</h2><p>To {}</p><p><time datetime=\"{at}\">{at}</time></p></header>\
             <pre>{}</pre>{}</article>",
            escape(&kept.mail.subject),
            escape(&kept.mail.to),
            escape(kept.mail.text.expose()),
            links(kept.mail.text.expose(), state.config.origin.as_str()),
            at = when(kept),
        );
    }
    if kept.len() > SHOWN_MAX {
        let _ = write!(
            body,
            "<p class=\"lead\">These are the newest {SHOWN_MAX} of {}. All of them are in <a href=\"/dev/mail.json\">/dev/mail.json</a>.</p>",
            kept.len(),
        );
    }
    if body.is_empty() {
        body.push_str("<p class=\"lead\">No mail yet. What the server sends is kept here instead of being sent.</p>");
    }
    Html(format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Captured mail</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"{}\"></head><body class=\"specs\"><main class=\"spec\">\
         <header class=\"spec-head\"><h1>Captured mail</h1></header><div class=\"mails\">{body}</div></main></body></html>",
        escape(state.assets.url("app.css")),
    ))
}

fn when(kept: &Captured) -> String {
    kept.at.format(&Rfc3339).unwrap_or_default()
}

/// The addresses on this site that stand in a mail's text, as links.
fn links(text: &str, origin: &str) -> String {
    let mut list = String::new();
    for word in text.split_whitespace() {
        let Some(path) = word.strip_prefix(origin).filter(|path| path.starts_with('/')) else {
            continue;
        };
        let _ = write!(list, "<p><a href=\"{0}\">{0}</a></p>", escape(path));
    }
    if list.is_empty() {
        list
    } else {
        format!("<div class=\"mail-links\">{list}</div>")
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{escape, links};

    #[test]
    fn mails_cannot_write_html() {
        assert_eq!(
            escape("<img src=x onerror='1'>\"&"),
            "&lt;img src=x onerror=&#39;1&#39;&gt;&quot;&amp;"
        );
    }

    #[test]
    fn only_links_to_this_site_can_be_followed() {
        let text = "Open http://localhost:3000/verify/abc now, not http://localhost:3000.evil.example/x or https://evil.example";
        let list = links(text, "http://localhost:3000");
        assert!(
            list.contains("href=\"/verify/abc\"") && !list.contains("evil"),
            "{list}"
        );
    }
}
