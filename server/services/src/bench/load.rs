//! Clients that do one thing as fast as they are answered, each in workspaces of its own.

use crate::{
    Handle, Services,
    context::Context,
    dispatch::{self, Admitted},
    replay::{self, Replay},
    testbed::{Client, Mailbox, PASSWORD},
};
use domain::{
    Caller, Operation, RecordId, Secret, WorkspaceId,
    ops::{
        AuditFilter, CreateRecord, CreateWorkspace, DescribeRecord, GetRecord, ListAuditEvents, ReadBody, RecordView,
        RenameRecord,
    },
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use store::{Receipt, Scoped, TenantTx, Why, peer};

/// The template that every record is made from: a page of text.
const TEMPLATE: &str = "relaxation";

/// How many there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Clients at work at a time.
    pub(super) clients: usize,
    /// Workspaces of each.
    pub(super) workspaces: usize,
    /// Records of each: in an almost empty table everything is found by reading all of it.
    pub(super) records: usize,
}

/// What they do: one transaction of an operation, from BEGIN to COMMIT, with everything the dispatcher and the handler do
/// in between; a browser's write brings an idempotency key, whose answer is kept in it.
/// Session, rate and membership were looked up before it, once.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    /// `record.rename`, and where its event goes.
    Write(Log),
    /// `record.get`: the least that a read can be, one statement.
    Get,
    /// `record.read`: what opening a script reads, the record and its text, opened and rendered.
    Read,
}

/// Where the audit event of a write goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Log {
    /// Nowhere: there is none.
    None,
    /// Into the product's log.
    Sealed,
    /// Into one chain for all workspaces, as [`store::peer`] says.
    Chained,
}

/// One side of a comparison.
pub(super) struct Side {
    pub(super) name: &'static str,
    services: Services,
    act: Act,
    clients: Vec<Worker>,
}

/// A client with its places.
struct Worker {
    client: Client,
    places: Vec<Place>,
    turn: u32,
}

/// A record, and the leave to touch it.
struct Place {
    caller: Caller,
    to_get: Admitted,
    to_read: Admitted,
    to_write: Admitted,
    workspace: WorkspaceId,
    /// The records, and how often each was changed.
    records: Vec<(RecordId, u32)>,
}

impl Side {
    pub(super) async fn new(name: &'static str, act: Act, services: &Services, size: Size) -> Self {
        let mailbox = Arc::new(Mailbox::default());
        let mut clients = Vec::new();
        for number in 0..size.clients {
            let mut client = Client {
                address: "192.0.2.7".parse().expect("an address"),
                user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0".to_owned(),
                session: None,
            };
            let email = format!("{number}-of-{}@keep.example", name.replace(' ', "-").to_lowercase());
            client
                .join(services, &mailbox, "Ilse Brandt", &email, &Secret::new(PASSWORD))
                .await;
            let mut places = Vec::new();
            for _ in 0..size.workspaces {
                places.push(Place::new(services, &mut client, size.records).await);
            }
            clients.push(Worker {
                client,
                places,
                turn: 0,
            });
        }
        Self {
            name,
            services: services.clone(),
            act,
            clients,
        }
    }

    /// Operations per second over about so long.
    #[expect(clippy::disallowed_methods, reason = "a bench measures")]
    pub(super) async fn run(&mut self, length: Duration) -> f64 {
        let begun = Instant::now();
        let tasks: Vec<_> = std::mem::take(&mut self.clients)
            .into_iter()
            .map(|mut worker| {
                let (services, act) = (self.services.clone(), self.act);
                tokio::spawn(async move {
                    let mut done = 0_u32;
                    while begun.elapsed() < length {
                        worker.act(&services, act).await;
                        done += 1;
                    }
                    (worker, done)
                })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            let (worker, by_it) = task.await.expect("a client");
            self.clients.push(worker);
            done += by_it;
        }
        f64::from(done) / begun.elapsed().as_secs_f64()
    }

    /// Whether what was written last is in the log. Of a side that wrote.
    pub(super) async fn recorded(&self) -> bool {
        let worker = &self.clients[0];
        let place = &worker.places[0];
        let op = ListAuditEvents {
            workspace: place.workspace,
            filter: AuditFilter::default(),
        };
        let log = self
            .services
            .run(worker.client.caller(None), op)
            .await
            .result
            .expect("a log");
        let written = place.records.iter().any(|(_, revision)| *revision > 2);
        assert!(written, "{} wrote nothing", self.name);
        log.rows.iter().any(|row| row.action == RenameRecord::META.name)
    }

    pub(super) async fn close(&self) {
        self.services.inner.db.close().await;
    }
}

impl Place {
    async fn new(services: &Services, client: &mut Client, records: usize) -> Self {
        let name = "Tern House".to_owned();
        let workspace = client.act(services, CreateWorkspace::usual(name)).await.id;
        let mut described = Vec::new();
        for _ in 0..records {
            let title = "Tide tables".to_owned();
            let op = CreateRecord {
                template: TEMPLATE.to_owned(),
                ..CreateRecord::blank(workspace, title)
            };
            let record = client.act(services, op).await;
            let op = DescribeRecord {
                workspace,
                record: record.id,
                summary: "When the water comes, and when it goes. ".repeat(10),
                revision: record.revision,
            };
            let record = client.act(services, op).await;
            described.push((record.id, record.revision));
        }
        let caller = client.caller(None);
        Self {
            to_get: dispatch::admit(services, &caller, &GetRecord::META, Some(workspace), None)
                .await
                .expect("a member"),
            to_read: dispatch::admit(services, &caller, &ReadBody::META, Some(workspace), None)
                .await
                .expect("a member"),
            to_write: dispatch::admit(services, &caller, &RenameRecord::META, Some(workspace), None)
                .await
                .expect("a member"),
            caller,
            workspace,
            records: described,
        }
    }
}

impl Worker {
    async fn act(&mut self, services: &Services, act: Act) {
        self.turn = self.turn.wrapping_add(1);
        let turn = self.turn;
        let count = self.places.len();
        let place = &mut self.places[turn as usize % count];
        let record = turn as usize / count % place.records.len();
        match act {
            Act::Write(log) => place.write(services, record, log, turn).await,
            Act::Get => place.get(services, record).await,
            Act::Read => place.read(services, record).await,
        }
    }
}

impl Place {
    async fn write(&mut self, services: &Services, record: usize, log: Log, turn: u32) {
        let (id, revision) = self.records[record];
        let op = RenameRecord {
            workspace: self.workspace,
            record: id,
            title: format!("Tide tables, {turn}"),
            revision,
        };
        self.caller.idempotency_key = Some(testkit::id().to_string());
        let (caller, admitted) = (&self.caller, &self.to_write);
        let replay = Replay::of(services, caller, admitted, &op)
            .await
            .expect("a good key")
            .expect("a key");
        let mut cx = dispatch::begin::<RenameRecord>(services, caller, admitted)
            .await
            .expect("begun");
        cx.unrecorded = log == Log::None;
        let view = op.handle((), &mut cx).await.expect("renamed");
        self.records[record].1 = view.revision;
        match log {
            Log::Sealed => {
                dispatch::keep::<RenameRecord>(cx, view, Some(&replay))
                    .await
                    .expect("committed");
            }
            Log::Chained => chain(cx, &replay, &view).await,
            Log::None => {
                let answer = replay::answer::<RenameRecord>(&mut cx, &replay, &view)
                    .await
                    .expect("sealed");
                let epoch = cx.epoch;
                let kept = peer::keep_answer(&mut cx.tx, &answer, epoch).await.expect("written");
                assert!(kept, "keys are fresh, and nobody leaves");
                let Context { tx, vault, .. } = cx;
                tx.commit(Receipt::Unaudited(Why::KeyMaking)).await.expect("committed");
                vault.committed();
            }
        }
    }

    async fn get(&self, services: &Services, record: usize) {
        let op = GetRecord {
            workspace: self.workspace,
            record: self.records[record].0,
        };
        let mut cx = dispatch::begin::<GetRecord>(services, &self.caller, &self.to_get)
            .await
            .expect("begun");
        let view = op.handle((), &mut cx).await.expect("read");
        cx.tx.finish().await.expect("ended");
        assert_eq!(view.title, "Tide tables");
    }

    async fn read(&self, services: &Services, record: usize) {
        let op = ReadBody {
            workspace: self.workspace,
            record: self.records[record].0,
        };
        let mut cx = dispatch::begin::<ReadBody>(services, &self.caller, &self.to_read)
            .await
            .expect("begun");
        let view = op.handle((), &mut cx).await.expect("read");
        cx.tx.finish().await.expect("ended");
        assert!(view.words > 0, "the template's text is there");
    }
}

async fn write_last(cx: &mut Context<'_, TenantTx>, replay: &Replay, view: &RecordView) {
    let answer = replay::answer::<RenameRecord>(cx, replay, view).await.expect("sealed");
    assert!(cx.write_last(Some(&answer)).await.expect("kept"), "keys are fresh");
}

/// Writes and commits under the one head of all workspaces.
async fn chain(mut cx: Context<'_, TenantTx>, replay: &Replay, view: &RecordView) {
    let mut head = peer::lock_head(&mut cx.tx).await.expect("the head");
    let event = cx.left.event.as_ref().expect("an event");
    head.hash.extend_from_slice(&event.leaf_hash);
    head.hash = crypto::merkle::leaf_hash(&head.hash).to_vec();
    head.size += 1;
    write_last(&mut cx, replay, view).await;
    peer::move_head(&mut cx.tx, &head).await.expect("moved");
    dispatch::commit(cx).await.expect("committed");
}
