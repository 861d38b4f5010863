//! The names by which our writer and reader know each other in a file: styles, tags of content controls, bookmarks.
//! Styles are found by their names, which Word keeps in English in every language (`heading 1`), not by their ids, which
//! it translates.

use domain::document::CalloutKind;
use std::fmt::Write;

/// A style of ours: its id where we define it, and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// The id, when no template has a style of that name.
    pub(super) id: &'static str,
    /// The name, by which it is found.
    pub(super) name: &'static str,
}

macro_rules! styles {
    ($($(#[$doc:meta])* $constant:ident = $id:literal, $name:literal;)+) => {
        $($(#[$doc])* pub(super) const $constant: Style = Style { id: $id, name: $name };)+
    };
}

styles! {
    /// Body text.
    NORMAL = "Normal", "Normal";
    /// Paragraphs of a quote.
    QUOTE = "Quote", "Quote";
    /// A block of code.
    CODE_BLOCK = "CodeBlock", "Code Block";
    /// Code within a line.
    INLINE_CODE = "InlineCode", "Inline Code";
    /// The paragraph that holds a picture.
    FIGURE = "Figure", "Figure";
    /// The caption below a picture.
    CAPTION = "Caption", "caption";
    /// What a caption begins with and nobody wrote: `Figure 3: `.
    CAPTION_LABEL = "CaptionLabel", "Caption Label";
    /// Items of lists.
    LIST_BULLET = "ListBullet", "List Bullet";
    /// Items of counted lists.
    LIST_NUMBER = "ListNumber", "List Number";
    /// Items of lists to tick off.
    LIST_TASK = "ListTask", "List Task";
    /// The paragraph with a step's number.
    STEP = "Step", "Step";
    /// Further paragraphs of a step.
    STEP_TEXT = "StepText", "Step Text";
    /// The line on which a step is confirmed.
    STEP_CONFIRM = "StepConfirm", "Step Confirm";
    /// The line on which a step's value is written down.
    STEP_RECORD = "StepRecord", "Step Record";
    /// What a reference says before a number: `Step `. Nobody wrote it.
    REFERENCE_LABEL = "ReferenceLabel", "Reference Label";
    /// What is to be written down.
    RECORD_LABEL = "RecordLabel", "Record Label";
    /// What it is measured in.
    RECORD_UNIT = "RecordUnit", "Record Unit";
    /// A pause.
    PAUSE = "Pause", "Pause";
    /// A line across.
    DIVIDER = "Divider", "Divider";
    /// Paragraphs of a cell that heads a row or column.
    TABLE_HEADING = "TableHeading", "Table Heading";
    /// The word above a callout that says what it is.
    CALLOUT_LABEL = "CalloutLabel", "Callout Label";
    /// A paragraph that only Word needs: between two tables, or with the number of an item that begins with a table.
    FILLER = "Filler", "Filler";
    /// The text of a footnote.
    FOOTNOTE_TEXT = "FootnoteText", "footnote text";
    /// Its number.
    FOOTNOTE_REFERENCE = "FootnoteReference", "footnote reference";
    /// Links.
    HYPERLINK = "Hyperlink", "Hyperlink";
    /// Gaps.
    PLACEHOLDER = "PlaceholderText", "Placeholder Text";
    /// Facts, clauses and mentions.
    CHIP = "Chip", "Chip";
    /// The head of a page.
    HEADER = "Header", "header";
    /// Its foot.
    FOOTER = "Footer", "footer";
    /// Tables.
    TABLE_GRID = "TableGrid", "Table Grid";
    /// Text of comments.
    COMMENT_TEXT = "CommentText", "annotation text";
    /// Their mark in the text.
    COMMENT_REFERENCE = "CommentReference", "annotation reference";
    /// The title above a table of contents.
    CONTENTS_TITLE = "TOCHeading", "TOC Heading";
}

/// Headings, by level less one.
pub(super) const HEADINGS: [Style; 6] = [
    Style {
        id: "Heading1",
        name: "heading 1",
    },
    Style {
        id: "Heading2",
        name: "heading 2",
    },
    Style {
        id: "Heading3",
        name: "heading 3",
    },
    Style {
        id: "Heading4",
        name: "heading 4",
    },
    Style {
        id: "Heading5",
        name: "heading 5",
    },
    Style {
        id: "Heading6",
        name: "heading 6",
    },
];

/// Lines of a table of contents, by level less one.
pub(super) const CONTENTS: [Style; 6] = [
    Style {
        id: "TOC1",
        name: "toc 1",
    },
    Style {
        id: "TOC2",
        name: "toc 2",
    },
    Style {
        id: "TOC3",
        name: "toc 3",
    },
    Style {
        id: "TOC4",
        name: "toc 4",
    },
    Style {
        id: "TOC5",
        name: "toc 5",
    },
    Style {
        id: "TOC6",
        name: "toc 6",
    },
];

/// Further paragraphs of a list's item, by the level of the list from 0.
pub(super) const LIST_CONTINUE: [Style; 9] = [
    Style {
        id: "ListContinue",
        name: "List Continue",
    },
    Style {
        id: "ListContinue2",
        name: "List Continue 2",
    },
    Style {
        id: "ListContinue3",
        name: "List Continue 3",
    },
    Style {
        id: "ListContinue4",
        name: "List Continue 4",
    },
    Style {
        id: "ListContinue5",
        name: "List Continue 5",
    },
    Style {
        id: "ListContinue6",
        name: "List Continue 6",
    },
    Style {
        id: "ListContinue7",
        name: "List Continue 7",
    },
    Style {
        id: "ListContinue8",
        name: "List Continue 8",
    },
    Style {
        id: "ListContinue9",
        name: "List Continue 9",
    },
];

/// Paragraphs of a callout.
pub(super) fn callout(kind: CalloutKind) -> Style {
    match kind {
        CalloutKind::Note => Style {
            id: "CalloutNote",
            name: "Callout Note",
        },
        CalloutKind::Warning => Style {
            id: "CalloutWarning",
            name: "Callout Warning",
        },
        CalloutKind::Caution => Style {
            id: "CalloutCaution",
            name: "Callout Caution",
        },
    }
}

/// What the tags of our content controls begin with.
pub(super) const TAG: &str = "sk:";
/// The longest tag that Word opens, in UTF-16 code units.
pub(super) const TAG_MAX: usize = 64;
/// What the names of our pictures begin with.
pub(super) const PICTURE: &str = "sk:";
/// What stands in a picture's name for a picture that is written into the document.
pub(super) const PICTURE_DATA: &str = "data";

/// What the names of our bookmarks begin with. Word hides bookmarks whose names begin with a line.
const BOOKMARK: &str = "_sk_";
/// The same for bookmarks around a figure's caption; the other is around its number.
const BOOKMARK_TITLE: &str = "_st_";
/// The longest name of a bookmark that Word keeps.
const BOOKMARK_MAX: usize = 40;

/// What a bookmark of ours marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marked {
    /// The node, or a figure's number.
    Node,
    /// A figure's caption.
    Title,
}

/// The name of the bookmark for an id of the model. Names hold letters, digits and `_` only, so `_` becomes `_u` and `-`
/// becomes `_d`. An id too long for a name is replaced by a digest of it, everywhere alike.
pub(super) fn bookmark(id: &str, marked: Marked) -> String {
    let prefix = match marked {
        Marked::Node => BOOKMARK,
        Marked::Title => BOOKMARK_TITLE,
    };
    let mut name = prefix.to_owned();
    for c in id.chars() {
        match c {
            '_' => name.push_str("_u"),
            '-' => name.push_str("_d"),
            other => name.push(other),
        }
    }
    if name.len() > BOOKMARK_MAX {
        name.truncate(prefix.len());
        let _ = write!(name, "x{:016x}", fnv(id));
    }
    name
}

/// The id in the name of a bookmark of ours.
pub(super) fn bookmarked(name: &str) -> Option<(String, Marked)> {
    let (escaped, marked) = match (name.strip_prefix(BOOKMARK), name.strip_prefix(BOOKMARK_TITLE)) {
        (Some(escaped), _) => (escaped, Marked::Node),
        (_, Some(escaped)) => (escaped, Marked::Title),
        _ => return None,
    };
    let mut id = String::new();
    let mut letters = escaped.chars();
    while let Some(c) = letters.next() {
        id.push(match c {
            '_' => match letters.next()? {
                'u' => '_',
                'd' => '-',
                _ => return None,
            },
            letter if letter.is_ascii_alphanumeric() => letter,
            _ => return None,
        });
    }
    (!id.is_empty()).then_some((id, marked))
}

/// The Fowler–Noll–Vo hash (FNV-1a, 64 bits): names apart what is meant to differ, guards nothing.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Seconds as a pause's line shows them: `1 h 2 min 30 s`.
pub(super) fn duration(seconds: u32) -> String {
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let shown: Vec<_> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if shown.is_empty() {
        "0 s".to_owned()
    } else {
        shown.join(" ")
    }
}

/// The seconds in a pause's line: the first duration in it, as [`duration`] writes it.
pub(super) fn seconds(line: &str) -> Option<u32> {
    let words: Vec<&str> = line
        .split([' ', '\u{a0}', ':', ',', '.', ')', '('])
        .filter(|word| !word.is_empty())
        .collect();
    let mut total: Option<u32> = None;
    for pair in words.windows(2) {
        let unit = match pair[1] {
            "h" => 3600,
            "min" => 60,
            "s" | "seconds" | "second" => 1,
            _ => continue,
        };
        if let Some(part) = pair[0].parse::<u32>().ok().and_then(|count| count.checked_mul(unit)) {
            total = total.unwrap_or(0).checked_add(part);
        }
    }
    total
}

/// Whether Word does not have a style of that name built in.
pub(super) fn is_ours(style: Style) -> bool {
    let ours = [
        CODE_BLOCK,
        INLINE_CODE,
        FIGURE,
        CAPTION_LABEL,
        REFERENCE_LABEL,
        CALLOUT_LABEL,
        LIST_TASK,
        STEP,
        STEP_TEXT,
        STEP_CONFIRM,
        STEP_RECORD,
        RECORD_LABEL,
        RECORD_UNIT,
        PAUSE,
        DIVIDER,
        TABLE_HEADING,
        FILLER,
        CHIP,
    ];
    ours.contains(&style) || LIST_CONTINUE[5..].contains(&style) || style.name.starts_with("Callout ")
}
