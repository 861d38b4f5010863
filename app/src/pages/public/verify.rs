//! Proving an address. The link of the mail opens this page and changes nothing; the button does.

use super::AuthFrame;
use crate::components::{Form, Hidden, OpForm, Submit};
use domain::ops::VerifyEmail;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The page behind the link of the verification mail.
#[component]
pub fn VerifyPage() -> impl IntoView {
    let form = Form::<VerifyEmail>::new();
    let token = use_params_map().get_untracked().get("token").unwrap_or_default();
    view! {
        <AuthFrame title="Prove your address" notice=true>
            <p class="lead">"You opened the link from our mail. Press the button, and the account is yours."</p>
            <OpForm form>
                <Hidden name="token" value=token/>
                <Submit class="btn-lg btn-block">"Prove this address"</Submit>
            </OpForm>
            <p class="auth-alt">
                "The link is too old, or was used? "
                <a class="link" href="/sign-up/sent">
                    "Send another"
                </a>
                ". You did not sign up? Close this page, and nothing happens."
            </p>
        </AuthFrame>
    }
}
