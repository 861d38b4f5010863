//! How long what comes in is held back, so that it goes out together.
//!
//! What a round costs beside its system calls (to wake the room, put the updates in place, hand them to the store) is the same
//! for three people as for two hundred, and so a delivery to one of three costs several times what one to two hundred does. It
//! falls with how many deliveries a round makes, and most of what there is to gain is gained with the first few: more is only
//! later. Hence one rule: a round is held back for about as long as [`DELIVERIES`] of them take to come together at the room's
//! present pace, never for longer than [`Limits::gather`](crate::Limits::gather); and where not even two updates would come in
//! that time, for nothing is gained by waiting, it goes out at once. Three people who type are never held back; three machines
//! that type are, for as long as may be; a hall of two hundred is not, since each update is two hundred deliveries.
//!
//! Nothing here asks how busy the thread is: while it works, what comes in waits for it, and goes out in one round with what
//! else came. A thread without time to spare gathers by itself.

use crate::limits::Millis;

/// How many deliveries make a round worth its price: four updates among three, one among nine.
const DELIVERIES: u64 = 8;
/// A pause counts for so many times the longest that anything is held back: who types again after a rest is soon known.
const PAUSE: u64 = 4;
/// How much of the pace so far is kept at each round, in parts of [`PARTS`].
const KEPT: u64 = 3;
const PARTS: u64 = 4;

/// The pace of a room, and when the last round of updates went out.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    last: Option<Millis>,
    /// Microseconds from one update to the next, lately; nobody knows before the second round.
    gap: Option<u64>,
}

impl Gathering {
    /// A round with so many updates goes out; nothing is held back for longer than `most` milliseconds.
    pub(super) fn goes_out(&mut self, now: Millis, updates: usize, most: u64) {
        if let Some(last) = self.last.replace(now) {
            let time = now.since(last).min(most.saturating_mul(PAUSE)).saturating_mul(1000);
            let gap = time / (updates as u64).max(1);
            let kept = self.gap.unwrap_or(gap);
            self.gap = Some((kept * KEPT + gap) / PARTS);
        }
    }

    /// Until when updates are held back, if they are, in a room of so many.
    pub(super) fn until(&self, members: usize, most: u64) -> Option<Millis> {
        self.last.map(|last| last.plus(self.hold(members as u64, most)))
    }

    /// For how many milliseconds after a round the next is held back.
    fn hold(&self, members: u64, most: u64) -> u64 {
        let others = members.saturating_sub(1).max(1);
        match self.gap {
            _ if others >= DELIVERIES => 0,
            Some(gap) if gap.saturating_mul(2) > most.saturating_mul(1000) => 0,
            Some(gap) => (gap.saturating_mul(DELIVERIES) / others / 1000).min(most),
            None => most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: u64 = 30;

    /// Rounds of so many updates among so many members, so many milliseconds apart: what comes after is held back for how long.
    fn held(members: usize, rounds: impl IntoIterator<Item = (u64, usize)>) -> u64 {
        let mut gathering = Gathering::default();
        let mut now = Millis(5);
        gathering.goes_out(now, 1, MOST);
        for (after, updates) in rounds {
            now = now.plus(after);
            gathering.goes_out(now, updates, MOST);
        }
        gathering.until(members, MOST).unwrap().since(now)
    }

    #[test]
    fn the_pace_and_how_many_are_there_say_for_how_long() {
        assert_eq!(Gathering::default().until(3, MOST), None, "the first goes out at once");
        assert_eq!(held(3, []), MOST, "the pace is not known");
        for (what, members, after, updates, expected) in [
            ("one who types", 1, 200, 1, 0),
            ("one machine, alone", 1, 33, 4, MOST),
            ("three who type", 3, 67, 1, 0),
            ("not even two in the time there is", 3, 16, 1, 0),
            ("two in the time there is", 3, 15, 1, MOST),
            ("three machines, 40 a second each", 3, 33, 4, MOST),
            ("just enough in the time there is", 3, 30, 4, MOST),
            ("a little more", 3, 28, 4, 28),
            ("among three, 600 a second", 3, 7, 4, 7),
            ("among five, 600 a second", 5, 7, 4, 3),
            ("eight", 8, 30, 3, 11),
            ("nine, of whom each update reaches eight", 9, 30, 3, 0),
            ("a hall, 600 a second", 200, 7, 4, 0),
            ("more than can be told apart", 3, 1, 50, 0),
        ] {
            assert_eq!(held(members, [(after, updates); 40]), expected, "{what}");
        }
        assert_eq!(held(200, []), 0, "a hall never waits");
    }

    #[test]
    fn who_rested_goes_on_at_once_and_the_pace_is_soon_known_again() {
        assert_eq!(held(3, [(30, 18)]), 6);
        let mut rounds = vec![(30, 18); 5];
        rounds.push((60_000, 1));
        assert_eq!(held(3, rounds.clone()), 0);
        rounds.extend([(1, 1); 8]);
        assert!((1..=MOST).contains(&held(3, rounds)));
    }

    #[test]
    fn nothing_is_ever_held_back_for_longer_than_may_be() {
        for members in [0, 1, 2, 8, 9, 1_000] {
            for (most, after) in [0, 1, 30, 1_000]
                .into_iter()
                .flat_map(|most| [0, 1, 7, 31, u64::MAX / 2].map(|after| (most, after)))
            {
                for updates in [0, 1, 4, 1_000_000] {
                    let mut gathering = Gathering::default();
                    gathering.goes_out(Millis(0), 1, most);
                    gathering.goes_out(Millis(after), updates, most);
                    let until = gathering.until(members, most).unwrap();
                    assert!(
                        until.since(Millis(after)) <= most,
                        "{members} {most} {after} {updates}: {until:?}"
                    );
                }
            }
        }
    }
}
