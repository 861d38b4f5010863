//! Starting an account.

use super::AuthFrame;
use crate::components::{Form, OpForm, Submit, TextField};
use domain::ops::SignUp;
use leptos::prelude::*;

/// The sign-up page.
#[component]
pub fn SignUpPage() -> impl IntoView {
    let form = Form::<SignUp>::new();
    view! {
        <AuthFrame title="Start a workspace">
            <p class="lead">"An account first, then a workspace with keys of its own."</p>
            <OpForm form>
                <TextField name="name" label="Your name" autocomplete="name" large=true hint="As others in a workspace read it."/>
                <TextField name="email" label="E-mail" kind="email" autocomplete="username" large=true/>
                <TextField
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    large=true
                    hint="At least 15 characters. A short sentence works well."
                />
                <Submit class="btn-lg btn-block">"Create account"</Submit>
            </OpForm>
            <p class="auth-alt">
                "We send one mail to prove the address is yours. Have an account? "
                <a class="link" href="/sign-in">
                    "Sign in"
                </a>
            </p>
        </AuthFrame>
    }
}
