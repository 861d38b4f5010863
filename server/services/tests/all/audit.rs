//! Reading the log: filters, pages, proofs, exports; and the rule that nothing commits without its event.

use crate::house::{House, Person, WRITER, caller, code, seat, shell};
use crypto::{SigningKey, VerifierKey, audit_export::Report, checkpoint::log_origin, merkle};
use domain::{
    Code, RecordId, WorkspaceId,
    audit::ActorKind,
    operation,
    ops::{
        AuditFilter, AuditPage, Done, Download, ExportAuditLog, GetAuditEvent, ListAuditEvents, ListRecords,
        RenameRecord, RenameWorkspace,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use services::{Context, Event, Failure, Handle, Prepare};
use store::{FieldClass, TenantTx, records};
use time::Duration;

/// The key that checks a workspace's exports.
pub(crate) fn verifier(workspace: WorkspaceId) -> VerifierKey {
    SigningKey::from_seed(&[9; 32])
        .verifier_key(&log_origin(workspace.0))
        .expect("a key")
}

/// Verifies an export.
pub(crate) fn verify(export: &Download, workspace: WorkspaceId) -> Result<Report, crypto::audit_export::Finding> {
    crypto::audit_export::verify(export.text.lines(), &verifier(workspace), None)
}

async fn list(house: &House, person: &Person, workspace: WorkspaceId, filter: AuditFilter) -> AuditPage {
    house
        .act(person, ListAuditEvents { workspace, filter })
        .await
        .expect("a page")
}

/// A mutation that may forget its event.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Scribble {
    workspace: WorkspaceId,
    record: RecordId,
    audited: bool,
}
operation!(Scribble => Done, "record.scribble", "For this test", Mutation, Workspace, EditRecords, Write, Mutation,
    workspace = workspace);

impl Handle for Scribble {
    type Tx = TenantTx;
    type Prepared = ();
    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), domain::Problem> {
        Ok(())
    }
    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        let at = cx.at();
        records::insert(
            cx.tx(),
            testkit::draft(self.record),
            &[(FieldClass::Title, vec![1])],
            at,
        )
        .await?;
        if self.audited {
            cx.record(Event::on("record", &self.record)).await?;
        }
        Ok(Done {})
    }
}

/// A query that writes.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Peek(Scribble);
operation!(Peek => Done, "record.peek", "For this test", Query, Workspace, ReadRecords, Read, None);

impl Handle for Peek {
    type Tx = TenantTx;
    type Prepared = ();
    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), domain::Problem> {
        Ok(())
    }
    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        self.0.handle((), cx).await
    }
}

#[tokio::test]
async fn a_mutation_without_its_event_does_not_commit() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let count = async || house.database.number("select count(*) from shared.records").await;
    let scribble = |audited| Scribble {
        workspace,
        record: RecordId(testkit::id()),
        audited,
    };
    assert_eq!(code(house.act(&ilse, scribble(false)).await), Code::Internal);
    assert_eq!(count().await, 0, "nothing is kept");
    house
        .act(&ilse, scribble(true))
        .await
        .expect("with its event it commits");
    assert_eq!(count().await, 1);
    // A query keeps nothing, whatever its handler does. (It names no workspace, so it runs in the house.)
    for audited in [false, true] {
        let _ = house.act(&ilse, Peek(scribble(audited))).await;
        assert_eq!(count().await, 1);
    }
}

/// A workspace whose log has 62 events: made by Ilse, 60 records by Bea, renamed by Ilse a day later.
async fn sixty_two_events(house: &House) -> (Person, WorkspaceId) {
    let ilse = house.person("ilse@ternhouse.example").await;
    let bea = house.person("bea@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    house.stand(&bea, workspace, &seat(WRITER)).await;
    for number in 0..60 {
        house.clock.advance(Duration::SECOND);
        house.record(&bea, workspace, &format!("Tide table {number}")).await;
    }
    house.clock.advance(Duration::DAY);
    let ilse = house.sign_in("ilse@ternhouse.example").await;
    let rename = RenameWorkspace {
        workspace,
        name: "Ebb House".to_owned(),
        revision: 1,
    };
    house.act(&ilse, rename).await.expect("renamed");
    (ilse, workspace)
}

/// A filter of these fields.
fn filter(fields: &[(&str, &str)]) -> AuditFilter {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
    serde_json::from_value(fields.collect()).expect("a filter")
}

#[tokio::test]
async fn the_log_is_listed_newest_first_with_present_names_in_pages() {
    let house = House::new().await;
    let (ilse, workspace) = sixty_two_events(&house).await;
    let first = list(&house, &ilse, workspace, filter(&[])).await;
    assert_eq!((first.rows.len(), first.unsealed, first.checkpoint), (50, 62, None));
    assert_eq!(first.actions, ["record.create", "workspace.create", "workspace.rename"]);
    assert_eq!(first.people.len(), 2);
    let newest = &first.rows[0];
    let who_what = (newest.actor.name.as_str(), newest.action.as_str());
    assert_eq!(who_what, ("Ilse Brandt", "workspace.rename"));
    assert_eq!(newest.target_name.as_deref(), Some("Ebb House"));
    let change = (newest.changes[0].before.as_deref(), newest.changes[0].after.as_deref());
    assert_eq!(change, (Some("Tern House"), Some("Ebb House")));
    let before = first.next.expect("there is more").to_string();
    let second = list(&house, &ilse, workspace, filter(&[("before", &before)])).await;
    assert_eq!((second.rows.len(), second.next), (12, None));
    assert_eq!(second.rows.last().expect("a row").action, "workspace.create");
}

#[tokio::test]
async fn filters_of_the_log_combine() {
    let house = House::new().await;
    let (ilse, workspace) = sixty_two_events(&house).await;
    let account = ilse.account.to_string();
    let cases: [(&[(&str, &str)], usize); 8] = [
        (&[("person", &account)], 2),
        (&[("action", "workspace.rename")], 1),
        (&[("from", "2026-11-23")], 1),
        (&[("to", "2026-11-22"), ("action", "workspace.create")], 1),
        (&[("to", "2026-11-21")], 0),
        (&[("search", "tide 59")], 1),
        // The present name, and the change.
        (&[("search", "EBB")], 2),
        (&[("search", "nowhere")], 0),
    ];
    for (fields, count) in cases {
        let page = list(&house, &ilse, workspace, filter(fields)).await;
        assert_eq!((page.rows.len(), page.next), (count, None), "{fields:?}");
    }
    let found = list(&house, &ilse, workspace, filter(&[("search", "tide")])).await;
    assert_eq!(found.rows.len(), 50);
    let before = found.next.expect("there is more").to_string();
    let rest = list(
        &house,
        &ilse,
        workspace,
        filter(&[("search", "tide"), ("before", &before)]),
    )
    .await;
    assert_eq!((rest.rows.len(), rest.next), (10, None));
}

#[tokio::test]
async fn a_sealed_event_comes_with_a_proof_that_anybody_can_check() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    for number in 0..12 {
        house.record(&ilse, workspace, &format!("Tide table {number}")).await;
    }
    let page = list(&house, &ilse, workspace, AuditFilter::default()).await;
    let event = page.rows[3].id;
    let waiting = house
        .act(&ilse, GetAuditEvent { workspace, event })
        .await
        .expect("an event");
    assert_eq!(
        (waiting.row.position, waiting.proof),
        (None, None),
        "it waits for the sealer"
    );
    assert!(house.services.seal_now().await.expect("sealed") >= 13);
    let page = list(&house, &ilse, workspace, AuditFilter::default()).await;
    let checkpoint = page.checkpoint.expect("a checkpoint");
    assert_eq!((page.unsealed, checkpoint.size), (0, 13));
    assert_eq!(checkpoint.verifier_key, verifier(workspace).to_string());
    for row in &page.rows {
        let view = house
            .act(
                &ilse,
                GetAuditEvent {
                    workspace,
                    event: row.id,
                },
            )
            .await
            .expect("an event");
        assert_eq!(
            (view.address.as_str(), view.device.as_str()),
            ("192.0.2.7", "Firefox on Linux")
        );
        let proof = view.proof.expect("a proof");
        assert_eq!((&proof.root, proof.size), (&checkpoint.root, checkpoint.size));
        let hash = |text: &str| -> crypto::Hash { hex::decode(text).expect("hex").try_into().expect("32 bytes") };
        let path: Vec<_> = proof.path.iter().map(|(_, sibling)| hash(sibling)).collect();
        let position = view.row.position.expect("sealed");
        assert!(merkle::verify_inclusion(
            &hash(&proof.leaf),
            position,
            proof.size,
            &path,
            &hash(&proof.root)
        ));
        // The sides lead to the same root, for whoever checks by hand.
        let by_hand = proof
            .path
            .iter()
            .fold(hash(&proof.leaf), |below, (side, sibling)| match side.as_str() {
                "left" => merkle::node_hash(&hash(sibling), &below),
                _ => merkle::node_hash(&below, &hash(sibling)),
            });
        assert_eq!(hex::encode(by_hand), proof.root);
    }
}

#[tokio::test]
async fn an_export_verifies_offline_and_is_itself_on_record() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let empty = house.act(&ilse, ExportAuditLog { workspace }).await.expect("an export");
    assert_eq!(
        verify(&empty, workspace).expect("verifies").events,
        0,
        "nothing is sealed yet"
    );
    for number in 0..7 {
        house.record(&ilse, workspace, &format!("Tide table {number}")).await;
        house.services.seal_now().await.expect("sealed");
    }
    let export = house.act(&ilse, ExportAuditLog { workspace }).await.expect("an export");
    assert_eq!(export.media_type, "application/jsonl");
    let report = verify(&export, workspace).expect("verifies");
    assert_eq!((report.events, report.checkpoints, report.erased), (9, 7, 0));
    assert!(
        export.text.contains("Tide table 3") && export.text.contains("192.0.2.7"),
        "openings are in it"
    );
    let page = list(&house, &ilse, workspace, AuditFilter::default()).await;
    assert_eq!((page.rows[0].action.as_str(), page.unsealed), ("audit.export", 1));
}

#[tokio::test]
async fn the_house_has_a_log_of_its_own_for_who_has_a_shell() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let record = house.record(&ilse, workspace, "Tide tables").await;
    let rename = RenameRecord {
        workspace,
        record: record.id,
        title: "Ebb tables".to_owned(),
        revision: 1,
    };
    house.services.run(shell(), rename).await.result.expect("renamed");
    let row = list(&house, &ilse, workspace, AuditFilter::default())
        .await
        .rows
        .remove(0);
    assert_eq!(
        (row.actor.kind, row.actor.name.as_str()),
        (ActorKind::CommandLine, "Command line")
    );
    house.services.seal_now().await.expect("sealed");
    let export = ExportAuditLog {
        workspace: WorkspaceId::HOUSE,
    };
    let export = house.services.run(shell(), export).await.result.expect("an export");
    let report = verify(&export, WorkspaceId::HOUSE).expect("verifies");
    // Sign-up, proof, sign-in.
    assert_eq!(report.events, 3);
    assert!(
        !export.text.contains("ilse@ternhouse.example"),
        "visitors' events hold no address"
    );
    let filter = AuditFilter::default();
    let op = ListAuditEvents {
        workspace: WorkspaceId::HOUSE,
        filter,
    };
    let page = house.services.run(shell(), op).await.result.expect("a page");
    let who: Vec<_> = page
        .rows
        .iter()
        .rev()
        .map(|row| (row.action.as_str(), row.actor.name.as_str()))
        .collect();
    assert_eq!(who[0], ("account.sign_up", "Somebody not signed in"));
    assert_eq!(who[1], ("account.verify", "Ilse Brandt"));
    assert_eq!(who[2], ("session.sign_in", "Ilse Brandt"));
    assert_eq!(who[3], ("audit.export", "Command line"));
}

#[tokio::test]
async fn sealing_goes_on_after_any_interruption_and_seals_each_event_once() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    house.services.seal_now().await.expect("sealed");
    for polls in 0..24_u32 {
        house.record(&ilse, workspace, &format!("Tide table {polls}")).await;
        // The sealer dies after so many steps, wherever that is.
        let services = house.services.clone();
        let sealing = tokio::spawn(async move { services.seal_now().await });
        for _ in 0..polls * 2 {
            tokio::task::yield_now().await;
        }
        sealing.abort();
        let _ = sealing.await;
    }
    house.services.seal_now().await.expect("sealed");
    assert_eq!(house.services.seal_now().await, Ok(0), "nothing is left");
    let export = house.act(&ilse, ExportAuditLog { workspace }).await.expect("an export");
    assert_eq!(verify(&export, workspace).expect("verifies").events, 25);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_of_one_moment_while_others_write_and_seal() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let (services, token) = (house.services.clone(), ilse.token.clone());
    let writer = tokio::spawn(async move {
        for number in 0..40 {
            let title = format!("Tide table {number}");
            let op = domain::ops::CreateRecord::blank(workspace, title);
            services.run(caller(Some(&token)), op).await.result.expect("a record");
            if number % 3 == 0 {
                services.seal_now().await.expect("sealed");
            }
        }
    });
    while !writer.is_finished() {
        let page = list(&house, &ilse, workspace, filter(&[])).await;
        let waiting = page.rows.iter().take_while(|row| row.position.is_none()).count();
        let newest = page.rows.iter().find_map(|row| row.position);
        assert_eq!(page.unsealed, waiting as u64);
        assert_eq!(page.checkpoint.map(|checkpoint| checkpoint.size - 1), newest);
    }
    writer.await.expect("written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sealers_and_many_writers_make_one_log() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..4 {
        let (services, token) = (house.services.clone(), ilse.token.clone());
        writers.spawn(async move {
            for number in 0..10 {
                let title = format!("{writer}/{number}");
                let op = domain::ops::CreateRecord::blank(workspace, title);
                services.run(caller(Some(&token)), op).await.result.expect("a record");
            }
        });
    }
    let (one, other) = (house.restarted(), house.restarted());
    while !writers.is_empty() {
        let (first, second) = tokio::join!(one.seal_now(), other.seal_now());
        first.and(second).expect("sealed");
        while writers.try_join_next().is_some() {}
    }
    one.seal_now().await.expect("sealed");
    let export = house.act(&ilse, ExportAuditLog { workspace }).await.expect("an export");
    assert_eq!(verify(&export, workspace).expect("verifies").events, 41);
    assert_eq!(
        house
            .act(&ilse, ListRecords::first(workspace))
            .await
            .expect("a list")
            .rows
            .len(),
        40
    );
}

#[tokio::test]
async fn an_old_backlog_is_sealed_under_one_checkpoint_and_verifies() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    house.services.seal_now().await.expect("sealed");
    house.record(&ilse, workspace, "Tide tables").await;
    // More events than one statement takes: copies of the one that waits, each with an id and a hash of its own.
    let copies = format!(
        "with copy as (
            select e.*, md5(number::text)::uuid as fresh from shared.audit_events e, generate_series(1, 2100) as number
            where e.workspace_id = '{workspace}' and e.action = 'record.create'
         ), made as (
            select *, replace(leaf, id::text, fresh::text) as text from copy
         ), stored as (
            insert into shared.audit_events
            select workspace_id, fresh, at, actor, action, target_kind, target_id, text,
                sha256('\\x00'::bytea || convert_to(text, 'utf8')), openings from made
         )
         insert into shared.audit_unsealed select workspace_id, fresh from made"
    );
    house.database.run(&copies).await;
    house.clock.advance(Duration::HOUR);
    assert!(house.services.seal_now().await.expect("sealed") >= 2101);
    let ilse = house.sign_in("ilse@ternhouse.example").await;
    let export = house.act(&ilse, ExportAuditLog { workspace }).await.expect("an export");
    let report = verify(&export, workspace).expect("verifies");
    assert_eq!((report.events, report.checkpoints, report.erased), (2102, 2, 2100));
}

#[tokio::test]
async fn a_log_too_large_for_the_web_is_left_to_the_command_line() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let large = format!("insert into shared.audit_checkpoints values ('{workspace}', 20001, 'a note', now())");
    house.database.run(&large).await;
    let refused = house
        .act(&ilse, ExportAuditLog { workspace })
        .await
        .expect_err("too large");
    assert_eq!(refused.code, Code::TooLarge);
    assert!(
        refused.detail.contains("20001") && refused.detail.contains("admin export-audit"),
        "{refused}"
    );
    house
        .services
        .run(shell(), ExportAuditLog { workspace })
        .await
        .result
        .expect("the command line may");
}
