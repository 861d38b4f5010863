//! Mending what stands within lines.

use super::{Mender, Path, Reason};
use crate::document::rules::{LINE_MAX, href, is_href, is_id, is_moment, is_plain};
use crate::document::{Inline, InlineKind, Mark, Marks, TEXT_MAX};

/// What holds text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Line,
    Footnote,
    Code,
}

/// The nodes of one inline.
pub(super) fn count(inline: &Inline) -> usize {
    match &inline.kind {
        InlineKind::Footnote(content) => 1 + content.iter().map(count).sum::<usize>(),
        _ => 1,
    }
}

impl Mender<'_> {
    pub(super) fn lines(&mut self, path: &Path<'_>, inlines: &mut Vec<Inline>, place: Place) {
        let content = path.name("content");
        let mut index = 0;
        inlines.retain_mut(|inline| {
            let path = content.index(index);
            index += 1;
            let stays = self.inline(&path, &mut inline.kind, place);
            if stays {
                inline.marks = self.marks(&path.name("marks"), &inline.marks, place);
            }
            stays
        });
    }

    fn inline(&mut self, path: &Path<'_>, kind: &mut InlineKind, place: Place) -> bool {
        let allowed = match kind {
            InlineKind::Text(_) => true,
            InlineKind::Footnote(_) => place == Place::Line,
            _ => place != Place::Code,
        };
        if !allowed {
            self.fault(&path.name("type"), Reason::Misplaced(kind.name().to_owned()));
            return false;
        }
        if let Some(words) = self.stand_in(path, kind) {
            self.fault(&path.name("attrs"), Reason::Expected("something to refer to"));
            *kind = InlineKind::Text(words);
        }
        match kind {
            InlineKind::Text(text) => self.text(path, text, place),
            InlineKind::Footnote(content) => {
                self.lines(path, content, Place::Footnote);
                true
            }
            _ => true,
        }
    }

    /// Mends the attributes of a node that refers to something. Where it refers to nothing, the words it leaves.
    fn stand_in(&mut self, path: &Path<'_>, kind: &mut InlineKind) -> Option<String> {
        let attrs = path.name("attrs");
        let (referring, label) = match kind {
            InlineKind::CrossReference { target, .. } => {
                return (!is_id(target) || !self.weigh(target.len())).then(String::new);
            }
            InlineKind::Placeholder { field, label } => {
                self.line(&attrs, "field", field, LINE_MAX);
                self.line(&attrs, "label", label, LINE_MAX);
                (!field.is_empty(), label)
            }
            InlineKind::Clause { source, citation } => {
                self.line(&attrs, "source", source, LINE_MAX);
                self.line(&attrs, "citation", citation, LINE_MAX);
                (!source.is_empty(), citation)
            }
            InlineKind::Fact { id, label } | InlineKind::Mention { member: id, label } => {
                self.line(&attrs, "label", label, LINE_MAX);
                (is_id(id) && self.weigh(id.len()), label)
            }
            _ => return None,
        };
        (!referring).then(|| std::mem::take(label))
    }

    fn text(&mut self, path: &Path<'_>, text: &mut String, place: Place) -> bool {
        let takes = |c: char| is_plain(c) || c == '\t' || (c == '\n' && place == Place::Code);
        if !text.chars().all(takes) {
            self.fault(&path.name("text"), Reason::Expected("text without control characters"));
            let kept = text.chars().filter_map(|c| match c {
                c if takes(c) => Some(c),
                '\n' => Some(' '),
                _ => None,
            });
            *text = kept.collect();
        }
        if text.is_empty() {
            self.fault(&path.name("text"), Reason::Empty);
            return false;
        }
        if self.text + text.len() > TEXT_MAX {
            self.fault(&path.name("text"), Reason::TooLong);
            return false;
        }
        self.text += text.len();
        true
    }

    fn marks(&mut self, path: &Path<'_>, marks: &Marks, place: Place) -> Marks {
        let mut kept = Marks::new();
        for (index, mark) in marks.iter().enumerate() {
            let path = path.index(index);
            if place == Place::Code && !matches!(mark, Mark::Insertion(_) | Mark::Deletion(_)) {
                self.fault(&path, Reason::MarkRefused(mark.name()));
            } else if let Some(mark) = self.mark(&path.name("attrs"), mark.clone()) {
                kept.insert(mark);
            }
        }
        kept
    }

    fn mark(&mut self, attrs: &Path<'_>, mut mark: Mark) -> Option<Mark> {
        match &mut mark {
            Mark::Link { href: address, title } => {
                if !is_href(address) {
                    self.fault(&attrs.name("href"), Reason::Expected("an address"));
                    *address = href(address)?;
                }
                if !self.weigh(address.len()) {
                    self.fault(&attrs.name("href"), Reason::TooLong);
                    return None;
                }
                if let Some(title) = title {
                    self.line(attrs, "title", title, LINE_MAX);
                }
            }
            Mark::Insertion(change) | Mark::Deletion(change) => {
                self.line(attrs, "author", &mut change.author, LINE_MAX);
                if !(change.at.is_empty() || is_moment(&change.at)) || !self.weigh(change.at.len()) {
                    self.fault(&attrs.name("at"), Reason::Expected("a time"));
                    change.at.clear();
                }
            }
            _ => {}
        }
        Some(mark)
    }
}
