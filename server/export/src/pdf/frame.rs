//! What stands around the text: head, foot, title, particulars, watermark, and the page of signatures.

use super::{Printing, Sheet, Signature, writer::Writer};
use crate::Meta;
use domain::document::Fixed;
use time::{OffsetDateTime, UtcOffset};

/// The most letters of a title in the head of a page; the whole title stands on the first page.
const HEAD_MAX: usize = 90;
/// The most halves of an em that the two sides of a head certainly have room for on one line.
const HEAD_LINE: usize = 76;
/// The same for the remark in the foot, beside the cut of a hash and the number of the page.
const FOOT_LINE: usize = 48;

impl Writer<'_> {
    /// Sets the page up; everything after it stands on such pages.
    pub(super) fn frame(&mut self, meta: &Meta, printing: &Printing<'_>) {
        self.source.code("#show: paper.with(\n");
        self.named("title", &meta.title);
        if !meta.author.is_empty() {
            self.source.code("  authors: (");
            self.literal(&meta.author);
            self.source.code(",),\n");
        }
        if let Some(at) = meta.modified.or(meta.created) {
            let at = at.to_offset(UtcOffset::UTC);
            self.source.number(format_args!(
                "  made: datetime(year: {}, month: {}, day: {}, hour: {}, minute: {}, second: {}),\n",
                at.year(),
                u8::from(at.month()),
                at.day(),
                at.hour(),
                at.minute(),
                at.second()
            ));
        }
        let (language, region) = language(&meta.language);
        self.named("language", &language);
        if let Some(region) = region {
            self.named("region", &region);
        }
        self.source.code(match printing.sheet {
            Sheet::A4 => "  format: \"a4\",\n",
            Sheet::Letter => "  format: \"us-letter\",\n",
        });
        let left = head_left(&printing.number, &meta.title);
        let right = head_right(meta, printing.printed, self.numbering.words());
        let remark = remark(printing);
        self.source.number(format_args!(
            "  head-fits: {}, foot-fits: {},\n",
            halves(&left) + halves(&right) <= HEAD_LINE,
            halves(&remark) <= FOOT_LINE
        ));
        self.named("left", &left);
        self.named("right", &right);
        self.named("page-word", self.numbering.words().page);
        self.named("of-word", self.numbering.words().of_pages);
        if let Some(digest) = &printing.digest {
            self.source.code("  teeth: ");
            self.teeth(digest);
            self.source.code(",\n");
        }
        self.named("remark", &remark);
        if !printing.watermark.is_empty() {
            self.named("watermark", &printing.watermark);
        }
        self.source.code("  facts: (");
        for (name, value) in &printing.particulars {
            self.source.code("(");
            self.literal(name);
            self.source.code(", ");
            self.literal(value);
            self.source.code("),");
        }
        self.source.code("),\n  extra-fonts: (");
        let mut given: Vec<&String> = printing.fonts.given().iter().collect();
        given.sort_by_key(|family| !suits(family, &meta.language));
        for family in given {
            self.literal(family);
            self.source.code(",");
        }
        self.source.code("),\n)\n");
    }

    /// The page of signatures, when there are any.
    pub(super) fn signatures(&mut self, signatures: &[Signature]) {
        if signatures.is_empty() {
            return;
        }
        self.source.code("#pagebreak(weak: true)\n#heading-of(1, none)[#");
        self.literal(self.numbering.words().signatures);
        self.source.code(";]\n");
        for signature in signatures {
            self.source.code("#signature(");
            let at = moment(signature.at);
            for words in [
                &signature.name,
                &signature.role,
                &signature.meaning,
                &at,
                &signature.record,
            ] {
                self.source.code("[");
                self.words(words, ("#", ";"));
                self.source.code("],");
            }
            match &signature.digest {
                Some(digest) => self.teeth(digest),
                None => self.source.code("()"),
            }
            self.source.code(")\n");
        }
    }

    fn named(&mut self, name: &str, words: &str) {
        self.source.code("  ");
        self.source.code(name);
        self.source.code(": ");
        self.literal(words);
        self.source.code(",\n");
    }

    /// The cut of a hash: 32 teeth from its first 32 bits, high for 1.
    fn teeth(&mut self, digest: &[u8; 32]) {
        self.source.code("(");
        for byte in digest.iter().take(4) {
            for bit in (0..8).rev() {
                self.source.code(if byte >> bit & 1 == 1 { "true," } else { "false," });
            }
        }
        self.source.code(")");
    }
}

fn head_left(number: &str, title: &str) -> String {
    let whole = format!("{number} {title}");
    let whole = whole.trim();
    if whole.chars().count() <= HEAD_MAX {
        return whole.to_owned();
    }
    let cut: String = whole.chars().take(HEAD_MAX - 1).collect();
    format!("{}…", cut.trim_end())
}

fn head_right(meta: &Meta, printed: Option<OffsetDateTime>, words: &Fixed) -> String {
    let begins_with_digit = meta.version.starts_with(|first: char| first.is_ascii_digit());
    let version = if begins_with_digit {
        format!("{} {}", words.version, meta.version)
    } else {
        meta.version.clone()
    };
    let state: Vec<&str> = [version.as_str(), meta.status.as_str()]
        .into_iter()
        .filter(|words| !words.is_empty())
        .collect();
    let printed = printed.map(|at| format!("{} {}", words.printed, moment(at)));
    [Some(state.join(", ")), printed]
        .into_iter()
        .flatten()
        .filter(|words| !words.is_empty())
        .collect::<Vec<_>>()
        .join(". ")
}

/// How wide a text is, in halves of an em, roughly: letters of Chinese, Japanese and Korean have a whole one.
fn halves(text: &str) -> usize {
    text.chars()
        .map(|letter| if letter >= '\u{1100}' { 2 } else { 1 })
        .sum()
}

/// The foot's words: the first eight digits of the hash, as under the cut on a screen, and the remark.
fn remark(printing: &Printing<'_>) -> String {
    let digits = printing.digest.map(|digest| {
        let [a, b, c, d, ..] = digest;
        format!("{a:02x}{b:02x} {c:02x}{d:02x}")
    });
    match (digits, printing.remark.as_str()) {
        (Some(digits), "") => digits,
        (Some(digits), remark) => format!("{digits}. {remark}"),
        (None, remark) => remark.to_owned(),
    }
}

/// A moment as it should be shown, always with its zone: `22 Nov 2026, 10:31 UTC`.
fn moment(at: OffsetDateTime) -> String {
    let offset = at.offset();
    let zone = if offset.is_utc() {
        "UTC".to_owned()
    } else {
        let (hours, minutes, _) = offset.as_hms();
        let sign = if offset.is_negative() { '−' } else { '+' };
        format!("UTC{sign}{:02}:{:02}", hours.unsigned_abs(), minutes.unsigned_abs())
    };
    let month = at.month().to_string();
    let month: String = month.chars().take(3).collect();
    format!(
        "{} {month} {}, {:02}:{:02} {zone}",
        at.day(),
        at.year(),
        at.hour(),
        at.minute()
    )
}

/// Whether a family of fonts is the one of this language among those that draw the same letters for Chinese, Japanese or
/// Korean readers each in their way, as their names end with a region (`Noto Sans CJK JP`).
fn suits(family: &str, tag: &str) -> bool {
    let (language, region) = language(tag);
    let traditional = tag.to_ascii_lowercase().contains("hant");
    let ending = match (language.as_str(), region.as_deref()) {
        ("ja", _) => " JP",
        ("ko", _) => " KR",
        ("zh", Some("hk" | "mo")) => " HK",
        ("zh", Some("tw")) => " TC",
        ("zh", _) if traditional => " TC",
        ("zh", _) => " SC",
        _ => return false,
    };
    family.ends_with(ending)
}

/// The language and region of a BCP 47 tag, as Typst takes them: two or three letters, and two. English where the tag
/// says nothing.
pub(super) fn language(tag: &str) -> (String, Option<String>) {
    let mut parts = tag.split(['-', '_']);
    let is_word = |part: &&str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    let Some(language) = parts.next().filter(|part| is_word(part, 2..=3)) else {
        return ("en".to_owned(), None);
    };
    let region = parts.find(|part| is_word(part, 2..=2));
    (language.to_ascii_lowercase(), region.map(str::to_ascii_lowercase))
}

#[cfg(test)]
mod tests {
    use super::{head_left, language, moment};
    use time::macros::datetime;

    #[test]
    fn moments_name_their_zone() {
        assert_eq!(moment(datetime!(2026-11-22 10:31 UTC)), "22 Nov 2026, 10:31 UTC");
        assert_eq!(moment(datetime!(2026-01-02 03:04 +5:30)), "2 Jan 2026, 03:04 UTC+05:30");
        assert_eq!(moment(datetime!(2026-01-02 03:04 -3:30)), "2 Jan 2026, 03:04 UTC−03:30");
    }

    #[test]
    fn tags_give_language_and_region() {
        for (tag, language_of, region_of) in [
            ("en-GB", "en", Some("gb")),
            ("zh-Hant-TW", "zh", Some("tw")),
            ("ar", "ar", None),
            ("", "en", None),
            ("\"); #x", "en", None),
            ("x-klingon", "en", None),
        ] {
            let (language, region) = language(tag);
            assert_eq!(
                (language.as_str(), region.as_deref()),
                (language_of, region_of),
                "{tag}"
            );
        }
    }

    #[test]
    fn a_long_title_is_cut_in_the_head() {
        assert_eq!(head_left("SOP-014", "Receiving"), "SOP-014 Receiving");
        let cut = head_left("", &"ä".repeat(200));
        assert_eq!(cut.chars().count(), 90);
        assert!(cut.ends_with('…'));
    }
}
