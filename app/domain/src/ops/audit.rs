//! Reading the audit log.

use crate::{
    AccountId, EventId, RequestId, WorkspaceId,
    audit::{ActorKind, Change, Target},
    operation, validate,
    validate::Check,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Rows on one page of the log.
pub const AUDIT_PAGE_ROWS: u32 = 50;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActorView {
    /// Person, system or command line.
    pub kind: ActorKind,
    /// The account, for a person.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// The person's present name, or what else to call the actor.
    pub name: String,
}

/// One row of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// The event.
    pub id: EventId,
    /// Its position in the sealed log, counted from 0; `None` while it waits for the sealer.
    #[serde(default)]
    pub position: Option<u64>,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who did it.
    pub actor: ActorView,
    /// The operation's name, such as `workspace.rename`.
    pub action: String,
    /// What it was done to.
    #[serde(default)]
    pub target: Option<Target>,
    /// What the target is called now, where it has a name.
    #[serde(default)]
    pub target_name: Option<String>,
    /// What changed.
    pub changes: Vec<Change>,
    /// Whether the act was refused (a wrong password, say).
    pub refused: bool,
}

/// The newest signed statement over the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointView {
    /// How many events are sealed.
    pub size: u64,
    /// The root hash, in hex.
    pub root: String,
    /// When it was signed.
    #[serde(with = "time::serde::rfc3339")]
    pub signed_at: OffsetDateTime,
    /// The verifier key: `name+hash+base64`, as C2SP writes it.
    pub verifier_key: String,
}

/// One page of the log, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The rows.
    pub rows: Vec<AuditRow>,
    /// Where the next (older) page begins, to be sent back as `before`.
    #[serde(default)]
    pub next: Option<EventId>,
    /// The newest checkpoint, once there is one.
    #[serde(default)]
    pub checkpoint: Option<CheckpointView>,
    /// How many events wait for the sealer.
    pub unsealed: u64,
    /// Everybody who stands in the log, for the filter.
    pub people: Vec<ActorView>,
    /// Every action that stands in the log, for the filter.
    pub actions: Vec<String>,
}

/// Reads a page of a workspace's log. Filters combine; empty ones do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// Words to find in the actor's name, the action, the target's name and the changes.
    #[serde(default)]
    pub search: String,
    /// Only what this person did (an account id), or empty.
    #[serde(default)]
    pub person: String,
    /// Only this action, or empty.
    #[serde(default)]
    pub action: String,
    /// Only from this day on (`2026-11-22`, UTC), or empty.
    #[serde(default)]
    pub from: String,
    /// Only up to and with this day (UTC), or empty.
    #[serde(default)]
    pub to: String,
    /// Only events older than this one (an event id), or empty.
    #[serde(default)]
    pub before: String,
}

/// Lists a page of a workspace's audit log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListAuditEvents {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// What to show.
    #[serde(default)]
    pub filter: AuditFilter,
}
operation!(ListAuditEvents => AuditPage, "audit.list", "List a page of the audit log",
    Query, Workspace, ReadAudit, Read, None, workspace = workspace,
    validate = |op| Check::new()
        .field("search", validate::search(&op.filter.search))
        .field("person", validate::optional_id(&op.filter.person))
        .field("action", validate::search(&op.filter.action))
        .field("from", validate::optional_day(&op.filter.from))
        .field("to", validate::optional_day(&op.filter.to).or_else(|| validate::days_in_order(&op.filter.from, &op.filter.to)))
        .field("before", validate::optional_id(&op.filter.before))
        .finish());

/// One event in full, with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEventView {
    /// The row of the list.
    pub row: AuditRow,
    /// The network address the act came from.
    pub address: String,
    /// Browser and system the act came from.
    pub device: String,
    /// The request, as the server's logs name it.
    pub request: RequestId,
    /// The proof that it stands in the sealed log; `None` while it waits.
    #[serde(default)]
    pub proof: Option<ProofView>,
}

/// An RFC 6962 inclusion proof, in hex, checked by the server before it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofView {
    /// The leaf's hash.
    pub leaf: String,
    /// The audit path, from the leaf up: on which side the sibling stands (`left`, `right`), and its hash.
    pub path: Vec<(String, String)>,
    /// The root it leads to.
    pub root: String,
    /// The size of the tree with that root.
    pub size: u64,
}

/// Reads one event with its proof.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetAuditEvent {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The event.
    pub event: EventId,
}
operation!(GetAuditEvent => AuditEventView, "audit.get", "Read one audit event with its proof",
    Query, Workspace, ReadAudit, Read, None, workspace = workspace);

/// A file to keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Download {
    /// The name to save it under.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Its text.
    pub text: String,
}

/// Takes the sealed log out as JSON Lines with proofs, for `scriptkeep audit verify`. Leaves an event itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExportAuditLog {
    /// The workspace.
    pub workspace: WorkspaceId,
}
operation!(ExportAuditLog => Download, "audit.export", "Export the audit log with proofs",
    Query, Workspace, ExportAudit, Heavy, Read, step_up = true, workspace = workspace);
