//! The short signs of the demonstration's texts, written out as the Markdown that `export` reads:
//!
//! - `~8` is a pause of 8 seconds;
//! - `§ text` is a step, `§! text` one to confirm, `§[Weight, g] text` one with a value to write down, `§#id text` one that
//!   others refer to; the signs go together;
//! - `#. text` is a numbered heading of the second level, `#.id. text` one that others refer to;
//! - `{{field|label}}` is a placeholder, `{{@id}}` the number of what is referred to, `{{=source|place}}` a clause.

use domain::document::Document;
use export::ExportError;
use std::fmt::Write as _;

/// A text as a document.
///
/// # Errors
/// When something of it cannot be kept: the texts are part of the program, and a test reads all of them.
pub(super) fn document(text: &str) -> Result<Document, String> {
    let mut markdown = String::new();
    for line in text.lines() {
        write_line(&mut markdown, line);
        markdown.push('\n');
    }
    let read = export::markdown::read(markdown.as_bytes()).map_err(|error: ExportError| error.to_string())?;
    match read.losses.first() {
        Some(loss) => Err(format!("{}: {}", loss.place, loss.what)),
        None => Ok(read.document),
    }
}

fn write_line(out: &mut String, line: &str) {
    // Writing to a `String` cannot fail.
    if let Some(seconds) = line.strip_prefix('~') {
        let _ = write!(out, "<p class=\"pause\" data-seconds=\"{seconds}\">Pause</p>");
    } else if let Some(step) = line.strip_prefix('§') {
        write_step(out, step);
    } else if let Some(heading) = line.strip_prefix("#.") {
        let (id, title) = match heading.split_once(". ") {
            Some((id, title)) if !id.contains(' ') => (format!("#{id} "), title),
            _ => (String::new(), heading.trim_start()),
        };
        let _ = write!(out, "## {title} {{{id}.numbered}}");
    } else {
        write_inlines(out, line);
    }
}

fn write_step(out: &mut String, mut rest: &str) {
    let mut attributes = String::new();
    loop {
        if let Some(after) = rest.strip_prefix('!') {
            attributes.push_str(" data-confirm=\"true\"");
            rest = after;
        } else if let Some((value, after)) = rest.strip_prefix('[').and_then(|value| value.split_once(']')) {
            let (label, unit) = value.rsplit_once(", ").unwrap_or((value, ""));
            let _ = write!(attributes, " data-record=\"{label}\" data-unit=\"{unit}\"");
            rest = after;
        } else if let Some(id) = rest.strip_prefix('#') {
            let end = id.find(['!', '[', ' ']).unwrap_or(id.len());
            let _ = write!(attributes, " id=\"{}\"", &id[..end]);
            rest = &id[end..];
        } else {
            break;
        }
    }
    let _ = write!(out, "\n<div class=\"step\"{attributes}>\n\n");
    write_inlines(out, rest.trim_start());
    out.push_str("\n\n</div>\n");
}

fn write_inlines(out: &mut String, mut line: &str) {
    while let Some((before, rest)) = line.split_once("{{") {
        let Some((inside, after)) = rest.split_once("}}") else {
            break;
        };
        out.push_str(before);
        let (name, label) = inside.split_once('|').unwrap_or((inside, ""));
        let _ = if let Some(id) = name.strip_prefix('@') {
            write!(out, "<a class=\"xref\" href=\"#{id}\" data-show=\"number\">step</a>")
        } else if let Some(source) = name.strip_prefix('=') {
            write!(
                out,
                "<span class=\"clause\" data-source=\"{source}\" data-citation=\"{label}\">{source} {label}</span>"
            )
        } else {
            write!(
                out,
                "<span class=\"slot\" data-field=\"{name}\" data-label=\"{label}\">{label}</span>"
            )
        };
        line = after;
    }
    out.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::document::{Block, InlineKind};

    fn only(text: &str) -> Block {
        let document = document(text).expect("a document");
        document.blocks().first().expect("a block").clone()
    }

    #[test]
    fn signs_become_nodes() {
        assert_eq!(only("~8"), Block::Pause { seconds: 8 });
        let Block::Step {
            id, confirm, record, ..
        } = only("§!#gross[Net weight, g] Weigh.")
        else {
            panic!("a step");
        };
        let record = record.expect("a value");
        assert_eq!((id.as_str(), confirm), ("gross", true));
        assert_eq!((record.label.as_str(), record.unit.as_str()), ("Net weight", "g"));
        for (text, expected) in [("#. Purpose", ""), ("#.states. The states", "states")] {
            let Block::Heading {
                level, numbered, id, ..
            } = only(text)
            else {
                panic!("a heading");
            };
            assert_eq!((level, numbered, id.as_str()), (2, true, expected), "{text}");
        }
    }

    #[test]
    fn signs_within_lines_become_nodes() {
        let Block::Paragraph { content, .. } = only("As {{@end}} says, {{room|the room}}: {{=21 CFR 211|211.67}}.")
        else {
            panic!("a paragraph");
        };
        let kinds: Vec<&str> = content.iter().map(|inline| inline.kind.name()).collect();
        assert_eq!(
            kinds,
            [
                "text",
                "cross_reference",
                "text",
                "placeholder",
                "text",
                "clause",
                "text"
            ]
        );
        let clause = content.iter().find(|inline| inline.kind.name() == "clause");
        let Some(InlineKind::Clause { source, citation }) = clause.map(|clause| &clause.kind) else {
            panic!("a clause");
        };
        assert_eq!((source.as_str(), citation.as_str()), ("21 CFR 211", "211.67"));
    }

    #[test]
    fn what_cannot_be_kept_is_an_error() {
        assert!(document("<svg><path/></svg>").is_err());
    }
}
