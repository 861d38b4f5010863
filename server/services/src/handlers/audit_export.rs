//! Taking the sealed log out, with proofs.

use super::audit_rows::Opened;
use crate::{Actor, Context, Event, Handle, Prepare, failure::Failure};
use crypto::{
    Hash,
    audit_export::{checkpoint_line, end_line, event_line, header_line},
    merkle::{self, Node, Plan},
};
use domain::{
    Code, Problem,
    ops::{Download, ExportAuditLog},
};
use std::{collections::HashMap, sync::Arc};
use store::{TenantTx, audit, sealing};
use tokio::sync::OwnedSemaphorePermit;

/// Events read at a time.
const STEP_ROWS: u32 = 500;

/// Most events that go out over the web at once: some 30 MB of text. It is made while somebody waits, and stays in memory
/// until they have read it; only the making is one at a time.
const OVER_HTTP_MAX: u64 = 20_000;
/// Seconds after which to try again when another export is under way.
const RETRY_SECONDS: u32 = 15;

impl Handle for ExportAuditLog {
    type Tx = TenantTx;
    /// The one place to export in.
    type Prepared = OwnedSemaphorePermit;

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&cx.services.inner.exporting)
            .try_acquire_owned()
            .map_err(|_| {
                Problem::new(Code::TooMany)
                    .with_detail("Another export is being made. Try again in a moment.")
                    .with_retry_after_seconds(RETRY_SECONDS)
            })
    }

    /// Writes out what the database holds, whether or not it is right: judging it is the verifier's part, and it must
    /// get to see what somebody changed.
    async fn handle(self, _place: OwnedSemaphorePermit, cx: &mut Context<'_, TenantTx>) -> Result<Download, Failure> {
        let key = cx.verifier_key()?;
        // Before anything else is read: a log too long to go out is too long to be looked through.
        let sealed = sealing::newest_checkpoint(&mut cx.tx).await?;
        let sealed = sealed.map_or(0, |checkpoint| checkpoint.size);
        if sealed > OVER_HTTP_MAX && !matches!(cx.actor, Actor::CommandLine) {
            return Err(Problem::new(Code::TooLarge)
                .with_detail(format!(
                    "This log has {sealed} events; over the web at most {OVER_HTTP_MAX} go out. Whoever runs the server can \
                     take it out with `scriptkeep admin export-audit`."
                ))
                .into());
        }
        let checkpoints = sealing::checkpoints(&mut cx.tx).await?;
        let newest = checkpoints.last();
        let size = newest.map_or(0, |checkpoint| checkpoint.size);
        let mut text = header_line(self.workspace, &key, cx.at);
        text.push('\n');
        for checkpoint in &checkpoints {
            add_line(&mut text, &checkpoint_line(&checkpoint.note));
        }
        let mut next = 0;
        while next < size {
            let events = audit::sealed(&mut cx.tx, next, STEP_ROWS).await?;
            let Some(last) = events.last().and_then(|event| event.position) else {
                break;
            };
            let opened = cx.open_events(events).await?;
            cx.event_lines(&opened, size, &mut text).await?;
            next = last + 1;
        }
        add_line(
            &mut text,
            &end_line(
                size,
                checkpoints.len() as u64,
                newest.map(|checkpoint| checkpoint.note.as_str()),
            ),
        );
        let event = Event::on("audit_log", &self.workspace).change("events", None, Some(&size.to_string()));
        cx.record(event).await?;
        Ok(Download {
            file_name: format!("audit-{}-{}.jsonl", self.workspace, cx.at.date()),
            media_type: "application/jsonl".to_owned(),
            text,
        })
    }
}

impl Context<'_, TenantTx> {
    async fn event_lines(&mut self, events: &[Opened], size: u64, text: &mut String) -> Result<(), Failure> {
        // What is sealed after the export began is left to the next one.
        let sealed = || {
            let position = |opened: &&Opened| opened.event.position.filter(|position| *position < size);
            events
                .iter()
                .filter_map(move |opened| Some((position(&opened)?, opened)))
        };
        let plans: Vec<Option<Plan>> = sealed()
            .map(|(position, _)| merkle::inclusion_plan(position, size).ok())
            .collect();
        let mut nodes: Vec<Node> = plans.iter().flatten().flat_map(Plan::nodes).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let hashes = self.node_hashes(&nodes).await?.unwrap_or_default();
        for ((position, opened), plan) in sealed().zip(plans) {
            let proof = plan.map(|plan| proof(&plan, &hashes)).unwrap_or_default();
            add_line(
                text,
                &event_line(
                    position,
                    &opened.event.leaf,
                    opened.openings.as_ref(),
                    &proof,
                    opened.altered,
                ),
            );
        }
        Ok(())
    }
}

fn add_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// A proof; empty when a node is missing, which the verifier reports.
fn proof(plan: &Plan, hashes: &HashMap<Node, Hash>) -> Vec<Hash> {
    plan.assemble(|node| hashes.get(&node).copied()).unwrap_or_default()
}
