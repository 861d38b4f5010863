//! Inviting people, and the invitations that are under way.

use crate::{
    components::{Form, Hidden, Icon, Look, OpForm, SavedWord, SelectField, Submit, TextArea},
    format,
};
use domain::{
    WorkspaceId,
    ops::{InvitationLine, InviteMembers, ResendInvitation, RevokeInvitation},
    pack::Role,
};
use leptos::prelude::*;

/// The form that invites.
#[component]
pub fn InviteForm(
    /// The workspace.
    workspace: WorkspaceId,
    /// The roles there are.
    roles: Vec<Role>,
    /// The role that is chosen at first.
    usual: String,
    /// What to do afterwards, in a hydrated page.
    again: Callback<()>,
) -> impl IntoView {
    let form = Form::<InviteMembers>::new();
    let typed = NodeRef::<leptos::html::Div>::new();
    let done = Callback::new(move |_| {
        #[cfg(feature = "hydrate")]
        if let Some(typed) = typed.get_untracked() {
            crate::browser::clear_inputs(&typed);
        }
        again.run(());
    });
    let options = roles.iter().map(|role| (role.id.clone(), role.name.clone())).collect();
    let about = roles
        .into_iter()
        .map(|role| {
            view! {
                <dt>{role.name}</dt>
                <dd>{role.about}</dd>
            }
        })
        .collect_view();
    view! {
        <h2 class="vh" id="inv-h">
            "Invite people"
        </h2>
        <OpForm form on_done=done class="invite">
            <Hidden name="workspace" value=workspace.to_string()/>
            <div class="grow" node_ref=typed>
                <TextArea
                    name="emails"
                    label="Invite by e-mail"
                    rows=2
                    hint="One address or many, pasted from anywhere. Each link works once, for seven days."
                />
            </div>
            <div class="inv-role">
                <SelectField name="role" label="Role" value=usual options/>
            </div>
            <div class="btns">
                <Submit>
                    <Icon name="user-plus"/>
                    "Invite"
                </Submit>
                <SavedWord/>
            </div>
        </OpForm>
        <details class="inv-roles">
            <summary>"What each role may do"</summary>
            <dl class="kv">{about}</dl>
        </details>
    }
}

/// An invitation under way.
#[component]
pub fn InvitationRow(
    /// The workspace.
    workspace: WorkspaceId,
    /// The invitation.
    invitation: InvitationLine,
    /// What to do after a change, in a hydrated page.
    again: Callback<()>,
) -> impl IntoView {
    let id = invitation.id.to_string();
    let again_id = id.clone();
    let resend = Form::<ResendInvitation>::of_row(id.clone());
    let revoke = Form::<RevokeInvitation>::of_row(id.clone());
    let done = Callback::new(move |_| again.run(()));
    let sent = match invitation.sent_by.as_str() {
        "" => format!("Sent on {}", format::day_of(invitation.sent_at)),
        name => format!("Sent by {name} on {}", format::day_of(invitation.sent_at)),
    };
    let until = if invitation.expired {
        view! { <span class="is-lamp">"Its link has expired"</span> }.into_any()
    } else {
        view! { <span>{format!("Until {}", format::day_of(invitation.expires_at))}</span> }.into_any()
    };
    let address = invitation.email.clone();
    let to = format!(" to {address}");
    let of = format!(" of {address}");
    view! {
        <li class="lrow mem-row inv-row">
            <span class="who">
                <span class="av av-ghost" aria-hidden="true">
                    <Icon name="envelope-simple"/>
                </span>
                <span class="trunc">
                    <b>{address}</b>
                    <small>{sent}</small>
                </span>
            </span>
            <span class="mem-role">{invitation.role_name}</span>
            <span class="mem-since">{until}</span>
            <span class="btns inv-acts">
                <OpForm form=resend on_done=done class="row-form">
                    <Hidden name="workspace" value=workspace.to_string()/>
                    <Hidden name="invitation" value=again_id/>
                    <Submit look=Look::Bare class="btn-sm">
                        "Send again"
                        <span class="vh">{to}</span>
                    </Submit>
                </OpForm>
                <OpForm form=revoke on_done=done class="row-form">
                    <Hidden name="workspace" value=workspace.to_string()/>
                    <Hidden name="invitation" value=id/>
                    <Submit look=Look::Bare class="btn-sm">
                        "Withdraw"
                        <span class="vh">{of}</span>
                    </Submit>
                </OpForm>
            </span>
        </li>
    }
}
