//! One line of truth and at most one act.

use crate::components::Icon;
use leptos::prelude::*;

/// What a banner claims; see the colours of the design.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Kept or verified.
    Seal,
    /// Good to know.
    #[default]
    Pencil,
    /// Wants you.
    Lamp,
    /// Refused, lost, or not to be undone.
    Rubric,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Seal => "banner banner-seal",
            Self::Pencil => "banner banner-pencil",
            Self::Lamp => "banner banner-lamp",
            Self::Rubric => "banner banner-rubric",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::Seal => "fit-saved",
            Self::Pencil => "info",
            Self::Lamp => "warning-circle",
            Self::Rubric => "warning-octagon",
        }
    }
}

/// A banner. A rubric one is announced at once (`role=alert`), the others when there is a pause (`role=status`), a quiet one
/// not at all: something else says it, and its words change often.
#[component]
pub fn Banner(
    /// What it claims.
    #[prop(optional)]
    tone: Tone,
    /// Whether it is only seen.
    #[prop(optional)]
    quiet: bool,
    /// The line.
    children: Children,
) -> impl IntoView {
    let role = match tone {
        _ if quiet => None,
        Tone::Rubric => Some("alert"),
        _ => Some("status"),
    };
    view! {
        <div class=tone.class() role=role tabindex="-1">
            <Icon name=tone.icon()/>
            <p>{children()}</p>
        </div>
    }
}
