//! The house under test: a database, a clock to set, keys and a mailbox in memory, and people to act with.

use crypto::{PasswordPolicy, RootKey, SigningKey};
use domain::{
    AccountId, Caller, Code, Door, Problem, RequestId, Secret, SessionChange, WorkspaceId,
    ops::{CreateRecord, CreateWorkspace, GetProfile, RecordView, SignIn, SignUp, VerifyEmail, WorkspaceView},
    ports::{BoxFuture, Clock, KeyStore, KeyStoreError, Mail, MailError, Mailer},
};
use services::{Handle, HashingSize, Parts, Rates, Services, Site};
use std::{
    collections::HashMap,
    net::IpAddr,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use store::{
    Placement, Reason, Receipt, Scoped, Why,
    members::{self, Seat},
};
use testkit::{TestClock, TestDatabase, TestRandom};

/// A password that is good enough.
pub(crate) const PASSWORD: &str = "the tide was out when we came";

/// Workspace keys in memory; a test can take them away.
#[derive(Default)]
pub(crate) struct Keys {
    wrapped: Mutex<HashMap<WorkspaceId, Vec<u8>>>,
    pub(crate) down: AtomicBool,
}

impl Keys {
    /// Takes a key away.
    pub(crate) fn lose(&self, workspace: WorkspaceId) -> Vec<u8> {
        self.wrapped
            .lock()
            .expect("keys")
            .remove(&workspace)
            .expect("there was a key")
    }

    /// Puts a key in, whatever it is.
    pub(crate) fn put(&self, workspace: WorkspaceId, wrapped: Vec<u8>) {
        self.wrapped.lock().expect("keys").insert(workspace, wrapped);
    }
}

impl KeyStore for Keys {
    fn load(&self, workspace: WorkspaceId) -> Result<Vec<u8>, KeyStoreError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(KeyStoreError::Unavailable("reading".to_owned()));
        }
        self.wrapped
            .lock()
            .expect("keys")
            .get(&workspace)
            .cloned()
            .ok_or(KeyStoreError::Missing)
    }

    fn create(&self, workspace: WorkspaceId, wrapped: &[u8]) -> Result<(), KeyStoreError> {
        if self.down.load(Ordering::SeqCst) {
            return Err(KeyStoreError::Unavailable("writing".to_owned()));
        }
        let mut keys = self.wrapped.lock().expect("keys");
        if keys.contains_key(&workspace) {
            return Err(KeyStoreError::Unavailable("there is a key already".to_owned()));
        }
        keys.insert(workspace, wrapped.to_vec());
        Ok(())
    }
}

/// Keeps mails, or refuses them as told.
#[derive(Default)]
pub(crate) struct Mailbox {
    mails: Mutex<Vec<(String, Mail)>>,
    pub(crate) refuse: Mutex<Option<MailError>>,
    pub(crate) tries: Mutex<Vec<String>>,
}

impl Mailbox {
    /// Every mail so far, with its message id, in the order they were queued: those of one batch go out side by side.
    pub(crate) fn all(&self) -> Vec<(String, Mail)> {
        let mut mails = self.mails.lock().expect("mails").clone();
        mails.sort_by(|(one, _), (other, _)| one.cmp(other));
        mails
    }

    /// The mails to an address.
    pub(crate) fn to(&self, email: &str) -> Vec<Mail> {
        self.all()
            .into_iter()
            .map(|(_, mail)| mail)
            .filter(|mail| mail.to == email)
            .collect()
    }
}

impl Mailer for Mailbox {
    fn send<'a>(&'a self, message_id: &'a str, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async move {
            self.tries.lock().expect("tries").push(message_id.to_owned());
            if let Some(error) = *self.refuse.lock().expect("refuse") {
                return Err(error);
            }
            self.mails
                .lock()
                .expect("mails")
                .push((message_id.to_owned(), mail.clone()));
            Ok(())
        })
    }
}

/// Everything one test needs.
pub(crate) struct House {
    pub(crate) database: TestDatabase,
    pub(crate) services: Services,
    pub(crate) clock: TestClock,
    pub(crate) keys: Arc<Keys>,
    pub(crate) mailbox: Arc<Mailbox>,
    mailer: Arc<dyn Mailer>,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) email: String,
    pub(crate) token: Secret,
}

/// How a test sets the house up; the rest is usual.
#[derive(Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) rates: Rates,
    pub(crate) hashing: HashingSize,
    pub(crate) passwords: PasswordPolicy,
}

impl Default for Setup {
    fn default() -> Self {
        let plenty = services::Rate {
            burst: 100_000,
            every: time::Duration::milliseconds(1),
        };
        Self {
            rates: Rates {
                read: plenty,
                write: plenty,
                credential_network: plenty,
                credential_account: plenty,
                credential_known: plenty,
                mail_network: plenty,
                mail_recipient: plenty,
                heavy: plenty,
            },
            hashing: HashingSize {
                threads: 2,
                waiting: 200,
            },
            passwords: cheap(),
        }
    }
}

/// argon2id at the least it can be, so that tests test and do not hash.
pub(crate) fn cheap() -> PasswordPolicy {
    PasswordPolicy {
        memory_kib: 8,
        iterations: 1,
        parallelism: 1,
    }
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        Self::over(testkit::database().await, setup).await
    }

    /// A house over a database of one's choice.
    pub(crate) async fn over(database: TestDatabase, setup: Setup) -> Self {
        let (clock, keys) = (TestClock::new(), Arc::new(Keys::default()));
        let services = services_over(&database, &clock, &keys, setup);
        services.open_house().await.expect("a fresh house opens");
        let mailbox = Arc::new(Mailbox::default());
        Self {
            mailer: Arc::clone(&mailbox) as Arc<dyn Mailer>,
            database,
            services,
            clock,
            keys,
            mailbox,
        }
    }

    /// The same house after a restart: nothing is at hand that is not stored.
    pub(crate) fn restarted(&self) -> Services {
        services_over(&self.database, &self.clock, &self.keys, Setup::default())
    }

    /// The same, set up in another way.
    pub(crate) fn restarted_with(&self, setup: Setup) -> Services {
        services_over(&self.database, &self.clock, &self.keys, setup)
    }

    /// Does the queued work that is due.
    pub(crate) async fn deliver(&self) {
        while self
            .services
            .run_due_jobs(&self.mailer)
            .await
            .expect("the queue answers")
            > 0
        {}
    }

    /// Runs an operation as nobody in particular.
    pub(crate) async fn visit<Op: Handle>(&self, op: Op) -> Result<Op::Output, Problem> {
        self.services.run(visitor(), op).await.result
    }

    /// Runs an operation as somebody.
    pub(crate) async fn act<Op: Handle>(&self, person: &Person, op: Op) -> Result<Op::Output, Problem> {
        self.services.run(caller(Some(&person.token)), op).await.result
    }

    /// Signs up, without opening the mail.
    pub(crate) async fn sign_up(&self, email: &str) {
        let op = SignUp {
            name: "Ilse Brandt".to_owned(),
            email: email.to_owned(),
            password: Secret::new(PASSWORD),
        };
        self.visit(op).await.expect("signed up");
    }

    /// The token of the newest link of a kind (`verify`, `reset`) in the mails to an address.
    pub(crate) async fn link(&self, email: &str, kind: &str) -> Secret {
        self.deliver().await;
        let marker = format!("/{kind}/");
        let mails = self.mailbox.to(email);
        let text = mails
            .iter()
            .rev()
            .find_map(|mail| mail.text.expose().split_once(&marker).map(|(_, rest)| rest));
        let token = text
            .and_then(|rest| rest.split_whitespace().next())
            .expect("a mail with a link");
        Secret::new(token)
    }

    /// Somebody new with a proven address, signed in.
    pub(crate) async fn person(&self, email: &str) -> Person {
        self.sign_up(email).await;
        let token = self.link(email, "verify").await;
        self.visit(VerifyEmail { token }).await.expect("proven");
        self.sign_in(email).await
    }

    /// Signs in anew.
    pub(crate) async fn sign_in(&self, email: &str) -> Person {
        let token = self.try_sign_in(email, PASSWORD).await.expect("signed in");
        let profile = self
            .services
            .run(caller(Some(&token)), GetProfile {})
            .await
            .result
            .expect("a profile");
        Person {
            account: profile.account,
            email: email.to_owned(),
            token,
        }
    }

    /// Tries to sign in; answers the session's token.
    pub(crate) async fn try_sign_in(&self, email: &str, password: &str) -> Result<Secret, Problem> {
        let op = SignIn {
            email: email.to_owned(),
            password: Secret::new(password),
        };
        let answer = self.services.run(visitor(), op).await;
        answer.result.map(|_| match answer.session {
            SessionChange::Set(token) => token,
            other => panic!("signing in sets the session, not {other:?}"),
        })
    }

    /// A workspace of somebody's own.
    pub(crate) async fn workspace(&self, owner: &Person, name: &str) -> WorkspaceView {
        let op = CreateWorkspace::usual(name.to_owned());
        self.act(owner, op).await.expect("a workspace")
    }

    /// A record in a workspace.
    pub(crate) async fn record(&self, person: &Person, workspace: WorkspaceId, title: &str) -> RecordView {
        let title = title.to_owned();
        self.act(person, CreateRecord::blank(workspace, title))
            .await
            .expect("a record")
    }

    /// Makes somebody a member of a workspace, without an invitation.
    pub(crate) async fn stand(&self, person: &Person, workspace: WorkspaceId, seat: &Seat) {
        let db = &self.database.db;
        let mut tx = db.system(Reason::FoundWorkspace, None).await.expect("a transaction");
        tx.enter(&Placement::shared(workspace), None).await.expect("entered");
        members::insert(&mut tx, person.account, seat, self.clock.now())
            .await
            .expect("a member");
        tx.commit(Receipt::Unaudited(Why::KeyMaking)).await.expect("committed");
    }

    /// How many events of an action stand in all logs together.
    pub(crate) async fn events(&self, action: &str) -> i64 {
        self.database
            .number(&format!(
                "select count(*) from shared.audit_events where action = '{action}'"
            ))
            .await
    }
}

fn services_over(database: &TestDatabase, clock: &TestClock, keys: &Arc<Keys>, setup: Setup) -> Services {
    Services::new(Parts {
        db: database.db.clone(),
        key_store: Arc::clone(keys) as Arc<dyn KeyStore>,
        root: RootKey::from_bytes([7; 32]),
        signer: SigningKey::from_seed(&[9; 32]),
        clock: Arc::new(clock.clone()),
        random: Arc::new(TestRandom::new(u64::from(std::process::id()) ^ seed())),
        site: Site {
            origin: "https://keep.example".to_owned(),
        },
        rates: setup.rates,
        packs: services::Packs::with_folder(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/packs")))
            .expect("good packs"),
        passwords: setup.passwords,
        hashing: setup.hashing,
    })
    .expect("threads")
}

/// A seed for each house, so that a restarted one does not draw the same ids again.
fn seed() -> u64 {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    COUNT.fetch_add(1, Ordering::Relaxed) << 32
}

/// A place in a role that does not answer for the workspace.
pub(crate) fn seat(role: &str) -> Seat {
    Seat::in_role(role, false)
}

/// The role of the first pack that writes, and does not manage.
pub(crate) const WRITER: &str = "practitioner";

/// The usual address of the usual client.
pub(crate) const ADDRESS: &str = "192.0.2.7";

/// A caller without a session.
pub(crate) fn visitor() -> Caller {
    caller(None)
}

/// A caller with a session's token, or none.
pub(crate) fn caller(session: Option<&Secret>) -> Caller {
    caller_from(ADDRESS, session)
}

/// A caller from an address.
pub(crate) fn caller_from(address: &str, session: Option<&Secret>) -> Caller {
    let address: IpAddr = address.parse().expect("an address");
    Caller {
        door: Door::Http {
            session: session.cloned(),
            address,
            user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0".to_owned(),
        },
        request: RequestId(testkit::id()),
        idempotency_key: None,
    }
}

/// A caller with an idempotency key.
pub(crate) fn keyed(session: Option<&Secret>, key: &str) -> Caller {
    Caller {
        idempotency_key: Some(key.to_owned()),
        ..caller(session)
    }
}

/// A caller on the server's own command line.
pub(crate) fn shell() -> Caller {
    Caller {
        door: Door::CommandLine {
            user: "root".to_owned(),
        },
        ..visitor()
    }
}

/// The code of a refusal.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, Problem>) -> Code {
    result.expect_err("a refusal").code
}
