//! The people of a workspace: who belongs to it, and who is invited.

use super::{InvitationRow, InviteForm, MemberRow, PhoneSwitcher, use_workspace, use_workspace_key, why_only};
use crate::{
    Asking, Loaded,
    answer::leave_for,
    ask,
    components::{Form, Hidden, Look, OpForm, Submit, disclosed},
    load,
    pages::errors::Failed,
    refuse,
};
use domain::{
    Code, WorkspaceId,
    ops::{LeaveWorkspace, ListMembers, MemberView, People},
    pack::Role,
    policy::Action,
};
use leptos::prelude::*;
use leptos_meta::Title;

fn ask_people(workspace: &str) -> Asking {
    match workspace.parse() {
        Ok(workspace) => ask(ListMembers { workspace }),
        Err(_) => refuse(Code::NotFound),
    }
}

/// The people of a workspace.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let (workspace, key) = (use_workspace(), use_workspace_key());
    let people = load(move || key.get(), |workspace| ask_people(&workspace));
    let again = Callback::new(move |()| people.again());
    view! {
        <Title text="Members"/>
        <div class="scroll">
            <PhoneSwitcher/>
            <Transition fallback=|| ()>
                {inviting(workspace, people, again)}
                {move || {
                    people
                        .get::<People>()
                        .map(|answer| match super::in_workspace(answer, workspace.get()) {
                            Ok((workspace, people)) => view! { <Everybody workspace people again/> }.into_any(),
                            Err(problem) => view! { <Failed problem/> }.into_any(),
                        })
                }}
            </Transition>
        </div>
    }
}

/// The person who looks, and whether they may change who belongs here.
fn own(people: &People) -> Option<(&MemberView, bool)> {
    let own = people.members.iter().find(|member| member.current)?;
    let role = people.roles.iter().find(|role| role.id == own.role);
    let manages = role.is_some_and(|role| role.may.contains(&Action::ManageMembers));
    Some((own, manages))
}

/// What stands above the lists. It stays as it is while they change, with the role that is chosen and what it says.
fn inviting(workspace: Memo<Option<WorkspaceId>>, people: Loaded, again: Callback<()>) -> impl IntoView {
    let given = Memo::new(move |_| {
        let people = people.get::<People>()?.ok()?;
        let manages = own(&people).is_some_and(|(_, manages)| manages);
        Some((workspace.get()?, manages, people.roles, people.usual_role))
    });
    move || {
        given
            .get()
            .map(|(workspace, manages, roles, usual)| view! { <Head workspace manages roles usual again/> })
    }
}

#[component]
fn Head(workspace: WorkspaceId, manages: bool, roles: Vec<Role>, usual: String, again: Callback<()>) -> impl IntoView {
    view! {
        <header class="page-head">
            <h1>"Members"</h1>
        </header>
        {manages
            .then(|| {
                view! {
                    <section class="page-pad" aria-labelledby="inv-h">
                        <InviteForm workspace roles usual again/>
                    </section>
                }.into_any()
            })}
    }
}

#[component]
fn Everybody(workspace: WorkspaceId, people: People, again: Callback<()>) -> impl IntoView {
    let (own, manages) = own(&people).map(|(own, manages)| (own.clone(), manages)).unzip();
    let manages = manages.unwrap_or_default();
    // Whom the workspace cannot lose: said where one would try.
    let mut answering = people.members.iter().filter(|member| member.owner && !member.suspended);
    let only = answering.next().filter(|_| answering.next().is_none());
    let only = only.map(|member| member.account);
    let (suspended, members): (Vec<_>, Vec<_>) = people.members.into_iter().partition(|member| member.suspended);
    let roles = StoredValue::new(people.roles);
    let rows = move |members: Vec<MemberView>| {
        members
            .into_iter()
            .map(|member| {
                let only = only == Some(member.account);
                view! { <MemberRow workspace member only roles=roles.get_value() manages again/> }
            })
            .collect_view()
    };
    let counts = [
        ("Members", "#members", members.len()),
        ("Invited", "#invited", people.invitations.len()),
        ("Suspended", "#suspended", suspended.len()),
    ];
    let tabs = counts
        .into_iter()
        .filter(|(_, _, count)| *count > 0)
        .map(|(label, href, count)| {
            view! {
                <a class="tab" class:is-on=href == "#members" href=href rel="external">
                    {label}
                    " "
                    <span class="n">{count}</span>
                </a>
            }
        })
        .collect_view();
    let invitations = people.invitations;
    view! {
        <nav class="tabs page-pad mem-tabs" aria-label="On this page">
            {tabs}
        </nav>
        <div class="lrow lrow-head mem-row only-desk" aria-hidden="true">
            <span>"Name"</span>
            <span>"Role"</span>
            <span>"Since"</span>
            <span></span>
        </div>
        <ul class="list" id="members">
            {rows(members)}
        </ul>
        {(!invitations.is_empty())
            .then(|| {
                let rows = invitations
                    .into_iter()
                    .map(|invitation| view! { <InvitationRow workspace invitation again/> })
                    .collect_view();
                view! {
                    <h2 class="lgroup" id="invited">
                        "Invited"
                    </h2>
                    <ul class="list">{rows}</ul>
                }
            })}
        {(!suspended.is_empty())
            .then(|| {
                view! {
                    <h2 class="lgroup" id="suspended">
                        "Suspended"
                    </h2>
                    <ul class="list">{rows(suspended)}</ul>
                }.into_any()
            })}
        {own.map(|own| {
            let stays = (only == Some(own.account)).then(|| why_only(&own));
            view! { <Leave workspace stays/> }
        })}
    }
}

/// Leaving the workspace oneself.
#[component]
pub fn Leave(
    /// The workspace.
    workspace: WorkspaceId,
    /// Why that cannot be, if so.
    stays: Option<String>,
) -> impl IntoView {
    let goes = stays.is_none();
    let words = stays.unwrap_or_else(|| {
        "You lose access within a second. What you wrote stays. To come back, somebody has to invite you again."
            .to_owned()
    });
    let (form, open) = disclosed(|| goes.then(Form::<LeaveWorkspace>::new));
    let form = form.map(|form| {
        let done = Callback::new(|_| leave_for("/w"));
        view! {
            <OpForm form on_done=done class="row-form">
                <Hidden name="workspace" value=workspace.to_string()/>
                <Submit look=Look::Rubric>"Leave"</Submit>
            </OpForm>
        }
        .into_any()
    });
    view! {
        <section class="page-pad mem-leave" aria-labelledby="leave-h">
            <details open=open>
                <summary class="btn btn-line" id="leave-h">
                    "Leave this workspace"
                </summary>
                <p class="dim">{words}</p>
                {form}
            </details>
        </section>
    }
}
