//! Proving again that it is the account's owner who sits there, before an act that wants a fresh proof.

use super::Solo;
use crate::{
    answer::leave_for,
    ask,
    components::{Banner, Form, OpForm, Submit, TextField, Tone, Waiting},
    forms, load,
    pages::errors::Failed,
};
use domain::ops::{GetProfile, Profile, ProveIdentity};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The page that asks for the proof and leads back.
#[component]
pub fn ProvePage() -> impl IntoView {
    let form = Form::<ProveIdentity>::new();
    let location = use_location();
    let done = Callback::new(move |_| {
        let page = format!("/prove?{}", location.search.get_untracked().trim_start_matches('?'));
        leave_for(&forms::next_of(&page).unwrap_or_else(|| "/w".to_owned()));
    });
    let profile = load(String::new, |_| ask(GetProfile {}));
    view! {
        <Solo title="Prove that it is you">
            <Transition fallback=|| ()>
                {move || {
                    profile
                        .get::<Profile>()
                        .map(|answer| match answer {
                            Ok(profile) => {
                                view! {
                                    <p class="lead">
                                        "What you asked for wants a fresh proof. It holds for 5 minutes. You are signed in as "
                                        <b>{profile.email}</b> "."
                                    </p>
                                }
                                    .into_any()
                            }
                            Err(problem) => view! { <Failed problem part=true/> }.into_any(),
                        })
                }}
            </Transition>
            {use_context::<forms::Held>()
                .map(|_| view! { <Banner tone=Tone::Pencil>"What you typed is kept, and shown again afterwards."</Banner> })}
            <OpForm form on_done=done>
                <Waiting/>
                <TextField
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="current-password"
                    large=true
                    autofocus=true
                />
                <Submit class="btn-lg btn-block">"Prove it"</Submit>
            </OpForm>
            <p class="auth-alt">
                <a class="link" href="/w">
                    "Back to your workspaces"
                </a>
            </p>
        </Solo>
    }
}
