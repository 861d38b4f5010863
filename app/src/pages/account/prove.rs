//! Proving again that it is the account's owner who sits there, before an act that wants a fresh proof.

use super::Solo;
use crate::{
    call,
    components::{Form, OpForm, Submit, TextField},
    pages::errors::Failed,
};
use domain::ops::{GetProfile, ProveIdentity};
use leptos::prelude::*;

/// The page that asks for the proof and leads back.
#[component]
pub fn ProvePage() -> impl IntoView {
    let form = Form::<ProveIdentity>::new();
    let profile = Resource::new(|| (), |()| call(GetProfile {}));
    view! {
        <Solo title="Prove that it is you">
            <Transition fallback=|| ()>
                {move || {
                    profile
                        .get()
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
            <OpForm form>
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
