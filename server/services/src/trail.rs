//! What an act leaves in the audit log: a leaf of pseudonyms and commitments, and the openings beside it.

use crypto::{commit, timestamp};
use domain::{
    AccountId, EventId, RequestId, WorkspaceId,
    audit::{ActorKind, AuditActor, AuditLeaf, Change, Opening, Openings, Origin, Target},
    canonical::{self, CanonicalError},
};
use time::OffsetDateTime;

/// What happened, as a handler tells it.
#[derive(Clone, Debug, Default)]
pub struct Event {
    pub(crate) by: Option<AuditActor>,
    pub(crate) target: Option<Target>,
    pub(crate) changes: Vec<Change>,
    pub(crate) refused: bool,
}

impl Event {
    /// Something that was done to nothing in particular.
    pub fn new() -> Self {
        Self::default()
    }

    /// Something that was done to a thing of this kind with this id.
    pub fn on(kind: &str, id: &impl ToString) -> Self {
        Self {
            target: Some(Target {
                kind: kind.to_owned(),
                id: id.to_string(),
            }),
            ..Self::default()
        }
    }

    /// The same, done by this account: for acts that themselves prove who acts, such as signing in.
    #[must_use]
    pub fn by(mut self, account: AccountId) -> Self {
        self.by = Some(AuditActor {
            kind: ActorKind::Account,
            account: Some(account),
        });
        self
    }

    /// The same, done by whoever holds a link: it says nothing of the account that is signed in beside it.
    #[must_use]
    pub fn by_holder_of_a_link(mut self) -> Self {
        self.by = Some(AuditActor {
            kind: ActorKind::Visitor,
            account: None,
        });
        self
    }

    /// The same, with a value that changed. Values that may not be kept (passwords) are left out, both of them.
    #[must_use]
    pub fn change(mut self, field: &str, before: Option<&str>, after: Option<&str>) -> Self {
        self.changes.push(Change {
            field: field.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        });
        self
    }

    /// The same, as an act that was refused.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.refused = true;
        self
    }
}

/// The circumstances of an event.
pub(crate) struct Circumstances<'a> {
    pub(crate) workspace: WorkspaceId,
    pub(crate) id: EventId,
    pub(crate) at: OffsetDateTime,
    pub(crate) actor: AuditActor,
    pub(crate) action: &'a str,
    pub(crate) request: RequestId,
    pub(crate) origin: Origin,
    /// 32 random bytes for each of the two commitments.
    pub(crate) salts: [[u8; 32]; 2],
}

/// A leaf as it is stored and hashed, and the openings that go beside it, encrypted.
pub(crate) struct Written {
    pub(crate) actor: AuditActor,
    pub(crate) leaf: String,
    pub(crate) leaf_hash: [u8; 32],
    pub(crate) openings: Openings,
}

/// Writes an event down.
///
/// # Errors
/// Never for what handlers hand in: texts always have a canonical form.
pub(crate) fn write(event: Event, circumstances: Circumstances<'_>) -> Result<Written, CanonicalError> {
    let [changes_salt, origin_salt] = circumstances.salts;
    let actor = event.by.unwrap_or(circumstances.actor);
    let leaf = canonical::to_string(&AuditLeaf {
        v: 1,
        workspace: circumstances.workspace,
        id: circumstances.id,
        at: timestamp::to_text(circumstances.at),
        actor,
        action: circumstances.action.to_owned(),
        target: event.target,
        refused: event.refused,
        request: circumstances.request,
        changes: commit(&changes_salt, &canonical::to_string(&event.changes)?),
        origin: commit(&origin_salt, &canonical::to_string(&circumstances.origin)?),
    })?;
    Ok(Written {
        actor,
        leaf_hash: crypto::merkle::leaf_hash(leaf.as_bytes()),
        leaf,
        openings: Openings {
            changes: Opening {
                salt: hex::encode(changes_salt),
                value: event.changes,
            },
            origin: Opening {
                salt: hex::encode(origin_salt),
                value: circumstances.origin,
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crypto::opens;
    use time::macros::datetime;
    use uuid::Uuid;

    #[test]
    fn the_leaf_holds_commitments_that_the_openings_open() {
        let account = AccountId(Uuid::from_u128(1));
        let event = Event::on("record", &Uuid::from_u128(2))
            .by(account)
            .change("title", Some("canary"), Some("Tide"));
        let written = write(
            event,
            Circumstances {
                workspace: WorkspaceId::HOUSE,
                id: EventId(Uuid::from_u128(3)),
                at: datetime!(2026-11-22 04:40:00.1239 UTC),
                actor: AuditActor {
                    kind: ActorKind::Visitor,
                    account: None,
                },
                action: "record.rename",
                request: RequestId(Uuid::from_u128(4)),
                origin: Origin {
                    address: "192.0.2.7".to_owned(),
                    device: "Firefox on Linux".to_owned(),
                },
                salts: [[1; 32], [2; 32]],
            },
        )
        .expect("written");
        assert!(
            !written.leaf.contains("canary") && !written.leaf.contains("192.0.2.7"),
            "{}",
            written.leaf
        );
        let leaf: AuditLeaf = serde_json::from_str(&written.leaf).expect("a leaf");
        assert_eq!(leaf.at, "2026-11-22T04:40:00.123Z");
        assert_eq!(leaf.actor.account, Some(account));
        let openings = written.openings;
        let changes = canonical::to_string(&openings.changes.value).expect("canonical");
        let origin = canonical::to_string(&openings.origin.value).expect("canonical");
        assert!(opens(&leaf.changes, &openings.changes.salt, &changes));
        assert!(opens(&leaf.origin, &openings.origin.salt, &origin));
    }
}
