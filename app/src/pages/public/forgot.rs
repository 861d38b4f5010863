//! Asking for a link to choose a new password.

use super::AuthFrame;
use crate::components::{Form, OpForm, Submit, TextField};
use domain::ops::ForgotPassword;
use leptos::prelude::*;

/// The page for a forgotten password.
#[component]
pub fn ForgotPage() -> impl IntoView {
    let form = Form::<ForgotPassword>::new();
    view! {
        <AuthFrame title="Reset your password">
            <p class="lead">"Type the address of your account. We send a link to choose a new password."</p>
            <OpForm form>
                <TextField name="email" label="E-mail" kind="email" autocomplete="username" large=true/>
                <Submit class="btn-lg btn-block">"Send a link"</Submit>
            </OpForm>
            <p class="auth-alt">
                "Remembered it? "
                <a class="link" href="/sign-in">
                    "Sign in"
                </a>
            </p>
        </AuthFrame>
    }
}
