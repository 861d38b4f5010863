//! An attacker who is the database's superuser, and holds neither the root key nor the signing key: what is done to the
//! sealed log is found by whoever verifies an export.

use crate::{
    audit::{verifier, verify},
    house::{House, Person, code},
};
use crypto::{
    Checkpoint,
    audit_export::{Finding, What},
    open_checkpoint,
};
use domain::{
    Code, Problem, WorkspaceId,
    ops::{AuditFilter, AuditPage, Download, ExportAuditLog, GetAuditEvent, ListAuditEvents},
};
use std::sync::atomic::Ordering;
use time::Duration;

struct Scene {
    house: House,
    ilse: Person,
    workspace: WorkspaceId,
}

impl Scene {
    /// A log of eleven events under two checkpoints.
    async fn new() -> Self {
        let house = House::new().await;
        let ilse = house.person("ilse@ternhouse.example").await;
        let workspace = house.workspace(&ilse, "Tern House").await.id;
        let scene = Self { house, ilse, workspace };
        scene.write(5).await;
        scene.write(5).await;
        assert_eq!(
            verify(&scene.export().await, workspace).expect("sound so far").events,
            11
        );
        scene
    }

    /// Makes records and seals them.
    async fn write(&self, count: u32) {
        for number in 0..count {
            self.house.clock.advance(Duration::SECOND);
            self.house
                .record(&self.ilse, self.workspace, &format!("Tide table {number}"))
                .await;
        }
        self.house.services.seal_now().await.expect("sealed");
    }

    async fn export(&self) -> Download {
        let workspace = self.workspace;
        self.house
            .act(&self.ilse, ExportAuditLog { workspace })
            .await
            .expect("an export")
    }

    async fn list(&self) -> Result<AuditPage, Problem> {
        let (workspace, filter) = (self.workspace, AuditFilter::default());
        self.house.act(&self.ilse, ListAuditEvents { workspace, filter }).await
    }

    /// The newest checkpoint, as somebody kept it outside.
    async fn kept(&self) -> Checkpoint {
        let sql = format!(
            "select note from shared.audit_checkpoints where workspace_id = '{}' order by size desc limit 1",
            self.workspace
        );
        let note = self.house.database.texts(&sql).await.remove(0);
        open_checkpoint(&note, &verifier(self.workspace)).expect("ours")
    }

    /// Runs statements past triggers and foreign keys. `{w}` is the workspace.
    async fn attack(&self, sql: &str) {
        let sql = sql.replace("{w}", &format!("workspace_id = '{}'", self.workspace));
        let sql = format!("set search_path = shared, control; set session_replication_role = replica; {sql}");
        self.house.database.run(&sql).await;
    }

    async fn finding(&self) -> Finding {
        verify(&self.export().await, self.workspace).expect_err("it is found")
    }

    async fn finding_since(&self, since: Checkpoint) -> Finding {
        let export = self.export().await;
        crypto::audit_export::verify(export.text.lines(), &verifier(self.workspace), Some(since))
            .expect_err("it is found")
    }

    /// Rolls the log back to its first `size` events, leaving a database that agrees with itself.
    async fn roll_back_to_first_checkpoint(&self) {
        self.attack(
            "create temp table kept as select size from audit_checkpoints where {w} order by size limit 1;
             delete from audit_events where {w} and id in
                (select event_id from audit_leaves where {w} and position >= (select size from kept));
             delete from audit_leaves where {w} and position >= (select size from kept);
             delete from audit_nodes where {w} and (index + 1) * (1::bigint << level) > (select size from kept);
             delete from audit_checkpoints where {w} and size > (select size from kept);
             delete from audit_unsealed where {w};",
        )
        .await;
    }
}

#[tokio::test]
async fn an_edited_event_is_found() {
    let scene = Scene::new().await;
    scene
        .attack(
            "update audit_events set leaf = replace(leaf, 'record.create', 'record.delete') where {w} and id =
                (select event_id from audit_leaves where {w} and position = 4)",
        )
        .await;
    let finding = scene.finding().await;
    assert_eq!((finding.what, finding.position), (What::Edited, Some(4)));
}

#[tokio::test]
async fn an_edited_event_whose_hashes_were_edited_too_is_found() {
    let scene = Scene::new().await;
    scene
        .attack(
            "update audit_events set leaf = replace(leaf, 'record.create', 'record.delete') where {w} and id =
                (select event_id from audit_leaves where {w} and position = 4);
             update audit_events set leaf_hash = sha256('\\x00'::bytea || convert_to(leaf, 'utf8')) where {w};
             update audit_leaves l set leaf_hash = e.leaf_hash from audit_events e
                where l.workspace_id = e.workspace_id and l.event_id = e.id;
             update audit_nodes n set hash = l.leaf_hash from audit_leaves l
                where n.workspace_id = l.workspace_id and n.level = 0 and n.index = l.position;",
        )
        .await;
    let finding = scene.finding().await;
    assert!(
        matches!(finding.what, What::Edited | What::EditedWithin { .. }),
        "{finding}"
    );
}

#[tokio::test]
async fn an_edited_event_is_not_shown_as_proven() {
    let scene = Scene::new().await;
    let workspace = scene.workspace;
    let list = ListAuditEvents {
        workspace,
        filter: AuditFilter::default(),
    };
    let event = scene.house.act(&scene.ilse, list.clone()).await.expect("a log").rows[2].id;
    scene
        .attack(&format!(
            "update audit_events set leaf = replace(leaf, 'create', 'delete') where id = '{event}'"
        ))
        .await;
    let shown = scene.house.act(&scene.ilse, GetAuditEvent { workspace, event }).await;
    assert_eq!(code(shown), Code::Internal);
    scene
        .attack(&format!(
            "update audit_events set leaf = 'no leaf', openings = '\\x00' where id = '{event}'"
        ))
        .await;
    let page = scene.house.act(&scene.ilse, list).await.expect("the list goes on");
    let row = page.rows.iter().find(|row| row.id == event).expect("it is still there");
    assert_eq!(row.changes[0].field, "values that cannot be read any more");
}

/// The columns that the log is filtered by stand beside the leaf; a change of one is found, in the export and on the page.
#[tokio::test]
async fn an_edited_column_is_found_and_not_shown_as_proven() {
    for (column, value) in [
        ("at", "at - interval '1 day'"),
        ("actor", "null"),
        ("action", "'record.trash'"),
        ("target_kind", "'account'"),
        ("target_id", "'somebody'"),
    ] {
        let scene = Scene::new().await;
        let workspace = scene.workspace;
        let before = scene.list().await.expect("a log");
        let original = before.rows.iter().find(|row| row.position == Some(4)).expect("sealed");
        let event = original.id;
        scene
            .attack(&format!(
                "update audit_events set {column} = {value} where id = '{event}'"
            ))
            .await;
        let finding = scene.finding().await;
        assert_eq!(
            (finding.what, finding.position),
            (What::Column(column.to_owned()), Some(4)),
            "{column}"
        );
        let shown = scene.house.act(&scene.ilse, GetAuditEvent { workspace, event }).await;
        assert_eq!(code(shown), Code::Internal, "{column}");
        let after = scene.list().await.expect("the list goes on");
        let row = after.rows.iter().find(|row| row.id == event).expect("still there");
        assert_eq!(
            (&row.action, row.at, &row.actor, &row.target),
            (&original.action, original.at, &original.actor, &original.target),
            "{column}: what was sealed is shown"
        );
        assert_eq!(
            row.changes[0].field,
            "the row in the database, which is not what was sealed"
        );
    }
}

#[tokio::test]
async fn swapped_openings_do_not_open() {
    let scene = Scene::new().await;
    scene
        .attack(
            "update audit_events e set openings = o.openings from audit_events o, audit_leaves a, audit_leaves b
             where a.workspace_id = e.workspace_id and b.workspace_id = e.workspace_id and e.{w}
                and a.position = 3 and b.position = 4 and e.id = a.event_id and o.id = b.event_id",
        )
        .await;
    let report = verify(&scene.export().await, scene.workspace).expect("the tree holds");
    assert_eq!(report.erased, 1, "the value is lost; no other is taken for it");
}

#[tokio::test]
async fn a_deleted_event_is_found() {
    let scene = Scene::new().await;
    scene
        .attack(
            "delete from audit_events where {w} and id = (select event_id from audit_leaves where {w} and position = 6);
             delete from audit_leaves where {w} and position = 6",
        )
        .await;
    let finding = scene.finding().await;
    assert_eq!((finding.what, finding.position), (What::Deleted, Some(6)));
}

#[tokio::test]
async fn a_deleted_event_over_whose_gap_the_rest_moved_is_found() {
    let scene = Scene::new().await;
    scene
        .attack(
            "delete from audit_events where {w} and id = (select event_id from audit_leaves where {w} and position = 6);
             delete from audit_leaves where {w} and position = 6;
             update audit_leaves set position = position + 1000 where {w} and position > 6;
             update audit_leaves set position = position - 1001 where {w} and position > 1000;
             update audit_heads set size = size - 1 where {w};",
        )
        .await;
    let finding = scene.finding().await;
    let found = matches!(
        finding.what,
        What::Edited | What::EditedWithin { .. } | What::Truncated | What::Deleted
    );
    assert!(found, "{finding}");
}

#[tokio::test]
async fn reordered_events_are_found() {
    let scene = Scene::new().await;
    scene
        .attack(
            "update audit_leaves set position = 1000 where {w} and position = 3;
             update audit_leaves set position = 3 where {w} and position = 8;
             update audit_leaves set position = 8 where {w} and position = 1000;",
        )
        .await;
    let finding = scene.finding().await;
    assert!(
        matches!(finding.what, What::Edited | What::Reordered { .. }),
        "{finding}"
    );
    assert_eq!(finding.position, Some(3));
}

#[tokio::test]
async fn a_log_cut_short_is_found() {
    let scene = Scene::new().await;
    let kept = scene.kept().await;
    // The newest events go, the checkpoint over them stays.
    scene
        .attack("delete from audit_leaves where {w} and position >= 9")
        .await;
    let finding = scene.finding().await;
    assert!(matches!(finding.what, What::Deleted | What::Truncated), "{finding}");
    // Everything after the first checkpoint goes: the log agrees with itself, and with nothing that was kept outside.
    scene.roll_back_to_first_checkpoint().await;
    verify(&scene.export().await, scene.workspace).expect("agrees with itself");
    let finding = scene.finding_since(kept).await;
    assert!(
        matches!(finding.what, What::RolledBack { since: 11, size: 6 }),
        "{finding}"
    );
}

#[tokio::test]
async fn a_fork_is_found() {
    let scene = Scene::new().await;
    let kept = scene.kept().await;
    scene.roll_back_to_first_checkpoint().await;
    // The head as it was under the first checkpoint: the frontier of six leaves is a node of level 2 and one of level 1.
    scene
        .attack(
            "update audit_heads set size = 6, frontier = int8send(6::bigint)
                || (select hash from audit_nodes where {w} and level = 2 and index = 0)
                || (select hash from audit_nodes where {w} and level = 1 and index = 2) where {w}",
        )
        .await;
    // The unsuspecting sealer signs another history, longer than the one that was kept.
    scene.write(7).await;
    verify(&scene.export().await, scene.workspace).expect("agrees with itself");
    let finding = scene.finding_since(kept).await;
    assert!(matches!(finding.what, What::ForkedFromSince { size: 11 }), "{finding}");
}

#[tokio::test]
async fn a_backdated_event_is_found() {
    let mut scene = Scene::new().await;
    scene.house.clock.advance(Duration::HOUR);
    scene.ilse = scene.house.sign_in("ilse@ternhouse.example").await;
    scene.write(1).await;
    scene.house.record(&scene.ilse, scene.workspace, "Waits").await;
    // An event that waits is not sealed yet: the attacker makes it an old one.
    scene
        .attack(
            "update audit_events set leaf = regexp_replace(leaf, '\"at\":\"[^\"]*\"', '\"at\":\"2026-11-22T12:00:03.000Z\"')
                where {w} and id in (select event_id from audit_unsealed where {w});
             update audit_events set leaf_hash = sha256('\\x00'::bytea || convert_to(leaf, 'utf8')) where {w};",
        )
        .await;
    scene.house.services.seal_now().await.expect("sealed");
    let finding = scene.finding().await;
    assert!(matches!(finding.what, What::Backdated { .. }), "{finding}");
}

#[tokio::test]
async fn a_checkpoint_nobody_signed_is_found() {
    let scene = Scene::new().await;
    scene
        .attack("update audit_checkpoints set note = replace(note, 'time 2026', 'time 2025') where {w}")
        .await;
    assert!(matches!(scene.finding().await.what, What::Signature(_)));
    let list = ListAuditEvents {
        workspace: scene.workspace,
        filter: AuditFilter::default(),
    };
    assert_eq!(
        code(scene.house.act(&scene.ilse, list).await),
        Code::Internal,
        "the page does not show it either"
    );
}

#[tokio::test]
async fn a_damaged_title_or_name_hides_no_event() {
    let scene = Scene::new().await;
    scene
        .attack(
            "update record_fields set value = '\\x00' where {w} and class = 'record.title';
             update workspaces set name = '\\x00' where {w};
             update accounts set name = '\\x00';",
        )
        .await;
    let rows = scene.list().await.expect("the page is there").rows;
    assert_eq!(rows.len(), 12, "the export is an event too");
    assert!(rows.iter().all(|row| row.target_name.is_none()), "{rows:?}");
    assert!(rows.iter().all(|row| !row.changes.is_empty()), "what happened is there");
    verify(&scene.export().await, scene.workspace).expect("the log is whole");
}

#[tokio::test]
async fn damaged_data_keys_hide_no_event() {
    let mut scene = Scene::new().await;
    scene.attack("update data_keys set wrapped = '\\x00' where {w}").await;
    // A server that does not have the keys at hand.
    scene.house.services = scene.house.restarted();
    let rows = scene.list().await.expect("the page is there").rows;
    assert_eq!(rows.len(), 12, "the export is an event too");
    for row in &rows {
        assert_eq!(row.changes[0].field, "values that cannot be read any more");
        assert_eq!(row.target_name, None);
    }
    // Each key by itself, too: whose titles are damaged, whose openings.
    scene.attack("delete from data_keys where {w}").await;
    scene.house.services = scene.house.restarted();
    assert_eq!(scene.list().await.expect("the page is there").rows.len(), 12);
    let report = verify(&scene.export().await, scene.workspace).expect("the tree holds");
    assert_eq!(report.erased, 11);
}

#[tokio::test]
async fn a_fault_is_not_taken_for_erasure() {
    let mut scene = Scene::new().await;
    scene.house.services = scene.house.restarted();
    scene.house.keys.down.store(true, Ordering::SeqCst);
    assert_eq!(code(scene.list().await), Code::Unavailable, "the key store is away");
    let workspace = scene.workspace;
    let export = scene.house.act(&scene.ilse, ExportAuditLog { workspace }).await;
    assert_eq!(code(export), Code::Unavailable);
    scene.house.keys.down.store(false, Ordering::SeqCst);
    let report = verify(&scene.export().await, workspace).expect("sound");
    assert_eq!(report.erased, 0);
    // The database fails while the key of one event is looked for: all others are at hand.
    scene.list().await.expect("the page is there");
    scene.attack("alter table data_keys rename to data_keys_away").await;
    scene.list().await.expect("every key is at hand");
    scene
        .attack(
            "update audit_events set openings = overlay(openings placing '\\x00000002' from 2 for 4) where {w} and id =
                (select event_id from audit_leaves where {w} and position = 4)",
        )
        .await;
    assert_eq!(code(scene.list().await), Code::Internal, "the database failed");
    scene.attack("alter table data_keys_away rename to data_keys").await;
    let rows = scene.list().await.expect("the page is there").rows;
    let lost = rows
        .iter()
        .filter(|row| row.changes[0].field == "values that cannot be read any more");
    assert_eq!(lost.count(), 1, "a key that never was");
}
