//! Error pages outside the workspace, and the document that needs no router: for addresses nobody knows, faults of ours,
//! and parts that do not answer.

use crate::{answer::set_status, assets::Assets, components::Wordmark, format};
use domain::{Code, Problem};
use leptos::prelude::*;
use leptos_meta::{Body, Title};

/// The way out of a problem: address and words.
fn way_out(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::SignedOut => ("/sign-in", "Sign in"),
        Code::Forbidden | Code::NotFound => ("/w", "Go to your workspaces"),
        _ => ("/", "Go to the start page"),
    }
}

/// What is safe and what to do, where the problem itself does not say.
fn advice(code: Code) -> &'static str {
    match code {
        Code::NotFound => "The address may be mistyped, or the page is in a workspace you are not a member of.",
        Code::Internal => {
            "Nothing you saved before is affected. Try again; if it happens again, tell your administrator the number below."
        }
        Code::Unavailable => "Nothing was changed, and nothing you saved before is affected. Try again in a moment.",
        Code::ForeignOrigin => "Nothing was changed. Open the page here and send the form again.",
        Code::TooLarge => {
            "Nothing was changed. Go back; what you typed is still there. Make it shorter and send it again."
        }
        _ => "Nothing was changed. Go back and try again.",
    }
}

/// A page for an address that no public page has.
#[component]
pub fn Missing() -> impl IntoView {
    set_status(404);
    view! {
        <Title text="Nothing here"/>
        <Body {..} class="public auth"/>
        <Plain problem=Problem::new(Code::NotFound) request=String::new()/>
    }
}

/// The page of a problem. The halves of the sheet stand apart.
#[component]
fn Plain(problem: Problem, request: String, #[prop(optional_no_strip)] before: Option<Children>) -> impl IntoView {
    view! {
        <div class="auth-grid is-apart">
            <main class="auth-main" id="main">
                <Explained problem request before/>
            </main>
            <aside class="auth-side" aria-hidden="true"></aside>
        </div>
    }
}

/// What happened, what is safe, and the way out.
#[component]
pub(crate) fn Explained(
    /// What happened.
    problem: Problem,
    /// The request's id, or empty.
    request: String,
    /// What stands before the way out: a form that was not done.
    #[prop(optional_no_strip)]
    before: Option<Children>,
) -> impl IntoView {
    let (address, words) = way_out(problem.code);
    let status = problem.status();
    let detail = if problem.detail.is_empty() {
        advice(problem.code).to_owned()
    } else {
        problem.detail
    };
    let wait = problem
        .retry_after_seconds
        .map(|seconds| format!(" Wait {}.", format::wait(seconds)));
    let way = if before.is_some() {
        "btn btn-line btn-lg"
    } else {
        "btn btn-act btn-lg"
    };
    view! {
        <a class="auth-brand" href="/" aria-label="Scriptkeep, home">
            <Wordmark/>
        </a>
        <div class="auth-form notice">
            <h1>{problem.title}</h1>
            <p class="lead">{detail}{wait}</p>
            {before.map(|before| before())}
            <div class="btns">
                <a class=way href=address>
                    {words}
                </a>
            </div>
            <p class="notice-id">
                {format!("Error {status}.")}
                {(!request.is_empty()).then(|| format!(" Request {request}"))}
            </p>
        </div>
    }
}

/// A whole HTML document about a problem, for answers that no page gives: unknown addresses, refused requests, faults, a
/// database that does not answer. `request` is the request's id, shown so that somebody can find it in the logs; or empty.
pub fn error_document(problem: &Problem, assets: &Assets, request: &str) -> String {
    document(problem, assets, request, None)
}

/// The document of a problem, with what stands before the way out.
pub(super) fn document(problem: &Problem, assets: &Assets, request: &str, before: Option<Children>) -> String {
    let owner = Owner::new();
    owner.with(|| {
        provide_context(assets.for_public_pages());
        let title = format!("{} · Scriptkeep", problem.title.trim_end_matches('.'));
        let view = view! {
            <html lang="en">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                    <meta name="color-scheme" content="light dark"/>
                    <meta name="robots" content="noindex"/>
                    <title>{title}</title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                    <link rel="stylesheet" href=assets.url("public.css").to_owned()/>
                </head>
                <body class="public auth">
                    <Plain problem=problem.clone() request=request.to_owned() before/>
                </body>
            </html>
        };
        format!("<!DOCTYPE html>{}", view.to_html())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_a_document_that_says_the_way_out() {
        let assets = Assets::parse(r#"{"public.css": "/assets/p.css"}"#).expect("a manifest");
        for code in Code::ALL {
            let page = error_document(&Problem::new(code), &assets, "0198-request");
            assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{page}");
            assert!(
                page.contains("/assets/p.css") && page.contains("0198-request") && page.contains("btn-act"),
                "{page}"
            );
            assert!(!page.contains("<script") && !page.contains(" style="), "{page}");
        }
        let page = error_document(&Problem::new(Code::NotFound).with_detail("<b>x</b>"), &assets, "");
        assert!(page.contains("&lt;b&gt;x"), "{page}");
    }
}
