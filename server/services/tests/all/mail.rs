//! Queued mail: sent, tried again, given up, erased.

use crate::house::{House, Setup};
use domain::{
    WorkspaceId,
    ops::ForgotPassword,
    ports::{BoxFuture, Mail, MailError, Mailer},
};
use std::sync::Arc;
use time::Duration;
use tokio::sync::{Notify, watch};

const ILSE: &str = "ilse@ternhouse.example";

async fn states(house: &House) -> Vec<String> {
    let sql = "select kind || ' ' || state || case when payload is null then ' erased' else '' end from control.jobs
        order by created_at, kind";
    house.database.texts(sql).await
}

#[tokio::test]
async fn a_payload_is_encrypted_while_it_waits_and_erased_when_it_is_delivered() {
    let house = House::new().await;
    house.sign_up(ILSE).await;
    house
        .visit(ForgotPassword {
            email: "nobody@ternhouse.example".to_owned(),
        })
        .await
        .expect("on its way");
    assert_eq!(states(&house).await, ["mail queued", "nothing queued"]);
    let plain = "select count(*) from control.jobs where position('ternhouse' in encode(payload, 'escape')) > 0";
    assert_eq!(house.database.number(plain).await, 0);
    house.deliver().await;
    assert_eq!(states(&house).await, ["mail done erased", "nothing done erased"]);
    assert_eq!(house.mailbox.all().len(), 1);
    house.clock.advance(Duration::days(31));
    house.services.sweep().await.expect("swept");
    assert_eq!(states(&house).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_mail_is_tried_again_under_the_same_id_and_given_up_in_the_end() {
    let house = House::new().await;
    *house.mailbox.refuse.lock().expect("refuse") = Some(MailError::Transient);
    house.sign_up(ILSE).await;
    house.deliver().await;
    assert_eq!(house.mailbox.tries.lock().expect("tries").len(), 1, "not again at once");
    house.clock.advance(Duration::seconds(10));
    house.deliver().await;
    assert_eq!(house.mailbox.tries.lock().expect("tries").len(), 2);
    *house.mailbox.refuse.lock().expect("refuse") = None;
    house.clock.advance(Duration::seconds(40));
    house.deliver().await;
    let tries = house.mailbox.tries.lock().expect("tries").clone();
    assert_eq!(tries.len(), 3);
    assert!(tries.iter().all(|id| *id == tries[0]), "one message id: {tries:?}");
    assert_eq!(house.mailbox.to(ILSE).len(), 1);

    *house.mailbox.refuse.lock().expect("refuse") = Some(MailError::Transient);
    house.sign_up("tomas@ternhouse.example").await;
    for _ in 0..20 {
        house.deliver().await;
        house.clock.advance(Duration::hours(6));
    }
    assert_eq!(states(&house).await, ["mail done erased", "mail dead erased"]);
    assert_eq!(house.mailbox.tries.lock().expect("tries").len(), 3 + 12);
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_not_tried_again() {
    let house = House::new().await;
    *house.mailbox.refuse.lock().expect("refuse") = Some(MailError::Permanent);
    house.sign_up(ILSE).await;
    house.deliver().await;
    assert_eq!(states(&house).await, ["mail dead erased"]);
}

#[tokio::test]
async fn a_mail_whose_key_is_away_waits_for_it() {
    let house = House::new().await;
    house.sign_up(ILSE).await;
    let key = house.keys.lose(WorkspaceId::HOUSE);
    let services = house.restarted();
    let mailer = Arc::clone(&house.mailbox) as Arc<dyn Mailer>;
    for _ in 0..30 {
        services.run_due_jobs(&mailer).await.expect("the queue answers");
        house.clock.advance(Duration::hours(6));
    }
    assert_eq!(states(&house).await, ["mail queued"]);
    house.keys.put(WorkspaceId::HOUSE, key);
    services.run_due_jobs(&mailer).await.expect("the queue answers");
    assert_eq!(house.mailbox.to(ILSE).len(), 1);
}

#[tokio::test]
async fn a_worker_that_died_loses_nothing() {
    let house = House::new().await;
    house.sign_up(ILSE).await;
    // A worker claimed the job and never came back.
    let mut tx = house
        .database
        .db
        .system(store::Reason::Jobs, None)
        .await
        .expect("a transaction");
    let now = domain::ports::Clock::now(&house.clock);
    let claimed = store::jobs::claim(&mut tx, now, Duration::minutes(5), 10)
        .await
        .expect("claimed");
    store::Scoped::commit(tx, store::Receipt::Unaudited(store::Why::JobState))
        .await
        .expect("committed");
    assert_eq!(claimed.len(), 1);
    house.deliver().await;
    assert!(
        house.mailbox.all().is_empty(),
        "it belongs to the other one, for a while"
    );
    house.clock.advance(Duration::minutes(5));
    house.deliver().await;
    assert_eq!(house.mailbox.to(ILSE).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_loops_do_their_work_unasked_and_stop_when_told() {
    let house = House::with(Setup::default()).await;
    let (stop, stopped) = watch::channel(false);
    let (services, mailer) = (house.services.clone(), Arc::clone(&house.mailbox) as Arc<dyn Mailer>);
    let jobs = tokio::spawn({
        let (services, stopped) = (services.clone(), stopped.clone());
        async move { services.run_jobs(mailer, stopped).await }
    });
    let sealer = tokio::spawn(async move { services.run_sealer(stopped).await });
    house.sign_up(ILSE).await;
    let done = async {
        while house.mailbox.to(ILSE).is_empty()
            || house
                .database
                .number("select count(*) from shared.audit_unsealed")
                .await
                > 0
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), done)
        .await
        .expect("sent and sealed");
    stop.send(true).expect("they listen");
    let both = async { (jobs.await, sealer.await) };
    let (jobs, sealer) = tokio::time::timeout(std::time::Duration::from_secs(20), both)
        .await
        .expect("they stop");
    jobs.and(sealer).expect("without a panic");
}

/// A mail server that never answers about one address.
struct Stuck {
    mailbox: Arc<crate::house::Mailbox>,
    reached: Notify,
}

impl Mailer for Stuck {
    fn send<'a>(&'a self, message_id: &'a str, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        if mail.to == ILSE {
            self.reached.notify_one();
            return Box::pin(std::future::pending());
        }
        self.mailbox.send(message_id, mail)
    }
}

#[tokio::test]
async fn a_mail_that_hangs_holds_up_no_other() {
    let house = House::new().await;
    let stuck = Arc::new(Stuck {
        mailbox: Arc::clone(&house.mailbox),
        reached: Notify::new(),
    });
    let (_stop, stopped) = watch::channel(false);
    let (services, mailer) = (house.services.clone(), Arc::clone(&stuck) as Arc<dyn Mailer>);
    let running = tokio::spawn(async move { services.run_jobs(mailer, stopped).await });
    house.sign_up(ILSE).await;
    stuck.reached.notified().await;
    house.sign_up("bea@ternhouse.example").await;
    let sent = async {
        while house.mailbox.to("bea@ternhouse.example").is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), sent)
        .await
        .expect("sent");
    assert!(house.mailbox.to(ILSE).is_empty());
    running.abort();
}
