//! Moments, for people and machines.

use crate::format;
use leptos::prelude::*;
use time::OffsetDateTime;

/// A moment to the minute with its zone, as `<time>`.
#[component]
pub fn Moment(
    /// When.
    at: OffsetDateTime,
) -> impl IntoView {
    view! { <time datetime=format::machine(at)>{format::minute(at)}</time> }
}
