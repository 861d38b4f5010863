//! Icons, from the one sprite.

use crate::assets::Assets;
use leptos::prelude::*;

/// An icon beside words, hidden from screen readers. `name` is the symbol without its `i-`.
#[component]
pub fn Icon(
    /// The symbol's name.
    name: &'static str,
    /// Further classes.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let href = use_context::<Assets>().unwrap_or_default().icon(name);
    let class = if class.is_empty() {
        "i".to_owned()
    } else {
        format!("i {class}")
    };
    view! {
        <svg class=class aria-hidden="true">
            <use href=href></use>
        </svg>
    }
}
