//! The workspace one is in, and the way to the others.

use super::Around;
use crate::components::{Icon, Menu};
use domain::policy::Action;
use leptos::prelude::*;

/// The switcher. `phone` is the one at the head of a phone's page, where there is no sidebar.
#[component]
pub fn Switcher(
    /// What stands around the page.
    around: Around,
    /// Whether it is the phone's.
    #[prop(optional)]
    phone: bool,
) -> impl IntoView {
    let name = around
        .workspace
        .as_ref()
        .map_or_else(|| "Your workspaces".to_owned(), |workspace| workspace.name.clone());
    let first = name.chars().next().map(String::from);
    let here = around.workspace.as_ref().map(|workspace| workspace.id);
    let people = here
        .filter(|_| phone && around.may(Action::SeeMembers))
        .map(|workspace| format!("/w/{workspace}/people"));
    let settings = here
        .filter(|_| phone && around.may(Action::SeeWorkspace))
        .map(|workspace| format!("/w/{workspace}/settings"));
    let rows = around
        .workspaces
        .into_iter()
        .map(|workspace| {
            let current = (Some(workspace.id) == here).then_some("page");
            // Another house is loaded anew: nothing of this one stays on its pages.
            view! {
                <li>
                    <a class="menu-item" href=format!("/w/{}", workspace.id) rel="external" aria-current=current>
                        {workspace.name}
                    </a>
                </li>
            }
        })
        .collect_view();
    let summary = move || {
        view! {
            <span class="ws-mark" aria-hidden="true">
                {first.clone()}
            </span>
            <span class="ws-name">{name.clone()}</span>
            <Icon name="caret-up-down" class="ws-caret"/>
        }
    };
    view! {
        <Menu summary_class=if phone { "ws ws-phone only-phone" } else { "ws" } label="switch workspace" summary=summary.into()>
            {rows}
            {people
                .map(|address| {
                    view! {
                        <li>
                            <a class="menu-item" href=address>
                                <Icon name="users-three"/>
                                "Members"
                            </a>
                        </li>
                    }
                })}
            {settings
                .map(|address| {
                    view! {
                        <li>
                            <a class="menu-item" href=address>
                                <Icon name="gear-six"/>
                                "Settings"
                            </a>
                        </li>
                    }
                })}
            <li class="menu-sep" aria-hidden="true"></li>
            <li>
                <a class="menu-item" href="/start" rel="external">
                    <Icon name="plus"/>
                    "New workspace"
                </a>
            </li>
        </Menu>
    }
}
