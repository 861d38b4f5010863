//! One's workspaces. Somebody with none is led to making one, somebody with one into it.

use super::SoloFrame;
use crate::{
    answer::leave_for,
    ask,
    components::{Form, Icon, Look, OpForm, Submit},
    load,
    pages::errors::Failed,
};
use domain::ops::{ListWorkspaces, SignOut, WorkspaceLine};
use leptos::prelude::*;

/// The list of one's workspaces.
#[component]
pub fn WorkspacesPage() -> impl IntoView {
    let workspaces = load(String::new, |_| ask(ListWorkspaces {}));
    view! {
        <SoloFrame title="Your workspaces">
            <Transition fallback=|| ()>
                {move || {
                    workspaces
                        .get::<Vec<WorkspaceLine>>()
                        .map(|answer| match answer {
                            Ok(workspaces) => view! { <Workspaces workspaces/> }.into_any(),
                            Err(problem) => view! { <Failed problem part=true/> }.into_any(),
                        })
                }}
            </Transition>
        </SoloFrame>
    }
}

/// Where somebody with so many workspaces belongs, if not on the list.
fn elsewhere(workspaces: &[WorkspaceLine]) -> Option<String> {
    match workspaces {
        [] => Some("/start".to_owned()),
        [only] => Some(format!("/w/{}", only.id)),
        _ => None,
    }
}

#[component]
fn Workspaces(workspaces: Vec<WorkspaceLine>) -> impl IntoView {
    if let Some(address) = elsewhere(&workspaces) {
        leave_for(&address);
    }
    let rows = workspaces
        .into_iter()
        .map(|workspace| {
            let first = workspace.name.chars().next().map(String::from);
            view! {
                <li>
                    <a class="wait-row" href=format!("/w/{}", workspace.id)>
                        <span class="ws-mark" aria-hidden="true">
                            {first}
                        </span>
                        <span class="wait-t">
                            <b>{workspace.name}</b>
                            <span>{format!("{}, as {}", workspace.pack, workspace.role)}</span>
                        </span>
                        <span class="btn btn-line btn-sm" aria-hidden="true">
                            "Open"
                        </span>
                    </a>
                </li>
            }
        })
        .collect_view();
    let sign_out = Form::<SignOut>::new();
    view! {
        <ul class="wait-list">{rows}</ul>
        <p class="auth-alt">
            <a class="btn btn-line btn-sm" href="/start">
                <Icon name="plus"/>
                "New workspace"
            </a>
        </p>
        <OpForm form=sign_out native=true class="row-form">
            <Submit look=Look::Bare>"Sign out"</Submit>
        </OpForm>
    }
}
