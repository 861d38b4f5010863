//! Menus that open without a script: a disclosure whose Escape and outside press are added in the browser.

use leptos::prelude::*;

/// A menu of links and forms below a summary. Works without JavaScript; hydrated, Escape closes it and gives the focus
/// back, and so does a press elsewhere.
#[component]
pub fn Menu(
    /// The class of the summary, which looks like the button of the mock-up.
    summary_class: &'static str,
    /// The class of the list, for its place.
    #[prop(optional)]
    class: &'static str,
    /// What the menu is for, as screen readers add it to what the summary shows: `switch workspace`.
    label: &'static str,
    /// What the summary shows.
    summary: ViewFn,
    /// Whether it begins open.
    #[prop(optional)]
    open: bool,
    /// The list's rows.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="drop" data-menu="" open=open>
            <summary class=summary_class>
                {summary.run()}
                <span class="vh">{format!(", {label}")}</span>
            </summary>
            <ul class=format!("menu {class}")>{children()}</ul>
        </details>
    }
}
