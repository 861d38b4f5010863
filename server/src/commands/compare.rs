//! `compare`: two documents by word.

use super::paper::{Format, Sheet, fault, make, put, read};
use crate::{refusal::Refusal, terminal};
use domain::document::{
    Block, Change, Document, Inline,
    compare::{ChangeKind, Comparison, compare as by_word},
    html::Setting,
};
use export::{Meta, pdf::Printing};
use std::path::Path;

/// Compares two files, and prints or writes what changed. Whether they are the same.
///
/// # Errors
/// When a file cannot be read or written, or both together are more than one document may be.
pub(super) fn compare(earlier: &Path, later: &Path, out: Option<&Path>) -> Result<bool, Refusal> {
    let (before, after) = (read(earlier)?, read(later)?);
    let comparison = by_word(&before.document, &after.document, &Change::default()).map_err(|error| {
        let what = format!(
            "{} and {} cannot be compared: {error}.",
            earlier.display(),
            later.display()
        );
        Refusal::new(what, "Compare parts of them.")
    })?;
    let mut attachments = before.attachments;
    attachments.extend(after.attachments);
    match out {
        None => print(&comparison),
        Some(path) => {
            let format = Format::of(path)?;
            let written = if format == Format::Html {
                let address = |id: &str| export::html::embedded(&attachments, id);
                let shown = comparison.html(Setting {
                    prefix: "",
                    attachment: &address,
                    within: true,
                    language: &after.meta.language,
                });
                export::html::comparison(&shown, &after.meta)
            } else {
                let sheet = Sheet {
                    document: comparison.document(),
                    meta: &after.meta,
                    attachments: &attachments,
                    comments: &[],
                    template: None,
                    printing: &Printing::default(),
                };
                make(&sheet, format).map_err(|error| fault(later, &error))?
            };
            put(path, &written.bytes)?;
            terminal::say(summary(&comparison));
        }
    }
    Ok(comparison.is_empty())
}

fn summary(comparison: &Comparison) -> String {
    if comparison.is_empty() {
        return "Nothing changed.".to_owned();
    }
    format!(
        "Words added: {}. Words removed: {}. Places: {}.",
        comparison.words_added,
        comparison.words_removed,
        comparison.entries.len()
    )
}

/// Prints the text with `[-removed-]` and `{+added+}`, and what words do not show.
fn print(comparison: &Comparison) {
    if !comparison.is_empty() {
        let mut blocks = comparison.shown().blocks().to_vec();
        sign(&mut blocks);
        if let Ok(document) = Document::new(blocks) {
            let text = export::text::write(&document, &Meta::default()).bytes;
            terminal::say(String::from_utf8_lossy(&text).trim_end());
        }
        for entry in &comparison.entries {
            let said = match entry.kind {
                ChangeKind::Moved => "Moved",
                ChangeKind::Reformatted => "Form changed",
                ChangeKind::Added if entry.excerpt.is_empty() => "Added",
                ChangeKind::Removed if entry.excerpt.is_empty() => "Removed",
                _ => continue,
            };
            terminal::say(format!("{said}: {} {}", entry.node.replace('_', " "), entry.excerpt));
        }
    }
    terminal::say(summary(comparison));
}

/// Puts signs around what was added and removed.
fn sign(blocks: &mut [Block]) {
    for block in blocks {
        if let Some(inlines) = block.inlines_mut() {
            let mut signed = Vec::with_capacity(inlines.len());
            let mut open: Option<(&str, bool)> = None;
            for mut inline in inlines.drain(..) {
                let now = if inline.marks.insertion().is_some() {
                    Some(("+}", true))
                } else if inline.marks.deletion().is_some() {
                    Some(("-]", false))
                } else {
                    None
                };
                if now != open {
                    signed.extend(open.map(|(close, _)| Inline::text(close)));
                    signed.extend(now.map(|(_, added)| Inline::text(if added { "{+" } else { "[-" })));
                    open = now;
                }
                inline.marks = inline.marks.settled();
                signed.push(inline);
            }
            signed.extend(open.map(|(close, _)| Inline::text(close)));
            *inlines = signed;
        }
        for body in block.bodies_mut() {
            sign(body);
        }
    }
}
