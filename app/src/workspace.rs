//! The workspace: rendered on the server, then alive in the browser.

use crate::{
    answer::set_status,
    components::{Connection, Posted, TitleFormat},
    forms::FormState,
    pages::{
        account::{AccountFrame, ProfilePage, ProvePage, SessionsPage, StartPage, WorkspacesPage},
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

/// Whether an address belongs to the workspace, so that the browser can go there without a load.
pub fn owns(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    ["/w", "/start", "/you", "/prove"]
        .iter()
        .any(|root| path == *root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/')))
}

/// The root of the workspace; give it to `generate_route_list`, with [`workspace_shell`](crate::shell::workspace_shell).
#[component]
pub fn WorkspaceApp() -> impl IntoView {
    provide_meta_context();
    #[cfg(feature = "hydrate")]
    provide_context(crate::assets::Assets::with_icons(crate::browser::icons()));
    // The browser must begin with the same refused form as the page it takes over.
    let state = SharedValue::new(use_context::<FormState>).into_inner();
    if let Some(problem) = state.as_ref().and_then(FormState::problem) {
        set_status(problem.status());
    }
    let posted = StoredValue::new(state);
    provide_context(Posted(posted));
    view! {
        <TitleFormat/>
        <Router>
            <GoingOn posted/>
            <Routes fallback=|| view! { <Lost/> }>
                <Route path=path!("/start") view=StartPage ssr=SsrMode::Async/>
                <Route path=path!("/prove") view=ProvePage ssr=SsrMode::Async/>
                <Route path=path!("/w") view=WorkspacesPage ssr=SsrMode::Async/>
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

#[cfg(test)]
mod tests {
    use super::owns;

    #[test]
    fn the_workspace_knows_its_own() {
        for address in ["/w", "/w/a", "/w?x=1", "/you/sessions", "/start", "/prove?next=%2Fw"] {
            assert!(owns(address), "{address}");
        }
        for address in ["/", "/sign-in", "/what", "/younger/x", "/dev/mail"] {
            assert!(!owns(address), "{address}");
        }
    }
}
