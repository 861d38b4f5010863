//! What audit, row-level security and encryption cost, measured on the handlers that serve people: `cargo xtask bench`.
//!
//! Two sides of a comparison run the same code against the same server (durable, as `serve` demands) and differ in one
//! thing only. Rounds of all sides are interleaved, so that whatever else the machine does falls on all of them. Nothing
//! is asserted about time. `cargo test` runs one short round, to see that every side does what it says.

mod figures;
mod lists;
mod load;

use crate::testbed::{self, Content};
use domain::ports::Clock;
use figures::{Comparison, Round};
use load::{Act, Log, Side, Size};
use std::{sync::Arc, time::Duration};
use store::{Db, Logins, PoolSizes, migrate, peer};
use testkit::PrivateServer;
use time::OffsetDateTime;

/// One length of time for every round.
const ROUND: Duration = Duration::from_millis(500);
/// Rounds that count; one before them warms caches and connections. Many short ones: what else the machine does changes
/// from second to second.
const ROUNDS: usize = 24;

/// Lets every flush take 3 ms longer, for all who wait for it together: as on the disk on which the target for writes
/// against one chain was set (`prototype-findings.md`, 2). What a disk answers at once it has not written down: this
/// machine's flushes take a twentieth of that, so that whoever holds a lock across a commit holds it for hardly any time.
/// Postgres sleeps before the flush, in the place of the flush.
const SLOW_DISK: [&str; 3] = [
    "alter system set commit_delay = 3000",
    "alter system set commit_siblings = 0",
    "select pg_reload_conf()",
];

/// Lets the login past every policy, and gives it the rights it has anyway.
const PAST_POLICIES: &str = "create role bench_past_policies login bypassrls in role scriptkeep_app";
/// The machine's clock: ids have to come in the order of time, as they do in a server.
struct Wall;

impl Clock for Wall {
    #[expect(clippy::disallowed_methods, reason = "a bench runs in real time")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// A database of its own, with services over it.
async fn services(logins: &Logins, seed: u8, content: Content) -> crate::Services {
    // All sides stay connected, and Postgres takes a hundred connections.
    let sizes = PoolSizes {
        system: 2,
        ..PoolSizes::default()
    };
    let db = Db::connect(logins, sizes).await.expect("connected");
    let services = testbed::services(db, Arc::new(Wall), [seed; 32], content);
    services.open_house().await.expect("a fresh house opens");
    services
}

/// Four sides that write and two that read, in two ways. What is compared has databases of its own, filled alike.
async fn sides(server: &PrivateServer, size: Size) -> [Side; 8] {
    let written = server.database("written").await;
    let chained = server.database("chained").await;
    let triggered = server.database("triggered").await;
    let read = server.database("read").await;
    let bare = server.database("bare").await;
    server.run("chained", peer::TABLES).await;
    server.run("triggered", peer::TABLES).await;
    server.run("triggered", peer::TRIGGER).await;
    server.run("bare", PAST_POLICIES).await;
    let bare = Logins {
        app: server.url("bench_past_policies", "bare"),
        ..bare
    };
    let written = services(&written, 1, Content::Encrypted).await;
    written.inner.db.guard().await.expect("a server to serve from");
    let chained = services(&chained, 2, Content::Encrypted).await;
    let triggered = services(&triggered, 3, Content::Encrypted).await;
    let read = services(&read, 4, Content::Encrypted).await;
    let bare = services(&bare, 5, Content::Bare).await;
    let write = Act::Write;
    let sides = [
        Side::new("audited writes", write(Log::Sealed), &written, size).await,
        Side::new("writes without audit", write(Log::None), &written, size).await,
        Side::new("writes into one chain", write(Log::Chained), &chained, size).await,
        Side::new("writes into a chain by trigger", write(Log::Sealed), &triggered, size).await,
        Side::new("scripts read", Act::Read, &read, size).await,
        Side::new("scripts read without RLS and encryption", Act::Read, &bare, size).await,
        Side::new("single rows", Act::Get, &read, size).await,
        Side::new("single rows without RLS and encryption", Act::Get, &bare, size).await,
    ];
    // As autovacuum does it sooner or later: plans should not hang on when.
    for database in ["written", "chained", "triggered", "read", "bare"] {
        server.run(database, "vacuum analyze").await;
    }
    sides
}

/// Runs rounds of some sides, now in this order, now in the other. Each gives the operations per second of every side.
async fn rounds(sides: &mut [Side], count: usize, length: Duration) -> Vec<Round> {
    let mut rounds = Vec::new();
    for number in 0..count {
        let mut order: Vec<usize> = (0..sides.len()).collect();
        if number % 2 == 1 {
            order.reverse();
        }
        let mut round = vec![0.0; sides.len()];
        for side in order {
            round[side] = sides[side].run(length).await;
        }
        rounds.push(round);
    }
    rounds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
async fn the_database_under_load() {
    let measured = std::env::var_os("SCRIPTKEEP_BENCH").is_some();
    let (size, count, length) = if measured {
        (
            Size {
                clients: 16,
                workspaces: 4,
                records: 30,
            },
            ROUNDS,
            ROUND,
        )
    } else {
        (
            Size {
                clients: 2,
                workspaces: 2,
                records: 2,
            },
            1,
            Duration::from_millis(50),
        )
    };
    let server = PrivateServer::start().await;
    let mut sides = sides(&server, size).await;
    let (writes, reads) = sides.split_at_mut(4);
    rounds(writes, 1, length).await;
    let written = rounds(writes, count, length).await;
    rounds(reads, 1, length).await;
    let read = rounds(reads, count, length).await;
    for sql in SLOW_DISK {
        server.run("postgres", sql).await;
    }
    rounds(writes, 1, length).await;
    let written_slowly = rounds(writes, count, length).await;
    for (side, recorded) in [(0, true), (1, false), (2, true), (3, true)] {
        assert_eq!(sides[side].recorded().await, recorded, "{}", sides[side].name);
    }
    if measured {
        let names = |sides: &[Side]| sides.iter().map(|side| side.name).collect::<Vec<_>>();
        let to = |of, to, at_least| Comparison { of, to, at_least };
        figures::print(
            &names(&sides[..4]),
            &written,
            &[to(0, 1, Some(0.80)), to(0, 2, None), to(0, 3, None)],
        );
        println!("\nwrites, where a flush takes 3 ms longer");
        figures::print(
            &names(&sides[..4]),
            &written_slowly,
            &[to(0, 1, Some(0.80)), to(0, 2, Some(4.0)), to(0, 3, None)],
        );
        figures::print(
            &names(&sides[4..]),
            &read,
            &[to(0, 1, Some(0.85)), to(2, 3, Some(0.85))],
        );
    }
    for side in &sides {
        side.close().await;
    }
}

#[test]
fn logins_are_those_that_migrate_makes() {
    assert!(PAST_POLICIES.ends_with(migrate::APP));
}
