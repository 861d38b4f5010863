//! Error pages, small.

use super::{Part, Section};
use crate::pages::errors::Explained;
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
    view! {
        <Section title="Errors" rule="The halves stand apart. What happened, what is safe, what to do.">
            <Part name="404">{page(Code::NotFound)}</Part>
            <Part name="500">{page(Code::Internal)}</Part>
            <Part name="503">{page(Code::Unavailable)}</Part>
        </Section>
    }
}
