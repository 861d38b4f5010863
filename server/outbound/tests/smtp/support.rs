//! What the mail tests stand on: certificates, a running `smtp-server`, mailers and mails.

use domain::{
    Secret,
    ports::{Mail, MailError, Mailer},
};
use outbound::{Security, SmtpConfig, SmtpMailer, SystemClock};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use std::{path::Path, process::Stdio, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// Far more than anything here takes, so that a hanging test fails instead.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// The user name that the server knows.
pub(crate) const USER: &str = "scriptkeep";
/// The password that goes with it.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A certification authority and one certificate under it, as files.
pub(crate) struct Certificates {
    dir: TempDir,
    /// The authority's certificate, as PEM.
    pub(crate) root: Vec<u8>,
}

impl Certificates {
    /// A certificate for that name, good until the given year.
    pub(crate) fn new(name: &str, until: i32) -> Self {
        let authority_key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = authority.self_signed(&authority_key).unwrap().pem().into_bytes();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().unwrap();
        let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
        leaf.not_after = date_time_ymd(until, 1, 1);
        let leaf = leaf.signed_by(&key, &issuer).unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("cert.pem"), leaf.pem()).unwrap();
        std::fs::write(dir.path().join("key.pem"), key.serialize_pem()).unwrap();
        Self { dir, root }
    }

    fn path(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }
}

/// A running `smtp-server`; it ends with this value.
pub(crate) struct Server {
    /// Where it listens, on the loopback.
    pub(crate) port: u16,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts one that behaves as told; see `server.mjs`.
    pub(crate) async fn start(mut behaviour: Value, certificates: Option<&Certificates>) -> Self {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        assert!(
            top.join("node_modules/smtp-server").is_dir(),
            "the mail tests need the npm package smtp-server: run `npm ci` at the top of the repository \
             (`cargo xtask test` does so by itself)"
        );
        if let Some(certificates) = certificates {
            behaviour["cert"] = certificates.path("cert.pem").into();
            behaviour["key"] = certificates.path("key.pem").into();
        }
        let mut child = Command::new("node")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp/server.mjs"))
            .arg(behaviour.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the mail tests need Node 20 or newer on the PATH");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Self { port: 0, child, lines };
        server.port = server.line().await["listening"].as_u64().unwrap().try_into().unwrap();
        server
    }

    /// The next mail that the server took.
    pub(crate) async fn mail(&mut self) -> Value {
        self.line().await["mail"].take()
    }

    /// Waits until a server that stalls has been given a whole mail.
    pub(crate) async fn reached_data(&mut self) {
        assert_eq!(self.line().await, json!({ "stalled": "data" }));
    }

    async fn line(&mut self) -> Value {
        let line = timeout(PATIENCE, self.lines.next_line())
            .await
            .expect("the server says something");
        serde_json::from_str(&line.unwrap().expect("the server is alive")).unwrap()
    }

    /// Ends the server and asserts that it took no further mail.
    pub(crate) async fn took_nothing(mut self) {
        drop(self.child.stdin.take());
        let line = timeout(PATIENCE, self.lines.next_line())
            .await
            .expect("the server ends");
        assert_eq!(line.unwrap(), None);
    }
}

/// A server with STARTTLS and sign-in.
pub(crate) fn submission() -> Value {
    json!({ "startTls": true, "user": USER, "password": PASSWORD })
}

/// How to reach that port, with the credentials the server knows.
pub(crate) fn config(port: u16, security: Security, roots: Option<&Certificates>) -> SmtpConfig {
    SmtpConfig {
        host: "localhost".into(),
        port,
        security,
        credentials: (security != Security::None).then(|| (USER.to_owned(), Secret::new(PASSWORD))),
        from: "Scriptkeep <no-reply@scriptkeep.example>".into(),
        timeout: Duration::from_secs(20),
        extra_roots: roots.map(|certificates| certificates.root.clone()),
    }
}

/// Sends the mail of [`mail`] and gives the answer.
pub(crate) async fn send(config: SmtpConfig) -> Result<(), MailError> {
    send_this(config, &mail()).await
}

/// Sends a mail and gives the answer.
pub(crate) async fn send_this(config: SmtpConfig, mail: &Mail) -> Result<(), MailError> {
    let mailer = SmtpMailer::new(config, Arc::new(SystemClock)).unwrap();
    let sent = timeout(PATIENCE, mailer.send("0193-message", mail)).await;
    sent.expect("the mailer keeps to its time limit")
}

/// A mail with lines that SMTP gives a meaning to.
pub(crate) fn mail() -> Mail {
    Mail {
        to: "ada@example.com".into(),
        subject: "Verify your address".into(),
        text: Secret::new("Open this link:\r\n.\r\nhttps://localhost/verify/canary\r\nQUIT\r\n"),
        html: Secret::new("<p>Open <a href=\"https://localhost/verify/canary\">this link</a>.</p>"),
    }
}
