//! Rows of the audit log as people read them: openings opened, people and things named.

use crate::{
    Context,
    context::openings_record,
    failure::Failure,
    vault::{AUDIT_OPENINGS, RECORD_TITLE, WORKSPACE_NAME},
};
use crypto::timestamp;
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
    /// The column beside the leaf that says something else than the leaf: somebody changed it in the database. Only the
    /// leaf was sealed.
    pub(super) altered: Option<&'static str>,
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
            let leaf: Option<AuditLeaf> = serde_json::from_str(&event.leaf).ok();
            opened.push(Opened {
                altered: leaf.as_ref().and_then(|leaf| altered(&event, leaf, workspace)),
                leaf,
                openings: plain.and_then(|plain| serde_json::from_slice(&plain).ok()),
                event,
            });
        }
        Ok(opened)
    }

    /// The present names of everybody and everything these events speak of; those that were damaged are left out.
    pub(super) async fn names(&mut self, events: &[Opened]) -> Result<Names, Failure> {
        let mut people: Vec<AccountId> = events.iter().filter_map(Opened::account).collect();
        let targets = || events.iter().filter_map(Opened::target);
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
        let Opened {
            event, leaf, openings, ..
        } = opened;
        let target_name = opened.target().and_then(|(kind, id)| match kind {
            "record" => self.records.get(id).cloned(),
            "workspace" => Some(self.workspace.clone()).filter(|name| !name.is_empty()),
            "account" => id.parse().ok().and_then(|account| self.people.get(&account).cloned()),
            _ => None,
        });
        AuditRow {
            id: event.id,
            position: event.position,
            at: leaf
                .as_ref()
                .and_then(|leaf| timestamp::parse(&leaf.at))
                .unwrap_or(event.at),
            actor: self.actor(opened.actor()),
            action: leaf.as_ref().map_or(&event.action, |leaf| &leaf.action).clone(),
            target: leaf.as_ref().and_then(|leaf| leaf.target.clone()),
            target_name,
            changes: match (opened.altered, openings) {
                (Some(_), _) => note("the row in the database, which is not what was sealed"),
                (None, None) => note("values that cannot be read any more"),
                (None, Some(openings)) => openings.changes.value.clone(),
            },
            refused: leaf.as_ref().is_some_and(|leaf| leaf.refused),
        }
    }
}

impl Opened {
    /// Who did it: as sealed, or else as the database has it.
    fn actor(&self) -> AuditActor {
        let kind = if self.event.actor.is_some() {
            ActorKind::Account
        } else {
            ActorKind::System
        };
        let stored = AuditActor {
            kind,
            account: self.event.actor,
        };
        self.leaf.as_ref().map_or(stored, |leaf| leaf.actor)
    }

    fn account(&self) -> Option<AccountId> {
        self.actor().account
    }

    /// Kind and id of what it was done to, likewise.
    fn target(&self) -> Option<(&str, &str)> {
        match &self.leaf {
            Some(leaf) => leaf
                .target
                .as_ref()
                .map(|target| (target.kind.as_str(), target.id.as_str())),
            None => self.event.target_kind.as_deref().zip(self.event.target_id.as_deref()),
        }
    }

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

/// What stands in the place of values that are not shown.
fn note(text: &str) -> Vec<Change> {
    vec![Change {
        field: text.to_owned(),
        before: None,
        after: None,
    }]
}

/// The first column that does not say what the leaf says. Columns are what a log is filtered by; no proof covers them.
fn altered(event: &Event, leaf: &AuditLeaf, workspace: WorkspaceId) -> Option<&'static str> {
    let target = leaf.target.as_ref();
    let same = [
        ("workspace", leaf.workspace == workspace),
        ("id", leaf.id == event.id),
        ("at", leaf.at == timestamp::to_text(event.at)),
        ("actor", leaf.actor.account == event.actor),
        ("action", leaf.action == event.action),
        (
            "target_kind",
            target.map(|target| &target.kind) == event.target_kind.as_ref(),
        ),
        ("target_id", target.map(|target| &target.id) == event.target_id.as_ref()),
    ];
    same.into_iter().find(|(_, same)| !same).map(|(column, _)| column)
}
