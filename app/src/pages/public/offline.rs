//! What a browser shows when the server cannot be reached: the service worker (`public/root/sw.js`) keeps this page, and
//! shows it at the address that was asked for.

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
                // The present address, whichever that is.
                <a class="btn btn-act btn-lg" href="">
                    "Try again"
                </a>
                <a class="btn btn-bare btn-lg" href="/w">
                    "Your workspaces"
                </a>
            </div>
        </AuthFrame>
    }
}
