//! Taking the sealed log out, with proofs.

use super::audit_rows::Opened;
use crate::{Context, Event, Handle, Prepare, failure::Failure};
use crypto::{
    Hash,
    audit_export::{checkpoint_line, end_line, event_line, header_line},
    merkle::{self, Node, Plan},
};
use domain::{
    Problem,
    ops::{Download, ExportAuditLog},
};
use std::collections::HashMap;
use store::{TenantTx, audit, sealing};

/// Events read at a time.
const STEP_ROWS: u32 = 500;

impl Handle for ExportAuditLog {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    /// Writes out what the database holds, whether or not it is right: judging it is the verifier's part, and it must
    /// get to see what somebody changed.
    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Download, Failure> {
        let key = cx.verifier_key()?;
        let checkpoints = sealing::checkpoints(&mut cx.tx).await?;
        let newest = checkpoints.last();
        let size = newest.map_or(0, |checkpoint| checkpoint.size);
        let mut lines = vec![header_line(self.workspace, &key, cx.at)];
        lines.extend(checkpoints.iter().map(|checkpoint| checkpoint_line(&checkpoint.note)));
        let mut next = 0;
        while next < size {
            let events = audit::sealed(&mut cx.tx, next, STEP_ROWS).await?;
            let Some(last) = events.last().and_then(|event| event.position) else {
                break;
            };
            let opened = cx.open_events(events).await?;
            cx.event_lines(&opened, size, &mut lines).await?;
            next = last + 1;
        }
        lines.push(end_line(size, newest.map(|checkpoint| checkpoint.note.as_str())));
        let event = Event::on("audit_log", &self.workspace).change("events", None, Some(&size.to_string()));
        cx.record(event).await?;
        let mut text = lines.join("\n");
        text.push('\n');
        Ok(Download {
            file_name: format!("audit-{}-{}.jsonl", self.workspace, cx.at.date()),
            media_type: "application/jsonl".to_owned(),
            text,
        })
    }
}

impl Context<'_, TenantTx> {
    async fn event_lines(&mut self, events: &[Opened], size: u64, lines: &mut Vec<String>) -> Result<(), Failure> {
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
            lines.push(event_line(
                position,
                &opened.event.leaf,
                opened.openings.as_ref(),
                &proof,
            ));
        }
        Ok(())
    }
}

/// A proof; empty when a node is missing, which the verifier reports.
fn proof(plan: &Plan, hashes: &HashMap<Node, Hash>) -> Vec<Hash> {
    plan.assemble(|node| hashes.get(&node).copied()).unwrap_or_default()
}
