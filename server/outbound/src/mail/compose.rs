//! From a [`Mail`] to the bytes of a message: one text and one HTML part that say the same.

use super::check;
use domain::ports::{Mail, MailError};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
};
use std::error::Error;
use time::OffsetDateTime;

/// Tells other machines that no person wrote this, so that none answers (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Puts the message together. The same id and mail always give the same `Message-ID`.
///
/// # Errors
/// [`MailError::Permanent`] for what cannot be a mail: a bad address, a control character in a header, too large.
pub(super) fn compose(
    from: &Mailbox,
    message_id: &str,
    mail: &Mail,
    now: OffsetDateTime,
) -> Result<Message, MailError> {
    check(message_id, mail)?;
    let to = Mailbox::new(None, address(&mail.to)?);
    let plain = SinglePart::builder()
        .header(ContentType::TEXT_PLAIN)
        .body(mail.text.expose().to_owned());
    let html = SinglePart::builder()
        .header(ContentType::TEXT_HTML)
        .body(mail.html.expose().to_owned());
    // No encoding of a body can hold `=_`, so the boundary never occurs inside one (RFC 2045, section 6.7).
    let parts = MultiPart::alternative().boundary(format!("=_{message_id}"));
    Message::builder()
        .from(from.clone())
        .to(to)
        .subject(mail.subject.clone())
        .message_id(Some(format!("<{message_id}@{}>", from.email.domain())))
        .date(now.into())
        .header(AutoSubmitted)
        .multipart(parts.singlepart(plain).singlepart(html))
        .map_err(|_| MailError::Permanent)
}

/// The address with its host in ASCII (RFC 5891), so that any mail server takes it.
fn address(text: &str) -> Result<Address, MailError> {
    let (local, host) = text.rsplit_once('@').ok_or(MailError::Permanent)?;
    let host = idna::domain_to_ascii(host).map_err(|_| MailError::Permanent)?;
    Address::new(local, host).map_err(|_| MailError::Permanent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Secret;

    fn message(to: &str, subject: &str, text: &str) -> String {
        let mail = Mail {
            to: to.into(),
            subject: subject.into(),
            text: Secret::new(text),
            html: Secret::new(format!("<p>{text}</p>")),
        };
        let from = "Scriptkeep <no-reply@scriptkeep.example>".parse().unwrap();
        let composed = compose(&from, "0193-a", &mail, OffsetDateTime::UNIX_EPOCH).unwrap();
        String::from_utf8(composed.formatted()).unwrap()
    }

    #[test]
    fn a_message_is_the_same_each_time_it_is_composed() {
        let one = message("ada@example.com", "Verify", "Open https://localhost/verify/abc");
        assert_eq!(
            one,
            message("ada@example.com", "Verify", "Open https://localhost/verify/abc")
        );
        for line in [
            "From: Scriptkeep <no-reply@scriptkeep.example>",
            "To: ada@example.com",
            "Subject: Verify",
            "Message-ID: <0193-a@scriptkeep.example>",
            "Date: Thu, 01 Jan 1970 00:00:00 +0000",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Open https://localhost/verify/abc",
        ] {
            assert!(one.lines().any(|have| have == line), "{line}\n{one}");
        }
        assert!(one.contains("multipart/alternative"));
        assert!(one.contains("boundary=\"=_0193-a\""), "{one}");
    }

    #[test]
    fn other_scripts_become_ascii() {
        let text = message(
            "ada@bücher.example",
            "Prüfen Sie Ihre Adresse – 確認",
            "Öffnen\r\n--=_0193-a--\r\nweiter",
        );
        assert!(text.is_ascii());
        assert!(text.contains("To: ada@xn--bcher-kva.example"));
        assert!(text.contains("Subject: =?utf-8?b?"));
        assert_eq!(
            text.matches("--=_0193-a--").count(),
            1,
            "a body cannot end the message\n{text}"
        );
    }
}
