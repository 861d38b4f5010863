//! Every page that was begun is finished, whatever else the process does.

use crate::support::{House, request};
use axum::body::Body;
use domain::ports::Clock;
use http::{Method, StatusCode};
use server::router;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use testkit::TestClock;
use tokio::{sync::Semaphore, task::JoinSet};

/// Pages at once: more would wait for a connection to the database, and some in vain.
const AT_ONCE: usize = 8;
/// How often each page is asked for with each cookie.
const ROUNDS: usize = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_finished_while_other_routers_are_made_and_the_machine_is_busy() {
    let clock = TestClock::new();
    let house = House::open_by("", Arc::new(clock.clone()) as Arc<dyn Clock>).await;
    let expired = house.session("ada@example.com").await;
    let workspace = house.workspace(&expired, "Tern House").await;
    clock.advance(time::Duration::hours(13));
    let house = Arc::new(house);
    let stop = Arc::new(AtomicBool::new(false));
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let (state, stop) = (Arc::clone(&house.state), Arc::clone(&stop));
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    drop(router::router(&state));
                }
            })
        })
        .collect();
    let unknown = format!("__Host-session={}", "A".repeat(43));
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut pages = JoinSet::new();
    for round in 0..ROUNDS {
        for cookie in [&expired, &unknown] {
            for path in ["/you", "/you/sessions", "/start", "", "/audit", "/settings"] {
                let path = match path {
                    "" | "/audit" | "/settings" => format!("/w/{workspace}{path}"),
                    _ => path.to_owned(),
                };
                let (house, cookie) = (Arc::clone(&house), cookie.clone());
                // From many places, so that no limit answers instead.
                let peer = format!("127.1.{round}.{}:4711", pages.len() % 250);
                let places = Arc::clone(&places);
                pages.spawn(async move {
                    let _place = places.acquire_owned().await;
                    let asked = request(Method::GET, &path, Some(&cookie)).body(Body::empty());
                    let page = house.send_from(&peer, asked.expect("a request"));
                    let page = tokio::time::timeout(Duration::from_secs(25), page).await;
                    let status = page.map(|page| page.status);
                    assert_eq!(status, Ok(StatusCode::SEE_OTHER), "{path}, round {round}");
                });
            }
        }
    }
    let mut unfinished = Vec::new();
    while let Some(page) = pages.join_next().await {
        unfinished.extend(page.err());
    }
    stop.store(true, Ordering::Relaxed);
    for thread in busy {
        thread.join().expect("an end");
    }
    assert!(
        unfinished.is_empty(),
        "{} pages: {:?}",
        unfinished.len(),
        unfinished.first()
    );
}
