//! The title of a page, with the product's name.

use leptos::prelude::*;
use leptos_meta::Title;

/// Puts the product's name behind every page's title. Belongs into each root component, once.
#[component]
pub fn TitleFormat() -> impl IntoView {
    view! { <Title formatter=title_of/> }
}

/// A page's title with the product's name. `leptos_meta` (0.9.0-rc1) writes titles into the HTML as they are, so the server
/// escapes them here; in the browser they become `document.title`, which is text already.
fn title_of(title: String) -> String {
    let whole = format!("{title} · Scriptkeep");
    if cfg!(feature = "ssr") {
        whole.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    } else {
        whole
    }
}
