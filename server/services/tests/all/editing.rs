//! Bodies: what is written through a seat is read as HTML and as a tree, covered by events whatever happens, and opens
//! nowhere but in its place.

use crate::house::{House, Person, caller};
use bytes::Bytes;
use domain::{
    Caller, Code, RecordId, WorkspaceId,
    document::{Block, Document, Inline},
    ops::{ReadBody, TakeBody},
};
use services::{Ask, Closing, Line, Seat, Services};
use std::{
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// Somebody's own workspace with a record in it.
pub(crate) struct Desk {
    pub(crate) house: House,
    pub(crate) owner: Person,
    pub(crate) workspace: WorkspaceId,
    pub(crate) record: RecordId,
}

pub(crate) async fn desk() -> Desk {
    desk_in(House::new().await).await
}

pub(crate) async fn desk_in(house: House) -> Desk {
    let owner = house.person("ilse@keep.example").await;
    let workspace = house.workspace(&owner, "Tern House").await.id;
    let record = house.record(&owner, workspace, "Tides").await.id;
    Desk {
        house,
        owner,
        workspace,
        record,
    }
}

/// A seat, and what the room said to it.
pub(crate) struct Sitting {
    pub(crate) seat: Seat,
    ears: Arc<Ears>,
}

/// What the room says when its owner may only read from now on.
const READ_ONLY: [u8; 3] = [101, 2, 0];

/// Hears how much is kept, whether its owner may only read from now on, and whether the room closes the connection.
#[derive(Default)]
struct Ears {
    kept: AtomicU64,
    read_only: AtomicBool,
    closed: OnceLock<Closing>,
    stir: Notify,
}

impl Line for Ears {
    fn send(&self, messages: &[Bytes]) -> bool {
        for message in messages.iter().filter(|message| message[0] == 100) {
            self.kept.store(message[1].into(), Ordering::SeqCst);
            self.stir.notify_one();
        }
        if messages.iter().any(|message| message.starts_with(&READ_ONLY)) {
            self.read_only.store(true, Ordering::SeqCst);
            self.stir.notify_one();
        }
        true
    }

    fn close(&self, closing: Closing) {
        self.closed.set(closing).ok();
        self.stir.notify_one();
    }
}

impl Sitting {
    /// Gets up; what is left of the connection while somebody still has it.
    pub(crate) fn leave(self) -> Weak<dyn Line> {
        let line: Arc<dyn Line> = self.ears;
        Arc::downgrade(&line)
    }

    /// How the room ended it, if it did.
    pub(crate) fn closed(&self) -> Option<u16> {
        self.ears.closed.get().map(|closing| closing.code)
    }

    /// Whether the room said that its owner may only read from now on.
    pub(crate) fn is_read_only(&self) -> bool {
        self.ears.read_only.load(Ordering::SeqCst)
    }

    /// Waits until the room says that its owner may only read from now on.
    pub(crate) async fn until_read_only(&self) {
        let wait = async {
            while !self.is_read_only() {
                assert_eq!(self.closed(), None, "the connection was closed");
                self.ears.stir.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), wait)
            .await
            .expect("word that its owner may only read");
    }

    /// Waits until the room ends it; the code.
    pub(crate) async fn until_closed(&self) -> u16 {
        let wait = async {
            loop {
                if let Some(code) = self.closed() {
                    return code;
                }
                self.ears.stir.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), wait)
            .await
            .expect("the end")
    }
}

impl Desk {
    pub(crate) async fn seat(&self, services: &Services) -> Sitting {
        self.seat_of(services, &self.owner).await
    }

    /// A seat of somebody in particular.
    pub(crate) async fn seat_of(&self, services: &Services, person: &Person) -> Sitting {
        self.seat_by(services, &caller(Some(&person.token))).await
    }

    /// A seat of whoever calls.
    pub(crate) async fn seat_by(&self, services: &Services, caller: &Caller) -> Sitting {
        self.seat_at(services, caller, self.record).await
    }

    /// A seat of whoever calls, at a record.
    pub(crate) async fn seat_at(&self, services: &Services, caller: &Caller, record: RecordId) -> Sitting {
        let ask = Ask {
            record,
            workspace: None,
            schema: None,
            ack: true,
            gather: false,
        };
        let ears = Arc::new(Ears::default());
        let line = Arc::clone(&ears) as Arc<dyn Line>;
        let joined = services.join(caller, ask, line).await;
        let seat = joined.unwrap_or_else(|problem| panic!("no seat: {problem}"));
        Sitting { seat, ears }
    }

    /// Somebody's open page of the workspace, which shows no text.
    pub(crate) async fn page_of(&self, services: &Services, person: &Person) -> Sitting {
        let ears = Arc::new(Ears::default());
        let line = Arc::clone(&ears) as Arc<dyn Line>;
        let attended = services
            .attend(&caller(Some(&person.token)), self.workspace, line)
            .await;
        let seat = attended.unwrap_or_else(|problem| panic!("no page: {problem}"));
        Sitting { seat, ears }
    }

    pub(crate) fn read(&self) -> ReadBody {
        ReadBody {
            workspace: self.workspace,
            record: self.record,
        }
    }

    async fn count(&self, what: &str) -> i64 {
        self.house
            .database
            .number(&format!("select count(*) from shared.{what}"))
            .await
    }
}

pub(crate) fn document(text: &str) -> Document {
    Document::new(vec![Block::paragraph(vec![Inline::text(text)])]).expect("a document")
}

/// A message with the whole of a document, as somebody with this number wrote it.
pub(crate) fn message(document: &Document, client: u64) -> Bytes {
    let update = collab::document::write(document, client);
    let mut frame = vec![0, 2];
    let mut length = update.len();
    while length >= 0x80 {
        frame.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
        length >>= 7;
    }
    frame.push(u8::try_from(length).expect("seven bits"));
    frame.extend_from_slice(&update);
    frame.into()
}

/// Waits until so many messages are acknowledged.
pub(crate) async fn kept(sitting: &Sitting, count: u64) {
    let wait = async {
        while sitting.ears.kept.load(Ordering::SeqCst) < count {
            assert_eq!(sitting.ears.closed.get(), None, "the connection was closed");
            sitting.ears.stir.notified().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), wait)
        .await
        .expect("an acknowledgement");
}

async fn until(what: &str, desk: &Desk, table: &str, count: i64) {
    let wait = async {
        while desk.count(table).await < count {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), wait).await.expect(what);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_is_read_as_html_and_taken_out_as_a_tree() {
    let desk = desk().await;
    let empty = desk
        .house
        .act(&desk.owner, desk.read())
        .await
        .expect("a body nobody wrote in");
    assert_eq!((empty.words, empty.headings.len()), (0, 0));
    let seat = desk.seat(&desk.house.services).await;
    let written = document("Low water <b>at</b> noon");
    seat.seat.frame(message(&written, 7));
    kept(&seat, 1).await;
    let shown = desk.house.act(&desk.owner, desk.read()).await.expect("a body");
    assert!(
        shown.html.contains("Low water &lt;b&gt;at&lt;/b&gt; noon"),
        "{}",
        shown.html
    );
    let take = TakeBody {
        workspace: desk.workspace,
        record: desk.record,
    };
    let taken = desk.house.act(&desk.owner, take).await.expect("a tree");
    assert_eq!(taken.document, written.canonical());
    assert_eq!(desk.house.events("record.body").await, 1);
    drop(seat);
    until("an event", &desk, "document_ranges", 1).await;
    assert_eq!(desk.count("document_unsealed").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_crash_left_uncovered_is_covered_once() {
    let desk = desk().await;
    // The seat stays: for the database this server is gone without a word.
    let seat = desk.seat(&desk.house.services).await;
    seat.seat.frame(message(&document("unsealed"), 7));
    kept(&seat, 1).await;
    assert_eq!(
        (
            desk.count("document_unsealed").await,
            desk.house.events("record.edited").await
        ),
        (1, 0)
    );
    let after = desk.house.restarted();
    assert_eq!(after.cover_edits().await, Ok(1));
    assert_eq!(after.cover_edits().await, Ok(0));
    assert_eq!(
        (
            desk.count("document_unsealed").await,
            desk.house.events("record.edited").await
        ),
        (0, 1)
    );
    assert_eq!(after.seal_now().await.map(|sealed| sealed > 0), Ok(true), "and sealed");
    drop(seat);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_change_places_do_not_open() {
    let desk = desk().await;
    let seat = desk.seat(&desk.house.services).await;
    for number in 1..=2 {
        seat.seat.frame(message(&document("a row"), number));
        kept(&seat, number).await;
    }
    let swap = "update shared.document_updates set content = (select o.content from shared.document_updates o
        where o.sequence = 3 - document_updates.sequence)";
    desk.house.database.run(swap).await;
    let refused = desk
        .house
        .act(&desk.owner, desk.read())
        .await
        .expect_err("nothing opens");
    assert_eq!(refused.code, Code::Unavailable);
    drop(seat);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_log_gets_a_snapshot_and_reads_the_same() {
    let desk = desk().await;
    let seat = desk.seat(&desk.house.services).await;
    for number in 1..=110_u8 {
        seat.seat
            .frame(message(&document(&format!("line {number}")), u64::from(number)));
        kept(&seat, u64::from(number)).await;
    }
    let before = desk.house.act(&desk.owner, desk.read()).await.expect("a body");
    assert_eq!(desk.count("document_snapshots").await, 0);
    drop(seat);
    until("a snapshot", &desk, "document_snapshots", 1).await;
    assert_eq!(desk.count("document_updates").await, 110, "the log stays");
    let after = desk.house.restarted();
    let again = after
        .run(caller(Some(&desk.owner.token)), desk.read())
        .await
        .result
        .expect("a body");
    assert_eq!(again.html, before.html);
    assert!(
        again.html.contains("line 1<") && again.html.contains("line 110<"),
        "{}",
        again.html
    );
}

/// A body that is put away is put together and written down first, which takes a while where it is long.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_while_a_body_is_put_away_is_let_in() {
    let desk = desk().await;
    let services = &desk.house.services;
    let lines = (0..2_000).map(|line| Block::paragraph(vec![Inline::text(format!("low water {line}"))]));
    let written = Document::new(lines.collect()).expect("a document");
    for visit in 0..5 {
        let sitting = desk.seat(services).await;
        sitting.seat.frame(message(&written, 500 + visit));
        kept(&sitting, 1).await;
    }
    let body = desk.house.act(&desk.owner, desk.read()).await.expect("a body");
    assert_eq!(body.words, 5 * 2_000 * 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_key_a_body_is_not_there_and_comes_back_with_it() {
    let desk = desk().await;
    let seat = desk.seat(&desk.house.services).await;
    seat.seat.frame(message(&document("locked"), 7));
    kept(&seat, 1).await;
    let key = desk.house.keys.lose(desk.workspace);
    let after = desk.house.restarted();
    let read = || after.run(caller(Some(&desk.owner.token)), desk.read());
    assert_eq!(read().await.result.expect_err("no key").code, Code::Unavailable);
    desk.house.keys.put(desk.workspace, key);
    assert!(read().await.result.expect("a body").html.contains("locked"));
    drop(seat);
}
