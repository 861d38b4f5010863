//! Signing in.

use super::AuthFrame;
use crate::{
    components::{Banner, Form, OpForm, Submit, TextField, Tone, Waiting},
    forms::Held,
};
use domain::ops::SignIn;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The sign-in page. It may carry a form that waits for it ([`Held`]). `from` says where somebody comes from, as one of a few words; nothing of it is shown.
#[component]
pub fn SignInPage() -> impl IntoView {
    let form = Form::<SignIn>::new();
    let query = use_query_map().get_untracked();
    let news = match query.get("from").as_deref() {
        _ if use_context::<Held>().is_some() => Some((
            Tone::Lamp,
            "You are signed out, and nothing was changed. What you typed is kept: sign in, and it is shown again.",
        )),
        Some("verified") => Some((Tone::Seal, "Your address is proven. Sign in to begin.")),
        Some("reset") => Some((
            Tone::Seal,
            "Your password is changed, and every session is ended. Sign in with the new one.",
        )),
        Some("signed-out") => Some((Tone::Pencil, "You are signed out on this device.")),
        _ => query.get("next").is_some().then_some((
            Tone::Pencil,
            "Sign in to go on. You come back to the page you asked for.",
        )),
    };
    let news = news.filter(|_| form.core().problem().with_untracked(Option::is_none));
    view! {
        <AuthFrame title="Sign in">
            {news.map(|(tone, words)| view! { <Banner tone>{words}</Banner> })}
            <OpForm form>
                <Waiting/>
                <TextField name="email" label="E-mail" kind="email" autocomplete="username" large=true/>
                <TextField
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="current-password"
                    large=true
                    aside=|| {
                        view! {
                            <a class="link" href="/forgot">
                                "Forgot it?"
                            </a>
                        }
                    }
                />
                <Submit class="btn-lg btn-block">"Sign in"</Submit>
            </OpForm>
            <p class="auth-alt">
                "New here? "
                <a class="link" href="/sign-up">
                    "Start a workspace"
                </a>
            </p>
        </AuthFrame>
    }
}
