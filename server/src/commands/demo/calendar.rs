//! When things happen in the demonstration: on working days, in working hours. The log shows UTC, so that is whose hours they are.

use super::story::LAST_DAY;
use time::{Date, Duration, OffsetDateTime, Time, Weekday, macros::time};

/// When the first one comes.
const MORNING: Time = time!(8:00);
/// When the last one goes.
const EVENING: Time = time!(16:30);
/// What the last day's work needs at least: the story does not end on a day that has only begun.
const ROOM: Duration = Duration::hours(2);

/// The days of the story, counted back from its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    /// When the last day's work is over.
    end: OffsetDateTime,
}

impl Calendar {
    /// Ends as late as it can before this moment.
    pub(super) fn until(moment: OffsetDateTime) -> Self {
        let mut end = moment.min(moment.replace_time(EVENING));
        while is_weekend(end.date()) || end < end.replace_time(MORNING) + ROOM {
            end = (end - Duration::DAY).replace_time(EVENING);
        }
        Self { end }
    }

    /// When the first day begins.
    pub(super) fn begin(&self) -> OffsetDateTime {
        self.morning_of(0)
    }

    /// The date of a day of the story: what falls on a weekend is done on the Friday before, or on the Monday after.
    pub(super) fn date(&self, day: u32) -> Date {
        let date = self.end.date() - Duration::days(i64::from(LAST_DAY - day));
        match date.weekday() {
            Weekday::Saturday => date - Duration::DAY,
            Weekday::Sunday => date + Duration::DAY,
            _ => date,
        }
    }

    /// When the act of this number is done, of so many on the date of a day. Nobody works by the full hour: each is put off by a
    /// part of what lies between two, which looks drawn and is the same each time.
    pub(super) fn hour(&self, day: u32, index: i32, count: i32) -> OffsetDateTime {
        const PARTS: u32 = 997;
        let morning = self.morning_of(day);
        let part = (day * 389 + index.unsigned_abs() * 613 + 171) % PARTS;
        let between = (self.end.min(morning.replace_time(EVENING)) - morning) / count;
        morning + between * index + between * f64::from(part) / f64::from(PARTS)
    }

    fn morning_of(&self, day: u32) -> OffsetDateTime {
        self.end.replace_date(self.date(day)).replace_time(MORNING)
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn whenever_it_is_told_it_ends_before_and_nobody_works_at_night_or_on_a_weekend() {
        // Two weeks, hour by hour, over a leap day.
        for hours in 0..14 * 24 {
            let now = datetime!(2028-02-21 00:20 UTC) + Duration::hours(hours);
            let calendar = Calendar::until(now);
            let mut before = calendar.begin();
            assert!(now - before > Duration::days(i64::from(LAST_DAY) - 1), "{now}");
            for day in 0..=LAST_DAY {
                let (morning, evening) = (calendar.hour(day, 0, 40), calendar.hour(day, 39, 40));
                assert!(before.date() <= morning.date() && morning < evening, "{now}: {day}");
                assert!(!is_weekend(morning.date()), "{now}: {day}");
                assert_eq!(morning.date(), evening.date());
                assert!(morning.time() >= MORNING && evening.time() <= EVENING, "{now}: {day}");
                before = evening;
            }
            assert!(before < now, "{now}");
            let mut between = before.date();
            while between.next_day().is_some_and(|next| next < now.date()) {
                between = between.next_day().expect("a day");
                assert!(is_weekend(between), "{now}: nobody worked on {between}");
            }
        }
    }

    #[test]
    fn a_day_that_has_room_is_the_last_one() {
        for (now, end) in [
            (datetime!(2026-11-23 09:59 UTC), datetime!(2026-11-20 16:30 UTC)),
            (datetime!(2026-11-23 10:00 UTC), datetime!(2026-11-23 10:00 UTC)),
            (datetime!(2026-11-23 23:00 UTC), datetime!(2026-11-23 16:30 UTC)),
            (datetime!(2026-11-22 12:00 UTC), datetime!(2026-11-20 16:30 UTC)),
        ] {
            assert_eq!(Calendar::until(now).end, end, "{now}");
        }
    }
}
