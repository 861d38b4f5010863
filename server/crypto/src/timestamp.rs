//! Times as the audit log writes them: RFC 3339, UTC, milliseconds. One form only, so that a time has one text.

use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset, format_description::BorrowedFormatItem};

const FORMAT: &[BorrowedFormatItem<'_>] =
    time::macros::format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// The time as `2026-11-22T04:05:06.789Z`; what is finer than a millisecond is cut off.
#[expect(clippy::missing_panics_doc, reason = "no time lacks a part of this format")]
pub fn to_text(time: OffsetDateTime) -> String {
    time.to_offset(UtcOffset::UTC)
        .format(&FORMAT)
        .expect("a time has all the parts this format asks for")
}

/// Reads what [`to_text`] writes, and nothing else.
pub fn parse(text: &str) -> Option<OffsetDateTime> {
    let time = PrimitiveDateTime::parse(text, &FORMAT).ok()?.assume_utc();
    (to_text(time) == text).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn one_time_one_text() {
        let time = datetime!(2026-11-22 05:05:06.789_999 +01:00);
        assert_eq!(to_text(time), "2026-11-22T04:05:06.789Z");
        assert_eq!(
            parse("2026-11-22T04:05:06.789Z"),
            Some(datetime!(2026-11-22 04:05:06.789 UTC))
        );
        for other in [
            "",
            "2026-11-22T04:05:06Z",
            "2026-11-22T04:05:06.78Z",
            "2026-11-22T04:05:06.7890Z",
            "2026-11-22T04:05:06.789+00:00",
            "2026-11-22t04:05:06.789z",
            "2026-11-22 04:05:06.789Z",
            "2026-02-30T04:05:06.789Z",
            "2026-11-22T04:05:60.789Z",
            "+2026-11-22T04:05:06.789Z",
            " 2026-11-22T04:05:06.789Z",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
