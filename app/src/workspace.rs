//! The workspace: rendered on the server, then alive in the browser.

use crate::{
    components::{Connection, Posted, SaysItself, TitleFormat},
    forms::FormState,
    pages::{
        account::{AccountFrame, ProfilePage, SessionsPage},
        audit::AuditPage,
        errors::Lost,
        workspace::{HomePage, NewRecordPage, PeoplePage, RecordPage, SettingsPage, WorkspaceFrame},
    },
};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    hooks::use_location,
    path,
};

/// The root of the workspace; give it to `generate_route_list`, with [`workspace_shell`](crate::shell::workspace_shell).
#[component]
pub fn WorkspaceApp() -> impl IntoView {
    provide_meta_context();
    provide_context(SaysItself::default());
    #[cfg(feature = "hydrate")]
    provide_context(crate::assets::Assets::with_icons(crate::browser::icons()));
    // The browser must begin with the same refused form as the page it takes over.
    let state = SharedValue::new_str(|| use_context::<FormState>().map_or_else(String::new, |state| state.to_text()));
    let Posted(posted) = Posted::provide(FormState::from_text(&state.into_inner()));
    view! {
        <TitleFormat/>
        <Router>
            <GoingOn posted/>
            <Routes fallback=|| view! { <Lost/> }>
                <ParentRoute path=path!("/you") view=AccountFrame ssr=SsrMode::Async>
                    <Route path=path!("") view=ProfilePage/>
                    <Route path=path!("/sessions") view=SessionsPage/>
                </ParentRoute>
                <ParentRoute path=path!("/w/:workspace") view=WorkspaceFrame ssr=SsrMode::Async>
                    <Route path=path!("") view=HomePage/>
                    <Route path=path!("/new") view=NewRecordPage/>
                    <Route path=path!("/records/:record") view=RecordPage/>
                    <Route path=path!("/people") view=PeoplePage/>
                    <Route path=path!("/audit") view=AuditPage/>
                    <Route path=path!("/settings") view=SettingsPage/>
                </ParentRoute>
            </Routes>
            <Connection/>
        </Router>
    }
}

/// When the reader goes on to another page: forgets the refused form, closes menus, and begins at the page's start.
#[component]
fn GoingOn(posted: StoredValue<Option<FormState>>) -> impl IntoView {
    let location = use_location();
    Effect::new(move |before: Option<(String, String)>| {
        let now = (location.pathname.get(), location.search.get());
        if let Some(before) = before.filter(|before| *before != now) {
            posted.set_value(None);
            #[cfg(feature = "hydrate")]
            crate::browser::begin_page(before.0 != now.0);
            #[cfg(not(feature = "hydrate"))]
            let _ = before;
        }
        now
    });
}
