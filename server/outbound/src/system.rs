//! The machine's own clock and random source: the one place that reads either. Everything else gets them as ports.

use domain::ports::{Clock, Random};
use time::OffsetDateTime;

/// The machine's clock, in UTC, cut to whole microseconds: what Postgres keeps, so that a time reads back as it was
/// written.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        #[expect(clippy::disallowed_methods, reason = "this is the implementation of the port")]
        let now = OffsetDateTime::now_utc();
        now.replace_nanosecond(now.microsecond() * 1_000).unwrap_or(now)
    }
}

/// The kernel's random source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// When the kernel has no random source: then no key and no token can be made, and none must be.
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(clippy::disallowed_methods, reason = "this is the implementation of the port")]
        let filled = getrandom::fill(bytes);
        filled.expect("the kernel's random source answers");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_keeps_microseconds() {
        let now = SystemClock.now();
        assert_eq!(now.nanosecond() % 1_000, 0);
        assert!(now.offset().is_utc());
        assert!(now.year() >= 2026);
    }

    #[test]
    fn chance_differs_from_call_to_call() {
        let (mut one, mut other) = ([0; 32], [0; 32]);
        SystemRandom.fill(&mut one);
        SystemRandom.fill(&mut other);
        assert_ne!(one, other);
        assert_ne!(one, [0; 32]);
    }
}
