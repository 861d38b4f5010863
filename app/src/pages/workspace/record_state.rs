//! The state of a record: shape, colour, word.

use crate::components::Icon;
use domain::{ops::WorkspaceView, pack::Look};
use leptos::prelude::*;

/// A state as a tag.
#[component]
pub fn RecordState(
    /// The workspace, whose pack names the state.
    workspace: WorkspaceView,
    /// The record's type.
    kind: String,
    /// The state's id.
    state: String,
) -> impl IntoView {
    let known = workspace
        .record_type(&kind)
        .and_then(|kind| kind.state(&state))
        .map(|state| (state.name.clone(), state.look));
    let (name, look) = known.unwrap_or((state, Look::Draft));
    let (icon, class) = drawn(look);
    view! {
        <span class=class>
            <Icon name=icon/>
            {name}
        </span>
    }
}

/// The sheet and the hue of a look.
fn drawn(look: Look) -> (&'static str, &'static str) {
    match look {
        Look::Draft => ("st-draft", "tag"),
        Look::Review => ("st-review", "tag tag-pencil"),
        Look::Approved => ("st-approved", "tag tag-seal"),
        Look::Effective => ("st-effective", "tag tag-seal"),
        Look::Due => ("st-due", "tag tag-lamp"),
        Look::Obsolete => ("st-obsolete", "tag"),
    }
}
