//! The other half of the sheet, beside a page with one form: as tall as the window, parted from it along the mark's line.

use leptos::prelude::*;

/// The other half, with what the two halves are for.
#[component]
pub fn OtherHalf() -> impl IntoView {
    view! {
        <aside class="auth-side" aria-label="What Scriptkeep is for">
            <div class="auth-say">
                <p>
                    <span>"What was written on one side."</span>
                    " "
                    <span>"What happened on the other."</span>
                    " "
                    <span>"When the two fit, that is proof."</span>
                </p>
            </div>
        </aside>
    }
}
