//! Makes a person, a workspace and some records to look around in, by the same operations a person would use.

use crate::{
    compose::{self, MakeKeys, Migrate},
    config::Config,
    refusal::Refusal,
    terminal,
};
use domain::{
    Caller, Door, Operation, Problem, RequestId, Secret, SessionChange,
    ops::{CreateRecord, CreateWorkspace, DescribeRecord, SignIn, SignUp, VerifyEmail},
    ports::{Clock, Mailer, Random},
};
use outbound::{CapturedMailer, SystemClock, SystemRandom};
use services::{Handle, Services};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};
use tokio::sync::watch;

/// How long the mail to the new person may take.
const MAIL_WITHIN: Duration = Duration::from_secs(20);
/// How often to look for it.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What the records are called and about.
const RECORDS: [(&str, &str); 4] = [
    (
        "Opening the cold room",
        "Who opens it, what is read off first, and what is written down before the first box is moved.",
    ),
    (
        "Session 4: the quiet stairs",
        "Built from the breathing module and the descent. The profile asks for short sentences and no water.",
    ),
    (
        "Round of the northern run",
        "Nine stops, two of them by appointment. The van leaves at 06:40 and is back before the second round is packed.",
    ),
    (
        "Answering a late finding",
        "From the first mail to the closed finding: who reads, who decides, and where the decision is kept.",
    ),
];

/// Makes it all and prints how to sign in.
///
/// # Errors
/// When the server is not local, its parts cannot be opened, or a step was refused.
pub(super) async fn make(config: Config) -> Result<(), Refusal> {
    if !config.is_local() {
        return Err(Refusal::new(
            "Demonstration data are for a server on the loopback; this one is open to others.",
            "Run it with a data folder of its own: scriptkeep demo --data ./demo.",
        ));
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let database = compose::database(&config, &*clock, Migrate::IfPrivate).await?;
    let made = match compose::house(&config, &database.db, Arc::clone(&clock), MakeKeys::IfNew).await {
        Ok(services) => fill(&services, clock).await,
        Err(refusal) => Err(refusal),
    };
    database.close().await;
    let (email, password) = made?;
    terminal::say(format!(
        "Sign in at {}/sign-in, or where the server of this data folder is told to listen\n  e-mail:   {email}\n  password: {}",
        config.origin,
        password.expose()
    ));
    Ok(())
}

async fn fill(services: &Services, clock: Arc<dyn Clock>) -> Result<(String, Secret), Refusal> {
    let tag = hexadecimal(4);
    let email = format!("robin.{tag}@example.com");
    let password = random_token();
    let mailbox = Arc::new(CapturedMailer::new(clock, 1));
    let (stop, stopped) = watch::channel(false);
    let sign_up = SignUp {
        name: "Robin Ashdown".to_owned(),
        email: email.clone(),
        password: password.clone(),
    };
    run(services, None, sign_up).await?;
    let jobs = tokio::spawn({
        let (services, mailer) = (services.clone(), Arc::clone(&mailbox) as Arc<dyn Mailer>);
        async move { services.run_jobs(mailer, stopped).await }
    });
    let token = token_from(&mailbox).await;
    let _ = stop.send(true);
    let _ = jobs.await;
    let token = token.ok_or_else(|| {
        Refusal::new(
            "The mail that proves the address went another way: a running server has sent or captured it.",
            "Stop that server while the demonstration is made, and start it again afterwards.",
        )
    })?;
    run(services, None, VerifyEmail { token }).await?;
    let sign_in = SignIn {
        email: email.clone(),
        password: password.clone(),
    };
    let session = match services.run(caller(None), sign_in).await {
        services::Answer {
            result: Ok(_),
            session: SessionChange::Set(token),
        } => token,
        services::Answer { result, .. } => {
            return Err(result.map_or_else(
                |problem| refused(&problem),
                |_| Refusal::new("There was no session after signing in.", "Try again."),
            ));
        }
    };
    let workspace = CreateWorkspace::usual("Ashdown House".to_owned());
    let workspace = run(services, Some(&session), workspace).await?.id;
    for (title, summary) in RECORDS {
        let title = title.to_owned();
        let record = run(services, Some(&session), CreateRecord::blank(workspace, title)).await?;
        let describe = DescribeRecord {
            workspace,
            record: record.id,
            summary: summary.to_owned(),
            revision: record.revision,
        };
        run(services, Some(&session), describe).await?;
    }
    Ok((email, password))
}

/// The token of the link in the mail, once it is there.
async fn token_from(mailbox: &CapturedMailer) -> Option<Secret> {
    let look = async {
        loop {
            if let Some(kept) = mailbox.list().into_iter().next() {
                let text = kept.mail.text.expose().to_owned();
                let (_, rest) = text.split_once("/verify/")?;
                return rest.split_whitespace().next().map(Secret::new);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(MAIL_WITHIN, look).await.ok().flatten()
}

async fn run<Op: Handle + Operation>(
    services: &Services,
    session: Option<&Secret>,
    op: Op,
) -> Result<Op::Output, Refusal> {
    services
        .run(caller(session), op)
        .await
        .result
        .map_err(|problem| refused(&problem))
}

fn refused(problem: &Problem) -> Refusal {
    Refusal::new(format!("A step of the demonstration was refused: {problem}"), "")
}

/// A person at this machine.
fn caller(session: Option<&Secret>) -> Caller {
    let mut bytes = [0; 16];
    SystemRandom.fill(&mut bytes);
    Caller {
        door: Door::Http {
            session: session.cloned(),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: "scriptkeep demo".to_owned(),
        },
        request: RequestId(uuid::Builder::from_random_bytes(bytes).into_uuid()),
        idempotency_key: None,
    }
}

fn random_token() -> Secret {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    crypto::token_text(bytes)
}

fn hexadecimal(length: usize) -> String {
    let mut bytes = vec![0; length];
    SystemRandom.fill(&mut bytes);
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}
