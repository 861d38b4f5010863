//! The development mailbox: keeps the last mails in memory instead of sending them. It exists on the loopback only;
//! the server sees to that.

use super::check;
use domain::ports::{BoxFuture, Clock, Mail, MailError, Mailer};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use time::OffsetDateTime;

/// A mail that was kept instead of sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// The id under which it was handed over.
    pub message_id: String,
    /// When it was handed over.
    pub at: OffsetDateTime,
    /// The mail.
    pub mail: Mail,
}

/// Keeps the newest mails, up to a number, and forgets the oldest.
pub struct CapturedMailer {
    clock: Arc<dyn Clock>,
    capacity: usize,
    mails: Mutex<VecDeque<Captured>>,
}

impl CapturedMailer {
    /// An empty mailbox for at most `capacity` mails (one at least).
    pub fn new(clock: Arc<dyn Clock>, capacity: usize) -> Self {
        Self {
            clock,
            capacity: capacity.max(1),
            mails: Mutex::default(),
        }
    }

    /// All mails kept, newest first.
    pub fn list(&self) -> Vec<Captured> {
        self.mails().iter().cloned().collect()
    }

    /// The mail handed over under that id, if it is still kept.
    pub fn get(&self, message_id: &str) -> Option<Captured> {
        self.mails().iter().find(|kept| kept.message_id == message_id).cloned()
    }

    /// A panic elsewhere leaves the list whole, since each change of it is one step.
    fn mails(&self) -> MutexGuard<'_, VecDeque<Captured>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, message_id: &str, mail: &Mail) -> Result<(), MailError> {
        check(message_id, mail)?;
        let at = self.clock.now();
        let mut mails = self.mails();
        if mails.iter().all(|kept| kept.message_id != message_id) {
            mails.truncate(self.capacity - 1);
            mails.push_front(Captured {
                message_id: message_id.to_owned(),
                at,
                mail: mail.clone(),
            });
        }
        Ok(())
    }
}

impl Mailer for CapturedMailer {
    /// A second copy under the same id is dropped, as a receiver would.
    fn send<'a>(&'a self, message_id: &'a str, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async move { self.keep(message_id, mail) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemClock;
    use domain::Secret;

    fn mail(subject: &str) -> Mail {
        Mail {
            to: "ada@example.com".into(),
            subject: subject.into(),
            text: Secret::new("text"),
            html: Secret::new("<p>text</p>"),
        }
    }

    #[tokio::test]
    async fn keeps_the_newest_and_each_id_once() {
        let mailbox = CapturedMailer::new(Arc::new(SystemClock), 3);
        for number in 0..5 {
            mailbox
                .send(&format!("id-{number}"), &mail(&format!("{number}")))
                .await
                .unwrap();
        }
        mailbox.send("id-3", &mail("a second copy")).await.unwrap();
        let subjects: Vec<_> = mailbox.list().into_iter().map(|kept| kept.mail.subject).collect();
        assert_eq!(subjects, ["4", "3", "2"]);
        assert_eq!(mailbox.get("id-3").map(|kept| kept.mail), Some(mail("3")));
        assert_eq!(mailbox.get("id-0"), None);
    }

    #[tokio::test]
    async fn refuses_what_the_mail_server_would_not_get_either() {
        let mailbox = CapturedMailer::new(Arc::new(SystemClock), 3);
        let with_to = |to: &str| Mail {
            to: to.into(),
            ..mail("s")
        };
        let long = "x".repeat(super::super::BODY_MAX + 1);
        let cases = [
            ("id", mail("a\r\nBcc: eve@example.com")),
            ("id", mail(&"x".repeat(super::super::SUBJECT_MAX + 1))),
            ("id", with_to("ada@example.com\r\nBcc: eve@example.com")),
            ("id", with_to("ada@example.com\r\n")),
            ("id", with_to("ada@example.com, eve@example.com")),
            ("id", with_to("ada@example.com> RCPT TO:<eve@example.com")),
            (
                "id",
                Mail {
                    text: Secret::new(long),
                    ..mail("s")
                },
            ),
            ("id>\r\nBcc: eve@example.com", mail("s")),
            ("", mail("s")),
        ];
        for (id, case) in cases {
            assert_eq!(
                mailbox.send(id, &case).await,
                Err(MailError::Permanent),
                "{id} {case:?}"
            );
        }
        assert_eq!(mailbox.list(), []);
    }
}
