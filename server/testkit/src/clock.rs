//! A clock that stands until it is told otherwise.

use crate::EPOCH;
use domain::ports::Clock;
use std::sync::{Arc, Mutex, PoisonError};
use time::{Duration, OffsetDateTime};

/// A clock that tests set. Clones show the same time.
#[derive(Clone, Debug)]
pub struct TestClock {
    now: Arc<Mutex<OffsetDateTime>>,
}

impl TestClock {
    /// A clock that shows [`EPOCH`].
    pub fn new() -> Self {
        Self {
            now: Arc::new(Mutex::new(EPOCH)),
        }
    }

    /// Shows another time from now on; it may go back.
    pub fn set(&self, now: OffsetDateTime) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Goes on by so much.
    pub fn advance(&self, by: Duration) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn now(&self) -> OffsetDateTime {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_until_told_otherwise() {
        let clock = TestClock::new();
        let same = clock.clone();
        assert_eq!((clock.now(), clock.now()), (EPOCH, EPOCH));
        same.advance(Duration::HOUR);
        assert_eq!(clock.now(), EPOCH + Duration::HOUR);
        same.set(EPOCH - Duration::HOUR);
        assert_eq!(clock.now(), EPOCH - Duration::HOUR);
    }
}
