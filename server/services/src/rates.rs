//! How often somebody may do something.
//!
//! What tries a secret, sends mail or costs much is counted in the database, for all nodes together, and fails closed:
//! when the counter does not answer, nothing is done. Reading and writing by signed-in people is counted in this process,
//! since a count must not cost more than what it counts.

use crate::{Actor, bounded::Bounded, failure::unavailable, keyring::Keyring};
use domain::{AccountId, Code, Problem, RateClass, WorkspaceId, ports::Clock, validate::canonical_email};
use std::net::IpAddr;
use store::{
    Db, StoreError,
    limits::{self, Limit, Verdict},
};
use time::{Duration, OffsetDateTime};

/// Most people and addresses counted in this process at a time.
const COUNTED_MAX: usize = 100_000;

/// So many at once, then one more each `every`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many at once.
    pub burst: u32,
    /// How long until one more.
    pub every: Duration,
}

/// All rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Reading, per person.
    pub read: Rate,
    /// Changing, per person.
    pub write: Rate,
    /// Trying secrets, per network (an IPv4 address, or the first 64 bits of an IPv6 one).
    pub credential_network: Rate,
    /// Trying the password of one account, from networks the account has never been signed in from: strangers share it.
    pub credential_account: Rate,
    /// Trying the password of one account from a network it was signed in from lately: so that strangers' guesses do not
    /// keep its owner out.
    pub credential_known: Rate,
    /// Having mail sent, per network.
    pub mail_network: Rate,
    /// Having mail sent to one address.
    pub mail_recipient: Rate,
    /// Exports, per person.
    pub heavy: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        let rate = |burst, every| Rate { burst, every };
        Self {
            read: rate(300, Duration::milliseconds(50)),
            write: rate(100, Duration::milliseconds(200)),
            credential_network: rate(30, Duration::seconds(10)),
            credential_account: rate(20, Duration::minutes(6)),
            credential_known: rate(20, Duration::seconds(30)),
            mail_network: rate(20, Duration::seconds(30)),
            mail_recipient: rate(5, Duration::minutes(10)),
            heavy: rate(10, Duration::minutes(1)),
        }
    }
}

/// For how long a network counts as one an account was signed in from.
const KNOWN_FOR: Duration = Duration::days(90);

/// What one request is counted by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted<'a> {
    pub(crate) class: RateClass,
    pub(crate) actor: &'a Actor,
    /// None from a command line, which is not counted.
    pub(crate) address: Option<IpAddr>,
    /// The e-mail address somebody typed, where the operation has one and all of its fields are right.
    pub(crate) email: Option<&'a str>,
}

/// Counts.
pub(crate) struct Limiter {
    rates: Rates,
    local: Bounded<(RateClass, Who), Option<OffsetDateTime>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Who {
    Account(AccountId),
    Network(IpAddr),
}

/// A counter in the database: a keyed hash, so that nobody reads addresses there.
pub(crate) type CounterKey = [u8; 32];

impl Limiter {
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            rates,
            local: Bounded::new(COUNTED_MAX),
        }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// [`Code::TooMany`] when it comes too early; [`Code::Unavailable`] when the counter does not answer.
    pub(crate) async fn count(
        &self,
        db: &Db,
        keyring: &Keyring,
        clock: &dyn Clock,
        counted: Counted<'_>,
    ) -> Result<(), Problem> {
        let Some(address) = counted.address else { return Ok(()) };
        let now = clock.now();
        let network = network(address);
        if matches!(counted.class, RateClass::Read | RateClass::Write) {
            let rate = if counted.class == RateClass::Read {
                self.rates.read
            } else {
                self.rates.write
            };
            let who = counted.actor.account().map_or(Who::Network(network), Who::Account);
            return self.count_here((counted.class, who), rate, now);
        }
        let house = keyring.workspace_key(WorkspaceId::HOUSE).await?;
        let key = |what: &str| house.lookup_hash("rate", what);
        let network_text = network.to_string();
        let take = async |what: String, rate: Rate| take(db, key(&what), rate, now).await;
        let account = counted.actor.account();
        match (counted.class, counted.email) {
            (RateClass::Mail, email) => {
                take(format!("mail network {network_text}"), self.rates.mail_network).await?;
                if let Some(email) = email.map(canonical_email) {
                    take(recipient_text(&email), self.rates.mail_recipient).await?;
                }
            }
            (RateClass::Heavy, _) => {
                let who = account.map_or(network_text, |account| account.to_string());
                take(format!("heavy {who}"), self.rates.heavy).await?;
            }
            (_, email) => {
                take(
                    format!("credential network {network_text}"),
                    self.rates.credential_network,
                )
                .await?;
                if let Some(account) = account {
                    take(format!("credential proof {account}"), self.rates.credential_known).await?;
                } else if let Some(email) = email.map(canonical_email) {
                    let known = key(&known_text(&email, network));
                    if is_marked(db, known, now).await? {
                        take(
                            format!("credential known {network_text} {email}"),
                            self.rates.credential_known,
                        )
                        .await?;
                    } else {
                        take(format!("credential account {email}"), self.rates.credential_account).await?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Counts one mail to an address, for an operation that is counted otherwise itself. False when there have been too
    /// many. Not in earnest, it costs the same and is never asked again.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when the counter does not answer.
    pub(crate) async fn count_mail(
        &self,
        db: &Db,
        keyring: &Keyring,
        now: OffsetDateTime,
        email: &str,
        in_earnest: bool,
    ) -> Result<bool, Problem> {
        let house = keyring.workspace_key(WorkspaceId::HOUSE).await?;
        let recipient = recipient_text(&canonical_email(email));
        let counter = if in_earnest {
            recipient
        } else {
            format!("not a {recipient}")
        };
        let key = house.lookup_hash("rate", &counter);
        Ok(ask(db, key, self.rates.mail_recipient, now).await? == Verdict::Allowed)
    }

    fn count_here(&self, key: (RateClass, Who), rate: Rate, now: OffsetDateTime) -> Result<(), Problem> {
        let room = rate.every * rate.burst;
        let wait = self.local.update(
            key,
            |full_at| full_at.is_none_or(|at| at <= now),
            |full_at| {
                // A clock that was set back must not lock anybody out for as long.
                let at = full_at.filter(|at| *at > now && *at <= now + room).unwrap_or(now);
                let next = at + rate.every;
                if next - now > room {
                    return Some(next - now - room);
                }
                *full_at = Some(next);
                None
            },
        );
        match wait {
            Some(None) => Ok(()),
            Some(Some(wait)) => Err(too_many(wait)),
            None => Err(too_many(Duration::SECOND)),
        }
    }
}

/// The counter that says an account was signed in from a network.
pub(crate) async fn known_network(keyring: &Keyring, email: &str, address: IpAddr) -> Result<CounterKey, Problem> {
    let house = keyring.workspace_key(WorkspaceId::HOUSE).await?;
    Ok(house.lookup_hash("rate", &known_text(&canonical_email(email), network(address))))
}

fn recipient_text(email: &str) -> String {
    format!("mail recipient {email}")
}

fn known_text(email: &str, network: IpAddr) -> String {
    format!("known {network} {email}")
}

/// Remembers that an account was signed in from a network.
pub(crate) async fn mark_known(db: &Db, key: CounterKey, now: OffsetDateTime) -> Result<(), Problem> {
    let rate = Rate {
        burst: 1,
        every: KNOWN_FOR,
    };
    // Refused means: remembered already.
    ask(db, key, rate, now).await.map(|_| ())
}

/// Whether a network is remembered.
async fn is_marked(db: &Db, key: CounterKey, now: OffsetDateTime) -> Result<bool, Problem> {
    let owed = limits::owed(db, &key, now).await.map_err(|error| silent(&error))?;
    Ok(owed > Duration::ZERO)
}

async fn take(db: &Db, key: CounterKey, rate: Rate, now: OffsetDateTime) -> Result<(), Problem> {
    match ask(db, key, rate, now).await? {
        Verdict::Allowed => Ok(()),
        Verdict::RetryAfter(wait) => Err(too_many(wait)),
    }
}

/// Asks the counter. Whatever is wrong with it, the answer is that nothing is done now.
async fn ask(db: &Db, key: CounterKey, rate: Rate, now: OffsetDateTime) -> Result<Verdict, Problem> {
    let limit = Limit {
        burst: rate.burst,
        interval: rate.every,
    };
    limits::take(db, &key, limit, now).await.map_err(|error| silent(&error))
}

fn silent(error: &StoreError) -> Problem {
    tracing::error!(%error, "the counter of tries does not answer");
    unavailable()
}

fn too_many(wait: Duration) -> Problem {
    // Rounded up: whoever comes back after so many seconds is let in.
    let whole = wait.whole_seconds() + i64::from(wait.subsec_nanoseconds() > 0);
    let seconds = u32::try_from(whole).unwrap_or(u32::MAX).max(1);
    let words = match seconds {
        1 => "Wait a second".to_owned(),
        2..=90 => format!("Wait {seconds} seconds"),
        _ => format!("Wait {} minutes", seconds.div_ceil(60)),
    };
    Problem::new(Code::TooMany)
        .with_detail(format!("{words}, then try again."))
        .with_retry_after_seconds(seconds)
}

/// The network an address is counted by: whoever has an IPv6 address has the 2^64 around it as well.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-11-22 04:40:00 UTC);

    #[test]
    fn so_many_at_once_then_one_more_each_interval() {
        let limiter = Limiter::new(Rates::default());
        let rate = Rate {
            burst: 3,
            every: Duration::seconds(10),
        };
        let key = (RateClass::Write, Who::Network("192.0.2.7".parse().expect("an address")));
        let allowed = |at| limiter.count_here(key, rate, at).is_ok();
        assert_eq!(
            [allowed(NOW), allowed(NOW), allowed(NOW), allowed(NOW)],
            [true, true, true, false]
        );
        let refusal = limiter
            .count_here(key, rate, NOW + Duration::seconds(4))
            .expect_err("too early");
        assert_eq!((refusal.code, refusal.retry_after_seconds), (Code::TooMany, Some(6)));
        assert!(allowed(NOW + Duration::seconds(10)));
        assert!(!allowed(NOW + Duration::seconds(11)));
        assert!(allowed(NOW - Duration::hours(1)), "a clock set back locks nobody out");
    }

    #[test]
    fn networks() {
        let of = |text: &str| network(text.parse().expect("an address")).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }

    #[test]
    fn the_wait_is_told_in_words() {
        assert_eq!(too_many(Duration::ZERO).detail, "Wait a second, then try again.");
        assert_eq!(
            too_many(Duration::seconds(59)).detail,
            "Wait 59 seconds, then try again."
        );
        assert_eq!(
            too_many(Duration::seconds(230)).detail,
            "Wait 4 minutes, then try again."
        );
    }
}
