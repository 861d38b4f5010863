//! The way mail goes.

use crate::{
    config::{Config, Smtp},
    refusal::Refusal,
};
use domain::ports::{Clock, Mailer};
use outbound::{CapturedMailer, SmtpConfig, SmtpMailer};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// How many mails the captured mailbox keeps.
const MAILBOX: usize = 200;
/// How long one delivery to the mail server may take.
const DELIVERY: Duration = Duration::from_secs(30);

/// The way mail goes, and where it goes nowhere the mailbox to look into.
pub struct Mail {
    /// Takes mails.
    pub mailer: Arc<dyn Mailer>,
    /// Holds them, without a mail server.
    pub mailbox: Option<Arc<CapturedMailer>>,
}

/// The way mail goes by the configuration.
///
/// # Errors
/// When the mail settings do not fit together.
pub fn mail(config: &Config, clock: Arc<dyn Clock>) -> Result<Mail, Refusal> {
    let Some(smtp) = &config.smtp else {
        let mailbox = Arc::new(CapturedMailer::new(clock, MAILBOX));
        return Ok(Mail {
            mailer: Arc::clone(&mailbox) as Arc<dyn Mailer>,
            mailbox: Some(mailbox),
        });
    };
    let mailer = SmtpMailer::new(smtp_config(smtp)?, clock).map_err(|error| {
        Refusal::new(
            format!("The mail settings cannot be used: {error}."),
            "Correct them under [smtp].",
        )
    })?;
    Ok(Mail {
        mailer: Arc::new(mailer),
        mailbox: None,
    })
}

fn smtp_config(smtp: &Smtp) -> Result<SmtpConfig, Refusal> {
    let read = |path: &PathBuf| {
        // What is no file is not opened: a pipe would wait for a writer.
        let read = std::fs::metadata(path).and_then(|found| {
            if found.is_file() {
                std::fs::read(path)
            } else {
                Err(std::io::Error::other("it is no file"))
            }
        });
        read.map_err(|error| {
            Refusal::new(
                format!("`smtp.ca_file` {} cannot be read: {error}.", path.display()),
                "Name a file with certificates in PEM, or take the setting out.",
            )
        })
    };
    Ok(SmtpConfig {
        host: smtp.host.clone(),
        port: smtp.port,
        security: smtp.security,
        credentials: smtp.credentials.clone(),
        from: smtp.from.clone(),
        timeout: DELIVERY,
        extra_roots: smtp.ca_file.as_ref().map(read).transpose()?,
    })
}
