//! The frame of the pages about oneself: the same sidebar, outside of any workspace.

use crate::{
    load,
    pages::workspace::{AroundLoaded, Frame, ask_around},
};
use leptos::prelude::*;
use leptos_router::components::Outlet;

/// Around the pages about oneself.
#[component]
pub fn AccountFrame() -> impl IntoView {
    let around = load(String::new, |none| ask_around(&none));
    provide_context(AroundLoaded(around));
    view! {
        <Frame around>
            <Outlet/>
        </Frame>
    }
}
