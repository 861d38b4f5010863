//! The pages on the way into a workspace: rendered on the server only, like the public pages, in the workspace's style. The
//! browser's half is for where people work, and stays small by what is not in it.

use crate::{
    components::{Posted, TitleFormat},
    forms::FormState,
    pages::{
        errors::Lost,
        solo::{ProvePage, StartPage, WorkspacesPage},
    },
};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

/// The root of these pages; give it to `generate_route_list`, with [`solo_shell`](crate::shell::solo_shell).
#[component]
pub fn SoloApp() -> impl IntoView {
    provide_meta_context();
    Posted::provide(use_context::<FormState>());
    view! {
        <TitleFormat/>
        <Router>
            <Routes fallback=|| view! { <Lost/> }>
                <Route path=path!("/start") view=StartPage ssr=SsrMode::Async/>
                <Route path=path!("/prove") view=ProvePage ssr=SsrMode::Async/>
                <Route path=path!("/w") view=WorkspacesPage ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}
