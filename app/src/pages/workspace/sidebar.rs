//! The sidebar: the places there are. A rail between phone and desk.

use super::{Around, Switcher};
use crate::components::{Avatar, Form, Icon, Look, Menu, OpForm, Submit};
use domain::{
    ops::{Profile, SignOut, WorkspaceView},
    policy::{Action, Standing},
};
use leptos::prelude::*;

/// A place in the sidebar.
#[component]
pub fn NavItem(
    /// Its address.
    #[prop(into)]
    href: String,
    /// What it is called.
    label: &'static str,
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
    let may_audit = around.may(Action::ReadAudit);
    let standing = workspace.as_ref().map(|workspace| workspace.standing);
    let profile = around.profile.clone();
    let top = workspace.as_ref().map(|workspace| {
        let home = format!("/w/{}", workspace.id);
        let records = format!("{home}/records");
        let active = {
            let home = home.clone();
            Signal::derive(move || path.with(|path| path.trim_end_matches('/') == home || path.starts_with(&records)))
        };
        view! { <NavItem href=home label="Records" icon="files" filled="files-fill" active/> }
    });
    let foot = workspace.map(|workspace| {
        let (audit, settings) = (
            format!("/w/{}/audit", workspace.id),
            format!("/w/{}/settings", workspace.id),
        );
        let at = |address: &str| {
            let address = address.to_owned();
            Signal::derive(move || path.with(|path| path.trim_end_matches('/') == address))
        };
        let (at_audit, at_settings) = (at(&audit), at(&settings));
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
                    }
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
            <div class="nav-scroll">{elsewhere}</div>
            <div class="nav-foot">
                {foot}
                <div class="nav-me">
                    <Me profile standing/>
                </div>
            </div>
        </nav>
    }
}

/// One's workspaces, on the pages that are in none.
#[component]
fn Workspaces(all: Vec<WorkspaceView>) -> impl IntoView {
    all.into_iter()
        .map(|workspace| {
            let first = workspace
                .name
                .chars()
                .next()
                .map(|first| first.to_uppercase().to_string());
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
fn Me(profile: Profile, standing: Option<Standing>) -> impl IntoView {
    let seed = profile.account.to_string();
    let name = profile.name;
    let role = match standing {
        Some(Standing::Owner) => "Owner".to_owned(),
        Some(Standing::Member | Standing::Suspended) => "Member".to_owned(),
        None => profile.email,
    };
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
