//! A timer among the events of connections. `epoll` waits for whole milliseconds and rounds up, and so whoever waits with it for
//! when an edit is due sends it half a millisecond late on average: with a quick server that is half of what is measured.

use crate::steps::{OrFail, Outcome};
use mio::{Interest, Registry, Token, unix::SourceFd};
use rustix::{
    fd::OwnedFd,
    time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime},
};
use std::{os::fd::AsRawFd as _, time::Duration};

/// The timer.
pub(super) struct Bell(OwnedFd);

impl Bell {
    /// What its events are called.
    pub(super) const TOKEN: Token = Token(usize::MAX);

    /// A timer that rings among the events of a poll.
    ///
    /// # Errors
    /// When the system gives none.
    pub(super) fn hang(registry: &Registry) -> Outcome<Self> {
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC).or_fail("making a timer")?;
        let mut source = SourceFd(&timer.as_raw_fd());
        registry
            .register(&mut source, Self::TOKEN, Interest::READABLE)
            .or_fail("watching a timer")?;
        Ok(Self(timer))
    }

    /// What to tell a poll that is to wait for so long: the rest is the timer's.
    ///
    /// # Errors
    /// When the timer cannot be set.
    pub(super) fn within(&self, wait: Duration) -> Outcome<Option<Duration>> {
        if wait.is_zero() {
            return Ok(Some(wait));
        }
        let spec = Itimerspec {
            it_interval: Timespec::default(),
            it_value: wait.try_into().or_fail("a wait")?,
        };
        timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &spec).or_fail("setting a timer")?;
        Ok(None)
    }
}
