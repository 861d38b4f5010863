//! The devices one is signed in on.

use super::{DeviceRow, SettingsNav};
use crate::{
    ask,
    components::{Form, Icon, Look, OpForm, Submit},
    load,
    pages::errors::Failed,
};
use domain::ops::{ListSessions, RevokeOtherSessions, SessionView, SignOut};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page of one's sessions.
#[component]
pub fn SessionsPage() -> impl IntoView {
    let sessions = load(String::new, |_| ask(ListSessions {}));
    let again = Callback::new(move |()| sessions.again());
    view! {
        <Title text="Devices"/>
        <div class="ed-main">
            <SettingsNav/>
            <div class="ed-col">
                <div class="scroll">
                    <header class="page-head set-head">
                        <a class="btn btn-bare btn-icon only-phone" href="/you" aria-label="Back to your profile">
                            <Icon name="caret-left"/>
                        </a>
                        <h1>"Devices"</h1>
                    </header>
                    <div class="set page-pad">
                        <Transition fallback=|| ()>
                            {move || {
                                sessions
                                    .get::<Vec<SessionView>>()
                                    .map(|answer| match answer {
                                        Ok(sessions) => view! { <Sessions sessions again/> }.into_any(),
                                        Err(problem) => view! { <Failed problem part=true/> }.into_any(),
                                    })
                            }}
                        </Transition>
                    </div>
                </div>
            </div>
        </div>
    }
}

#[component]
fn Sessions(sessions: Vec<SessionView>, again: Callback<()>) -> impl IntoView {
    let others = Form::<RevokeOtherSessions>::new();
    let sign_out = Form::<SignOut>::new();
    let several = sessions.len() > 1;
    let done = Callback::new(move |_| again.run(()));
    let rows = sessions
        .into_iter()
        .map(|session| view! { <DeviceRow session on_ended=again/> })
        .collect_view();
    view! {
        <section class="set-sec" aria-labelledby="dev-list">
            <div class="set-txt">
                <h2 id="dev-list">"Signed in"</h2>
                <p>"A session ends after 12 hours without use, and after 30 days in any case. End one you do not know, and change your password."</p>
            </div>
            <div class="set-body">
                <ul class="dev">{rows}</ul>
                <div class="btns">
                    {several
                        .then(|| {
                            view! {
                                <OpForm form=others on_done=done class="row-form">
                                    <Submit look=Look::Rubric>"End all other sessions"</Submit>
                                </OpForm>
                            }.into_any()
                        })}
                    <OpForm form=sign_out native=true class="row-form">
                        <Submit look=Look::Line>"Sign out here"</Submit>
                    </OpForm>
                </div>
            </div>
        </section>
    }
}
