//! The save state: always a shape, a colour and a word.

use crate::{
    components::{FormCore, Icon},
    forms,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Whether the words are safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Save {
    /// The server has them.
    Saved,
    /// They are on their way to the server.
    Saving,
    /// There is no connection, and nothing waits for one.
    Offline,
    /// They are on this device only.
    Device,
    /// They are nowhere but on the screen.
    Unsaved,
}

impl Save {
    /// As the page shows it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Saved => "Saved",
            Self::Saving => "Saving",
            Self::Offline => "No connection",
            Self::Device => "On this device",
            Self::Unsaved => "Not saved",
        }
    }

    /// What a screen reader has said last, once this is the state and `said` was said before: that words are not safe, and
    /// after that that they are again. Saving and having saved come and go with each pause in writing, and are no news.
    pub fn announced(self, said: &'static str) -> &'static str {
        match self {
            Self::Saving => said,
            Self::Saved if said.is_empty() => "",
            _ => self.word(),
        }
    }
}

/// The save state: seen always, said aloud when words are in danger and when they are safe again.
#[component]
pub fn SaveState(
    /// Whether the words are safe.
    #[prop(into)]
    state: Signal<Save>,
) -> impl IntoView {
    // Closes the halves once, when the server has just acknowledged; a page that begins with "Saved" stands still.
    let look = Memo::new(move |before: Option<&(Save, bool)>| {
        let now = state.get();
        (
            now,
            now == Save::Saved && before.is_some_and(|(was, _)| *was != Save::Saved),
        )
    });
    let said =
        Memo::new(move |before: Option<&&'static str>| state.get().announced(before.copied().unwrap_or_default()));
    let class = move || match look.get() {
        (Save::Saved, false) => "save save-saved",
        (Save::Saved, true) => "save save-saved is-fresh",
        (Save::Saving, _) => "save save-saving",
        (Save::Device | Save::Offline, _) => "save save-device",
        (Save::Unsaved, _) => "save save-unsaved",
    };
    view! {
        <span class=class>
            {move || match state.get() {
                Save::Saved => view! { <Closing/> }.into_any(),
                Save::Saving | Save::Device | Save::Offline => view! { <Icon name="fit-device"/> }.into_any(),
                Save::Unsaved => view! { <Icon name="fit-unsaved"/> }.into_any(),
            }}
            <span>{move || state.get().word()}</span>
        </span>
        <span class="vh" role="status">
            {move || said.get()}
        </span>
    }
}

/// The word beside the button of a form that stays on its page: there once the form was accepted, gone as soon as something
/// is typed again. Without JavaScript the address says which form it was ([`forms::SAVED`]).
#[component]
pub fn SavedWord() -> impl IntoView {
    let core = expect_context::<FormCore>();
    let told = use_query_map().with_untracked(|query| query.get(forms::SAVED).as_deref() == Some(core.op()));
    view! {
        <span role="status">
            {move || ((told || core.saved().get()) && !core.dirty().get()).then_some("Saved")}
        </span>
    }
}

/// The closed halves, in the page itself: what comes from the sprite cannot move.
#[component]
fn Closing() -> impl IntoView {
    view! {
        <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
            <path d="M3 1.5h4.2v3.6h3v5.8h-3v3.6H3A1.5 1.5 0 0 1 1.5 13V3A1.5 1.5 0 0 1 3 1.5Z"></path>
            <path
                class="fit-r"
                d="M13 1.5H8.4v2.4h3v8.2h-3v2.4H13a1.5 1.5 0 0 0 1.5-1.5V3A1.5 1.5 0 0 0 13 1.5Z"
            ></path>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::Save::{self, Device, Offline, Saved, Saving, Unsaved};

    #[test]
    fn only_danger_and_its_end_are_said_aloud() {
        let told = |states: &[Save]| {
            let mut heard = vec![""];
            for state in states {
                let said = state.announced(heard.last().copied().unwrap_or_default());
                if heard.last() != Some(&said) {
                    heard.push(said);
                }
            }
            heard[1..].to_vec()
        };
        assert_eq!(told(&[Saved, Saving, Saved, Saving, Saved]), [""; 0]);
        assert_eq!(
            told(&[
                Saved, Saving, Offline, Saving, Device, Saving, Device, Saving, Saved, Saving, Saved
            ]),
            ["No connection", "On this device", "Saved"]
        );
        assert_eq!(
            told(&[Saved, Unsaved, Saving, Unsaved, Saved, Offline, Saved]),
            ["Not saved", "Saved", "No connection", "Saved"]
        );
        assert_eq!(told(&[Device, Saved]), ["On this device", "Saved"]);
    }
}
