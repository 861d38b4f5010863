//! What a stranger with the disk sees. Unmistakable texts go in through operations, in every place that people write to;
//! then every byte of the database's files, its WAL, a base backup, the logs and the temporary files is read. None of the
//! texts is there. With encryption switched off, the same reading finds all of them: it can find.

mod scan;

use crate::{
    Ask, Closing, Line, Services,
    testbed::{self, Client, Content, Mailbox, deliver},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use domain::{
    Code, RecordId, Secret,
    document::{Block, Document, Inline},
    ops::{
        AddAttachment, CreateRecord, CreateWorkspace, DescribeRecord, ForgotPassword, ListSessions, RenameRecord,
        RenameWorkspace, SignUp,
    },
};
use scan::{Canary, Finding, Scanner};
use std::{
    collections::{BTreeSet, hash_map::RandomState},
    fs,
    hash::{BuildHasher, Hasher},
    io::Write,
    path::Path,
    sync::{Arc, Mutex, OnceLock, atomic::Ordering},
};
use store::{Db, PoolSizes};
use testkit::{PrivateServer, TestClock, run};
use tokio::sync::Notify;
use tracing_subscriber::fmt::MakeWriter;

const DATABASE: &str = "canary";

/// Where a finding may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Where {
    Data,
    Wal,
    Backup,
    Temporary,
    ServerLog,
    OwnLog,
}

impl Where {
    fn of(finding: &Finding) -> Self {
        let file = finding.file.to_string_lossy();
        if file == "pg/postgres.log" {
            Self::ServerLog
        } else if file == OWN_LOG {
            Self::OwnLog
        } else if file.contains("pgsql_tmp") {
            Self::Temporary
        } else if file.starts_with("backup/") {
            Self::Backup
        } else if file.starts_with("pg/data/pg_wal/") {
            Self::Wal
        } else {
            Self::Data
        }
    }
}

/// The texts of one run. No two runs share them.
struct Texts {
    title: String,
    former_title: String,
    summary: String,
    body: String,
    picture: String,
    person: String,
    email: String,
    address: String,
    workspace: String,
    former_workspace: String,
    password: String,
    user_agent: String,
    /// What people write in vain: the act is refused.
    refused: String,
    /// What this test says to our own log.
    own: String,
    root: [u8; 32],
}

impl Texts {
    fn new() -> Self {
        let word = |what: &str| format!("{what}{:016x}", chance());
        let mut root = [0; 32];
        for bytes in root.chunks_mut(8) {
            bytes.copy_from_slice(&chance().to_le_bytes());
        }
        let groups = chance();
        Self {
            title: word("qt"),
            former_title: word("qf"),
            summary: word("qs"),
            body: word("qb"),
            picture: word("qi"),
            person: word("qp"),
            email: format!("{}@keep.example", word("qm")),
            // No group begins with a zero, so that the text is the canonical one.
            address: format!(
                "2001:db8:{:x}:{:x}:9a7:5ca1:ab1e:f00d",
                groups >> 48 | 0x1000,
                groups & 0xffff | 0x1000
            ),
            workspace: word("qw"),
            former_workspace: word("qv"),
            password: format!("the tide {} came in", word("qx")),
            user_agent: word("qu"),
            refused: word("qr"),
            own: word("qo"),
            root,
        }
    }
}

/// A number nobody else has.
fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// What must be found when nothing is encrypted, and what must not be found even then.
struct Planted {
    kept: Vec<Canary>,
    never: Vec<Canary>,
}

/// Does what people do, with the texts in every field.
async fn live(services: &Services, texts: &Texts) -> Planted {
    let mailbox = Arc::new(Mailbox::default());
    let mut ilse = Client {
        address: texts.address.parse().expect("an address"),
        user_agent: format!("SamsungBrowser/1 (CrOS) {}", texts.user_agent),
        session: None,
    };
    let password = Secret::new(texts.password.clone());
    ilse.join(services, &mailbox, &texts.person, &texts.email, &password)
        .await;
    let name = texts.former_workspace.clone();
    let workspace = ilse.act(services, CreateWorkspace::usual(name)).await;
    let op = RenameWorkspace {
        workspace: workspace.id,
        name: texts.workspace.clone(),
        revision: workspace.revision,
    };
    ilse.act(services, op).await;
    let workspace = workspace.id;
    let title = texts.former_title.clone();
    let record = ilse.act(services, CreateRecord::blank(workspace, title)).await;
    let rename = |revision, title: &str| RenameRecord {
        workspace,
        record: record.id,
        title: title.to_owned(),
        revision,
    };
    let record = ilse.act(services, rename(record.revision, &texts.title)).await;
    let op = DescribeRecord {
        workspace,
        record: record.id,
        summary: texts.summary.clone(),
        revision: record.revision,
    };
    ilse.act(services, op).await;
    assert_eq!(ilse.act(services, ListSessions {}).await.len(), 1);
    write_body(services, &ilse, record.id, &texts.body).await;
    let op = AddAttachment {
        workspace,
        record: record.id,
        content: STANDARD.encode([b"GIF89a\x01\0\x01\0", texts.picture.as_bytes()].concat()),
    };
    ilse.act(services, op).await;

    // In vain: a stale revision, a text that is too long, somebody else's address.
    let stale = services.run(ilse.caller(None), rename(1, &texts.refused)).await;
    assert_eq!(stale.result.expect_err("stale").code, Code::Stale);
    let long = services
        .run(ilse.caller(None), rename(1, &texts.refused.repeat(100)))
        .await;
    assert_eq!(long.result.expect_err("too long").code, Code::Invalid);
    let again = SignUp {
        name: texts.refused.clone(),
        email: texts.email.clone(),
        password: Secret::new(format!("{} and the tide", texts.refused)),
    };
    let _ = services.run(ilse.caller(None), again).await;
    deliver(services, &mailbox).await;
    services.seal_now().await.expect("sealed");

    // A mail that stays queued, since the mail server does not take it now.
    mailbox.refuses.store(true, Ordering::SeqCst);
    let email = texts.email.clone();
    ilse.act(services, ForgotPassword { email }).await;
    deliver(services, &mailbox).await;
    let link = mailbox.token(&texts.email);
    let session = ilse.session.expect("signed in");
    planted(texts, &link, &session)
}

/// Writes a text into a body, as an editor does.
async fn write_body(services: &Services, client: &Client, record: RecordId, text: &str) {
    let ask = Ask {
        record,
        workspace: None,
        schema: None,
        ack: true,
        gather: false,
    };
    let line = Arc::new(Ears::default());
    let seat = services
        .join(&client.caller(None), ask, Arc::clone(&line) as Arc<dyn Line>)
        .await
        .map_err(|problem| problem.to_string());
    let seat = seat.expect("a seat");
    let document = Document::new(vec![Block::paragraph(vec![Inline::text(text)])]).expect("a document");
    let update = collab::document::write(&document, 7);
    let length = u8::try_from(update.len()).expect("a short update");
    assert!(length < 0x80, "one byte says how long it is");
    let mut frame = vec![0, 2, length];
    frame.extend_from_slice(&update);
    seat.frame(frame.into());
    line.kept.notified().await;
}

/// Hears that something is kept.
#[derive(Default)]
struct Ears {
    kept: Notify,
}

impl Line for Ears {
    fn send(&self, messages: &[Bytes]) -> bool {
        if messages.iter().any(|message| message.starts_with(&[100])) {
            self.kept.notify_one();
        }
        true
    }

    fn close(&self, _closing: Closing) {}
}

fn planted(texts: &Texts, link: &Secret, session: &Secret) -> Planted {
    let canary = |name, text: &str| Canary {
        name,
        bytes: text.as_bytes().to_vec(),
    };
    Planted {
        kept: vec![
            canary("a record's title", &texts.title),
            canary("a title before it, in the audit log", &texts.former_title),
            canary("a record's field", &texts.summary),
            canary("a record's body", &texts.body),
            canary("a picture", &texts.picture),
            canary("a person's name", &texts.person),
            canary("an e-mail address", &texts.email),
            canary("a network address", &texts.address),
            canary("a device", "Samsung Internet on ChromeOS"),
            canary("a workspace's setting", &texts.workspace),
            canary("a setting before it, in the audit log", &texts.former_workspace),
            canary("a link in a queued mail", link.expose()),
        ],
        never: vec![
            canary("a password", &texts.password),
            canary("a session's token", session.expose()),
            canary("a header", &texts.user_agent),
            canary("what was refused", &texts.refused),
            Canary {
                name: "the root key",
                bytes: texts.root.to_vec(),
            },
        ],
    }
}

/// A query whose sort is larger than its memory spills every encrypted column there is.
const SPILL: &str = "begin; set local work_mem = '64kB'; declare spill cursor for
    select value from (
        select value from shared.record_fields
        union all select content from shared.document_updates
        union all select name from shared.workspaces
        union all select openings from shared.audit_events
        union all select payload from control.jobs where payload is not null
        union all select response from control.idempotency_keys
        union all select name from control.accounts
        union all select email from control.accounts
        union all select address from control.sessions
        union all select device from control.sessions
    ) content, generate_series(1, 400) copy order by md5(copy::text || value::text), value;
    fetch 1 from spill";

/// The server says a value in its own log, as one that is told to log statements would.
const SAID: &str = "do $$ begin
    raise log 'a title: %', (select value from shared.record_fields where class = 'record.title');
end $$";

/// One run: everything found, and what of it.
async fn found(content: Content) -> (Planted, BTreeSet<Finding>) {
    let log = own_log();
    let texts = Texts::new();
    let server = PrivateServer::start().await;
    let db = Db::connect(&server.database(DATABASE).await, PoolSizes::default()).await;
    let db = db.expect("connected");
    let services = testbed::services(db.clone(), Arc::new(TestClock::new()), texts.root, content);
    services.open_house().await.expect("a fresh house opens");
    let mut planted = live(&services, &texts).await;

    // The scan has to find in the logs, too.
    planted.kept.push(Canary {
        name: "a line of our own log",
        bytes: texts.own.clone().into_bytes(),
    });
    if content == Content::Bare {
        tracing::trace!(text = texts.own, "a line");
    }
    server.run(DATABASE, SAID).await;
    server.run(DATABASE, "checkpoint").await;
    server.base_backup().await;
    let mut spilling = server.superuser(DATABASE).await;
    run(&mut spilling, SPILL).await;
    let logged = log.lock().expect("a log").clone();
    // The acts that were refused are in it, and what the database's client says.
    for said in ["\"operation\":\"record.rename\"", "\"target\":\"sqlx"] {
        assert!(String::from_utf8_lossy(&logged).contains(said), "{said} is not logged");
    }
    fs::write(server.folder().join(OWN_LOG), logged).expect("a file");
    let canaries: Vec<Canary> = planted.kept.iter().chain(&planted.never).cloned().collect();
    let (found, bytes) = Scanner::new(&canaries).folder(server.folder()).expect("a scan");
    assert!(temporary_files(server.folder()) > 0, "nothing was spilled");
    assert!(bytes > 50 << 20, "a server and its copy are larger than {bytes} bytes");
    db.close().await;
    (planted, found)
}

fn temporary_files(folder: &Path) -> usize {
    let spilled = fs::read_dir(folder.join("pg/data/base/pgsql_tmp"));
    spilled.map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_write_is_on_no_disk_unless_encryption_is_off() {
    let (planted, encrypted) = found(Content::Encrypted).await;
    assert_eq!(encrypted, BTreeSet::new());
    assert!(planted.kept.len() > 9 && planted.never.len() > 4);

    let (planted, bare) = found(Content::Bare).await;
    let places: BTreeSet<(&str, Where)> = bare.iter().map(|finding| (finding.name, Where::of(finding))).collect();
    for canary in &planted.kept {
        let expected: &[Where] = match canary.name {
            "a line of our own log" => &[Where::OwnLog],
            "a record's title" => &[
                Where::Data,
                Where::Wal,
                Where::Backup,
                Where::Temporary,
                Where::ServerLog,
            ],
            "a picture" => &[Where::Data, Where::Wal, Where::Backup],
            _ => &[Where::Data, Where::Wal, Where::Backup, Where::Temporary],
        };
        for place in expected {
            assert!(
                places.contains(&(canary.name, *place)),
                "{} is not found in {place:?}, only: {places:#?}",
                canary.name
            );
        }
    }
    // What is kept as a hash, or not at all, does not hang on encryption.
    for canary in &planted.never {
        let leaks: Vec<_> = bare.iter().filter(|finding| finding.name == canary.name).collect();
        assert!(leaks.is_empty(), "{leaks:#?}");
    }
    let only_known = bare
        .iter()
        .map(Where::of)
        .filter(|place| *place == Where::OwnLog)
        .count();
    assert_eq!(only_known, 1, "our own log holds that one line only: {bare:#?}");
}

const OWN_LOG: &str = "own.log";

/// Everything this process logs, at every level, as JSON lines: what `serve` writes to standard output, and more.
fn own_log() -> Arc<Mutex<Vec<u8>>> {
    static LOG: OnceLock<Arc<Mutex<Vec<u8>>>> = OnceLock::new();
    let log = LOG.get_or_init(|| {
        let log = Arc::new(Mutex::new(Vec::new()));
        tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_max_level(tracing::Level::TRACE)
            .with_writer(Into(Arc::clone(&log)))
            .init();
        log
    });
    Arc::clone(log)
}

/// Writes into memory.
#[derive(Clone)]
struct Into(Arc<Mutex<Vec<u8>>>);

impl Write for Into {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Into {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
