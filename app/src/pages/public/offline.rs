//! What a browser shows when the server cannot be reached.

use super::AuthFrame;
use leptos::prelude::*;

/// The page for no connection.
#[component]
pub fn OfflinePage() -> impl IntoView {
    view! {
        <AuthFrame title="No connection">
            <p class="lead">"This device does not reach the server. What the server has is safe and waits there."</p>
            <p>"Check the network, then load the page again."</p>
            <p class="auth-alt">
                <a class="link" href="/w">
                    "Try again"
                </a>
            </p>
        </AuthFrame>
    }
}
