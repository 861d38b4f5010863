//! Comments: their places in the text, and the two parts that hold their words and who answered whom.

use super::Writer;
use crate::{
    Comment,
    docx::{markup::Markup, names},
};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// Where remarks begin and end, and how far the writer has come.
#[derive(Default)]
pub(super) struct Remarks {
    events: Vec<Event>,
    done: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    position: usize,
    /// Ends of what began before come first, then beginnings, then ends of remarks on a point.
    order: u8,
    /// The index of the remark, its answers not counted.
    remark: usize,
}

/// The order of an [`Event`] that begins a remark.
const BEGINS: u8 = 1;

impl Remarks {
    pub(super) fn new(comments: &[Comment]) -> Self {
        let ends = |comment: &Comment| if comment.to > comment.from { 0 } else { 2 };
        let mut events: Vec<Event> = comments
            .iter()
            .enumerate()
            .flat_map(|(remark, comment)| {
                let end = comment.to.max(comment.from);
                [
                    Event {
                        position: comment.from,
                        order: BEGINS,
                        remark,
                    },
                    Event {
                        position: end,
                        order: ends(comment),
                        remark,
                    },
                ]
            })
            .collect();
        events.sort_unstable();
        Self { events, done: 0 }
    }
}

/// The number in the file of a remark and of its answers: answers follow their remark.
fn numbers(comments: &[Comment], remark: usize) -> std::ops::Range<usize> {
    let first = comments[..remark].iter().map(|comment| 1 + comment.replies.len()).sum();
    first..first + 1 + comments[remark].replies.len()
}

/// The id of a remark's last paragraph, by which answers find it; eight hexadecimal digits below 80000000.
fn paragraph_id(number: usize) -> String {
    format!("{:08X}", 0x1000_0000 + number)
}

impl Writer<'_> {
    /// Where the next remark begins or ends, unless we are in a footnote, where Word allows none.
    pub(super) fn next_remark(&self) -> Option<usize> {
        let event = self
            .remarks
            .events
            .get(self.remarks.done)
            .filter(|_| !self.notes.writing)?;
        Some(event.position)
    }

    /// Writes the beginnings and ends of remarks up to a position.
    pub(super) fn remarks_until(&mut self, position: usize) {
        while let Some(event) = self.remarks.events.get(self.remarks.done).copied() {
            if self.notes.writing || event.position > position {
                return;
            }
            self.remarks.done += 1;
            let numbers: Vec<String> = numbers(self.source.comments, event.remark)
                .map(|number| number.to_string())
                .collect();
            if event.order == BEGINS {
                for number in &numbers {
                    self.out.empty("w:commentRangeStart", &[("w:id", number)]);
                }
            } else {
                let style = self.style_id(names::COMMENT_REFERENCE);
                for number in &numbers {
                    self.out.empty("w:commentRangeEnd", &[("w:id", number)]);
                    self.out.open("w:r", &[]);
                    self.out.raw("<w:rPr>");
                    self.out.value("w:rStyle", &style);
                    self.out.raw("</w:rPr>");
                    self.out.empty("w:commentReference", &[("w:id", number)]);
                    self.out.close("w:r");
                }
            }
        }
    }

    /// Notes the remarks whose place was never reached.
    pub(super) fn lose_remarks(&mut self) {
        let left = self.remarks.events[self.remarks.done..]
            .iter()
            .filter(|event| event.order != BEGINS);
        for _ in 0..left.count() {
            self.lose("a comment stands behind the last paragraph and is not shown");
        }
    }

    /// The parts `comments.xml` and `commentsExtended.xml`.
    pub(super) fn remark_parts(&mut self) -> (String, String) {
        let body = std::mem::replace(&mut self.out, Markup::part());
        let mut extended = Markup::part();
        super::parts::open_root(&mut self.out, "w:comments");
        super::parts::open_root(&mut extended, "w15:commentsEx");
        let mut number = 0;
        for comment in self.source.comments {
            let first = number;
            for (remark, answers) in
                std::iter::once((comment, false)).chain(comment.replies.iter().map(|reply| (reply, true)))
            {
                self.remark(number, remark);
                let (own, parent) = (paragraph_id(number), paragraph_id(first));
                let mut attributes = vec![("w15:paraId", own.as_str())];
                if answers {
                    attributes.push(("w15:paraIdParent", parent.as_str()));
                }
                attributes.push(("w15:done", if remark.resolved { "1" } else { "0" }));
                extended.empty("w15:commentEx", &attributes);
                number += 1;
            }
        }
        self.out.close("w:comments");
        extended.close("w15:commentsEx");
        let comments = std::mem::replace(&mut self.out, body);
        (comments.into_string(), extended.into_string())
    }

    fn remark(&mut self, number: usize, remark: &Comment) {
        let number_text = number.to_string();
        let author = writable(&remark.author);
        let initials: String = remark
            .author
            .split_whitespace()
            .filter_map(|name| name.chars().next())
            .take(3)
            .collect();
        let date = remark.at.map(moment);
        let mut attributes = vec![
            ("w:id", number_text.as_str()),
            ("w:author", author.as_str()),
            ("w:initials", &initials),
        ];
        attributes.extend(date.as_deref().map(|date| ("w:date", date)));
        self.out.open("w:comment", &attributes);
        let lines: Vec<&str> = remark.text.split('\n').collect();
        let style = self.style_id(names::COMMENT_TEXT);
        for (at, line) in lines.iter().enumerate() {
            let id = paragraph_id(number);
            let last = [("w14:paraId", id.as_str())];
            self.out.open("w:p", if at + 1 == lines.len() { &last } else { &[] });
            self.out.raw("<w:pPr>");
            self.out.value("w:pStyle", &style);
            self.out.raw("</w:pPr>");
            if !line.is_empty() {
                self.plain_run(&writable(line));
            }
            self.out.close("w:p");
        }
        self.out.close("w:comment");
    }
}

/// A time as Word writes it: to the second, in UTC.
pub(super) fn moment(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC).replace_nanosecond(0).unwrap_or(at);
    at.format(&Rfc3339).unwrap_or_default()
}

/// Text from outside of the model without the characters that XML cannot hold.
pub(super) fn writable(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}'))
        .collect()
}
