//! Reading the audit log.

use super::audit_rows::{Names, Opened};
use crate::{
    Context, Handle, Prepare,
    failure::{Failure, internal},
};
use crypto::{
    Checkpoint, Hash, VerifierKey,
    checkpoint::log_origin,
    merkle::{self, Node, Side},
    open_checkpoint,
};
use domain::{
    AccountId, Code, Problem, WorkspaceId,
    audit::{ActorKind, AuditActor},
    ops::{
        AUDIT_PAGE_ROWS, AuditEventView, AuditFilter, AuditPage, AuditRow, CheckpointView, GetAuditEvent,
        ListAuditEvents, ProofView,
    },
    validate::parse_day,
};
use std::collections::HashMap;
use store::{
    Scoped, TenantTx,
    audit::{self, Filter},
    sealing,
};
use time::{Duration, OffsetDateTime, Time};

/// Events a search opens at a time.
const SEARCH_STEP_ROWS: u32 = 500;
/// Most events one search opens; the answer says from where to go on.
const SEARCH_ROWS_MAX: u32 = 5_000;

impl Handle for ListAuditEvents {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<AuditPage, Failure> {
        // Rows, checkpoint and what waits are one statement about the log: an event sealed in between must not count twice.
        audit::one_moment(&mut cx.tx).await?;
        let words = words(&self.filter.search);
        let (rows, more) = cx.rows(store_filter(&self.filter), &words).await?;
        let people = audit::people(&mut cx.tx).await?;
        let names = Names::of_people(cx.services.names_of(&people).await?);
        let mut people: Vec<_> = people.into_iter().map(|account| names.actor(person(account))).collect();
        people.sort_by_cached_key(|person| person.name.to_lowercase());
        Ok(AuditPage {
            next: more,
            rows,
            checkpoint: cx.checkpoint_view().await?,
            unsealed: audit::unsealed(&mut cx.tx).await?,
            people,
            actions: audit::actions(&mut cx.tx).await?,
        })
    }
}

fn person(account: AccountId) -> AuditActor {
    AuditActor {
        kind: ActorKind::Account,
        account: Some(account),
    }
}

/// The part of a filter that the database can apply. The operation was validated, so what does not parse is empty.
fn store_filter(filter: &AuditFilter) -> Filter {
    let midnight = |day: time::Date| OffsetDateTime::new_utc(day, Time::MIDNIGHT);
    Filter {
        actor: filter.person.parse().ok(),
        action: Some(filter.action.clone()).filter(|action| !action.is_empty()),
        from: parse_day(&filter.from).map(midnight),
        // Up to the end of that day. The last day there is has no next one, and needs none.
        until: parse_day(&filter.to)
            .map(midnight)
            .and_then(|at| at.checked_add(Duration::DAY)),
        before: filter.before.parse().ok(),
    }
}

fn words(search: &str) -> Vec<String> {
    search.split_whitespace().map(str::to_lowercase).collect()
}

/// Whether every word stands somewhere in what a person reads of the row.
fn matches(row: &AuditRow, words: &[String]) -> bool {
    let mut text = format!(
        "{}\n{}\n{}",
        row.actor.name,
        row.action,
        row.target_name.as_deref().unwrap_or_default()
    );
    for change in &row.changes {
        for part in [Some(&change.field), change.before.as_ref(), change.after.as_ref()]
            .into_iter()
            .flatten()
        {
            text.push('\n');
            text.push_str(part);
        }
    }
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word))
}

impl Context<'_, TenantTx> {
    /// One page of rows, and from where to go on.
    async fn rows(
        &mut self,
        mut filter: Filter,
        words: &[String],
    ) -> Result<(Vec<AuditRow>, Option<domain::EventId>), Failure> {
        let step = if words.is_empty() {
            AUDIT_PAGE_ROWS + 1
        } else {
            SEARCH_STEP_ROWS
        };
        let page = AUDIT_PAGE_ROWS as usize;
        let mut found = Vec::new();
        let mut opened_rows = 0;
        loop {
            let events = audit::page(&mut self.tx, &filter, step).await?;
            let last = (events.len() as u64 == u64::from(step))
                .then(|| events.last().map(|event| event.id))
                .flatten();
            let opened = self.open_events(events).await?;
            let names = self.names(&opened).await?;
            found.extend(
                opened
                    .iter()
                    .map(|opened| names.row(opened))
                    .filter(|row| matches(row, words)),
            );
            opened_rows += step;
            if found.len() > page {
                found.truncate(page);
                let next = found.last().map(|row| row.id);
                return Ok((found, next));
            }
            match last {
                None => return Ok((found, None)),
                Some(last) if words.is_empty() || opened_rows >= SEARCH_ROWS_MAX => return Ok((found, Some(last))),
                Some(last) => filter.before = Some(last),
            }
        }
    }

    /// The key that checks this workspace's checkpoints.
    pub(super) fn verifier_key(&self) -> Result<VerifierKey, Failure> {
        let WorkspaceId(workspace) = self.tx.workspace();
        Ok(self
            .services
            .inner
            .signer
            .verifier_key(&log_origin(workspace))
            .map_err(|_| internal())?)
    }

    /// The newest checkpoint, its signature checked.
    async fn checkpoint(&mut self) -> Result<Option<Checkpoint>, Failure> {
        let key = self.verifier_key()?;
        let Some(row) = sealing::newest_checkpoint(&mut self.tx).await? else {
            return Ok(None);
        };
        Ok(Some(open_checkpoint(&row.note, &key).map_err(|_| altered())?))
    }

    async fn checkpoint_view(&mut self) -> Result<Option<CheckpointView>, Failure> {
        let verifier_key = self.verifier_key()?.to_string();
        Ok(self.checkpoint().await?.map(|checkpoint| CheckpointView {
            size: checkpoint.size,
            root: hex::encode(checkpoint.root),
            signed_at: checkpoint.time,
            verifier_key,
        }))
    }

    /// The proof that a sealed event stands where it says, checked before anybody sees it.
    async fn prove(&mut self, opened: &Opened, position: u64) -> Result<ProofView, Failure> {
        let checkpoint = self.checkpoint().await?.ok_or_else(altered)?;
        let size = checkpoint.size;
        let plan = merkle::inclusion_plan(position, size).map_err(|_| altered())?;
        let sides = merkle::path_sides(position, size).map_err(|_| altered())?;
        let nodes: Vec<Node> = plan.nodes().collect();
        let hashes = self.node_hashes(&nodes).await?.ok_or_else(altered)?;
        let path = plan
            .assemble(|node| hashes.get(&node).copied())
            .map_err(|_| altered())?;
        let leaf = merkle::leaf_hash(opened.event.leaf.as_bytes());
        if !merkle::verify_inclusion(&leaf, position, size, &path, &checkpoint.root) {
            return Err(altered().into());
        }
        let standing = |side: &Side| match side {
            Side::Left => "left".to_owned(),
            Side::Right => "right".to_owned(),
        };
        Ok(ProofView {
            leaf: hex::encode(leaf),
            path: sides.iter().map(standing).zip(path.iter().map(hex::encode)).collect(),
            root: hex::encode(checkpoint.root),
            size,
        })
    }

    /// The stored hashes of nodes; `None` when one of them is missing.
    pub(super) async fn node_hashes(&mut self, nodes: &[Node]) -> Result<Option<HashMap<Node, Hash>>, Failure> {
        let wanted: Vec<_> = nodes.iter().map(|node| (node.level, node.index)).collect();
        match sealing::nodes(&mut self.tx, &wanted).await {
            Ok(hashes) => Ok(Some(nodes.iter().copied().zip(hashes).collect())),
            Err(store::StoreError::Bug(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Handle for GetAuditEvent {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<AuditEventView, Failure> {
        let event = audit::get(&mut cx.tx, self.event).await?.ok_or(Code::NotFound)?;
        let position = event.position;
        let opened = cx.open_events(vec![event]).await?;
        let names = cx.names(&opened).await?;
        let opened = opened.first().ok_or(Code::NotFound)?;
        if opened.altered.is_some() {
            return Err(altered().into());
        }
        let proof = match position {
            Some(position) => Some(cx.prove(opened, position).await?),
            None => None,
        };
        let origin = opened.origin();
        Ok(AuditEventView {
            row: names.row(opened),
            address: origin.address,
            device: origin.device,
            request: opened.request(),
            proof,
        })
    }
}

/// The database does not hold what was sealed.
fn altered() -> Problem {
    tracing::error!("the audit log in the database is not the one that was sealed");
    Problem::new(Code::Internal).with_detail(
        "This part of the audit log is not what was sealed: somebody changed it in the database. Export the log and \
         verify it to see what is wrong.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{EventId, audit::Change};
    use time::macros::datetime;
    use uuid::Uuid;

    #[test]
    fn days_become_half_open_ranges() {
        let filter = store_filter(&AuditFilter {
            from: "2026-11-22".to_owned(),
            to: "2026-11-22".to_owned(),
            ..AuditFilter::default()
        });
        assert_eq!(filter.from, Some(datetime!(2026-11-22 00:00 UTC)));
        assert_eq!(filter.until, Some(datetime!(2026-11-23 00:00 UTC)));
        assert_eq!((filter.actor, filter.action, filter.before), (None, None, None));
    }

    #[test]
    fn every_word_is_found_somewhere() {
        let row = AuditRow {
            id: EventId(Uuid::nil()),
            position: None,
            at: datetime!(2026-11-22 04:40 UTC),
            actor: Names::default().actor(AuditActor {
                kind: ActorKind::CommandLine,
                account: None,
            }),
            action: "record.rename".to_owned(),
            target: None,
            target_name: Some("Tide Tables".to_owned()),
            changes: vec![Change {
                field: "title".to_owned(),
                before: Some("Ebb".to_owned()),
                after: None,
            }],
            refused: false,
        };
        for (search, found) in [
            ("", true),
            ("TIDE ebb", true),
            ("command rename", true),
            ("tide flood", false),
        ] {
            assert_eq!(matches(&row, &words(search)), found, "{search}");
        }
    }
}
