//! Stubs to compile.
use leptos::prelude::*;
/// A page.
#[component] pub fn AccountFrame() -> impl IntoView { view! { <p>"AccountFrame"</p> } }
/// A page.
#[component] pub fn ProfilePage() -> impl IntoView { view! { <p>"ProfilePage"</p> } }
/// A page.
#[component] pub fn ProvePage() -> impl IntoView { view! { <p>"ProvePage"</p> } }
/// A page.
#[component] pub fn SessionsPage() -> impl IntoView { view! { <p>"SessionsPage"</p> } }
/// A page.
#[component] pub fn StartPage() -> impl IntoView { view! { <p>"StartPage"</p> } }
/// A page.
#[component] pub fn WorkspacesPage() -> impl IntoView { view! { <p>"WorkspacesPage"</p> } }
