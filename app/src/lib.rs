//! The UI: pages, components and the typed calls by which they reach the use cases.
//!
//! Built twice: with `ssr` into the server, with `hydrate` into the browser's WebAssembly; never with both. The public
//! pages ([`public`]) and those on the way into a workspace ([`solo`]) are rendered on the server only and ship no script;
//! the workspace ([`workspace`]) hydrates.

#![allow(clippy::needless_pass_by_value, reason = "a component owns its props")]

pub mod answer;
pub mod assets;
#[cfg(feature = "hydrate")]
mod browser;
mod call;
pub mod components;
mod decode;
#[cfg(feature = "hydrate")]
mod editor;
#[cfg(feature = "hydrate")]
mod follow;
pub mod format;
pub mod forms;
#[cfg(feature = "ssr")]
pub mod gateway;
#[cfg(feature = "hydrate")]
mod leaving;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod public;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod solo;
pub mod workspace;

pub use call::{Answer, Asking, Loaded, ask, call, load, read, refuse};
#[cfg(feature = "ssr")]
pub use shell::{gallery_shell, public_shell, solo_shell, workspace_shell};

/// Starts the browser's half on a page that the server rendered.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    // Before the router: who listens to the window itself is called in the order of coming, also where it says "capture".
    leaving::listen();
    leptos::mount::hydrate_body(workspace::WorkspaceApp);
    browser::forget_saved();
    browser::listen();
    follow::listen();
    browser::mark_hydrated();
}
