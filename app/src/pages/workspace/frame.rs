//! The frame of a workspace: sidebar, page, bottom bar.

use super::{Around, AroundLoaded, BottomBar, Sidebar, ask_around, use_workspace_key};
use crate::{
    Loaded,
    components::{Banner, Tone},
    load,
};
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_location};

/// Around every page of a workspace.
#[component]
pub fn WorkspaceFrame() -> impl IntoView {
    let workspace = use_workspace_key();
    let around = load(move || workspace.get(), |workspace| ask_around(&workspace));
    provide_context(AroundLoaded(around));
    let out = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    super::over::watch(around, out);
    view! {
        <Frame around out>
            <Outlet/>
        </Frame>
    }
}

/// The frame itself.
#[component]
pub fn Frame(
    /// What stands around the page.
    around: Loaded,
    /// Whether the reader is signed out of a page that is kept for what they typed: nothing else of it is shown then.
    #[prop(optional, into)]
    out: Signal<bool>,
    /// The page.
    children: Children,
) -> impl IntoView {
    let path = use_location().pathname;
    view! {
        <a class="skip" href="#main" rel="external">
            "Skip to the page"
        </a>
        <div class="app" class:is-out=out>
            <Transition fallback=|| view! { <nav class="nav" aria-label="Workspace"></nav> }>
                {move || {
                    around
                        .get::<Around>()
                        .map(|around| match around {
                            Ok(around) => view! { <Sidebar around path=path/> }.into_any(),
                            // The page itself says why.
                            Err(_) => view! { <nav class="nav" aria-label="Workspace"></nav> }.into_any(),
                        })
                }}
            </Transition>
            <main class="paper" id="main" tabindex="-1">
                {move || out.get().then(|| view! { <SignedOut/> }.into_any())}
                {children()}
            </main>
            <Transition fallback=|| view! { <nav class="bb" aria-label="Main"></nav> }>
                {move || {
                    around
                        .get::<Around>()
                        .map(|around| match around {
                            Ok(around) => view! { <BottomBar around path=path/> }.into_any(),
                            Err(_) => view! { <nav class="bb" aria-label="Main"></nav> }.into_any(),
                        })
                }}
            </Transition>
        </div>
    }
}

/// What stands above a form that waits until its writer has signed in again.
#[component]
fn SignedOut() -> impl IntoView {
    view! {
        <div class="out">
            <Banner tone=Tone::Lamp>
                <b>"You are signed out. "</b>
                <a class="link" href="/sign-in" target="_blank" rel="external">
                    "Sign in in a new tab"
                </a>
                ", then send this again."
            </Banner>
        </div>
    }
}
