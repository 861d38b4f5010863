//! Proving again that it is the account's owner who sits there, before an act that wants a fresh proof.

use super::SoloFrame;
use crate::{
    ask,
    components::{Banner, Form, OpForm, Submit, TextField, Tone, Waiting},
    forms, load,
    pages::errors::Failed,
};
use domain::ops::{GetProfile, Profile, ProveIdentity};
use leptos::prelude::*;

/// The page that asks for the proof and leads back.
#[component]
pub fn ProvePage() -> impl IntoView {
    let form = Form::<ProveIdentity>::new();
    let profile = load(String::new, |_| ask(GetProfile {}));
    view! {
        <SoloFrame title="Prove that it is you">
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
            <OpForm form>
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
        </SoloFrame>
    }
}
