//! Ten of `collab`'s plans with real processes: the server is killed where the plan says so, and Postgres where the plan has
//! an append fail. What the plan does to frames is the network's own here.
//!
//! Everybody is connected at the beginning, and comes back by themselves after a kill, as clients do: a plan that kills
//! nobody, or somebody nobody spoke to, would say nothing.

use super::{
    Place,
    kept::{Process, kill_postgres},
    peer::{PATIENCE, Peer},
};
use crate::support::live;
use serde_json::json;
use std::{collections::BTreeMap, path::Path, time::Duration};
use yrs::Doc;

#[expect(dead_code, reason = "the other half of the plans is for the room in one process")]
#[expect(clippy::unwrap_used, reason = "collab's tests allow it everywhere")]
#[path = "../../../collab/tests/all/plan.rs"]
mod plan;
use plan::{Act, Plan};

/// How many plans, and how much of each.
const PLANS: usize = 10;
const ACTS: usize = 60;
/// In so many of them, at least, Postgres is killed too.
const OF_POSTGRES: usize = 3;
/// How a connection ends of whose updates nobody knows whether they are kept.
const RESYNC: u16 = 4500;

/// The first plans that kill the server between two words, and the first of those that kill Postgres as well.
fn plans() -> Vec<(u64, Plan)> {
    let is_word = |act: &Act| matches!(act, Act::Insert(..));
    let kills = move |plan: &Plan| {
        let ends = (plan.acts.iter().position(is_word), plan.acts.iter().rposition(is_word));
        matches!(ends, (Some(first), Some(last)) if plan.acts[first..last].contains(&Act::Kill))
    };
    let killing = || {
        (1..)
            .map(|seed| (seed, begin(seed)))
            .filter(move |(_, plan)| kills(plan))
    };
    let both = killing().filter(|(_, plan)| plan.acts.contains(&Act::FailStore));
    let mut plans: BTreeMap<u64, Plan> = both.take(OF_POSTGRES).collect();
    for (seed, plan) in killing() {
        if plans.len() == PLANS {
            break;
        }
        plans.insert(seed, plan);
    }
    plans.into_iter().collect()
}

/// The beginning of a plan.
fn begin(seed: u64) -> Plan {
    let mut plan = Plan::from_seed(seed);
    plan.acts.truncate(ACTS);
    plan
}

/// What became of a word that somebody wrote.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    /// Its writer was told that it is kept.
    kept: bool,
    /// Somebody tried to take it out.
    deleted: bool,
    /// And was told that this is kept.
    deletion_kept: bool,
}

/// A client of a plan: connected or not, its document stays.
struct Client {
    doc: Doc,
    peer: Option<Peer>,
    /// What it was not told about yet: the number of the message, the word, whether it was taken out.
    open: Vec<(u64, String, bool)>,
}

struct World {
    place: Place,
    record: String,
    process: Process,
    clients: Vec<Client>,
    words: BTreeMap<String, Word>,
    /// How many words were sent before each kill: of the server, of Postgres.
    kills: [Vec<usize>; 2],
}

impl World {
    async fn connect(&mut self, client: usize) {
        let this = &mut self.clients[client];
        if this.peer.is_none() {
            let peer = come_in(&self.process, &self.place, &self.record, this.doc.clone()).await;
            // What it sent before and was not told about is sent again, as one: the answer to the server's question.
            this.open.iter_mut().for_each(|(number, ..)| *number = 1);
            this.peer = Some(peer);
        }
    }

    async fn connect_all(&mut self) {
        for client in 0..self.clients.len() {
            self.connect(client).await;
        }
    }

    /// Waits until a client was told that everything it sent is kept; one that is sent away comes again, and sends it again.
    async fn settle(&mut self, client: usize) {
        loop {
            let this = &mut self.clients[client];
            let Some(peer) = &mut this.peer else { return };
            let Some(code) = peer.until_kept_or_closed().await else {
                break;
            };
            assert_eq!(code, RESYNC, "sent away");
            this.peer = None;
            self.connect(client).await;
        }
        let this = &mut self.clients[client];
        let Some(peer) = &this.peer else { return };
        for (_, word, deleted) in this.open.extract_if(.., |(number, ..)| *number <= peer.kept) {
            let word = self.words.entry(word).or_default();
            word.kept |= !deleted;
            word.deletion_kept |= deleted;
        }
    }

    async fn act(&mut self, act: Act, folder: &Path) {
        match act {
            Act::Connect(client) => self.connect(client).await,
            Act::Break(client) => self.clients[client].peer = None,
            Act::Insert(client, at, _) => self.insert(client, at).await,
            Act::Delete(client, at, _) => self.delete(client, at).await,
            Act::Store(of) | Act::Poll(of) => {
                let client = of as usize % self.clients.len();
                self.settle(client).await;
            }
            Act::Kill => {
                self.kills[0].push(self.words.len());
                self.clients.iter_mut().for_each(|client| client.peer = None);
                self.process.kill_and_start_again(folder);
                self.check().await;
                self.connect_all().await;
            }
            Act::FailStore => {
                self.kills[1].push(self.words.len());
                kill_postgres(folder);
            }
            _ => {}
        }
    }

    async fn insert(&mut self, client: usize, at: u32) {
        let word = format!("<{client}.{}>", self.words.len());
        let this = &mut self.clients[client];
        let Some(peer) = &mut this.peer else { return };
        // Between words, so that none is torn.
        let text = peer.read();
        let ends = text.match_indices('>').map(|(end, _)| end + 1);
        let places: Vec<usize> = std::iter::once(0).chain(ends).collect();
        let place = places[at as usize % places.len()];
        peer.insert(u32::try_from(place).expect("a short text"), &word).await;
        this.open.push((peer.sent, word.clone(), false));
        self.words.entry(word).or_default();
    }

    async fn delete(&mut self, client: usize, at: u32) {
        let this = &mut self.clients[client];
        let Some(peer) = &mut this.peer else { return };
        let text = peer.read();
        let starts: Vec<usize> = text.match_indices('<').map(|(start, _)| start).collect();
        let Some(start) = starts.get(at as usize % starts.len().max(1)) else {
            return;
        };
        let end = start + text[*start..].find('>').expect("a whole word") + 1;
        let word = text[*start..end].to_owned();
        let length = u32::try_from(end - start).expect("a short word");
        peer.remove(u32::try_from(*start).expect("a short text"), length).await;
        this.open.push((peer.sent, word.clone(), true));
        self.words.entry(word).or_default().deleted = true;
    }

    /// What somebody finds who comes new: nothing that was acknowledged is missing, nothing is there twice.
    async fn check(&self) {
        let mut peer = come_in(&self.process, &self.place, &self.record, Doc::new()).await;
        peer.until_synced().await;
        let text = peer.read();
        for (word, became) in &self.words {
            let count = text.matches(word.as_str()).count();
            assert!(count <= 1, "{word} is there {count} times: {text}");
            if became.deletion_kept {
                assert_eq!(count, 0, "{word} was taken out: {text}");
            } else if became.kept && !became.deleted {
                assert_eq!(count, 1, "{word} was kept: {text}");
            }
        }
    }

    /// Brings everybody back; in the end all have the same.
    async fn converge(mut self) -> Process {
        self.connect_all().await;
        for client in 0..self.clients.len() {
            self.settle(client).await;
        }
        self.check().await;
        let mut fresh = come_in(&self.process, &self.place, &self.record, Doc::new()).await;
        fresh.until_synced().await;
        let expected = fresh.read();
        for client in 0..self.clients.len() {
            self.agree(client, &expected).await;
        }
        self.process
    }

    /// Waits until a client has the same as everybody; one that is sent away, since another's update met a dead Postgres, comes
    /// again.
    async fn agree(&mut self, client: usize, expected: &str) {
        loop {
            let this = &mut self.clients[client];
            let peer = this.peer.as_mut().expect("connected");
            let Some(code) = peer.until_or_closed(|peer| peer.read() == expected).await else {
                return;
            };
            assert_eq!(code, RESYNC, "sent away");
            this.peer = None;
            self.connect(client).await;
        }
    }

    /// That the plan was worth something: words were sent before a kill of the server, and after it.
    fn assert_that_it_killed(&self, seed: u64) {
        let words = self.words.len();
        let between = self.kills[0].iter().filter(|before| (1..words).contains(*before));
        assert!(between.count() > 0, "plan {seed}: {:?} of {words}", self.kills);
    }
}

/// Connects as soon as the server lets it: it may be without Postgres, or in the middle of finding that out.
async fn come_in(process: &Process, place: &Place, record: &str, doc: Doc) -> Peer {
    let wait = async {
        loop {
            let (room, headers) = (format!("{record}?ack=1"), [("cookie", place.cookie.as_str())]);
            if let Ok(mut peer) = Peer::connect_with(doc.clone(), process.site.address, &room, &headers).await {
                // The server's question is answered before anything else is sent.
                let met = peer.until_or_closed(|peer| peer.synced && peer.sent > 0).await;
                match met {
                    None => return peer,
                    Some(code) => assert_eq!(code, RESYNC, "sent away"),
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("a socket")
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_plans_in_each_of_which_the_server_is_killed_lose_nothing_acknowledged_and_converge() {
    let folder = live::folder();
    let mut process = Process::start(folder.path());
    let place = Place::make(&process.site).await;
    let plans = plans();
    assert_eq!(plans.len(), PLANS);
    let mut of_postgres = 0;
    for (seed, plan) in plans {
        let new = json!({"workspace": place.workspace, "title": format!("Plan {seed}")});
        let record = super::id_in(&process.site, &place.cookie, "record.create", &new).await;
        let clients = (0..plan.clients).map(|_| Client {
            doc: Doc::new(),
            peer: None,
            open: Vec::new(),
        });
        let mut world = World {
            place: place.clone(),
            record,
            process,
            clients: clients.collect(),
            words: BTreeMap::new(),
            kills: Default::default(),
        };
        world.connect_all().await;
        for act in plan.acts {
            world.act(act, folder.path()).await;
        }
        world.assert_that_it_killed(seed);
        of_postgres += usize::from(!world.kills[1].is_empty());
        process = world.converge().await;
    }
    assert!(of_postgres >= OF_POSTGRES, "Postgres was killed in {of_postgres}");
    process.stop();
}
