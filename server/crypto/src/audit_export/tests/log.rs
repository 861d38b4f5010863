//! A small log to tamper with.

use super::super::{checkpoint_line, end_line, event_line, header_line};
use crate::{
    Checkpoint, Frontier, Hash, SigningKey, VerifierKey,
    checkpoint::log_origin,
    commit,
    merkle::{inclusion_plan, leaf_hash},
    open_checkpoint, sign_checkpoint, timestamp,
};
use domain::{
    AccountId, EventId, RequestId, WorkspaceId,
    audit::{ActorKind, AuditActor, AuditLeaf, Change, Opening, Openings, Origin, Target},
    canonical,
};
use std::collections::HashMap;
use time::{Duration, OffsetDateTime, macros::datetime};
use uuid::Uuid;

/// Whose log it is.
pub(super) const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(0x11));
/// Its key, as an operator would write it down; made by another implementation (Node's `crypto`) from the same seed.
pub(super) const KEY: &str =
    "scriptkeep/log/00000000-0000-0000-0000-000000000011+1d791010+AW56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx";

/// An event as it is stored.
#[derive(Clone)]
pub(super) struct Event {
    pub(super) leaf: String,
    pub(super) openings: Openings,
}

/// Events, the checkpoints over them, and a clock.
pub(super) struct Log {
    pub(super) events: Vec<Event>,
    /// Signed notes.
    pub(super) checkpoints: Vec<String>,
    pub(super) now: OffsetDateTime,
    /// Sets the events of one history apart from those of another.
    pub(super) salt: u8,
    pub(super) signing_key: SigningKey,
}

impl Log {
    pub(super) fn signing_key() -> SigningKey {
        SigningKey::from_seed(&[5; 32])
    }

    pub(super) fn key() -> VerifierKey {
        Self::signing_key().verifier_key(&log_origin(WORKSPACE.0)).unwrap()
    }

    pub(super) fn new() -> Self {
        Self {
            events: Vec::new(),
            checkpoints: Vec::new(),
            now: datetime!(2026-11-22 04:00:00 UTC),
            salt: 0,
            signing_key: Self::signing_key(),
        }
    }

    /// Ten events, sealed in batches of four, one and five, half an hour apart.
    pub(super) fn example() -> Self {
        Self::example_up_to(10)
    }

    /// The example, as long as it is no longer than this.
    pub(super) fn example_up_to(count: usize) -> Self {
        let mut log = Self::new();
        log.grow_to(count);
        log
    }

    /// Grows on to the size of the example, sealing where it seals.
    pub(super) fn grow_like_example(&mut self) {
        self.grow_to(10);
    }

    fn grow_to(&mut self, count: usize) {
        while self.events.len() < count {
            self.add();
            if [4, 5, 10].contains(&self.events.len()) {
                self.seal();
                self.now += Duration::minutes(30);
            }
        }
    }

    /// Adds an event, dated now.
    pub(super) fn add(&mut self) {
        self.now += Duration::seconds(1);
        let number = self.events.len() as u128;
        let salt: [u8; 32] = std::array::from_fn(|_| u8::try_from(number).unwrap() ^ self.salt);
        let changes = vec![Change {
            field: "title".to_owned(),
            before: None,
            after: Some(format!("Title {number}")),
        }];
        let origin = Origin {
            address: "192.0.2.1".to_owned(),
            device: "Firefox on Debian".to_owned(),
        };
        let leaf = AuditLeaf {
            v: 1,
            workspace: WORKSPACE,
            id: EventId(Uuid::from_u128(number)),
            at: timestamp::to_text(self.now),
            actor: AuditActor {
                kind: ActorKind::Account,
                account: Some(AccountId(Uuid::from_u128(0xa))),
            },
            action: "record.rename".to_owned(),
            target: Some(Target {
                kind: "record".to_owned(),
                id: number.to_string(),
            }),
            refused: false,
            request: RequestId(Uuid::from_u128(number + 100)),
            changes: commit(&salt, &canonical::to_string(&changes).unwrap()),
            origin: commit(&salt, &canonical::to_string(&origin).unwrap()),
        };
        let salt = hex::encode(salt);
        self.events.push(Event {
            leaf: canonical::to_string(&leaf).unwrap(),
            openings: Openings {
                changes: Opening {
                    salt: salt.clone(),
                    value: changes,
                },
                origin: Opening { salt, value: origin },
            },
        });
    }

    /// Signs a checkpoint over all events, now.
    pub(super) fn seal(&mut self) {
        let (frontier, _) = self.tree();
        let checkpoint = Checkpoint {
            origin: log_origin(WORKSPACE.0),
            size: frontier.size(),
            root: frontier.root(),
            time: self.now,
        };
        self.checkpoints
            .push(sign_checkpoint(&self.signing_key, &checkpoint).unwrap());
    }

    /// Changes a checkpoint and signs it again, with the log's key.
    pub(super) fn resign(&mut self, index: usize, change: impl FnOnce(&mut Checkpoint)) {
        let mut checkpoint = self.checkpoint(index);
        change(&mut checkpoint);
        self.checkpoints[index] = sign_checkpoint(&self.signing_key, &checkpoint).unwrap();
    }

    pub(super) fn checkpoint(&self, index: usize) -> Checkpoint {
        open_checkpoint(&self.checkpoints[index], &Self::key()).unwrap()
    }

    /// The proof of an event in the tree of the newest checkpoint.
    pub(super) fn proof(&self, position: usize) -> Vec<Hash> {
        let (frontier, nodes) = self.tree();
        let plan = inclusion_plan(position as u64, frontier.size()).unwrap();
        plan.assemble(|node| nodes.get(&node).copied()).unwrap()
    }

    /// The export, as the server writes it.
    pub(super) fn export(&self) -> Vec<String> {
        let mut lines = vec![header_line(WORKSPACE, &Self::key(), self.now)];
        lines.extend(self.checkpoints.iter().map(|note| checkpoint_line(note)));
        for (position, event) in self.events.iter().enumerate() {
            let proof = self.proof(position);
            lines.push(event_line(
                position as u64,
                &event.leaf,
                Some(&event.openings),
                &proof,
                None,
            ));
        }
        let newest = self.checkpoints.last().map(String::as_str);
        lines.push(end_line(
            self.events.len() as u64,
            self.checkpoints.len() as u64,
            newest,
        ));
        lines
    }

    /// The export of the state in which only so many checkpoints were signed.
    pub(super) fn rolled_back(&self, checkpoints: usize) -> Vec<String> {
        let size = usize::try_from(self.checkpoint(checkpoints - 1).size).unwrap();
        let older = Self {
            events: self.events[..size].to_vec(),
            checkpoints: self.checkpoints[..checkpoints].to_vec(),
            ..Self::new()
        };
        older.export()
    }

    fn tree(&self) -> (Frontier, HashMap<crate::merkle::Node, Hash>) {
        let mut frontier = Frontier::new();
        let mut nodes = HashMap::new();
        for event in &self.events {
            nodes.extend(frontier.append(leaf_hash(event.leaf.as_bytes())));
        }
        (frontier, nodes)
    }
}
