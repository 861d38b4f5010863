//! Typed ids. They are made on the server only (random or time-ordered UUIDs); here they are parsed and printed.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    };
}

id! {
    /// A workspace: the tenant. Also the key of its placement, its keys and its audit log.
    WorkspaceId
}
id! {
    /// A person's account. The audit log knows people by this pseudonym only.
    AccountId
}
id! {
    /// One signed-in session of an account: a row in the list of devices.
    SessionId
}
id! {
    /// One audit event.
    EventId
}
id! {
    /// A record: the one unit of work.
    RecordId
}
id! {
    /// An invitation into a workspace.
    InvitationId
}
id! {
    /// A picture in the body of a record.
    AttachmentId
}
id! {
    /// One queued job.
    JobId
}
id! {
    /// One HTTP request, as named in logs, problems and audit events.
    RequestId
}

impl WorkspaceId {
    /// The house: the reserved tenant that owns what belongs to no workspace (accounts, their mail, and the audit log of
    /// sign-ups, sign-ins and administration). It has a placement, a key and a log like any other tenant.
    pub const HOUSE: Self = Self(Uuid::from_u128(0x5c21_b7ee_0000_4000_8000_0000_0000_0001));
}
