//! Who acts, once the session is known.

use domain::{
    AccountId, SessionId,
    audit::{ActorKind, AuditActor},
};
use time::{Duration, OffsetDateTime};

/// A session ends when nobody used it for this long.
pub const SESSION_IDLE: Duration = Duration::hours(12);
/// A session ends this long after signing in, used or not.
pub const SESSION_ABSOLUTE: Duration = Duration::days(30);
/// A proof of identity is fresh for this long.
pub const PROOF_FRESH: Duration = Duration::minutes(5);

/// Who sends an operation.
#[derive(Clone, Debug)]
pub enum Actor {
    /// Nobody who has proven who they are.
    Visitor,
    /// A signed-in person.
    Person(Person),
    /// Somebody with a shell on the server.
    CommandLine,
}

/// A signed-in person.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub account: AccountId,
    /// The session.
    pub session: SessionId,
    /// The hash of the session's token.
    pub token_hash: [u8; 32],
    /// When the person last proved who they are.
    pub proven_at: OffsetDateTime,
}

impl Actor {
    /// The account, for a person.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Person(person) => Some(person.account),
            Self::Visitor | Self::CommandLine => None,
        }
    }

    /// As the audit log says it.
    pub(crate) fn audited(&self) -> AuditActor {
        let kind = match self {
            Self::Visitor => ActorKind::Visitor,
            Self::Person(_) => ActorKind::Account,
            Self::CommandLine => ActorKind::CommandLine,
        };
        AuditActor {
            kind,
            account: self.account(),
        }
    }
}
