//! What the gallery shows its parts with.

use crate::pages::workspace::Around;
use domain::{
    AccountId, EventId, RecordId, RequestId, SessionId, WorkspaceId,
    audit::{ActorKind, Change, Target},
    ops::{
        ActorView, AuditEventView, AuditRow, CheckpointView, Colleague, Profile, ProofView, RecordRow, RecordView,
        SessionView, WorkspaceLine, WorkspaceView,
    },
    pack::{Grant, Look, PackHead, RecordType, Role, State},
    policy::{Action, Shelf},
};
use time::{Duration, OffsetDateTime, macros::datetime};

/// When everything in the gallery happened.
const NOW: OffsetDateTime = datetime!(2026-11-22 10:31:08 UTC);
/// The one id that stands for all of them.
const ANY: WorkspaceId = WorkspaceId::HOUSE;
const ROOT: &str = "7c41d09b3e5fa81200b2e077c10d4f1a9693ace2057c41d09b3e5fa81200b2e0";

fn record(title: &str, summary: &str, days: i64) -> RecordRow {
    let state = STATES[usize::try_from(days).unwrap_or_default() % STATES.len()].0;
    let record = RecordView {
        id: RecordId(ANY.0),
        kind: "sop".to_owned(),
        state: state.to_owned(),
        shelf: Shelf::Desk,
        title: title.to_owned(),
        summary: summary.to_owned(),
        revision: 4,
        created_at: NOW - Duration::days(days),
        updated_at: NOW - Duration::days(days),
    };
    RecordRow {
        record,
        changed_by: Some(Colleague {
            account: AccountId(ANY.0),
            name: "Tomás Quintero".to_owned(),
        }),
    }
}

/// The states of the sample records.
const STATES: [(&str, &str, Look); 3] = [
    ("draft", "Draft", Look::Draft),
    ("in_review", "In review", Look::Review),
    ("effective", "Effective", Look::Effective),
];

/// Three records, the last with a title that does not fit.
pub(super) fn records() -> [RecordRow; 3] {
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
    let line = |name: &str| WorkspaceLine {
        id: ANY,
        name: name.to_owned(),
        pack: "Procedures".to_owned(),
        role: "Responsible pharmacist".to_owned(),
    };
    Around {
        profile: Profile {
            account: AccountId(ANY.0),
            name: "Ilse Brandt".to_owned(),
            email: "ilse@northquay.example".to_owned(),
            revision: 1,
            created_at: NOW,
        },
        workspaces: vec![line("Northquay Pharmacy"), line("Tern House Clinic")],
        workspace: Some(workspace()),
    }
}

/// The workspace of the sample records, with a role that may do everything.
pub(super) fn workspace() -> WorkspaceView {
    let states = STATES.map(|(id, name, look)| State {
        id: id.to_owned(),
        name: name.to_owned(),
        look,
    });
    WorkspaceView {
        id: ANY,
        name: "Northquay Pharmacy".to_owned(),
        pack: PackHead {
            id: "sample".to_owned(),
            name: "Procedures".to_owned(),
            about: String::new(),
        },
        types: vec![RecordType {
            id: "sop".to_owned(),
            name: "SOP".to_owned(),
            many: "SOPs".to_owned(),
            about: String::new(),
            fields: Vec::new(),
            states: states.to_vec(),
            moves: Vec::new(),
            templates: Vec::new(),
        }],
        role: Some(Role {
            name: "Responsible pharmacist".to_owned(),
            may: Action::IN_WORKSPACE.to_vec(),
            records: vec![Grant {
                types: Vec::new(),
                states: Vec::new(),
                may: Action::ON_RECORDS.to_vec(),
            }],
            ..Role::unknown("pharmacist")
        }),
        revision: 1,
        created_at: NOW,
    }
}

/// The address of the workspace that [`around`] is in.
pub(super) fn home() -> String {
    format!("/w/{ANY}")
}
