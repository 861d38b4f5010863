//! The mails we send, as plain text and as HTML that says the same.
//!
//! A mail may reach somebody who asked for nothing, because anybody can type any address. So no mail holds a word that
//! somebody typed, not even a name: nobody can have us deliver their message.

use domain::{Secret, ports::Mail};
use std::fmt::Write;
use time::{OffsetDateTime, macros::format_description};

/// Where the product is reached, for the links in mails.
#[derive(Clone, Debug)]
pub struct Site {
    /// Scheme, host and port without a path, such as `http://localhost:3000`.
    pub origin: String,
}

/// One paragraph of a mail.
enum Part<'a> {
    Text(String),
    /// A link on a line of its own: its words, and its address below the origin.
    Link(&'a str, String),
}

impl Site {
    /// Asks a new account's owner to prove the address.
    pub(crate) fn verify_mail(&self, to: &str, token: &Secret, until: OffsetDateTime) -> Mail {
        self.mail(
            to,
            "Confirm your address for Scriptkeep",
            &[
                text(
                    "Somebody, probably you, started an account on Scriptkeep with this address. Open this link to \
                      confirm that the address is yours:",
                ),
                Part::Link("Confirm this address", format!("/verify/{}", token.expose())),
                Part::Text(format!("The link works once, until {}.", moment(until))),
                text("If it was not you, do nothing. Without the link nobody can use this address."),
            ],
        )
    }

    /// Tells somebody who signs up again that there is an account already.
    pub(crate) fn already_mail(&self, to: &str) -> Mail {
        self.mail(
            to,
            "You already have a Scriptkeep account",
            &[
                text(
                    "Somebody, probably you, tried to start an account on Scriptkeep with this address. You already \
                      have one, so nothing was changed.",
                ),
                Part::Link("Sign in", "/sign-in".to_owned()),
                Part::Link("Choose a new password", "/forgot".to_owned()),
                text("If it was not you, do nothing. Your account is as it was."),
            ],
        )
    }

    /// Lets the owner of an address that was signed up again, before it was proven, choose the password: so that it is
    /// the owner's, whoever signed up first or last.
    pub(crate) fn finish_mail(&self, to: &str, token: &Secret, until: OffsetDateTime) -> Mail {
        self.mail(
            to,
            "Finish your Scriptkeep account",
            &[
                text(
                    "Somebody, probably you, started an account on Scriptkeep with this address more than once, and has \
                     not confirmed it yet. Open this link to confirm that the address is yours and to choose the password:",
                ),
                Part::Link("Confirm and choose a password", format!("/reset/{}", token.expose())),
                Part::Text(format!("The link works once, until {}.", moment(until))),
                text("If it was not you, do nothing. Without the link nobody can use this address."),
            ],
        )
    }

    /// The link to choose a new password.
    pub(crate) fn reset_mail(&self, to: &str, token: &Secret, until: OffsetDateTime) -> Mail {
        self.mail(
            to,
            "Choose a new password for Scriptkeep",
            &[
                text("Somebody, probably you, asked to choose a new password for Scriptkeep. Open this link to choose it:"),
                Part::Link("Choose a new password", format!("/reset/{}", token.expose())),
                Part::Text(format!(
                    "The link works once, until {}. A new password ends every session of your account.",
                    moment(until)
                )),
                text("If it was not you, do nothing. Your password stays as it is."),
            ],
        )
    }

    /// Tells an account's owner that the password is another one now.
    pub(crate) fn password_changed_mail(&self, to: &str, at: OffsetDateTime, device: &str) -> Mail {
        self.mail(
            to,
            "Your Scriptkeep password was changed",
            &[
                Part::Text(format!(
                    "The password of your Scriptkeep account was changed on {}, from {device}. Your other sessions have \
                     ended.",
                    moment(at)
                )),
                text("If it was you, there is nothing to do."),
                text("If it was not you, choose a new password now. It ends every session, that of the other person too."),
                Part::Link("Choose a new password", "/forgot".to_owned()),
            ],
        )
    }

    /// Lets somebody into a workspace. Who invites, and into which, stands on the page behind the link.
    pub(crate) fn invitation_mail(&self, to: &str, token: &Secret, until: OffsetDateTime) -> Mail {
        self.mail(
            to,
            "You are invited to a workspace on Scriptkeep",
            &[
                text(
                    "Somebody invited this address to work with them on Scriptkeep. Open this link to see who it is, and to \
                     join:",
                ),
                Part::Link("See the invitation", format!("/invitation/{}", token.expose())),
                Part::Text(format!(
                    "The link works once, for this address, until {}.",
                    moment(until)
                )),
                text("If you do not expect it, do nothing. Nobody joins without the link."),
            ],
        )
    }

    fn mail(&self, to: &str, subject: &str, parts: &[Part<'_>]) -> Mail {
        let mut plain = String::new();
        let mut html = String::from("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><body>");
        for part in parts {
            // Writing to a `String` cannot fail.
            let _ = match part {
                Part::Text(words) => {
                    let _ = write!(plain, "{words}\n\n");
                    write!(html, "<p>{}</p>", escape(words))
                }
                Part::Link(words, path) => {
                    let address = format!("{}{path}", self.origin);
                    let _ = write!(plain, "{words}:\n{address}\n\n");
                    write!(html, "<p><a href=\"{}\">{}</a></p>", escape(&address), escape(words))
                }
            };
        }
        plain.push_str("Scriptkeep\n");
        html.push_str("<p>Scriptkeep</p></body></html>");
        Mail {
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: Secret::new(plain),
            html: Secret::new(html),
        }
    }
}

fn text(words: &str) -> Part<'_> {
    Part::Text(words.to_owned())
}

/// A moment with its zone: mail is read anywhere.
fn moment(at: OffsetDateTime) -> String {
    at.to_offset(time::UtcOffset::UTC)
        .format(format_description!(
            "[day padding:none] [month repr:short] [year], [hour]:[minute] UTC"
        ))
        .unwrap_or_else(|_| at.to_string())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn every_mail() -> [Mail; 6] {
        let site = Site {
            origin: "https://keep.example".to_owned(),
        };
        let token = Secret::new("t".repeat(43));
        let at = datetime!(2026-11-22 04:40:00 UTC);
        [
            site.verify_mail("ilse@ternhouse.example", &token, at),
            site.already_mail("ilse@ternhouse.example"),
            site.reset_mail("ilse@ternhouse.example", &token, at),
            site.finish_mail("ilse@ternhouse.example", &token, at),
            site.password_changed_mail("ilse@ternhouse.example", at, "Firefox on Linux"),
            site.invitation_mail("ilse@ternhouse.example", &token, at),
        ]
    }

    #[test]
    fn links_stand_in_both_forms_and_lead_to_the_site() {
        let paths = [
            format!("https://keep.example/verify/{}", "t".repeat(43)),
            "https://keep.example/sign-in".to_owned(),
            format!("https://keep.example/reset/{}", "t".repeat(43)),
            format!("https://keep.example/reset/{}", "t".repeat(43)),
            "https://keep.example/forgot".to_owned(),
            format!("https://keep.example/invitation/{}", "t".repeat(43)),
        ];
        for (mail, path) in every_mail().iter().zip(paths) {
            assert!(mail.text.expose().contains(&format!("\n{path}\n")), "{}", mail.subject);
            assert!(
                mail.html.expose().contains(&format!("href=\"{path}\"")),
                "{}",
                mail.subject
            );
        }
    }

    #[test]
    fn the_voice_is_calm() {
        for mail in every_mail() {
            let words = mail.text.expose().to_lowercase();
            for noise in ["please", "oops", "!", "successfully", "click here"] {
                assert!(!words.contains(noise), "{}: {noise}", mail.subject);
            }
            assert!(!mail.html.expose().contains("style"), "{}", mail.subject);
        }
    }

    #[test]
    fn moments_name_their_zone() {
        assert_eq!(moment(datetime!(2026-11-02 14:05:09 +2)), "2 Nov 2026, 12:05 UTC");
    }
}
