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
        Code::Internal => "Nothing you saved before is affected. Try again; if it happens again, tell your administrator the number below.",
        Code::Unavailable => "Nothing was changed, and nothing you saved before is affected. Try again in a moment.",
        Code::ForeignOrigin => "Nothing was changed. Open the page here and send the form again.",
        Code::TooLarge => "Nothing was changed. Go back; what you typed is still there. Make it shorter and send it again.",
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

#[component]
fn Plain(problem: Problem, request: String) -> impl IntoView {
    let (address, words) = way_out(problem.code);
    let detail = if problem.detail.is_empty() { advice(problem.code).to_owned() } else { problem.detail };
    let wait = problem.retry_after_seconds.map(|seconds| format!(" Wait {}.", format::wait(seconds)));
    view! {
        <div class="auth-grid">
            <main class="auth-main" id="main">
                <a class="auth-brand" href="/" aria-label="Scriptkeep, home">
                    <Wordmark/>
                </a>
                <div class="auth-form">
                    <h1>{problem.title}</h1>
                    <p class="lead">{detail}{wait}</p>
                    <p>
                        <a class="btn btn-act btn-lg" href=address>
                            {words}
                        </a>
                    </p>
                    {(!request.is_empty())
                        .then(|| {
                            view! {
                                <p class="dim">
                                    "Request "
                                    <code>{request}</code>
                                </p>
                            }
                        })}
                </div>
            </main>
            <aside class="auth-side" aria-hidden="true"></aside>
        </div>
    }
}

/// A whole HTML document about a problem, for answers that no page gives: unknown addresses, refused requests, faults, a
/// database that does not answer. `request` is the request's id, shown so that somebody can find it in the logs; or empty.
pub fn error_document(problem: &Problem, assets: &Assets, request: &str) -> String {
    let owner = Owner::new();
    owner.with(|| {
        let title = format!("{} · Scriptkeep", problem.title.trim_end_matches('.'));
        let view = view! {
            <html lang="en">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
                    <meta name="color-scheme" content="light dark"/>
                    <meta name="robots" content="noindex"/>
                    <title>{title}</title>
                    <link rel="icon" href=assets.url("mark.svg").to_owned() type="image/svg+xml"/>
                    <link rel="stylesheet" href=assets.url("public.css").to_owned()/>
                </head>
                <body class="public auth">
                    <Plain problem=problem.clone() request=request.to_owned()/>
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
            assert!(page.contains("/assets/p.css") && page.contains("0198-request") && page.contains("btn-act"), "{page}");
            assert!(!page.contains("<script") && !page.contains(" style="), "{page}");
        }
        let page = error_document(&Problem::new(Code::NotFound).with_detail("<b>x</b>"), &assets, "");
        assert!(page.contains("&lt;b&gt;x"), "{page}");
    }
}
