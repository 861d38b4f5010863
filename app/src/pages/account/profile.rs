//! One's own profile: name and password.

use super::SettingsNav;
use crate::{
    ask, call,
    components::{Banner, Form, Hidden, Icon, Look, Moment, OpForm, SavedWord, Submit, TextField, Tone},
    load,
    pages::{errors::Failed, workspace::AroundLoaded},
};
use domain::{
    Code,
    ops::{ChangePassword, GetProfile, Profile, RenameMyself, SignOut},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The profile page.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let profile = load(String::new, |_| ask(GetProfile {}));
    view! {
        <Title text="Profile"/>
        <div class="ed-main">
            <SettingsNav/>
            <div class="ed-col">
                <div class="scroll">
                    <Transition fallback=|| ()>
                        {move || {
                            profile
                                .get::<Profile>()
                                .map(|answer| match answer {
                                    Ok(profile) => view! { <ProfileView profile/> }.into_any(),
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
fn ProfileView(profile: Profile) -> impl IntoView {
    let sign_out = Form::<SignOut>::new();
    let (account, email, created) = (profile.account.to_string(), profile.email.clone(), profile.created_at);
    view! {
        <header class="page-head set-head">
            <h1>"Profile"</h1>
        </header>
        <div class="set page-pad">
            <section class="set-sec" aria-labelledby="you-name">
                <div class="set-txt">
                    <h2 id="you-name">"Name"</h2>
                    <p>"As the members of your workspaces read it, and as their audit logs show you."</p>
                </div>
                <div class="set-body">
                    <Rename profile/>
                </div>
            </section>
            <section class="set-sec" aria-labelledby="you-password">
                <div class="set-txt">
                    <h2 id="you-password">"Password"</h2>
                    <p>"A new password ends your sessions on all other devices."</p>
                </div>
                <div class="set-body">
                    <Password/>
                </div>
            </section>
            <section class="set-sec" aria-labelledby="you-account">
                <div class="set-txt">
                    <h2 id="you-account">"Account"</h2>
                    <p>"Audit logs know you by this id only; names and addresses are kept apart from them."</p>
                </div>
                <div class="set-body">
                    <dl class="kv">
                        <dt>"E-mail"</dt>
                        <dd>{email}</dd>
                        <dt>"Id"</dt>
                        <dd>
                            <code>{account}</code>
                        </dd>
                        <dt>"Since"</dt>
                        <dd>
                            <Moment at=created/>
                        </dd>
                    </dl>
                </div>
            </section>
            <section class="set-sec only-phone" aria-labelledby="you-devices">
                <div class="set-txt">
                    <h2 id="you-devices">"Devices"</h2>
                </div>
                <div class="set-body btns">
                    <a class="btn btn-line" href="/you/sessions">
                        <Icon name="devices"/>
                        "Devices"
                    </a>
                    <OpForm form=sign_out native=true class="row-form">
                        <Submit look=Look::Line>"Sign out"</Submit>
                    </OpForm>
                </div>
            </section>
        </div>
    }
}

#[component]
fn Rename(profile: Profile) -> impl IntoView {
    let form = Form::<RenameMyself>::new();
    let around = use_context::<AroundLoaded>();
    let name = profile.name.clone();
    let now = RwSignal::new(profile);
    let problem = form.core().problem();
    let stale = move || problem.with(|problem| problem.as_ref().is_some_and(|problem| problem.code == Code::Stale));
    Effect::new(move |_| {
        if stale() {
            leptos::task::spawn_local(async move {
                if let Ok(profile) = call(GetProfile {}).await {
                    now.set(profile);
                }
            });
        }
    });
    let done = Callback::new(move |profile| {
        now.set(profile);
        if let Some(AroundLoaded(around)) = around {
            around.again();
        }
    });
    view! {
        <OpForm form on_done=done>
            <Hidden name="revision" value=Signal::derive(move || now.with(|now| now.revision.to_string()))/>
            <TextField name="name" label="Your name" value=name autocomplete="name"/>
            {move || stale().then(|| view! { <p class="hint">"Now it reads " <q>{now.with(|now| now.name.clone())}</q> "."</p> }.into_any())}
            <div class="btns">
                <Submit>"Save name"</Submit>
                <SavedWord/>
            </div>
        </OpForm>
    }
}

#[component]
fn Password() -> impl IntoView {
    let form = Form::<ChangePassword>::new();
    let query = use_query_map();
    let changed = RwSignal::new(query.with_untracked(|query| query.get("from")).as_deref() == Some("password"));
    let fields = NodeRef::<leptos::html::Div>::new();
    let done = Callback::new(move |_| {
        changed.set(true);
        #[cfg(feature = "hydrate")]
        if let Some(fields) = fields.get_untracked() {
            crate::browser::clear_inputs(&fields);
        }
    });
    view! {
        {move || {
            changed
                .get()
                .then(|| view! { <Banner tone=Tone::Seal>"Your password is changed. All other sessions are ended."</Banner> }.into_any())
        }}
        <OpForm form on_done=done>
            <div class="form" node_ref=fields>
                <TextField name="current" label="Present password" kind="password" autocomplete="current-password"/>
                <TextField
                    name="password"
                    label="New password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 15 characters. A short sentence works well."
                />
            </div>
            <div class="btns">
                <Submit look=Look::Line>"Change password"</Submit>
            </div>
        </OpForm>
    }
}
