//! Error pages, small.

use super::{Part, Section};
use crate::{
    forms::FormState,
    pages::errors::{Explained, Unsent},
};
use domain::{Code, Problem};
use leptos::prelude::*;

/// The pages for what went wrong, each as it fills a window.
#[component]
pub fn Errors() -> impl IntoView {
    let page = |code: Code| {
        view! {
            <div class="auth-grid is-apart demo-page">
                <div class="auth-main">
                    <Explained problem=Problem::new(code) request="0193b7c2".to_owned()/>
                </div>
                <div class="auth-side"></div>
            </div>
        }
    };
    let unavailable = Problem::new(Code::Unavailable);
    let typed = [
        ("title", "Grounding, for evenings"),
        ("summary", "For home.\nFive senses, slowly."),
    ];
    let typed = typed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let form = FormState::new("record.describe", typed.to_vec(), unavailable.clone());
    let (about, problem) = (unavailable.clone(), unavailable);
    let before: Children = Box::new(move || view! { <Unsent form problem=about address=String::new()/> }.into_any());
    let unsent = view! {
        <div class="auth-grid is-apart demo-page">
            <div class="auth-main">
                <Explained problem request="0193b7c2".to_owned() before=Some(before)/>
            </div>
            <div class="auth-side"></div>
        </div>
    };
    view! {
        <Section title="Errors" rule="The halves stand apart. What happened, what is safe, what to do.">
            <Part name="404">{page(Code::NotFound)}</Part>
            <Part name="500">{page(Code::Internal)}</Part>
            <Part name="503">{page(Code::Unavailable)}</Part>
            <Part name="503, with a form that was not done">{unsent}</Part>
        </Section>
    }
}
