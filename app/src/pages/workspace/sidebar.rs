//! The sidebar: the places there are. A rail between phone and desk.

use super::{Around, Switcher};
use crate::components::{Avatar, Form, Icon, Look, Menu, OpForm, Submit};
use domain::{
    ops::{Profile, SignOut, WorkspaceLine, WorkspaceView},
    policy::{Action, Shelf},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// A place in the sidebar.
#[component]
pub fn NavItem(
    /// Its address.
    #[prop(into)]
    href: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// Its icon; the filled one is taken while one is there.
    icon: &'static str,
    /// Its filled icon.
    filled: &'static str,
    /// Whether one is there.
    #[prop(into)]
    active: Signal<bool>,
) -> impl IntoView {
    view! {
        <a
            class="nav-item"
            class:is-active=active
            href=href
            aria-current=move || active.get().then_some("page")
        >
            {move || if active.get() { view! { <Icon name=filled/> } } else { view! { <Icon name=icon/> } }}
            <span class="nav-label">{label}</span>
        </a>
    }
}

/// The sidebar.
#[component]
pub fn Sidebar(
    /// What stands around the page.
    around: Around,
    /// The address one is at.
    #[prop(into)]
    path: Signal<String>,
) -> impl IntoView {
    let workspace = around.workspace.clone();
    let (may_audit, may_see) = (around.may(Action::ReadAudit), around.may(Action::SeeMembers));
    let role = workspace
        .as_ref()
        .and_then(|workspace| workspace.role.as_ref())
        .map(|role| role.name.clone());
    let profile = around.profile.clone();
    let top = workspace.as_ref().map(|workspace| {
        let home = format!("/w/{}", workspace.id);
        let records = format!("{home}/records");
        let query = use_query_map();
        let all = move || query.with(|query| query.get("kind").is_none() && query.get("shelf").is_none());
        let active = {
            let home = home.clone();
            Signal::derive(move || {
                path.with(|path| (path.trim_end_matches('/') == home && all()) || path.starts_with(&records))
            })
        };
        view! { <NavItem href=home label="Records" icon="files" filled="files-fill" active/> }
    });
    let lists = workspace.clone().map(|workspace| {
        let trash = around.may(Action::TrashRecords);
        view! { <Lists workspace path trash/> }
    });
    let foot = workspace.map(|workspace| {
        let home = format!("/w/{}", workspace.id);
        let (audit, people, settings) = (
            format!("{home}/audit"),
            format!("{home}/people"),
            format!("{home}/settings"),
        );
        let at = |address: &str| {
            let address = address.to_owned();
            Signal::derive(move || path.with(|path| path.trim_end_matches('/') == address))
        };
        let (at_audit, at_people, at_settings) = (at(&audit), at(&people), at(&settings));
        view! {
            {may_audit
                .then(|| {
                    view! {
                        <NavItem
                            href=audit
                            label="Audit log"
                            icon="list-magnifying-glass"
                            filled="list-magnifying-glass-fill"
                            active=at_audit
                        />
                    }.into_any()
                })}
            {may_see
                .then(|| {
                    view! {
                        <NavItem
                            href=people
                            label="Members"
                            icon="users-three"
                            filled="users-three-fill"
                            active=at_people
                        />
                    }.into_any()
                })}
            <NavItem href=settings label="Settings" icon="gear-six" filled="gear-six-fill" active=at_settings/>
        }
    });
    let elsewhere = around
        .workspace
        .is_none()
        .then(|| around.workspaces.clone())
        .map(|all| view! { <Workspaces all/> });
    view! {
        <nav class="nav" aria-label="Workspace">
            <Switcher around/>
            <div class="nav-top">{top}</div>
            <div class="nav-scroll">{lists} {elsewhere}</div>
            <div class="nav-foot">
                {foot}
                <div class="nav-me">
                    <Me profile role/>
                </div>
            </div>
        </nav>
    }
}

/// The lists of records: one for each type, and the shelves behind.
#[component]
fn Lists(workspace: WorkspaceView, path: Signal<String>, trash: bool) -> impl IntoView {
    let home = format!("/w/{}", workspace.id);
    let query = use_query_map();
    let at = {
        let home = home.clone();
        move |name: &'static str, value: String| {
            let home = home.clone();
            Signal::derive(move || {
                path.with(|path| path.trim_end_matches('/') == home)
                    && query.with(|query| query.get(name)).as_deref() == Some(value.as_str())
            })
        }
    };
    let kinds = workspace
        .types
        .into_iter()
        .map(|kind| {
            let active = at("kind", kind.id.clone());
            let href = format!("{home}?kind={}", kind.id);
            view! { <NavItem href label=kind.many icon="file-text" filled="file-text-fill" active/> }
        })
        .collect_view();
    let shelf = |shelf: Shelf, label: &'static str, icon: &'static str| {
        let active = at("shelf", shelf.word().to_owned());
        let href = format!("{home}?shelf={}", shelf.word());
        view! { <NavItem href label icon filled=icon active/> }
    };
    view! {
        <div class="nav-group">
            <h2 class="nav-head">{workspace.pack.name}</h2>
            {kinds}
        </div>
        <div class="nav-group">
            <h2 class="nav-head">"Kept"</h2>
            {shelf(Shelf::Archive, "Archive", "archive")}
            {trash.then(|| shelf(Shelf::Trash, "Trash", "trash"))}
        </div>
    }
}

/// One's workspaces, on the pages that are in none.
#[component]
fn Workspaces(all: Vec<WorkspaceLine>) -> impl IntoView {
    all.into_iter()
        .map(|workspace| {
            let first = workspace.name.chars().next().map(String::from);
            view! {
                <a class="nav-item" href=format!("/w/{}", workspace.id)>
                    <span class="ws-mark" aria-hidden="true">
                        {first}
                    </span>
                    <span class="nav-label">{workspace.name}</span>
                </a>
            }
        })
        .collect_view()
}

/// The person, and what is theirs.
#[component]
fn Me(profile: Profile, role: Option<String>) -> impl IntoView {
    let seed = profile.account.to_string();
    let name = profile.name;
    let role = role.unwrap_or(profile.email);
    let summary = move || {
        view! {
            <Avatar name=name.clone() seed=seed.clone()/>
            <span class="nav-label">
                <b>{name.clone()}</b>
                <small>{role.clone()}</small>
            </span>
        }
    };
    let sign_out = Form::<SignOut>::new();
    view! {
        <Menu summary_class="nav-user" class="menu-up" label="your account" summary=summary.into()>
            <li>
                <a class="menu-item" href="/you">
                    <Icon name="user"/>
                    "Profile"
                </a>
            </li>
            <li>
                <a class="menu-item" href="/you/sessions">
                    <Icon name="devices"/>
                    "Devices"
                </a>
            </li>
            <li class="menu-sep" aria-hidden="true"></li>
            <li>
                <OpForm form=sign_out native=true class="menu-form">
                    <Submit look=Look::Row>
                        <Icon name="sign-out"/>
                        "Sign out"
                    </Submit>
                </OpForm>
            </li>
        </Menu>
    }
}
