//! New ids, made from the injected random source.

use domain::ports::Random;
use std::sync::atomic::{AtomicU64, Ordering};
use time::OffsetDateTime;
use uuid::{Builder, Uuid};

/// Makes ids. Time-ordered ones (UUID version 7) keep indexes compact and let the audit log sort by id; random ones
/// (version 4) say nothing about when they were made.
#[derive(Default)]
pub(crate) struct Ids {
    /// The last time-ordered id: its milliseconds, and 12 bits that count within them.
    last: AtomicU64,
}

impl Ids {
    /// A time-ordered id of the given moment, larger than any this has made before: what happened later in this process
    /// sorts later, within one millisecond and even when the clock is set back (RFC 9562, section 6.2, method 1).
    pub(crate) fn ordered_at(&self, at: OffsetDateTime, random: &dyn Random) -> Uuid {
        let milliseconds = u64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
        let floor = milliseconds << 12;
        let after = |last: u64| floor.max(last + 1);
        let step = |last| Some(after(last));
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step);
        let ordered = last.map_or(floor, after);
        let mut bytes = [0; 10];
        random.fill(&mut bytes);
        // The version's four bits are put over the first four of these.
        let [.., high, low] = ordered.to_be_bytes();
        (bytes[0], bytes[1]) = (high & 0x0F, low);
        Builder::from_unix_timestamp_millis(ordered >> 12, &bytes).into_uuid()
    }

    /// An id of pure chance.
    pub(crate) fn random(random: &dyn Random) -> Uuid {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::{Duration, macros::datetime};

    struct Filled(u8);
    impl Random for Filled {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn ordered_ids_rise_whatever_chance_and_clock_say() {
        let (ids, at) = (Ids::default(), datetime!(2026-11-22 04:40:00 UTC));
        let mut last = ids.ordered_at(at, &Filled(0xFF));
        assert_eq!(last.get_version_num(), 7);
        let seconds = last.get_timestamp().map(|stamp| stamp.to_unix().0);
        assert_eq!(seconds, u64::try_from(at.unix_timestamp()).ok());
        for number in 0..10_000 {
            let at = if number % 3 == 0 { at - Duration::HOUR } else { at };
            let next = ids.ordered_at(at, &Filled(0));
            assert!(next > last, "{number}");
            last = next;
        }
        assert_eq!(Ids::random(&Filled(7)).get_version_num(), 4);
    }
}
