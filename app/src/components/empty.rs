//! What stands where nothing is.

use leptos::prelude::*;

/// An empty place: what would be here, and the act that begins it.
#[component]
pub fn Empty(
    /// The heading.
    title: &'static str,
    /// What to do, and the act.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{title}</h2>
            {children()}
        </div>
    }
}
