//! Invitations: an e-mailed, single-use way into a workspace, bound to the address it was sent to.

use crate::{InvitationId, Secret, WorkspaceId, operation, ops::Done, password, validate, validate::Check};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Most addresses in one go.
pub const INVITED_MAX: usize = 50;

/// Invites people by e-mail. The answer is the same for addresses that have an account and those that have none.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InviteMembers {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// One address or many, as they were pasted: between commas, semicolons, blanks or line breaks; `Name <address>` and rows
    /// of a spreadsheet too.
    pub emails: String,
    /// The role they get, by its id.
    pub role: String,
}
operation!(InviteMembers => Invited, "member.invite", "Invite people by e-mail",
    Mutation, Workspace, ManageMembers, Mail, Mutation, workspace = workspace,
    validate = |op| Check::new()
        .field("emails", validate::email_list(&op.emails, INVITED_MAX))
        .field("role", validate::word(&op.role))
        .finish());

/// How many mails are on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// Invitations that go out.
    pub sent: u32,
}

/// Sends an invitation again, with a new link; the old one stops to work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResendInvitation {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The invitation.
    pub invitation: InvitationId,
}
operation!(ResendInvitation => Done, "invitation.resend", "Send an invitation again",
    Mutation, Workspace, ManageMembers, Mail, Mutation, workspace = workspace);

/// Takes an invitation back; its link stops to work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RevokeInvitation {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The invitation.
    pub invitation: InvitationId,
}
operation!(RevokeInvitation => Done, "invitation.revoke", "Take an invitation back",
    Mutation, Workspace, ManageMembers, Write, Mutation, workspace = workspace);

/// Whether the one who opened an invitation's link can take it up, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// Signed in with the address it was sent to.
    Invited,
    /// The address has an account; sign in.
    SignedOut,
    /// Signed in with another address.
    SomebodyElse,
    /// The address has no account yet.
    New,
}

/// An invitation, as the bearer of its link sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    /// The workspace's name.
    pub workspace_name: String,
    /// Who invites, if that is known still.
    #[serde(default)]
    pub invited_by: String,
    /// The address it was sent to.
    pub email: String,
    /// What the role is called.
    pub role_name: String,
    /// What the role is for.
    pub role_about: String,
    /// Who reads it.
    pub reader: Reader,
    /// When the link stops to work.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// Reads an invitation by the token of its link. Changes nothing: the link of a mail is opened by programs too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InspectInvitation {
    /// The token of the link.
    pub token: Secret,
}
operation!(InspectInvitation => InvitationView, "invitation.inspect", "Read an invitation by its link",
    Query, Public, Own, Credential, None,
    validate = |op| Check::new().field("token", validate::token(&op.token)).finish());

/// The workspace somebody has joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The workspace.
    pub id: WorkspaceId,
}

/// Joins a workspace, signed in with the address that was invited.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AcceptInvitation {
    /// The token of the link; single use, bound to the address, expires.
    pub token: Secret,
}
operation!(AcceptInvitation => Joined, "invitation.accept", "Join a workspace by an invitation",
    Mutation, Account, Own, Credential, Mutation,
    validate = |op| Check::new().field("token", validate::token(&op.token)).finish());

/// Starts an account with the address that was invited, which the link proves, and joins. Signs in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JoinByInvitation {
    /// The token of the link; single use, bound to the address, expires.
    pub token: Secret,
    /// The person's name, as others read it.
    pub name: String,
    /// The new password.
    pub password: Secret,
}
operation!(JoinByInvitation => Joined, "invitation.join", "Start an account by an invitation, and join",
    Mutation, Public, Own, Credential, Mutation,
    validate = |op| Check::new()
        .field("token", validate::token(&op.token))
        .field("name", validate::name(&op.name))
        .field("password", password::verdict(&op.password, &[&op.name]))
        .finish());

/// Says no to an invitation. Its link stops to work, and those who invite see it in the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeclineInvitation {
    /// The token of the link.
    pub token: Secret,
}
operation!(DeclineInvitation => Done, "invitation.decline", "Say no to an invitation",
    Mutation, Public, Own, Credential, Mutation,
    validate = |op| Check::new().field("token", validate::token(&op.token)).finish());
