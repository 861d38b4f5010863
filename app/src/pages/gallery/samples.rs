//! What the gallery shows its parts with.

use crate::pages::workspace::Around;
use domain::{
    AccountId, EventId, RecordId, RequestId, SessionId, WorkspaceId,
    audit::{ActorKind, Change, Target},
    ops::{
        ActorView, AuditEventView, AuditRow, CheckpointView, Profile, ProofView, RecordView, SessionView, WorkspaceView,
    },
    policy::Standing,
};
use time::{Duration, OffsetDateTime, macros::datetime};

/// When everything in the gallery happened.
const NOW: OffsetDateTime = datetime!(2026-11-22 10:31:08 UTC);
/// The one id that stands for all of them.
const ANY: WorkspaceId = WorkspaceId::HOUSE;
const ROOT: &str = "7c41d09b3e5fa81200b2e077c10d4f1a9693ace2057c41d09b3e5fa81200b2e0";

fn record(title: &str, summary: &str, days: i64) -> RecordView {
    RecordView {
        id: RecordId(ANY.0),
        title: title.to_owned(),
        summary: summary.to_owned(),
        revision: 4,
        created_at: NOW - Duration::days(days),
        updated_at: NOW - Duration::days(days),
    }
}

/// Three records, the last with a title that does not fit.
pub(super) fn records() -> [RecordView; 3] {
    [
        record(
            "Receiving refrigerated stock",
            "How a pallet is taken in, checked and stored within ten minutes.",
            0,
        ),
        record("Returns and recalls", "", 1),
        record(
            "Handover to the night courier, with the keys, the totes, the cool boxes and the list of what is missing from them",
            "Who hands over what to whom, and how both of them know that it was all there when the van left the yard.",
            2,
        ),
    ]
}

/// The sessions of somebody on two devices.
pub(super) fn sessions() -> [SessionView; 2] {
    [
        ("Safari on macOS", "203.0.113.24", true),
        ("Chrome on Android", "203.0.113.80", false),
    ]
    .map(|(device, address, current)| SessionView {
        id: SessionId(ANY.0),
        device: device.to_owned(),
        address: address.to_owned(),
        created_at: NOW - Duration::days(19),
        seen_at: NOW,
        current,
    })
}

/// An id for each event, since their rows carry it.
fn event_id(position: Option<u64>) -> EventId {
    let number = position.unwrap_or_default();
    format!("00000000-0000-7000-8000-{number:012}")
        .parse()
        .unwrap_or(EventId(ANY.0))
}

fn renamed() -> Change {
    Change {
        field: "title".to_owned(),
        before: Some("Receiving stock".to_owned()),
        after: Some("Receiving refrigerated stock".to_owned()),
    }
}

fn event(position: Option<u64>, name: &str, action: &str, on: &str, refused: bool) -> AuditRow {
    AuditRow {
        id: event_id(position),
        position,
        at: NOW - Duration::minutes(position.map_or(0, |_| 9)),
        actor: ActorView {
            kind: if name == "The system" {
                ActorKind::System
            } else {
                ActorKind::Account
            },
            account: None,
            name: name.to_owned(),
        },
        action: action.to_owned(),
        target: Some(Target {
            kind: "record".to_owned(),
            id: ANY.to_string(),
        }),
        target_name: Some(on.to_owned()),
        changes: action.ends_with("rename").then(renamed).into_iter().collect(),
        refused,
    }
}

/// Events: not sealed yet, sealed, refused, by the system.
pub(super) fn events() -> [AuditRow; 4] {
    [
        event(
            None,
            "Tomás Quintero",
            "record.rename",
            "Receiving refrigerated stock",
            false,
        ),
        event(
            Some(18_439),
            "Priya Nadar",
            "record.create",
            "Returns and recalls",
            false,
        ),
        event(
            Some(18_438),
            "Bea Lindholm",
            "workspace.rename",
            "Northquay Pharmacy",
            true,
        ),
        event(Some(18_437), "The system", "audit.export", "the audit log", false),
    ]
}

/// One event with its proof.
pub(super) fn proven() -> AuditEventView {
    let step = |side: &str| (side.to_owned(), ROOT.to_owned());
    AuditEventView {
        row: event(
            Some(18_439),
            "Tomás Quintero",
            "record.rename",
            "Receiving refrigerated stock",
            false,
        ),
        address: "203.0.113.24".to_owned(),
        device: "Safari on macOS".to_owned(),
        request: RequestId(ANY.0),
        proof: Some(ProofView {
            leaf: ROOT.to_owned(),
            path: vec![step("left"), step("right"), step("left"), step("left")],
            root: ROOT.to_owned(),
            size: 18_440,
        }),
    }
}

/// The newest checkpoint.
pub(super) fn checkpoint() -> CheckpointView {
    CheckpointView {
        size: 18_440,
        root: ROOT.to_owned(),
        signed_at: NOW,
        verifier_key: "scriptkeep/log+7f20c41e+key".to_owned(),
    }
}

/// What stands around a page of a workspace.
pub(super) fn around() -> Around {
    let workspace = |name: &str| WorkspaceView {
        id: ANY,
        name: name.to_owned(),
        standing: Standing::Owner,
        revision: 1,
        created_at: NOW,
    };
    Around {
        profile: Profile {
            account: AccountId(ANY.0),
            name: "Ilse Brandt".to_owned(),
            email: "ilse@northquay.example".to_owned(),
            revision: 1,
            created_at: NOW,
        },
        workspaces: vec![workspace("Northquay Pharmacy"), workspace("Tern House Clinic")],
        workspace: Some(workspace("Northquay Pharmacy")),
    }
}

/// The address of the workspace that [`around`] is in.
pub(super) fn home() -> String {
    format!("/w/{ANY}")
}

/// The workspace of the sample records.
pub(super) fn workspace() -> WorkspaceId {
    ANY
}
