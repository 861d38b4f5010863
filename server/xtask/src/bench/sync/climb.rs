//! The load that a server can bear: everybody types faster and faster, until edits come too late. And what is there after
//! a server was killed.

use super::{
    count,
    load::{Crowd, FIRST_CLIENT, Heard},
    percentile,
};
use crate::steps::{Failure, OrFail, Outcome};
use mio::Events;
use std::time::{Duration, Instant};

/// The most an edit may take until somebody else has it, in milliseconds, 99 times of 100.
pub(super) const OBJECTIVE: f64 = 50.0;
/// How much faster everybody types on each step of a climb, and from what on the first time.
const STEP: f64 = 1.35;
const FIRST_STEP: f64 = 25.0;
/// Whoever has climbed before begins so many steps below.
const BELOW: i32 = 2;
/// How long a step is, in seconds; what is typed in its first part is not counted.
const STEP_SECONDS: f64 = 1.0;
const SETTLES: f64 = 0.25;
/// How often a step that was missed is tried again.
const MISSES_MAX: u32 = 2;
/// Nobody climbs for longer: above that, the load itself needs a core.
const STEPS_MAX: usize = 12;

/// The highest step of a climb on which the objective was met.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Height {
    /// Edits a second of each person.
    pub(super) edits: f64,
    /// Deliveries in a second, and in a second of the server's computing.
    pub(super) deliveries: f64,
    pub(super) per_core: f64,
    /// Milliseconds until somebody else had an edit, 99 times of 100.
    pub(super) late: f64,
}

impl Crowd {
    /// Types faster and faster, until the objective is missed; `climbed` is what was reached before, or 0, and `computed` tells
    /// how long the server has computed.
    ///
    /// # Errors
    /// When a connection ends.
    #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
    pub(super) fn climb(mut self, people: usize, climbed: f64, computed: impl Fn() -> f64) -> Outcome<Height> {
        let mut best = Height::default();
        let mut events = Events::with_capacity(1024);
        self.began = Instant::now();
        let (mut edits, mut misses) = (FIRST_STEP.max(climbed / STEP.powi(BELOW)), 0);
        for _ in 0..STEPS_MAX {
            let height = self.step(&mut events, edits, people, &computed)?;
            if height.late < OBJECTIVE {
                (best, misses, edits) = (height, 0, edits * STEP);
            } else if misses == MISSES_MAX {
                break;
            } else {
                // Something else on this machine may have been in the way.
                misses += 1;
            }
        }
        Ok(best)
    }

    fn step(&mut self, events: &mut Events, edits: f64, people: usize, computed: &impl Fn() -> f64) -> Outcome<Height> {
        let everybody = self.lines.len();
        let per_second = edits * f64::from(u32::try_from(everybody).or_fail("counting")?);
        let from = self.began.elapsed().as_secs_f64();
        let mut sent = 0_u32;
        let mut counted = None;
        let (mut before, mut expected) = (0.0, 0);
        loop {
            let now = self.began.elapsed().as_secs_f64() - from;
            if now > SETTLES && counted.is_none() {
                self.heard = Heard::default();
                (before, counted) = (computed(), Some((sent, now)));
            }
            if now > STEP_SECONDS {
                break;
            }
            while f64::from(sent) / per_second <= now {
                self.type_letter(sent as usize % everybody, from + f64::from(sent) / per_second);
                sent += 1;
            }
            let wait = (f64::from(sent) / per_second - now).clamp(0.001, 0.05);
            self.listen(events, Duration::from_secs_f64(wait))?;
        }
        let after = computed();
        let seconds = self.began.elapsed().as_secs_f64() - from;
        if let Some((first, since)) = counted {
            expected = u64::from(sent - first) * (people as u64 - 1);
            let lasted = seconds - since;
            let deliveries = count(self.heard.delivered);
            self.heard.delays.sort_by(f64::total_cmp);
            // What is on its way when the step ends is little, as long as the server keeps up.
            let kept_up = deliveries >= 0.9 * count(expected);
            let late = if kept_up {
                percentile(&self.heard.delays, 0.99)
            } else {
                f64::INFINITY
            };
            return Ok(Height {
                edits,
                deliveries: deliveries / lasted,
                per_core: deliveries / (after - before).max(0.01),
                late,
            });
        }
        Err(Failure::new(format!(
            "a step was too short to count {expected} deliveries"
        )))
    }

    /// How many edits were said to be durable.
    pub(super) fn acknowledged(&self) -> u64 {
        self.lines.iter().map(|line| line.durable as u64).sum()
    }

    /// How many of the edits that another crowd was told are durable, or sent, are not there for this one, which came later.
    pub(super) fn lacks(&self, before: &Self, sent: bool) -> u64 {
        let lines = before.lines.iter().enumerate();
        let lost = lines.map(|(number, line)| {
            let client = FIRST_CLIENT + number as u64;
            let there = self.lines[number].holds.iter().find(|(holder, _)| *holder == client);
            let promised = if sent { line.due.len() } else { line.durable } as u64;
            promised.saturating_sub(there.map_or(0, |(_, clock)| *clock))
        });
        lost.sum()
    }

    /// Types for a while, and leaves everything as it is then: what is on its way stays there.
    ///
    /// # Errors
    /// When a connection ends.
    #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
    pub(super) fn write_on(&mut self, edits: f64, seconds: f64) -> Outcome {
        let per_second = edits * f64::from(u32::try_from(self.lines.len()).or_fail("counting")?);
        let mut events = Events::with_capacity(1024);
        self.began = Instant::now();
        let mut sent = 0_u32;
        loop {
            let now = self.began.elapsed().as_secs_f64();
            if now > seconds {
                return Ok(());
            }
            while f64::from(sent) / per_second <= now {
                self.type_letter(sent as usize % self.lines.len(), f64::from(sent) / per_second);
                sent += 1;
            }
            self.listen(&mut events, Duration::from_millis(1))?;
        }
    }

    /// Takes in what arrived until nothing more does, whatever became of the server.
    pub(super) fn hear_out(&mut self) {
        let mut events = Events::with_capacity(1024);
        for _ in 0..40 {
            if self.listen(&mut events, Duration::from_millis(10)).is_err() {
                break;
            }
        }
    }
}
