//! The landing page.

use leptos::prelude::*;
use leptos_meta::{Body, Title};

/// The landing page.
#[component]
pub fn Landing() -> impl IntoView {
    view! {
        <Title text="Keep your word"/>
        <Body {..} class="public landing"/>
        <main id="main"><h1>"Keep your word."</h1></main>
    }
}
