//! The people of the demonstration: how they come in, and at which hour they do what.

use super::story::Person;
use domain::{Caller, Door, RequestId, Secret, ports::Clock, ports::Random};
use outbound::{CapturedMailer, SystemRandom};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{Mutex, PoisonError},
};
use time::{Duration, OffsetDateTime};

/// The clock of the story. It goes forward only, as far as it is told to.
pub(super) struct StoryClock(Mutex<OffsetDateTime>);

impl StoryClock {
    pub(super) fn new(at: OffsetDateTime) -> Self {
        Self(Mutex::new(at))
    }

    /// It is this late now, or later.
    pub(super) fn reach(&self, at: OffsetDateTime) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = at.max(*now);
    }

    /// So much time goes by.
    pub(super) fn pass(&self, time: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += time;
    }
}

impl Clock for StoryClock {
    fn now(&self) -> OffsetDateTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody at their place, with their session if they have one.
pub(super) fn caller(person: Option<&Person>, session: Option<&Secret>) -> Caller {
    let mut bytes = [0; 16];
    SystemRandom.fill(&mut bytes);
    Caller {
        door: Door::Http {
            session: session.cloned(),
            address: person
                .and_then(|person| person.address.parse().ok())
                .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            user_agent: person.map(|person| person.device.clone()).unwrap_or_default(),
        },
        request: RequestId(uuid::Builder::from_random_bytes(bytes).into_uuid()),
        idempotency_key: None,
    }
}

/// The token of the newest link of a kind (`verify`, `invitation`) that was sent to an address.
pub(super) fn link(mailbox: &CapturedMailer, email: &str, kind: &str) -> Option<Secret> {
    let marker = format!("/{kind}/");
    let mails = mailbox.list();
    let text = mails
        .iter()
        .filter(|kept| kept.mail.to == email)
        .find_map(|kept| kept.mail.text.expose().split_once(&marker).map(|(_, rest)| rest))?;
    text.split_whitespace().next().map(Secret::new)
}

/// Consonants and vowels of a password that can be typed on a phone: none that look alike.
const CONSONANTS: &[u8; 16] = b"bdfghjkmnprstvwz";
const VOWELS: &[u8; 4] = b"aeiu";

/// A password as nobody has it: five groups of two syllables, 60 bits.
pub(super) fn password() -> Secret {
    let mut bytes = [0; 10];
    SystemRandom.fill(&mut bytes);
    let syllable = |byte: u8| {
        let (consonant, vowel) = (usize::from(byte >> 4), usize::from(byte & 3));
        [char::from(CONSONANTS[consonant]), char::from(VOWELS[vowel])]
    };
    let groups: Vec<String> = bytes
        .chunks(2)
        .map(|pair| pair.iter().flat_map(|byte| syllable(*byte)).collect())
        .collect();
    Secret::new(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_password_is_good_enough_and_new_each_time() {
        let one = password();
        assert_eq!(
            domain::password::verdict(&one, &["robin@ashdown.example", "Robin Ashdown"]),
            None
        );
        assert_ne!(one.expose(), password().expose());
        assert!(
            one.expose()
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        );
    }

    #[test]
    fn the_clock_does_not_go_back() {
        let clock = StoryClock::new(datetime!(2026-08-23 09:00 UTC));
        clock.reach(datetime!(2026-08-23 10:00 UTC));
        clock.reach(datetime!(2026-08-23 09:30 UTC));
        clock.pass(Duration::MINUTE);
        assert_eq!(clock.now(), datetime!(2026-08-23 10:01 UTC));
    }
}
