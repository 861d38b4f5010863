//! One member in the list, and what can be done about them.

use crate::{
    components::{Avatar, Form, Hidden, Icon, Look, Menu, OpForm, SelectField, Submit, disclosed},
    format,
};
use domain::{
    Operation, WorkspaceId,
    ops::{Done, MemberView, RemoveMember, ResumeMember, SetRole, SuspendMember},
    pack::Role,
};
use leptos::prelude::*;

/// A row of the list of members.
#[component]
pub fn MemberRow(
    /// The workspace.
    workspace: WorkspaceId,
    /// The member.
    member: MemberView,
    /// Whether nobody else answers for the workspace.
    only: bool,
    /// The roles there are.
    roles: Vec<Role>,
    /// Whether the reader may change who belongs to the workspace.
    manages: bool,
    /// What to do after a change, in a hydrated page.
    again: Callback<()>,
) -> impl IntoView {
    let menu = manages.then(|| view! { <MemberMenu workspace member=member.clone() only roles again/> }.into_any());
    view! {
        <li class="lrow mem-row">
            <span class="who">
                <Avatar name=member.name.clone() seed=member.account.to_string()/>
                <span class="trunc">
                    <b>{member.name}</b>
                    {member.current.then(|| view! { <span class="you">"You"</span> }.into_any())}
                    <small>{member.email}</small>
                </span>
            </span>
            <span class="mem-role">{member.role_name}</span>
            <span class="mem-since">{format::day_of(member.since)}</span>
            <span class="mem-acts">{menu}</span>
        </li>
    }
}

/// Why who alone answers for a workspace keeps that place, and what to do.
pub fn why_only(member: &MemberView) -> String {
    let who = if member.current { "You are" } else { "This member is" };
    let role = &member.role_name;
    format!("{who} the only {role} of this workspace. Somebody else must be given this role first.")
}

#[component]
fn MemberMenu(
    workspace: WorkspaceId,
    member: MemberView,
    only: bool,
    roles: Vec<Role>,
    again: Callback<()>,
) -> impl IntoView {
    let name = member.name.clone();
    let (acts, open) = disclosed(|| {
        if only {
            view! { <li class="menu-note">{why_only(&member)}</li> }.into_any()
        } else {
            view! { <MemberActs workspace member roles again/> }.into_any()
        }
    });
    view! {
        <Menu
            summary_class="btn btn-bare btn-icon btn-sm"
            class="menu-end mem-menu"
            label="change role, suspend or remove"
            open
            summary=(move || {
                view! {
                    <Icon name="dots-three"/>
                    <span class="vh">{format!("More for {name}")}</span>
                }
            })
                .into()
        >
            {acts}
        </Menu>
    }
}

/// What can be done about a member.
#[component]
fn MemberActs(workspace: WorkspaceId, member: MemberView, roles: Vec<Role>, again: Callback<()>) -> impl IntoView {
    let (place, row) = (workspace, member.account);
    let form = Form::<SetRole>::of_row(row.to_string());
    let done = Callback::new(move |_: Done| again.run(()));
    let options = roles.into_iter().map(|role| (role.id, role.name)).collect();
    let ids = move || (place.to_string(), row.to_string());
    let resume = Form::<ResumeMember>::of_row(row.to_string());
    let suspend = Form::<SuspendMember>::of_row(row.to_string());
    let remove = Form::<RemoveMember>::of_row(row.to_string());
    let acts = if member.suspended {
        view! { <MemberAct form=resume ids=ids() on_done=done icon="arrow-u-up-left" words="End the suspension"/> }
            .into_any()
    } else {
        view! { <MemberAct form=suspend ids=ids() on_done=done icon="x" words="Suspend: sees nothing meanwhile" rubric=true/> }
            .into_any()
    };
    view! {
        <li>
            <OpForm form on_done=done class="mem-set">
                <Hidden name="workspace" value=place.to_string()/>
                <Hidden name="account" value=row.to_string()/>
                <SelectField name="role" label="Role" value=member.role options/>
                <Submit look=Look::Line>"Change role"</Submit>
            </OpForm>
        </li>
        <li class="menu-sep" aria-hidden="true"></li>
        {acts}
        <MemberAct form=remove ids=ids() on_done=done icon="trash" words="Remove: what they wrote stays" rubric=true/>
    }
}

/// One act on the member: a form that looks like a row. `ids` are the workspace's and the account's.
#[component]
fn MemberAct<Op: Operation<Output = Done>>(
    form: Form<Op>,
    ids: (String, String),
    on_done: Callback<Done>,
    icon: &'static str,
    words: &'static str,
    #[prop(optional)] rubric: bool,
) -> impl IntoView {
    view! {
        <li>
            <OpForm form on_done=on_done class="menu-form">
                <Hidden name="workspace" value=ids.0/>
                <Hidden name="account" value=ids.1/>
                <Submit look=Look::Row class=if rubric { "is-rubric" } else { "" }>
                    <Icon name=icon/>
                    {words}
                </Submit>
            </OpForm>
        </li>
    }
}
