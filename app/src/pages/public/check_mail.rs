//! After a form that sends mail: what to do now, and how to get another one. The same words for every address, known or
//! not, and the address itself in no URL.

use super::AuthFrame;
use crate::{
    components::{Form, Look, OpForm, Submit, TextField},
    forms::Site,
};
use domain::ops::{ForgotPassword, ResendVerification};
use leptos::prelude::*;

/// After signing up.
#[component]
pub fn SignUpSent() -> impl IntoView {
    let form = Form::<ResendVerification>::new();
    view! {
        <AuthFrame title="Check your mail" notice=true>
            <p class="lead">
                "A mail is on its way to the address you gave. Open the link in it within 24 hours, and the account is yours."
            </p>
            <Captured/>
            <h2>"Nothing arrived?"</h2>
            <p class="dim">"Look in the folder for unwanted mail. Or type the address again, and we send another."</p>
            <OpForm form>
                <TextField name="email" label="E-mail" kind="email" autocomplete="username" large=true/>
                <Submit look=Look::Line class="btn-lg btn-block">
                    "Send it again"
                </Submit>
            </OpForm>
            <p class="auth-alt">
                "Proven already? "
                <a class="link" href="/sign-in">
                    "Sign in"
                </a>
            </p>
        </AuthFrame>
    }
}

/// After asking for a new password.
#[component]
pub fn ForgotSent() -> impl IntoView {
    let form = Form::<ForgotPassword>::new();
    view! {
        <AuthFrame title="Check your mail" notice=true>
            <p class="lead">
                "If that address has an account, a mail with a link is on its way. The link works once, for one hour."
            </p>
            <Captured/>
            <h2>"Nothing arrived?"</h2>
            <p class="dim">"Look in the folder for unwanted mail. Or try another address."</p>
            <OpForm form>
                <TextField name="email" label="E-mail" kind="email" autocomplete="username" large=true/>
                <Submit look=Look::Line class="btn-lg btn-block">
                    "Send a link"
                </Submit>
            </OpForm>
            <p class="auth-alt">
                <a class="link" href="/sign-in">
                    "Back to sign in"
                </a>
            </p>
        </AuthFrame>
    }
}

/// Where a server without a mail server keeps its mail.
#[component]
fn Captured() -> impl IntoView {
    use_context::<Site>().filter(|site| site.captured_mail).map(|_| {
        view! {
            <p>
                "This server runs for trying out and sends no mail. "
                <a class="link" href="/dev/mail">
                    "Open the captured mail"
                </a>
            </p>
        }
    })
}
