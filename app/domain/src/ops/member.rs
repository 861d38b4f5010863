//! The people of a workspace: who belongs to it, in which role, and who is invited.

use crate::{AccountId, InvitationId, WorkspaceId, operation, ops::Done, pack::Role, validate, validate::Check};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    /// The account.
    pub account: AccountId,
    /// The name, as others read it.
    pub name: String,
    /// The address.
    pub email: String,
    /// The role's id.
    pub role: String,
    /// What the role is called.
    pub role_name: String,
    /// Whether the role answers for the workspace.
    pub owner: bool,
    /// Whether the member sees nothing for the time being.
    pub suspended: bool,
    /// Whether it is the one who asks.
    pub current: bool,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// An invitation that nobody has taken up yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationLine {
    /// The invitation.
    pub id: InvitationId,
    /// The address it was sent to.
    pub email: String,
    /// What the role is called.
    pub role_name: String,
    /// Who sent it, if that is known still.
    pub sent_by: String,
    /// When it was last sent.
    #[serde(with = "time::serde::rfc3339")]
    pub sent_at: OffsetDateTime,
    /// When its link stops to work.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Whether it has stopped already.
    pub expired: bool,
}

/// Everybody who belongs to a workspace, or may soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct People {
    /// The members, oldest first.
    pub members: Vec<MemberView>,
    /// Open invitations, newest first; none for those who may not invite.
    pub invitations: Vec<InvitationLine>,
    /// The roles there are.
    pub roles: Vec<Role>,
    /// The role offered first to who is invited, by its id.
    pub usual_role: String,
}

/// Lists everybody who belongs to a workspace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListMembers {
    /// The workspace.
    pub workspace: WorkspaceId,
}
operation!(ListMembers => People, "member.list", "List the members of a workspace, and who is invited",
    Query, Workspace, SeeMembers, Read, None, workspace = workspace);

/// Gives a member another role. Wants a fresh proof of identity when either role answers for the workspace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetRole {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The member.
    pub account: AccountId,
    /// The new role, by its id.
    pub role: String,
}
operation!(SetRole => Done, "member.set_role", "Give a member another role",
    Mutation, Workspace, ManageMembers, Write, Mutation, workspace = workspace,
    validate = |op| Check::new().field("role", validate::word(&op.role)).finish());

/// Lets a member see nothing until it is taken back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SuspendMember {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The member.
    pub account: AccountId,
}
operation!(SuspendMember => Done, "member.suspend", "Suspend a member",
    Mutation, Workspace, ManageMembers, Write, Mutation, workspace = workspace);

/// Ends a suspension.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResumeMember {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The member.
    pub account: AccountId,
}
operation!(ResumeMember => Done, "member.resume", "End a member's suspension",
    Mutation, Workspace, ManageMembers, Write, Mutation, workspace = workspace);

/// Takes a member out of the workspace. What they wrote stays.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemoveMember {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The member.
    pub account: AccountId,
}
operation!(RemoveMember => Done, "member.remove", "Remove a member",
    Mutation, Workspace, ManageMembers, Write, Mutation, workspace = workspace);

/// Leaves a workspace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LeaveWorkspace {
    /// The workspace.
    pub workspace: WorkspaceId,
}
operation!(LeaveWorkspace => Done, "member.leave", "Leave a workspace",
    Mutation, Workspace, SeeWorkspace, Write, Mutation, workspace = workspace);
