//! Buttons.

use crate::components::FormCore;
use leptos::prelude::*;

/// The looks of a button; see the parts of the design.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// The one act of a view.
    #[default]
    Act,
    /// Beside it.
    Line,
    /// Without a frame.
    Bare,
    /// What cannot be undone.
    Rubric,
    /// What makes something kept: sign, approve, release.
    Seal,
    /// A row of a menu.
    Row,
}

impl Look {
    /// The classes of the design.
    pub fn class(self) -> &'static str {
        match self {
            Self::Act => "btn btn-act",
            Self::Line => "btn btn-line",
            Self::Bare => "btn btn-bare",
            Self::Rubric => "btn btn-rubric",
            Self::Seal => "btn btn-seal",
            Self::Row => "menu-item",
        }
    }
}

/// The submit button of the form around it. While the form is on its way it is busy, keeps its width, and takes no second
/// press.
#[component]
pub fn Submit(
    /// How it looks.
    #[prop(optional)]
    look: Look,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
    /// The verb.
    children: Children,
) -> impl IntoView {
    let busy = use_context::<FormCore>().map(FormCore::busy);
    view! {
        <button
            class=format!("{} {class}", look.class()).trim_end().to_owned()
            type="submit"
            aria-busy=move || busy.is_some_and(|busy| busy.get()).then_some("true")
        >
            {children()}
        </button>
    }
}
