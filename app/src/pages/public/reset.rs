//! Choosing a new password by the link of a mail.

use super::AuthFrame;
use crate::components::{Form, Hidden, OpForm, Submit, TextField};
use domain::ops::ResetPassword;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The page behind the link of the reset mail.
#[component]
pub fn ResetPage() -> impl IntoView {
    let form = Form::<ResetPassword>::new();
    let token = use_params_map().get_untracked().get("token").unwrap_or_default();
    view! {
        <AuthFrame title="Choose a new password">
            <p class="lead">"Every session of your account ends, on all devices. What you wrote stays."</p>
            <OpForm form>
                <Hidden name="token" value=token/>
                <TextField
                    name="password"
                    label="New password"
                    kind="password"
                    autocomplete="new-password"
                    large=true
                    hint="At least 15 characters. A short sentence works well."
                />
                <Submit class="btn-lg btn-block">"Change the password"</Submit>
            </OpForm>
            <p class="auth-alt">
                "The link is too old, or was used? "
                <a class="link" href="/forgot">
                    "Send another"
                </a>
            </p>
        </AuthFrame>
    }
}
