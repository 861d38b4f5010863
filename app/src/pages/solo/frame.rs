//! The frame of a page with one form or one list: a sheet, and its other half beside it.

use crate::components::{OtherHalf, Wordmark};
use leptos::prelude::*;
use leptos_meta::Title;

/// A page with one form.
#[component]
pub fn SoloFrame(
    /// The page's title.
    title: &'static str,
    /// The form and what belongs to it.
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title/>
        <div class="auth-grid">
            <main class="auth-main" id="main" tabindex="-1">
                <a class="auth-brand" href="/w" aria-label="Scriptkeep, your workspaces">
                    <Wordmark/>
                </a>
                <div class="auth-form">
                    <h1>{title}</h1>
                    {children()}
                </div>
            </main>
            <OtherHalf/>
        </div>
    }
}
