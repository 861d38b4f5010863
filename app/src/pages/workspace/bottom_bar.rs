//! The bottom bar of a phone: the places there are, under the thumb.

use super::Around;
use crate::components::Icon;
use domain::policy::Action;
use leptos::prelude::*;

/// A place in the bottom bar.
#[component]
fn BarItem(
    #[prop(into)] href: String,
    label: &'static str,
    icon: &'static str,
    filled: &'static str,
    #[prop(into)] active: Signal<bool>,
) -> impl IntoView {
    view! {
        <a class="bb-item" class:is-active=active href=href aria-current=move || active.get().then_some("page")>
            {move || if active.get() { view! { <Icon name=filled/> } } else { view! { <Icon name=icon/> } }}
            <span>{label}</span>
        </a>
    }
}

/// The bottom bar.
#[component]
pub fn BottomBar(
    /// What stands around the page.
    around: Around,
    /// The address one is at.
    #[prop(into)]
    path: Signal<String>,
) -> impl IntoView {
    let at = move |address: String| Signal::derive(move || path.with(|path| path.trim_end_matches('/') == address));
    let home = around
        .workspace
        .as_ref()
        .map_or_else(|| "/w".to_owned(), |workspace| format!("/w/{}", workspace.id));
    let new = around
        .may(Action::CreateRecords)
        .then(|| format!("{home}/new"))
        .map(|address| {
            view! {
                <a class="bb-item bb-new" href=address>
                    <Icon name="plus-bold"/>
                    <span>"New"</span>
                </a>
            }
        });
    let audit = around
        .may(Action::ReadAudit)
        .then(|| format!("{home}/audit"))
        .map(|address| {
            let active = at(address.clone());
            view! {
                <BarItem
                    href=address
                    label="Audit"
                    icon="list-magnifying-glass"
                    filled="list-magnifying-glass-fill"
                    active
                />
            }
        });
    let you = Signal::derive(move || path.with(|path| path.starts_with("/you")));
    let at_home = at(home.clone());
    view! {
        <nav class="bb" aria-label="Main">
            <BarItem href=home label="Records" icon="files" filled="files-fill" active=at_home/>
            {new}
            {audit}
            <BarItem href="/you" label="You" icon="user-circle" filled="user-circle-fill" active=you/>
        </nav>
    }
}
