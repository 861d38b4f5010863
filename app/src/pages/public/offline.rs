//! What a browser shows when the server cannot be reached.

use super::AuthFrame;
use leptos::prelude::*;

/// The page for no connection.
#[component]
pub fn OfflinePage() -> impl IntoView {
    view! {
        <AuthFrame title="No connection" notice=true>
            <p class="lead">"This device does not reach the server. What the server has is safe and waits there."</p>
            <p>"Check the network, then load the page again."</p>
            <div class="btns">
                <a class="btn btn-act btn-lg" href="/w">
                    "Try again"
                </a>
            </div>
        </AuthFrame>
    }
}
