//! New ids, made from the injected clock and random source.

use domain::ports::{Clock, Random};
use time::OffsetDateTime;
use uuid::{Builder, Uuid};

/// Makes ids. Time-ordered ones (UUID version 7) keep indexes compact and let the audit log sort by id; random ones
/// (version 4) say nothing about when they were made.
pub(crate) struct Ids<'a> {
    pub(crate) clock: &'a dyn Clock,
    pub(crate) random: &'a dyn Random,
}

impl Ids<'_> {
    /// A time-ordered id of now.
    pub(crate) fn ordered(&self) -> Uuid {
        self.ordered_at(self.clock.now())
    }

    /// A time-ordered id of the given moment. Before 1970 there are none: such a clock counts as 1970.
    pub(crate) fn ordered_at(&self, at: OffsetDateTime) -> Uuid {
        let mut bytes = [0; 10];
        self.random.fill(&mut bytes);
        let milliseconds = u64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
        Builder::from_unix_timestamp_millis(milliseconds, &bytes).into_uuid()
    }

    /// An id of pure chance.
    pub(crate) fn random(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    struct At(OffsetDateTime);
    impl Clock for At {
        fn now(&self) -> OffsetDateTime {
            self.0
        }
    }
    struct Filled(u8);
    impl Random for Filled {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn ordered_ids_sort_by_time_whatever_chance_says() {
        let earlier = Ids {
            clock: &At(datetime!(2026-11-22 04:40:00 UTC)),
            random: &Filled(0xFF),
        };
        let later = Ids {
            clock: &At(datetime!(2026-11-22 04:40:00.001 UTC)),
            random: &Filled(0),
        };
        assert!(earlier.ordered() < later.ordered());
        assert_eq!(earlier.ordered().get_version_num(), 7);
        assert_eq!(later.random().get_version_num(), 4);
    }
}
