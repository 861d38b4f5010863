//! The frame of a workspace: sidebar, page, bottom bar.

use super::{Around, AroundLoaded, BottomBar, Sidebar, ask_around, use_workspace_key};
use crate::{Loaded, load};
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_location};

/// Around every page of a workspace.
#[component]
pub fn WorkspaceFrame() -> impl IntoView {
    let workspace = use_workspace_key();
    let around = load(move || workspace.get(), |workspace| ask_around(&workspace));
    provide_context(AroundLoaded(around));
    #[cfg(feature = "hydrate")]
    super::over::watch(around);
    view! {
        <Frame around>
            <Outlet/>
        </Frame>
    }
}

/// The frame itself.
#[component]
pub fn Frame(
    /// What stands around the page.
    around: Loaded,
    /// The page.
    children: Children,
) -> impl IntoView {
    let path = use_location().pathname;
    view! {
        <a class="skip" href="#main" rel="external">
            "Skip to the page"
        </a>
        <div class="app">
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
