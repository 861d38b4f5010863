//! What must hold across the parts of a pack.

use super::{
    error::{PackError, Source},
    table::{Table, Word},
};
use domain::{
    document::Document,
    pack::{Move, State},
};

/// A state that no move leads to would never be seen.
pub(super) fn every_state_is_reached(table: &Table<'_>, states: &[State], moves: &[Move]) -> Result<(), PackError> {
    let mut reached: Vec<&str> = states.first().map(|state| state.id.as_str()).into_iter().collect();
    let mut next = 0;
    while let Some(from) = reached.get(next).copied() {
        next += 1;
        for step in moves.iter().filter(|step| step.from == from) {
            if !reached.contains(&step.to.as_str()) {
                reached.push(&step.to);
            }
        }
    }
    match states.iter().find(|state| !reached.contains(&state.id.as_str())) {
        None => Ok(()),
        Some(lost) => Err(table.wrong(
            format!("No record ever gets into the state `{}`.", lost.id),
            format!("Add a [[type.move]] with to = \"{}\".", lost.id),
        )),
    }
}

/// The body of a template: a document, in canonical form.
pub(super) fn document(source: Source<'_>, body: &Word) -> Result<String, PackError> {
    let value: serde_json::Value = serde_json::from_str(&body.text).map_err(|error| {
        let at = place_in(source, body, error.line(), error.column());
        source.wrong(
            &(at..at),
            "The body is not JSON here.",
            format!("The parser says: {error}."),
        )
    })?;
    let document = Document::from_json(&value).map_err(|error| {
        source.wrong(
            &body.at,
            format!("The body is no document, at {}: {}.", error.path, error.reason),
            "The document's schema says what may stand there.",
        )
    })?;
    Ok(document.canonical())
}

/// Where a line and column of a body stand in the file. The text begins after its quotes, and after the line break that
/// TOML drops behind three of them.
fn place_in(source: Source<'_>, body: &Word, line: usize, column: usize) -> usize {
    let written = source.text.get(body.at.clone()).unwrap_or_default();
    let start = written.find(|c: char| c != '\'' && c != '"').unwrap_or(0);
    let start = start + usize::from(written[start..].starts_with('\n'));
    let before: usize = body
        .text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    body.at.start + start + before + column.saturating_sub(1)
}
