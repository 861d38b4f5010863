//! Stubs to compile.
use leptos::prelude::*;
/// A page.
#[component] pub fn HomePage() -> impl IntoView { view! { <p>"HomePage"</p> } }
/// A page.
#[component] pub fn RecordPage() -> impl IntoView { view! { <p>"RecordPage"</p> } }
/// A page.
#[component] pub fn SettingsPage() -> impl IntoView { view! { <p>"SettingsPage"</p> } }
/// A page.
#[component] pub fn WorkspaceFrame() -> impl IntoView { view! { <p>"WorkspaceFrame"</p> } }
