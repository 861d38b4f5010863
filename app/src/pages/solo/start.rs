//! Making a workspace: the first thing after the first sign-in.

use super::SoloFrame;
use crate::{
    ask,
    components::{Choice, ChoiceField, Form, Look, OpForm, Submit, TextField},
    load,
    pages::errors::Failed,
};
use domain::{
    ops::{CreateWorkspace, ListPacks, ListWorkspaces, SignOut, WorkspaceLine},
    pack::PackHead,
};
use leptos::prelude::*;

/// The page that makes a workspace.
#[component]
pub fn StartPage() -> impl IntoView {
    let workspaces = load(String::new, |_| ask(ListWorkspaces {}));
    let packs = load(String::new, |_| ask(ListPacks {}));
    view! {
        <SoloFrame title="Name your workspace">
            <Transition fallback=|| ()>
                {move || {
                    let workspaces = workspaces.get::<Vec<WorkspaceLine>>();
                    let packs = packs.get::<Vec<PackHead>>();
                    workspaces
                        .zip(packs)
                        .map(|(workspaces, packs)| match workspaces.and_then(|workspaces| Ok((workspaces, packs?))) {
                            Ok((workspaces, packs)) => view! { <Start workspaces packs/> }.into_any(),
                            Err(problem) => view! { <Failed problem part=true/> }.into_any(),
                        })
                }}
            </Transition>
        </SoloFrame>
    }
}

#[component]
fn Start(workspaces: Vec<WorkspaceLine>, packs: Vec<PackHead>) -> impl IntoView {
    let form = Form::<CreateWorkspace>::new();
    let sign_out = Form::<SignOut>::new();
    let first = workspaces.is_empty();
    view! {
        <p class="lead">"It gets keys of its own, and an audit log of its own. You can change the name later."</p>
        <OpForm form>
            <TextField
                name="name"
                label="Name of the workspace"
                autocomplete="organization"
                large=true
                autofocus=true
                hint="Your practice, team or company."
            />
            <Packs packs/>
            <Submit class="btn-lg btn-block">"Make the workspace"</Submit>
        </OpForm>
        {if first {
            view! {
                <OpForm form=sign_out native=true class="row-form">
                    <Submit look=Look::Bare>"Sign out"</Submit>
                </OpForm>
            }
                .into_any()
        } else {
            view! {
                <p class="auth-alt">
                    <a class="link" href="/w">
                        "Back to your workspaces"
                    </a>
                </p>
            }
                .into_any()
        }}
    }
}

/// The kinds of work, the usual one chosen.
#[component]
fn Packs(packs: Vec<PackHead>) -> impl IntoView {
    let choices = packs
        .into_iter()
        .map(|pack| Choice {
            value: pack.id,
            name: pack.name,
            about: pack.about,
        })
        .collect();
    view! { <ChoiceField name="pack" label="What it is for" choices/> }
}
