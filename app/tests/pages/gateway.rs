//! A gateway with canned answers.

use app::gateway::{AnyBox, Gateway};
use domain::{
    AccountId, Caller, Code, Door, EventId, Meta, Operation, Problem, RequestId, SessionId, WorkspaceId,
    audit::{ActorKind, Change, Target},
    ops::*,
    policy::Standing,
    ports::BoxFuture,
};
use std::{any::Any, net::Ipv4Addr};
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
    standing: Standing,
    /// Stands in every text.
    mark: &'static str,
}

impl Default for Canned {
    fn default() -> Self {
        Self {
            refuse: None,
            workspaces: 2,
            standing: Standing::Owner,
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
            standing: Standing::Member,
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
            standing: self.standing,
            revision: 1,
            created_at: AT,
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
            "workspace.list" => Box::new((0..self.workspaces).map(|n| self.workspace(n)).collect::<Vec<_>>()),
            "workspace.get" => Box::new(self.workspace(0)),
            "account.get" => Box::new(self.profile()),
            "record.list" => Box::new(vec![self.record()]),
            "record.get" => Box::new(self.record()),
            "session.list" => Box::new(vec![self.session(true), self.session(false)]),
            "audit.list" => Box::new(self.page()),
            "audit.get" => Box::new(self.event()),
            other => panic!("{other} has no canned answer"),
        })
    }
}

impl Gateway for Canned {
    fn dispatch<'a>(
        &'a self,
        meta: &'static Meta,
        _caller: Caller,
        op: AnyBox,
    ) -> BoxFuture<'a, Result<AnyBox, Problem>> {
        let answer = self.answer(meta.name, op.as_ref());
        Box::pin(std::future::ready(answer))
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
