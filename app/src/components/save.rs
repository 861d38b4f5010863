//! The save state: always a shape, a colour and a word.

use crate::components::Icon;
use leptos::prelude::*;

/// Whether the words are safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Save {
    /// The server has them.
    Saved,
    /// They are on this device only.
    Device,
    /// They are nowhere but on the screen.
    Unsaved,
}

/// The save state, announced when it changes.
#[component]
pub fn SaveState(
    /// Whether the words are safe.
    #[prop(into)]
    state: Signal<Save>,
) -> impl IntoView {
    let class = move || match state.get() {
        Save::Saved => "save save-saved",
        Save::Device => "save save-device",
        Save::Unsaved => "save save-unsaved",
    };
    view! {
        <span class=class role="status">
            {move || match state.get() {
                Save::Saved => view! { <Icon name="fit-saved"/> },
                Save::Device => view! { <Icon name="fit-device"/> },
                Save::Unsaved => view! { <Icon name="fit-unsaved"/> },
            }}
            <span>
                {move || match state.get() {
                    Save::Saved => "Saved",
                    Save::Device => "On this device",
                    Save::Unsaved => "Not saved",
                }}
            </span>
        </span>
    }
}
