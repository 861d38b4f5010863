//! The settings' own navigation: what is yours, and what is the workspace's.

use crate::{
    components::Icon,
    pages::workspace::{Around, AroundLoaded},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// One page of the settings.
#[component]
fn SetItem(#[prop(into)] href: String, label: &'static str, icon: &'static str) -> impl IntoView {
    let path = use_location().pathname;
    let here = {
        let href = href.clone();
        Memo::new(move |_| path.with(|path| path.trim_end_matches('/') == href))
    };
    view! {
        <a class="set-item" class:is-on=here href=href aria-current=move || here.get().then_some("page")>
            <Icon name=icon/>
            {label}
        </a>
    }
}

/// The navigation beside a settings page.
#[component]
pub fn SettingsNav() -> impl IntoView {
    let around = use_context::<AroundLoaded>();
    view! {
        <nav class="setnav only-desk" aria-label="Settings">
            <h2 class="nav-head">"You"</h2>
            <SetItem href="/you" label="Profile" icon="user"/>
            <SetItem href="/you/sessions" label="Devices" icon="devices"/>
            <Transition>
                {move || {
                    around
                        .and_then(|AroundLoaded(around)| around.get::<Around>())
                        .and_then(Result::ok)
                        .and_then(|around| around.workspace)
                        .map(|workspace| {
                            view! {
                                <h2 class="nav-head">{workspace.name}</h2>
                                <SetItem href=format!("/w/{}/settings", workspace.id) label="General" icon="buildings"/>
                            }
                        })
                }}
            </Transition>
        </nav>
    }
}
