//! Services over a server of their own, for the tests of this crate that read its bytes or measure it.

use crate::{Answer, Handle, HashingSize, Parts, Rate, Rates, Services, Site};
use crypto::{PasswordPolicy, RootKey, SigningKey};
use domain::{
    Caller, Door, RequestId, Secret, SessionChange, WorkspaceId,
    ops::{SignIn, SignUp, VerifyEmail},
    ports::{BoxFuture, Clock, KeyStore, KeyStoreError, Mail, MailError, Mailer},
};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use store::Db;
use testkit::TestRandom;

/// Whether content is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Encrypted,
    Bare,
}

/// Workspace keys in memory.
#[derive(Default)]
struct Keys(Mutex<HashMap<WorkspaceId, Vec<u8>>>);

impl KeyStore for Keys {
    fn load(&self, workspace: WorkspaceId) -> Result<Vec<u8>, KeyStoreError> {
        let keys = self.0.lock().expect("keys");
        keys.get(&workspace).cloned().ok_or(KeyStoreError::Missing)
    }

    fn create(&self, workspace: WorkspaceId, wrapped: &[u8]) -> Result<(), KeyStoreError> {
        self.0.lock().expect("keys").insert(workspace, wrapped.to_vec());
        Ok(())
    }
}

/// Keeps what it is given, and then may say that it did not go.
#[derive(Default)]
pub(crate) struct Mailbox {
    mails: Mutex<Vec<Mail>>,
    pub(crate) refuses: AtomicBool,
}

impl Mailer for Mailbox {
    fn send<'a>(&'a self, _: &'a str, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async move {
            self.mails.lock().expect("mails").push(mail.clone());
            if self.refuses.load(Ordering::SeqCst) {
                return Err(MailError::Transient);
            }
            Ok(())
        })
    }
}

impl Mailbox {
    /// The token of the newest link to an address.
    pub(crate) fn token(&self, to: &str) -> Secret {
        let mails = self.mails.lock().expect("mails");
        let mail = mails.iter().rev().find(|mail| mail.to == to).expect("a mail");
        let text = mail.text.expose();
        let link = text.split_whitespace().find(|word| word.starts_with(ORIGIN));
        let token = link
            .and_then(|link| link.rsplit('/').next())
            .expect("a mail with a link");
        Secret::new(token)
    }
}

/// Where links lead.
const ORIGIN: &str = "https://keep.example";

/// A password that is good enough.
pub(crate) const PASSWORD: &str = "the tide was out when we came";

/// Services with everything allowed, and passwords hashed at the least it can cost: others test those.
pub(crate) fn services(db: Db, clock: Arc<dyn Clock>, root: [u8; 32], content: Content) -> Services {
    let plenty = Rate {
        burst: 1_000_000,
        every: time::Duration::MICROSECOND,
    };
    let mut services = Services::new(Parts {
        db,
        key_store: Arc::new(Keys::default()),
        root: RootKey::from_bytes(root),
        signer: SigningKey::from_seed(&[9; 32]),
        clock,
        random: Arc::new(TestRandom::new(u64::from_le_bytes(
            *root.first_chunk().expect("eight bytes"),
        ))),
        site: Site {
            origin: ORIGIN.to_owned(),
        },
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
        packs: crate::Packs::built_in().expect("good packs"),
        passwords: PasswordPolicy {
            memory_kib: 8,
            iterations: 1,
            parallelism: 1,
        },
        hashing: HashingSize::default(),
    })
    .expect("threads");
    let inner = Arc::get_mut(&mut services.inner).expect("nobody shares them yet");
    inner.keyring.bare = content == Content::Bare;
    services
}

/// A client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) address: IpAddr,
    pub(crate) user_agent: String,
    pub(crate) session: Option<Secret>,
}

impl Client {
    pub(crate) fn caller(&self, idempotency_key: Option<&str>) -> Caller {
        Caller {
            door: Door::Http {
                session: self.session.clone(),
                address: self.address,
                user_agent: self.user_agent.clone(),
            },
            request: RequestId(testkit::id()),
            idempotency_key: idempotency_key.map(str::to_owned),
        }
    }

    /// Runs an operation that must succeed.
    pub(crate) async fn act<Op: Handle>(&mut self, services: &Services, op: Op) -> Op::Output {
        let key = testkit::id().to_string();
        let Answer { result, session } = services.run(self.caller(Some(&key)), op).await;
        if let SessionChange::Set(token) = session {
            self.session = Some(token);
        }
        result.unwrap_or_else(|problem| panic!("{}: {problem}", Op::META.name))
    }

    /// Signs up, opens the link, signs in.
    pub(crate) async fn join(
        &mut self,
        services: &Services,
        mailbox: &Arc<Mailbox>,
        name: &str,
        email: &str,
        password: &Secret,
    ) {
        let (name, email) = (name.to_owned(), email.to_owned());
        let op = SignUp {
            name,
            email: email.clone(),
            password: password.clone(),
        };
        self.act(services, op).await;
        deliver(services, mailbox).await;
        let token = mailbox.token(&email);
        self.act(services, VerifyEmail { token }).await;
        let password = password.clone();
        self.act(services, SignIn { email, password }).await;
    }
}

/// Does the queued work that is due.
pub(crate) async fn deliver(services: &Services, mailbox: &Arc<Mailbox>) {
    let mailer = Arc::clone(mailbox) as Arc<dyn Mailer>;
    while services.run_due_jobs(&mailer).await.expect("the queue answers") > 0 {}
}
