//! The frame of the pages about oneself: the same sidebar, outside of any workspace.

use crate::pages::workspace::{AroundResource, Frame, around_account};
use leptos::prelude::*;
use leptos_router::components::Outlet;

/// Around the pages about oneself.
#[component]
pub fn AccountFrame() -> impl IntoView {
    let around = Resource::new(|| (), |()| around_account());
    provide_context(AroundResource(around));
    view! {
        <Frame around>
            <Outlet/>
        </Frame>
    }
}
