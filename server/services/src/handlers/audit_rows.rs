//! Rows of the audit log as people read them: openings opened, people and things named.

use crate::{
    Context,
    context::openings_record,
    failure::Failure,
    vault::{AUDIT_OPENINGS, RECORD_TITLE, WORKSPACE_NAME},
};
use domain::{
    AccountId, RecordId, RequestId, WorkspaceId,
    audit::{ActorKind, AuditActor, AuditLeaf, Change, Openings, Origin},
    ops::{ActorView, AuditRow},
};
use std::collections::HashMap;
use store::{FieldClass, Scoped, TenantTx, audit::Event, records, workspaces};
use uuid::Uuid;

/// An event, opened.
pub(super) struct Opened {
    pub(super) event: Event,
    /// `None` when somebody damaged it in the database.
    pub(super) leaf: Option<AuditLeaf>,
    /// `None` when they were erased or do not open.
    pub(super) openings: Option<Openings>,
}

/// What things and people are called now.
#[derive(Default)]
pub(super) struct Names {
    people: HashMap<AccountId, String>,
    records: HashMap<String, String>,
    workspace: String,
}

impl Context<'_, TenantTx> {
    /// Opens events. One that does not open is still shown: a log must not hide what was done to it.
    pub(super) async fn open_events(&mut self, events: Vec<Event>) -> Result<Vec<Opened>, Failure> {
        let workspace = self.tx.workspace();
        let records: Vec<Uuid> = events
            .iter()
            .map(|event| openings_record(workspace, event.actor))
            .collect();
        self.vault.fetch(&mut self.tx, &[AUDIT_OPENINGS], &records).await?;
        let mut opened = Vec::with_capacity(events.len());
        for event in events {
            let record = openings_record(workspace, event.actor);
            let plain = self
                .vault
                .open_unless_damaged(&mut self.tx, AUDIT_OPENINGS, record, event.id.0, &event.openings)
                .await?;
            opened.push(Opened {
                leaf: serde_json::from_str(&event.leaf).ok(),
                openings: plain.and_then(|plain| serde_json::from_slice(&plain).ok()),
                event,
            });
        }
        Ok(opened)
    }

    /// The present names of everybody and everything these events speak of; those that were damaged are left out.
    pub(super) async fn names(&mut self, events: &[Opened]) -> Result<Names, Failure> {
        let mut people: Vec<AccountId> = events.iter().filter_map(|opened| opened.event.actor).collect();
        let targets = || events.iter().filter_map(|opened| target_of(&opened.event));
        people.extend(
            targets()
                .filter(|(kind, _)| *kind == "account")
                .filter_map(|(_, id)| id.parse::<AccountId>().ok()),
        );
        people.sort_unstable();
        people.dedup();
        let mut records: Vec<RecordId> = targets()
            .filter(|(kind, _)| *kind == "record")
            .filter_map(|(_, id)| id.parse().ok())
            .collect();
        records.sort_unstable();
        records.dedup();
        Ok(Names {
            people: self.services.names_of(&people).await?,
            records: self.titles(&records).await?,
            workspace: self.workspace_name().await?,
        })
    }

    async fn titles(&mut self, ids: &[RecordId]) -> Result<HashMap<String, String>, Failure> {
        let rows = records::some(&mut self.tx, ids).await?;
        let keys: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
        self.vault.fetch(&mut self.tx, &[RECORD_TITLE], &keys).await?;
        let mut titles = HashMap::new();
        for row in rows {
            if let Some(sealed) = row.field(FieldClass::Title) {
                let title = self
                    .open_unless_damaged(RECORD_TITLE, row.id.0, row.id.0, sealed)
                    .await?;
                titles.extend(title.map(|title| (row.id.to_string(), title)));
            }
        }
        Ok(titles)
    }

    async fn workspace_name(&mut self) -> Result<String, Failure> {
        let WorkspaceId(id) = self.tx.workspace();
        match workspaces::get(&mut self.tx).await? {
            // The house has a row and no name.
            Some(row) if !row.name.is_empty() => {
                let name = self.open_unless_damaged(WORKSPACE_NAME, id, id, &row.name).await?;
                Ok(name.unwrap_or_default())
            }
            Some(_) | None => Ok(String::new()),
        }
    }
}

impl Names {
    pub(super) fn of_people(people: HashMap<AccountId, String>) -> Self {
        Self {
            people,
            ..Self::default()
        }
    }

    pub(super) fn actor(&self, actor: AuditActor) -> ActorView {
        let name = match (actor.kind, actor.account) {
            (_, Some(account)) => self
                .people
                .get(&account)
                .cloned()
                .unwrap_or_else(|| "Somebody who has left".to_owned()),
            (ActorKind::Account | ActorKind::Visitor, None) => "Somebody not signed in".to_owned(),
            (ActorKind::System, None) => "Scriptkeep".to_owned(),
            (ActorKind::CommandLine, None) => "Command line".to_owned(),
        };
        ActorView {
            kind: actor.kind,
            account: actor.account,
            name,
        }
    }

    pub(super) fn row(&self, opened: &Opened) -> AuditRow {
        let Opened { event, leaf, openings } = opened;
        let kind = if event.actor.is_some() {
            ActorKind::Account
        } else {
            ActorKind::System
        };
        let actor = leaf.as_ref().map_or(
            AuditActor {
                kind,
                account: event.actor,
            },
            |leaf| leaf.actor,
        );
        let target_name = target_of(event).and_then(|(kind, id)| match kind {
            "record" => self.records.get(id).cloned(),
            "workspace" => Some(self.workspace.clone()).filter(|name| !name.is_empty()),
            "account" => id.parse().ok().and_then(|account| self.people.get(&account).cloned()),
            _ => None,
        });
        AuditRow {
            id: event.id,
            position: event.position,
            at: event.at,
            actor: self.actor(actor),
            action: event.action.clone(),
            target: leaf.as_ref().and_then(|leaf| leaf.target.clone()),
            target_name,
            changes: openings
                .as_ref()
                .map_or_else(unreadable, |openings| openings.changes.value.clone()),
            refused: leaf.as_ref().is_some_and(|leaf| leaf.refused),
        }
    }
}

impl Opened {
    pub(super) fn origin(&self) -> Origin {
        let unknown = || Origin {
            address: String::new(),
            device: String::new(),
        };
        self.openings
            .as_ref()
            .map_or_else(unknown, |openings| openings.origin.value.clone())
    }

    pub(super) fn request(&self) -> RequestId {
        self.leaf.as_ref().map_or(RequestId(Uuid::nil()), |leaf| leaf.request)
    }
}

fn unreadable() -> Vec<Change> {
    vec![Change {
        field: "values that cannot be read any more".to_owned(),
        before: None,
        after: None,
    }]
}

fn target_of(event: &Event) -> Option<(&str, &str)> {
    event.target_kind.as_deref().zip(event.target_id.as_deref())
}
