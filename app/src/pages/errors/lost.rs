//! What stands in the workspace where a page or a list did not come.

use crate::answer::answer_problem;
use domain::{Code, Problem};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_location, location::Location};

/// An address that the pages here do not know: the browser asks the server, which may.
#[cfg(feature = "hydrate")]
#[component]
pub fn Lost() -> impl IntoView {
    // The browser's own address is still the one before.
    crate::browser::load(&address_of(&use_location()));
    view! { <main class="solo" id="main" aria-busy="true"></main> }
}

/// An address that nobody knows.
#[cfg(not(feature = "hydrate"))]
#[component]
pub fn Lost() -> impl IntoView {
    crate::answer::set_status(404);
    view! { <main class="solo" id="main"><Failed problem=Problem::new(Code::NotFound)/></main> }
}

/// A part whose data did not come. Sends people who are signed out to sign in, and back.
#[component]
pub fn Failed(
    /// Why.
    problem: Problem,
    /// Whether the page has a heading of its own.
    #[prop(optional)]
    part: bool,
) -> impl IntoView {
    let page = address_of(&use_location());
    let leaves = answer_problem(&problem, &page);
    // What is not there, or not for this person, is no different a moment later.
    let may_come = !matches!(problem.code, Code::NotFound | Code::Forbidden);
    let title = problem.title.trim_end_matches('.').to_owned();
    let detail = if problem.detail.is_empty() {
        match problem.code {
            Code::NotFound => "The address may be mistyped, or you are not a member there.",
            Code::Forbidden => "Ask the owner of the workspace.",
            _ => "Nothing you saved is affected. Try again in a moment.",
        }
        .to_owned()
    } else {
        problem.detail
    };
    (!leaves).then(|| {
        let heading = if part {
            view! { <h2>{title.clone()}</h2> }.into_any()
        } else {
            view! { <h1>{title.clone()}</h1> }.into_any()
        };
        view! {
            <Title text=title/>
            <div class=if part { "empty" } else { "empty page-pad" } role="alert">
                {heading}
                <p class="dim">{detail}</p>
                <div class="btns">
                    {may_come
                        .then(|| {
                            view! {
                                <a class="btn btn-line" href=page rel="external">
                                    "Try again"
                                </a>
                            }.into_any()
                        })}
                    <a class=if may_come { "btn btn-bare" } else { "btn btn-line" } href="/w" rel="external">
                        "Your workspaces"
                    </a>
                </div>
            </div>
        }
    })
}

/// The path with its query.
fn address_of(location: &Location) -> String {
    let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
    if search.is_empty() {
        path
    } else {
        format!("{path}?{}", search.trim_start_matches('?'))
    }
}
