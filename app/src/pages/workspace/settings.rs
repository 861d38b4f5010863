//! A workspace's settings: its name.

use super::{AroundLoaded, Leave, use_workspace_key};
use crate::{
    Asking, ask, call,
    components::{Form, Hidden, Moment, OpForm, SavedWord, Submit, TextField},
    load,
    pages::{account::SettingsNav, errors::Failed},
    refuse,
};
use domain::{
    Code,
    ops::{GetWorkspace, RenameWorkspace, WorkspaceView},
    policy::Action,
};
use leptos::prelude::*;
use leptos_meta::Title;

fn ask_workspace(workspace: &str) -> Asking {
    match workspace.parse() {
        Ok(workspace) => ask(GetWorkspace { workspace }),
        Err(_) => refuse(Code::NotFound),
    }
}

/// The settings of a workspace.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let key = use_workspace_key();
    let settings = load(move || key.get(), |workspace| ask_workspace(&workspace));
    view! {
        <Title text="Settings"/>
        <div class="ed-main">
            <SettingsNav/>
            <div class="ed-col">
                <div class="scroll">
                    <Transition fallback=|| ()>
                        {move || {
                            settings
                                .get::<WorkspaceView>()
                                .map(|answer| match answer {
                                    Ok(workspace) => view! { <Settings workspace/> }.into_any(),
                                    Err(problem) => view! { <Failed problem/> }.into_any(),
                                })
                        }}
                    </Transition>
                </div>
            </div>
        </div>
    }
}

#[component]
fn Settings(workspace: WorkspaceView) -> impl IntoView {
    let may_rename = workspace.actor().may(Action::ManageWorkspace);
    // Whoever sees the members leaves from there.
    let leaves = !workspace.actor().may(Action::SeeMembers);
    let (id, created, pack) = (workspace.id, workspace.created_at, workspace.pack.name.clone());
    view! {
        <header class="page-head set-head">
            <h1>"General"</h1>
        </header>
        <div class="set page-pad">
            <section class="set-sec" aria-labelledby="set-name">
                <div class="set-txt">
                    <h2 id="set-name">"Name"</h2>
                    <p>"Everybody in the workspace reads it. A change of name stands in the audit log."</p>
                </div>
                <div class="set-body">
                    {if may_rename {
                        view! { <Rename workspace/> }.into_any()
                    } else {
                        view! {
                            <p>
                                <b>{workspace.name}</b>
                            </p>
                            <p class="dim">"Your role does not change it."</p>
                        }
                            .into_any()
                    }}
                </div>
            </section>
            <section class="set-sec" aria-labelledby="set-about">
                <div class="set-txt">
                    <h2 id="set-about">"About"</h2>
                    <p>"The id names the workspace in its audit log and its exports."</p>
                </div>
                <div class="set-body">
                    <dl class="kv">
                        <dt>"Made"</dt>
                        <dd>
                            <Moment at=created/>
                        </dd>
                        <dt>"For"</dt>
                        <dd>{pack}</dd>
                        <dt>"Id"</dt>
                        <dd>
                            <code>{id.to_string()}</code>
                        </dd>
                    </dl>
                </div>
            </section>
        </div>
        {leaves.then(|| view! { <Leave workspace=id stays=None/> }.into_any())}
    }
}

#[component]
fn Rename(workspace: WorkspaceView) -> impl IntoView {
    let form = Form::<RenameWorkspace>::new();
    let around = use_context::<AroundLoaded>();
    let (id, name) = (workspace.id, workspace.name.clone());
    let now = RwSignal::new(workspace);
    let problem = form.core().problem();
    Effect::new(move |_| {
        let stale = problem.with(|problem| problem.as_ref().is_some_and(|problem| problem.code == Code::Stale));
        if stale {
            leptos::task::spawn_local(async move {
                if let Ok(workspace) = call(GetWorkspace { workspace: id }).await {
                    now.set(workspace);
                }
            });
        }
    });
    let done = Callback::new(move |workspace| {
        now.set(workspace);
        if let Some(AroundLoaded(around)) = around {
            around.again();
        }
    });
    let stale = move || problem.with(|problem| problem.as_ref().is_some_and(|problem| problem.code == Code::Stale));
    view! {
        <OpForm form on_done=done>
            <Hidden name="workspace" value=id.to_string()/>
            <Hidden name="revision" value=Signal::derive(move || now.with(|now| now.revision.to_string()))/>
            <TextField name="name" label="Name of the workspace" value=name autocomplete="organization"/>
            {move || stale().then(|| view! { <p class="hint">"Now it is called " <q>{now.with(|now| now.name.clone())}</q> "."</p> }.into_any())}
            <div class="btns">
                <Submit>"Save name"</Submit>
                <SavedWord/>
            </div>
        </OpForm>
    }
}
