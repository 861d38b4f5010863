//! Numbers and times as people read them. Pure, so that server and browser print the same.

use time::{Date, Month, OffsetDateTime, UtcOffset};

/// A whole number with a comma between each three digits: `18,442`.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count and its noun: `1 event`, `2 events`.
pub fn count(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(value), if value == 1 { one } else { many })
}

/// A day: `22 Nov 2026`.
pub fn day(date: Date) -> String {
    format!("{} {} {}", date.day(), month(date.month()), date.year())
}

/// The day of a moment, in UTC: `22 Nov 2026`.
pub fn day_of(at: OffsetDateTime) -> String {
    day(at.to_offset(UtcOffset::UTC).date())
}

/// The time of a moment, in UTC: `10:22:15`.
pub fn time_of(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// A moment, to the second, with its zone: `22 Nov 2026, 10:22:15 UTC`.
pub fn moment(at: OffsetDateTime) -> String {
    format!("{}, {} UTC", day_of(at), time_of(at))
}

/// A moment, to the minute, with its zone: `22 Nov 2026, 10:22 UTC`.
pub fn minute(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!("{}, {:02}:{:02} UTC", day_of(at), at.hour(), at.minute())
}

/// A moment for machines (RFC 3339, to the second), for the `datetime` of `<time>`.
pub fn machine(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

fn month(month: Month) -> &'static str {
    match month {
        Month::January => "Jan",
        Month::February => "Feb",
        Month::March => "Mar",
        Month::April => "Apr",
        Month::May => "May",
        Month::June => "Jun",
        Month::July => "Jul",
        Month::August => "Aug",
        Month::September => "Sep",
        Month::October => "Oct",
        Month::November => "Nov",
        Month::December => "Dec",
    }
}

/// How long to wait, from seconds, never shorter than it is: `40 seconds`, `4 minutes`, `2 hours`.
pub fn wait(seconds: u32) -> String {
    let seconds = u64::from(seconds.max(1));
    if seconds < 60 {
        count(seconds, "second", "seconds")
    } else if seconds < 3_600 {
        count(seconds.div_ceil(60), "minute", "minutes")
    } else {
        count(seconds.div_ceil(3_600), "hour", "hours")
    }
}

/// The start of a hash in groups of four: `7c41 d09b 3e5f a812…`.
pub fn hash_start(hex: &str, groups: usize) -> String {
    let shown: Vec<char> = hex.chars().take(groups * 4).collect();
    let mut out: Vec<String> = shown.chunks(4).map(|group| group.iter().collect()).collect();
    if hex.chars().count() > shown.len()
        && let Some(last) = out.last_mut()
    {
        last.push('…');
    }
    out.join(" ")
}

/// With a capital first, where that is one of ASCII's: words of ours.
pub fn capital(words: &str) -> String {
    let mut words = words.to_owned();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// The initials of a name, two at most: `IB`. The style sets them in capitals: the table of Unicode's capitals would be 4 KB
/// of what each browser loads.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn numbers_and_counts() {
        for (value, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (18_442, "18,442"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(count(1, "event", "events"), "1 event");
        assert_eq!(count(0, "event", "events"), "0 events");
    }

    #[test]
    fn times_are_utc() {
        let at = datetime!(2026-11-22 11:22:05 +1);
        assert_eq!(moment(at), "22 Nov 2026, 10:22:05 UTC");
        assert_eq!(minute(at), "22 Nov 2026, 10:22 UTC");
        assert_eq!(machine(at), "2026-11-22T10:22:05Z");
    }

    #[test]
    fn waits_are_never_too_short() {
        for (seconds, text) in [
            (0, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (61, "2 minutes"),
            (7_201, "3 hours"),
        ] {
            assert_eq!(wait(seconds), text);
        }
    }

    #[test]
    fn names_and_hashes() {
        assert_eq!(initials("Ilse Brandt"), "IB");
        assert_eq!(initials("łucja maria wrona"), "łw");
        assert_eq!(initials("Ilse"), "I");
        assert_eq!(
            ["edited", "Edited", "äh", ""].map(capital),
            ["Edited", "Edited", "äh", ""]
        );
        assert_eq!(initials("  "), "");
        assert_eq!(hash_start("7c41d09b3e5fa812ffff", 4), "7c41 d09b 3e5f a812…");
        assert_eq!(hash_start("7c41", 4), "7c41");
    }
}
