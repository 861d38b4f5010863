//! Mail by SMTP. One connection per mail: the queue sends few, and a connection of its own has no state to go wrong.

use super::compose::compose;
use domain::{
    Secret,
    ports::{BoxFuture, Clock, Mail, MailError, Mailer},
};
use lettre::{
    Message,
    message::Mailbox,
    transport::smtp::{
        Error as SmtpError,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters},
        extension::ClientId,
        response::Severity,
    },
};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    str::FromStr,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, lookup_host},
    time::timeout,
};

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Starts plain and must turn to TLS before anything else is said (port 587). Never goes on without.
    StartTls,
    /// TLS from the first byte (port 465).
    Tls,
    /// No TLS. Only to the loopback, where a relay of the machine's own listens.
    None,
}

impl FromStr for Security {
    type Err = SmtpConfigError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "starttls" => Ok(Self::StartTls),
            "tls" => Ok(Self::Tls),
            "none" => Ok(Self::None),
            _ => Err(SmtpConfigError::Security),
        }
    }
}

/// Where mail goes, and how.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// The mail server's name or address; the name its certificate must carry.
    pub host: String,
    /// The port: 587 for STARTTLS and 465 for TLS, as a rule.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User name and password, when the server asks for them.
    pub credentials: Option<(String, Secret)>,
    /// The sender: `no-reply@example.com` or `Scriptkeep <no-reply@example.com>`.
    pub from: String,
    /// How long one delivery may take in all.
    pub timeout: Duration,
    /// Certificates (PEM) of a certification authority of one's own, trusted besides the public ones.
    pub extra_roots: Option<Vec<u8>>,
}

/// What is wrong with an [`SmtpConfig`]; each says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmtpConfigError {
    /// Not one of the three modes.
    #[error("mail security is one of: starttls, tls, none")]
    Security,
    /// No TLS, but the server is another machine.
    #[error(
        "mail without TLS goes to the loopback only: use security \"starttls\" or \"tls\", or a relay on localhost"
    )]
    PlainOutsideLoopback,
    /// The sender is not an address.
    #[error("the mail sender must be an address, like no-reply@example.com or Scriptkeep <no-reply@example.com>")]
    From,
    /// The extra certificates cannot be read.
    #[error("the extra mail certificates are not PEM: they begin with -----BEGIN CERTIFICATE-----")]
    Roots,
    /// TLS cannot be set up for this host.
    #[error("the mail host is not a name or address that a certificate can carry")]
    Host,
}

/// Sends mail to one mail server.
pub struct SmtpMailer {
    clock: Arc<dyn Clock>,
    host: String,
    port: u16,
    route: Route,
    credentials: Option<Credentials>,
    from: Mailbox,
    hello: ClientId,
    timeout: Duration,
}

enum Route {
    StartTls(TlsParameters),
    Tls(TlsParameters),
    Loopback,
}

/// What was going on when something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Connect,
    SignIn,
    Deliver,
}

impl SmtpMailer {
    /// Checks the configuration; connects to nothing yet.
    ///
    /// # Errors
    /// [`SmtpConfigError`]
    pub fn new(config: SmtpConfig, clock: Arc<dyn Clock>) -> Result<Self, SmtpConfigError> {
        if config.host.is_empty() || config.host.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(SmtpConfigError::Host);
        }
        let route = match config.security {
            Security::StartTls => Route::StartTls(tls(&config)?),
            Security::Tls => Route::Tls(tls(&config)?),
            Security::None if names_loopback(&config.host) => Route::Loopback,
            Security::None => return Err(SmtpConfigError::PlainOutsideLoopback),
        };
        if config.from.chars().any(char::is_control) {
            return Err(SmtpConfigError::From);
        }
        Ok(Self {
            clock,
            host: config.host,
            port: config.port,
            route,
            credentials: config
                .credentials
                .map(|(user, password)| Credentials::new(user, password.expose().to_owned())),
            from: config.from.parse().map_err(|_| SmtpConfigError::From)?,
            hello: ClientId::default(),
            timeout: config.timeout,
        })
    }

    async fn deliver(&self, message_id: &str, mail: &Mail) -> Result<(), MailError> {
        let message = compose(&self.from, message_id, mail, self.clock.now())?;
        let Ok(exchanged) = timeout(self.timeout, self.exchange(message_id, &message)).await else {
            tracing::warn!(message_id, "the mail server took too long");
            return Err(MailError::Transient);
        };
        let mut connection = exchanged?;
        // The mail is delivered: a server that is slow to say goodbye must not make us send it again.
        let _goodbye = timeout(self.per_address(), connection.quit()).await;
        Ok(())
    }

    /// From connecting to the server's word that it has the mail.
    async fn exchange(&self, message_id: &str, message: &Message) -> Result<AsyncSmtpConnection, MailError> {
        let report = |phase| move |error: SmtpError| verdict(phase, message_id, &error);
        let mut connection = self.connect().await.map_err(|error| match error {
            Unreachable::Smtp(error) => verdict(Phase::Connect, message_id, &error),
            Unreachable::Network(error) => {
                tracing::warn!(message_id, %error, "the mail server cannot be reached");
                MailError::Transient
            }
        })?;
        if let Some(credentials) = &self.credentials {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection
                .auth(&mechanisms, credentials)
                .await
                .map_err(report(Phase::SignIn))?;
        }
        let answer = connection
            .send(message.envelope(), &message.formatted())
            .await
            .map_err(report(Phase::Deliver))?;
        // Anything but 2xx here means that answers and commands are out of step.
        if answer.code().severity == Severity::PositiveCompletion {
            Ok(connection)
        } else {
            tracing::warn!(message_id, code = %answer.code(), "the mail server's answers make no sense");
            Err(MailError::Transient)
        }
    }

    /// A connection that is protected as configured, past the greeting.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Unreachable> {
        let connection = match &self.route {
            Route::Tls(tls) => {
                let address = (self.host.as_str(), self.port);
                let wait = Some(self.per_address());
                AsyncSmtpConnection::connect_tokio1(address, wait, &self.hello, Some(tls.clone()), None).await?
            }
            Route::StartTls(tls) => {
                let stream = Box::new(ByteByByte(self.open(|_| true).await?));
                let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &self.hello).await?;
                connection.starttls(tls.clone(), &self.hello).await?;
                connection
            }
            Route::Loopback => {
                let stream = Box::new(self.open(|ip| ip.is_loopback()).await?);
                AsyncSmtpConnection::connect_with_transport(stream, &self.hello).await?
            }
        };
        Ok(connection)
    }

    /// The first address that answers.
    async fn open(&self, allowed: impl Fn(IpAddr) -> bool) -> io::Result<TcpStream> {
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in lookup_host((self.host.as_str(), self.port)).await? {
            if !allowed(address.ip()) {
                continue;
            }
            match timeout(self.per_address(), TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = error,
                Err(_) => last = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(last)
    }

    /// How long one of several addresses may take, so that a dead one leaves time for the next.
    fn per_address(&self) -> Duration {
        self.timeout / 3
    }
}

impl Mailer for SmtpMailer {
    fn send<'a>(&'a self, message_id: &'a str, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(self.deliver(message_id, mail))
    }
}

enum Unreachable {
    Smtp(SmtpError),
    Network(io::Error),
}

impl From<SmtpError> for Unreachable {
    fn from(error: SmtpError) -> Self {
        Self::Smtp(error)
    }
}

impl From<io::Error> for Unreachable {
    fn from(error: io::Error) -> Self {
        Self::Network(error)
    }
}

fn tls(config: &SmtpConfig) -> Result<TlsParameters, SmtpConfigError> {
    let mut builder = TlsParameters::builder(config.host.clone());
    if let Some(pem) = &config.extra_roots {
        if !pem.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----") {
            return Err(SmtpConfigError::Roots);
        }
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(|_| SmtpConfigError::Roots)?);
    }
    builder.build_rustls().map_err(|_| SmtpConfigError::Roots)
}

fn names_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether another try may help. A refusal counts as final only when it is about this mail: a wrong password, a missing
/// STARTTLS or an expired certificate is for the operator to mend, and no mail must be lost meanwhile.
///
/// The server's own words stay out of the log, since they often repeat the recipient's address.
fn verdict(phase: Phase, message_id: &str, error: &SmtpError) -> MailError {
    if let Some(code) = error.status() {
        tracing::warn!(message_id, ?phase, %code, "the mail server refused");
    } else if error.is_response() {
        tracing::warn!(message_id, ?phase, "the mail server's answer cannot be read");
    } else {
        tracing::warn!(message_id, ?phase, %error, "the mail did not go");
    }
    // RFC 4954, section 6: authentication or encryption is missing or wrong.
    let ours_to_mend = matches!(error.status().map(u16::from), Some(530 | 534 | 535 | 538));
    let about_this_mail = error.is_permanent() || error.is_client();
    if phase == Phase::Deliver && about_this_mail && !ours_to_mend {
        MailError::Permanent
    } else {
        MailError::Transient
    }
}

/// Reads one byte at a time. Before STARTTLS whoever sits between can append answers to the server's "go ahead"; a
/// buffered reader would take them in and believe them after the handshake. Read byte by byte, nothing is ever buffered
/// past the line, so that such bytes meet the TLS handshake and break it. (CVE-2021-38084 and its kin.)
#[derive(Debug)]
struct ByteByByte(TcpStream);

impl AsyncRead for ByteByByte {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        let polled = Pin::new(&mut self.0).poll_read(cx, &mut one);
        if matches!(polled, Poll::Ready(Ok(()))) {
            buffer.put_slice(one.filled());
        }
        polled
    }
}

impl AsyncWrite for ByteByByte {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for ByteByByte {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemClock;

    fn config() -> SmtpConfig {
        SmtpConfig {
            host: "mail.example.com".into(),
            port: 587,
            security: Security::StartTls,
            credentials: Some(("user".into(), Secret::new("canary-password"))),
            from: "no-reply@example.com".into(),
            timeout: Duration::from_secs(30),
            extra_roots: None,
        }
    }

    fn refusal(config: SmtpConfig) -> Option<SmtpConfigError> {
        SmtpMailer::new(config, Arc::new(SystemClock)).err()
    }

    #[test]
    fn a_bad_configuration_is_refused_with_the_mend() {
        assert_eq!(refusal(config()), None);
        for host in ["mail.example.com", "192.0.2.1", "localhost.example.com", "0.0.0.0"] {
            let plain = SmtpConfig {
                host: host.into(),
                security: Security::None,
                ..config()
            };
            assert_eq!(refusal(plain), Some(SmtpConfigError::PlainOutsideLoopback), "{host}");
        }
        for host in ["localhost", "127.0.0.1", "::1"] {
            let plain = SmtpConfig {
                host: host.into(),
                security: Security::None,
                ..config()
            };
            assert_eq!(refusal(plain), None, "{host}");
        }
        for from in ["", "nobody", "a@example.com\r\nBcc: b@example.com"] {
            assert_eq!(
                refusal(SmtpConfig {
                    from: from.into(),
                    ..config()
                }),
                Some(SmtpConfigError::From),
                "{from}"
            );
        }
        let roots = Some(b"not a certificate".to_vec());
        assert_eq!(
            refusal(SmtpConfig {
                extra_roots: roots,
                ..config()
            }),
            Some(SmtpConfigError::Roots)
        );
        assert_eq!(
            refusal(SmtpConfig {
                host: "a b".into(),
                ..config()
            }),
            Some(SmtpConfigError::Host)
        );
        assert_eq!("ssl".parse::<Security>(), Err(SmtpConfigError::Security));
    }

    #[test]
    fn the_password_is_not_printed() {
        assert!(!format!("{:?}", config()).contains("canary"));
    }
}
