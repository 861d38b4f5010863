//! Mail: to a mail server by SMTP, or into the development mailbox. Both refuse the same mails.

mod captured;
mod compose;
mod smtp;

pub use captured::{Captured, CapturedMailer};
pub use smtp::{Security, SmtpConfig, SmtpConfigError, SmtpMailer};

use domain::{
    ports::{Mail, MailError},
    validate,
};

/// Largest body, text and HTML together, in bytes. Ours are a few kilobytes.
const BODY_MAX: usize = 256 * 1024;
/// Longest message id, in bytes.
const ID_MAX: usize = 128;
/// Longest subject, in bytes.
const SUBJECT_MAX: usize = 500;

/// Refuses what could break out of a header or fill memory. These are faults of the sender, so another try is no help.
fn check(message_id: &str, mail: &Mail) -> Result<(), MailError> {
    let id_character = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.';
    let good_id = (1..=ID_MAX).contains(&message_id.len()) && message_id.bytes().all(id_character);
    let good_to = validate::email(&mail.to).is_none() && mail.to.trim() == mail.to;
    let good_subject = mail.subject.len() <= SUBJECT_MAX && !mail.subject.chars().any(char::is_control);
    let good_body = mail.text.expose().len() + mail.html.expose().len() <= BODY_MAX;
    if good_id && good_to && good_subject && good_body {
        Ok(())
    } else {
        tracing::warn!(
            good_id,
            good_to,
            good_subject,
            good_body,
            "a mail is not fit to be sent"
        );
        Err(MailError::Permanent)
    }
}
