//! Sessions: signing in and out, and the list of one's devices.

use crate::{Secret, SessionId, operation, ops::Done, validate, validate::Check};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Signs in. The session's cookie is set by the server, never part of the answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignIn {
    /// The account's address.
    pub email: String,
    /// The password.
    pub password: Secret,
}
operation!(SignIn => Done, "session.sign_in", "Sign in", Mutation, Public, Own, Credential, Mutation,
    validate = |op| Check::new()
        .field("email", validate::email(&op.email))
        .field("password", validate::password_given(&op.password))
        .finish());

/// Ends this session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignOut {}
operation!(SignOut => Done, "session.sign_out", "Sign out", Mutation, Account, Own, Write, Mutation);

/// One signed-in device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// The session.
    pub id: SessionId,
    /// Browser and system, such as `Firefox on Linux`.
    pub device: String,
    /// The network address it was last seen from.
    pub address: String,
    /// When it signed in.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last seen, to the minute.
    #[serde(with = "time::serde::rfc3339")]
    pub seen_at: OffsetDateTime,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Lists one's live sessions, the present one first, then the last seen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListSessions {}
operation!(ListSessions => Vec<SessionView>, "session.list", "List one's sessions", Query, Account, Own, Read, None);

/// Ends one of one's sessions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RevokeSession {
    /// The session to end.
    pub session: SessionId,
}
operation!(RevokeSession => Done, "session.revoke", "End one of one's sessions", Mutation, Account, Own, Write, Mutation);

/// Ends all of one's sessions but the present one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RevokeOtherSessions {}
operation!(RevokeOtherSessions => Done, "session.revoke_others", "End all of one's other sessions",
    Mutation, Account, Own, Write, Mutation);

/// Proves again that it is the account's owner who sits there, before an act that wants a fresh proof. Rotates the
/// session's token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProveIdentity {
    /// The present password.
    pub password: Secret,
}
operation!(ProveIdentity => Done, "session.prove", "Prove one's identity again", Mutation, Account, Own, Credential, Mutation,
    validate = |op| Check::new().field("password", validate::password_given(&op.password)).finish());
