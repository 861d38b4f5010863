//! A gateway with canned answers.

use app::gateway::{AnyBox, Gateway};
use domain::{
    AccountId, Caller, Code, Door, EventId, FieldClass, Meta, Operation, Problem, RequestId, SessionId, WorkspaceId,
    audit::{ActorKind, Change, Target},
    ops::*,
    pack::{Field, Grant, Look, PackHead, RecordType, Role, State, Template},
    policy::{Action, Shelf},
    ports::BoxFuture,
};
use std::{
    any::Any,
    net::Ipv4Addr,
    sync::atomic::{AtomicUsize, Ordering},
};
use time::{OffsetDateTime, macros::datetime};

pub(crate) const WORKSPACE: &str = "0198f3c2-0000-7000-8000-00000000000a";
pub(crate) const RECORD: &str = "0198f3c2-0000-7000-8000-00000000000b";
pub(crate) const EVENT: &str = "0198f3c2-0000-7000-8000-0000000000e1";
pub(crate) const SESSION: &str = "0198f3c2-0000-7000-8000-0000000000c2";
const AT: OffsetDateTime = datetime!(2026-11-22 10:22:15 UTC);
const HASH: &str = "7c41d09b3e5fa8127c41d09b3e5fa8127c41d09b3e5fa8127c41d09b3e5fa812";

/// Which answers to give.
pub(crate) struct Canned {
    refuse: Option<Code>,
    workspaces: usize,
    /// Whether the reader may do everything, or read and write only.
    owner: bool,
    /// Stands in every text.
    mark: &'static str,
}

impl Default for Canned {
    fn default() -> Self {
        Self {
            refuse: None,
            workspaces: 2,
            owner: true,
            mark: "",
        }
    }
}

impl Canned {
    pub(crate) fn refusing(code: Code) -> Self {
        Self {
            refuse: Some(code),
            ..Self::default()
        }
    }

    pub(crate) fn with_workspaces(workspaces: usize) -> Self {
        Self {
            workspaces,
            ..Self::default()
        }
    }

    pub(crate) fn as_member() -> Self {
        Self {
            owner: false,
            ..Self::default()
        }
    }

    pub(crate) fn hostile() -> Self {
        Self {
            mark: "\"'></title></textarea></script><img src=x onerror=alert(1)>",
            ..Self::default()
        }
    }

    fn text(&self, text: &str) -> String {
        format!("{text}{}", self.mark)
    }

    fn workspace(&self, number: usize) -> WorkspaceView {
        let id = if number == 0 {
            WORKSPACE
        } else {
            "0198f3c2-0000-7000-8000-0000000000ab"
        };
        WorkspaceView {
            id: id.parse().unwrap(),
            name: self.text("Tern House"),
            pack: PackHead {
                id: "plain".to_owned(),
                name: self.text("Plain work"),
                about: self.text("Work."),
            },
            types: vec![self.kind()],
            role: Some(self.role()),
            revision: 1,
            created_at: AT,
        }
    }

    fn line(&self, number: usize) -> WorkspaceLine {
        WorkspaceLine {
            id: self.workspace(number).id,
            name: self.text("Tern House"),
            pack: self.text("Plain work"),
            role: self.text("Keeper"),
        }
    }

    fn kind(&self) -> RecordType {
        RecordType {
            id: "text".to_owned(),
            name: self.text("Text"),
            many: self.text("Texts"),
            about: self.text("Words."),
            fields: vec![Field {
                id: "title".to_owned(),
                label: self.text("Title"),
                hint: self.text("In a line."),
                class: FieldClass::Title,
            }],
            states: vec![State {
                id: "open".to_owned(),
                name: self.text("Open"),
                look: Look::Draft,
            }],
            moves: Vec::new(),
            templates: vec![Template {
                id: "short".to_owned(),
                name: self.text("Short"),
                about: self.text("A short one."),
                body: String::new(),
            }],
        }
    }

    fn role(&self) -> Role {
        let records = if self.owner {
            Action::ON_RECORDS.to_vec()
        } else {
            vec![Action::ReadRecords, Action::CreateRecords, Action::EditRecords]
        };
        Role {
            name: self.text("Keeper"),
            about: self.text("Keeps it."),
            owner: self.owner,
            reads: FieldClass::ALL.to_vec(),
            may: if self.owner {
                Action::IN_WORKSPACE.to_vec()
            } else {
                Vec::new()
            },
            records: vec![Grant {
                types: Vec::new(),
                states: Vec::new(),
                may: records,
            }],
            ..Role::unknown("keeper")
        }
    }

    fn people(&self) -> People {
        People {
            members: vec![MemberView {
                account: account(),
                name: self.text("Ilse Brandt"),
                email: self.text("ilse@ternhouse.example"),
                role: "keeper".to_owned(),
                role_name: self.text("Keeper"),
                owner: self.owner,
                suspended: false,
                current: true,
                since: AT,
            }],
            invitations: vec![InvitationLine {
                id: RECORD.parse().unwrap(),
                email: self.text("bea@ternhouse.example"),
                role_name: self.text("Keeper"),
                sent_by: self.text("Ilse Brandt"),
                sent_at: AT,
                expires_at: AT,
                expired: true,
            }],
            roles: vec![self.role()],
            usual_role: "keeper".to_owned(),
        }
    }

    fn list(&self) -> RecordPage {
        RecordPage {
            rows: vec![RecordRow {
                record: self.record(),
                changed_by: Some(Colleague {
                    account: account(),
                    name: self.text("Ilse Brandt"),
                }),
            }],
            found: 1,
            total: 1,
            kinds: vec![KindCount {
                kind: "text".to_owned(),
                records: 1,
            }],
            next: None,
        }
    }

    fn invitation(&self) -> InvitationView {
        InvitationView {
            workspace_name: self.text("Tern House"),
            invited_by: self.text("Ilse Brandt"),
            email: self.text("bea@ternhouse.example"),
            role_name: self.text("Keeper"),
            role_about: self.text("Keeps it."),
            reader: Reader::New,
            expires_at: AT,
        }
    }

    fn profile(&self) -> Profile {
        Profile {
            account: account(),
            name: self.text("Ilse Brandt"),
            email: self.text("ilse@ternhouse.example"),
            revision: 1,
            created_at: AT,
        }
    }

    fn record(&self) -> RecordView {
        RecordView {
            id: RECORD.parse().unwrap(),
            kind: "text".to_owned(),
            state: "open".to_owned(),
            shelf: Shelf::Desk,
            title: self.text("Receiving refrigerated stock"),
            summary: self.text("\nDock 2,\nin the morning"),
            revision: 3,
            created_at: AT,
            updated_at: AT,
        }
    }

    fn session(&self, current: bool) -> SessionView {
        let id = if current {
            "0198f3c2-0000-7000-8000-0000000000c1"
        } else {
            SESSION
        };
        SessionView {
            id: id.parse::<SessionId>().unwrap(),
            device: self.text("Firefox on Linux"),
            address: "203.0.113.24".to_owned(),
            created_at: AT,
            seen_at: AT,
            current,
        }
    }

    fn actor(&self, kind: ActorKind) -> ActorView {
        ActorView {
            kind,
            account: (kind == ActorKind::Account).then(account),
            name: self.text("Ilse Brandt"),
        }
    }

    fn row(&self, number: u8, position: Option<u64>) -> AuditRow {
        AuditRow {
            id: format!("0198f3c2-0000-7000-8000-0000000000e{number}")
                .parse::<EventId>()
                .unwrap(),
            position,
            at: AT,
            actor: self.actor(if number == 2 {
                ActorKind::System
            } else {
                ActorKind::Account
            }),
            action: "workspace.rename".to_owned(),
            target: Some(Target {
                kind: "workspace".to_owned(),
                id: WORKSPACE.to_owned(),
            }),
            target_name: Some(self.text("Tern House")),
            changes: vec![Change {
                field: "name".to_owned(),
                before: Some(self.text("Tern")),
                after: Some(self.text("Tern House")),
            }],
            refused: number == 3,
        }
    }

    fn page(&self) -> AuditPage {
        AuditPage {
            rows: vec![self.row(1, None), self.row(2, Some(1)), self.row(3, Some(0))],
            next: Some(EVENT.parse().unwrap()),
            checkpoint: Some(CheckpointView {
                size: 2,
                root: HASH.to_owned(),
                signed_at: AT,
                verifier_key: "scriptkeep/log/x+1f2e3d4c+AbCd".to_owned(),
            }),
            unsealed: 1,
            people: vec![self.actor(ActorKind::Account)],
            actions: vec!["workspace.rename".to_owned()],
        }
    }

    fn event(&self) -> AuditEventView {
        AuditEventView {
            row: self.row(1, Some(1)),
            address: "203.0.113.24".to_owned(),
            device: self.text("Firefox on Linux"),
            request: RequestId(WorkspaceId::HOUSE.0),
            proof: Some(ProofView {
                leaf: HASH.to_owned(),
                path: vec![("left".to_owned(), HASH.to_owned()); 4],
                root: HASH.to_owned(),
                size: 2,
            }),
        }
    }

    fn answer(&self, name: &str, op: &dyn Any) -> Result<AnyBox, Problem> {
        if let Some(code) = self.refuse {
            return Err(Problem::new(code));
        }
        if let Some(list) = op.downcast_ref::<ListAuditEvents>() {
            list.validate().map_err(Problem::invalid)?;
        }
        Ok(match name {
            "workspace.list" => Box::new((0..self.workspaces).map(|n| self.line(n)).collect::<Vec<_>>()),
            "workspace.get" => Box::new(self.workspace(0)),
            "account.get" => Box::new(self.profile()),
            "record.list" => Box::new(self.list()),
            "pack.list" => Box::new(vec![self.workspace(0).pack]),
            "record.read" => Box::new(BodyView {
                html: "<div class=\"doc\"><p>Words.</p></div>".to_owned(),
                words: 1,
                said: 1,
                pauses: 0,
                headings: Vec::new(),
            }),
            "member.list" => Box::new(self.people()),
            "invitation.inspect" => Box::new(self.invitation()),
            "record.get" => Box::new(self.record()),
            "session.list" => Box::new(vec![self.session(true), self.session(false)]),
            "audit.list" => Box::new(self.page()),
            "audit.get" => Box::new(self.event()),
            other => panic!("{other} has no canned answer"),
        })
    }
}

/// How many answers were given.
static TURNS: AtomicUsize = AtomicUsize::new(0);

impl Gateway for Canned {
    fn dispatch<'a>(
        &'a self,
        meta: &'static Meta,
        _caller: Caller,
        op: AnyBox,
    ) -> BoxFuture<'a, Result<AnyBox, Problem>> {
        let answer = self.answer(meta.name, op.as_ref());
        // Each time after another while, so that answers come in any moment of a page's making.
        let turns = TURNS.fetch_add(1, Ordering::Relaxed) % 13;
        Box::pin(async move {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            answer
        })
    }
}

fn account() -> AccountId {
    "0198f3c2-0000-7000-8000-0000000000aa".parse().unwrap()
}

/// A caller over HTTP.
pub(crate) fn caller() -> Caller {
    Caller {
        door: Door::Http {
            session: None,
            address: Ipv4Addr::LOCALHOST.into(),
            user_agent: String::new(),
        },
        request: RequestId(WorkspaceId::HOUSE.0),
        idempotency_key: None,
    }
}
