//! The frame of the pages with one form: the form on a sheet, and the other half of the sheet beside it.

use crate::components::{OtherHalf, Wordmark};
use leptos::prelude::*;
use leptos_meta::{Body, Title};

/// A page with one form.
#[component]
pub fn AuthFrame(
    /// The page's title.
    title: &'static str,
    /// Whether it says something rather than asks.
    #[prop(optional)]
    notice: bool,
    /// The form and what belongs to it.
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title/>
        <Body {..} class="public auth"/>
        <div class="auth-grid">
            <main class="auth-main" id="main">
                <a class="auth-brand" href="/" aria-label="Scriptkeep, home">
                    <Wordmark/>
                </a>
                <div class=if notice { "auth-form notice" } else { "auth-form" }>
                    <h1>{title}</h1>
                    {children()}
                </div>
            </main>
            <OtherHalf/>
        </div>
    }
}
