//! The clients behind the ports of `domain`: mail, key files, the clock and the random source. What leaves this process
//! (other than to Postgres) leaves here.

pub mod keys;
pub mod mail;
pub mod system;

pub use keys::{FileKeyStore, KeysError};
pub use mail::{Captured, CapturedMailer, Security, SmtpConfig, SmtpConfigError, SmtpMailer};
pub use system::{SystemClock, SystemRandom};
