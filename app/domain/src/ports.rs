//! Ports: what the product needs from the world, as small interfaces. `outbound` implements them, `server` puts them
//! together, tests put other things in their place.

use crate::{Secret, WorkspaceId};
use std::{fmt, future::Future, pin::Pin};
use time::OffsetDateTime;

/// A boxed future, so that ports stay object-safe.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The time, injected: no code reads the global clock.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC.
    fn now(&self) -> OffsetDateTime;
}

/// Random bytes, injected: no code reads the global source.
pub trait Random: Send + Sync + 'static {
    /// Fills the buffer with bytes fit for keys.
    fn fill(&self, bytes: &mut [u8]);
}

/// A mail ready to go. Plain text and HTML say the same.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mail {
    /// The recipient's address.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The plain text; may hold a single-use link.
    pub text: Secret,
    /// The same as HTML.
    pub html: Secret,
}

/// Why a mail did not go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailError {
    /// Trying again may help: no connection, a 4xx answer, a time-out.
    Transient,
    /// Trying again cannot help: the server refused this mail for good (5xx).
    Permanent,
}

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transient => "the mail server did not take the mail; it may later",
            Self::Permanent => "the mail server refused the mail for good",
        })
    }
}

impl std::error::Error for MailError {}

/// Takes mails to a mail server.
pub trait Mailer: Send + Sync + 'static {
    /// Delivers one mail; `message_id` is the same on each try, so that a receiver can drop a second copy.
    fn send<'a>(&'a self, message_id: &'a str, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>>;
}

/// Why the key store did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyStoreError {
    /// There is no key of that workspace: never made, or destroyed.
    Missing,
    /// The store does not answer, or its disk is full; the text names the step, never a key.
    Unavailable(String),
}

impl fmt::Display for KeyStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such key"),
            Self::Unavailable(step) => write!(f, "the key store does not answer: {step}"),
        }
    }
}

impl std::error::Error for KeyStoreError {}

/// Keeps workspace keys, wrapped under the root key, apart from the data. Holds bytes only; what they mean is known to
/// `crypto` alone. Blocking: small files or one round trip; callers keep it off the async threads.
pub trait KeyStore: Send + Sync + 'static {
    /// The wrapped key of a workspace.
    ///
    /// # Errors
    /// [`KeyStoreError::Missing`] when there is none.
    fn load(&self, workspace: WorkspaceId) -> Result<Vec<u8>, KeyStoreError>;

    /// Keeps a new wrapped key, durably (it survives `kill -9`), before it returns. Never replaces one.
    ///
    /// # Errors
    /// [`KeyStoreError::Unavailable`] when it could not be kept, or one is there already.
    fn create(&self, workspace: WorkspaceId, wrapped: &[u8]) -> Result<(), KeyStoreError>;
}
