//! What a page of a long list takes, from the request to the answer: a workspace with a thousand records, searched and sorted
//! over its decrypted titles.

use super::{Content, Wall, figures};
use crate::testbed::{self, Client, Mailbox, PASSWORD};
use domain::{
    Secret, WorkspaceId,
    ops::{CreateRecord, CreateWorkspace, ListRecords, RecordFilter, RecordSort},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use store::{Db, PoolSizes};
use testkit::PrivateServer;

/// Words that titles are made of, so that a search finds some.
const SUBJECTS: [&str; 8] = [
    "Cold room",
    "Filling line",
    "Scale",
    "Booth",
    "Returns",
    "Labels",
    "Loggers",
    "Sleep",
];
const ACTS: [&str; 5] = ["opening", "cleaning", "daily check", "release", "handing over"];

/// What is asked for.
fn filters() -> [(&'static str, RecordFilter); 5] {
    let filter = RecordFilter::default;
    let search = |words: &str| RecordFilter {
        search: words.to_owned(),
        ..filter()
    };
    [
        ("last changed first", filter()),
        (
            "sorted by title",
            RecordFilter {
                sort: RecordSort::Title,
                ..filter()
            },
        ),
        ("searched, some found", search("line clean")),
        ("searched, none found", search("nothing of this name")),
        (
            "the last page",
            RecordFilter {
                from: u32::MAX,
                ..filter()
            },
        ),
    ]
}

/// One list after the other; how long each took, in seconds.
#[expect(clippy::disallowed_methods, reason = "a bench runs in real time")]
async fn round(services: &crate::Services, client: &mut Client, workspace: WorkspaceId, total: u32) -> Vec<f64> {
    let mut times = Vec::new();
    for (name, filter) in filters() {
        let began = Instant::now();
        let page = client.act(services, ListRecords { workspace, filter }).await;
        times.push(began.elapsed().as_secs_f64());
        assert_eq!(page.total, total, "{name}");
    }
    times
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
async fn a_list_of_a_thousand_records() {
    let measured = std::env::var_os("SCRIPTKEEP_BENCH").is_some();
    let (count, rounds) = if measured { (1_000, 60) } else { (12, 1) };
    let server = PrivateServer::start().await;
    let logins = server.database("listed").await;
    let db = Db::connect(&logins, PoolSizes::default()).await.expect("connected");
    let services = testbed::services(db, Arc::new(Wall), [6; 32], Content::Encrypted);
    services.open_house().await.expect("a fresh house opens");
    let mailbox = Arc::new(Mailbox::default());
    let mut client = Client {
        address: "192.0.2.7".parse().expect("an address"),
        user_agent: String::new(),
        session: None,
    };
    let password = Secret::new(PASSWORD);
    client
        .join(&services, &mailbox, "Ilse Brandt", "ilse@keep.example", &password)
        .await;
    let op = CreateWorkspace::usual("Tern House".to_owned());
    let workspace = client.act(&services, op).await.id;
    for number in 0..count {
        let (subject, act) = (SUBJECTS[number % SUBJECTS.len()], ACTS[number % ACTS.len()]);
        let title = format!("{subject}: {act}, {number:04}");
        client.act(&services, CreateRecord::blank(workspace, title)).await;
    }
    server.run("listed", "vacuum analyze").await;
    let total = u32::try_from(count).expect("a count");
    // The first opens the titles; from then on they are at hand.
    let first = round(&services, &mut client, workspace, total).await;
    let mut all = Vec::new();
    for _ in 0..rounds {
        all.push(round(&services, &mut client, workspace, total).await);
    }
    if measured {
        println!(
            "\na page of {count} records; the very first took {:.0?}",
            Duration::from_secs_f64(first[0])
        );
        figures::print_times(&filters().map(|(name, _)| name), &all);
    }
}
