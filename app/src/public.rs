//! The public pages: rendered on the server only, no script, forms post plainly.

use crate::{
    components::{Posted, TitleFormat},
    forms::FormState,
    pages::{
        errors::Missing,
        public::{
            ForgotPage, ForgotSent, InvitationDeclined, InvitationPage, Landing, OfflinePage, ResetPage, SignInPage,
            SignUpPage, SignUpSent, VerifyPage,
        },
    },
};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

/// The root of the public pages; give it to `generate_route_list`, with [`public_shell`](crate::shell::public_shell).
#[component]
pub fn PublicApp() -> impl IntoView {
    provide_meta_context();
    Posted::provide(use_context::<FormState>());
    view! {
        <TitleFormat/>
        <Router>
            <Routes fallback=|| view! { <Missing/> }>
                <Route path=path!("/") view=Landing ssr=SsrMode::Async/>
                <Route path=path!("/sign-up") view=SignUpPage ssr=SsrMode::Async/>
                <Route path=path!("/sign-up/sent") view=SignUpSent ssr=SsrMode::Async/>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/verify/:token") view=VerifyPage ssr=SsrMode::Async/>
                <Route path=path!("/forgot") view=ForgotPage ssr=SsrMode::Async/>
                <Route path=path!("/forgot/sent") view=ForgotSent ssr=SsrMode::Async/>
                <Route path=path!("/reset/:token") view=ResetPage ssr=SsrMode::Async/>
                <Route path=path!("/invitation/:token") view=InvitationPage ssr=SsrMode::Async/>
                <Route path=path!("/declined") view=InvitationDeclined ssr=SsrMode::Async/>
                <Route path=path!("/offline") view=OfflinePage ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}
