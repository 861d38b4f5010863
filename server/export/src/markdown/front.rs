//! What stands before the text of a Markdown file and says something about it: YAML between lines of `---`, as static sites,
//! notebooks and Pandoc have it. Of YAML, one name and one value on a line are understood, which is what people write there.

use crate::{Loss, Meta};

/// The most lines that are looked through for the end.
const LINES_MAX: usize = 1_000;

/// The lines to write; none when there is nothing to say.
pub(super) fn written(meta: &Meta) -> Vec<String> {
    let named = meta.named();
    if named.is_empty() {
        return Vec::new();
    }
    let mut lines = vec!["---".to_owned()];
    // A string of JSON is one of YAML.
    lines.extend(
        named
            .into_iter()
            .map(|(name, value)| format!("{name}: {}", serde_json::Value::from(value))),
    );
    lines.extend(["---".to_owned(), String::new()]);
    lines
}

/// The text behind what stands before it, and how many lines that took. What no document of ours says is told.
pub(super) fn read<'t>(text: &'t str, meta: &mut Meta, losses: &mut Vec<Loss>) -> (&'t str, usize) {
    let Some((lines, rest)) = split(text) else {
        return (text, 0);
    };
    let mut unknown = Vec::new();
    for line in &lines {
        let Some((name, value)) = line
            .split_once(':')
            .filter(|_| !line.starts_with(['#', ' ', '\t', '-']))
        else {
            continue;
        };
        let name = name.trim();
        let known = match name.to_ascii_lowercase().as_str() {
            "language" => "lang".to_owned(),
            other => other.to_owned(),
        };
        if !scalar(value.trim()).is_some_and(|value| meta.take(&known, &value)) {
            unknown.push(name.to_owned());
        }
    }
    if !unknown.is_empty() {
        let what = format!(
            "what stands before the text was left out in part: {}",
            unknown.join(", ")
        );
        losses.push(Loss::new("line 1", what));
    }
    (rest, lines.len() + 2)
}

/// The lines between `---` and `---`, and what follows. None when the file begins with something else; a rule that begins
/// a text has an empty line below it, or words that are no names.
fn split(text: &str) -> Option<(Vec<&str>, &str)> {
    let mut rest = text.strip_prefix("---\n")?;
    let mut lines = Vec::new();
    while lines.len() < LINES_MAX {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = line.trim_end();
        if matches!(line, "---" | "...") {
            return (!lines.is_empty()).then_some((lines, after));
        }
        let names = line.split_once(':').is_some_and(|(name, value)| {
            !name.is_empty()
                && name.chars().all(|c| c.is_alphanumeric() || "_- .".contains(c))
                && (value.is_empty() || value.starts_with(' '))
        });
        let goes_on = !lines.is_empty() && (line.is_empty() || line.starts_with([' ', '\t', '-', '#', ']', '}']));
        if !names && !goes_on {
            return None;
        }
        if after.is_empty() && rest.len() == line.len() {
            return None;
        }
        lines.push(line);
        rest = after;
    }
    None
}

/// A value on one line: in quotes of either kind, or plain. None for lists, mappings and texts of several lines.
fn scalar(value: &str) -> Option<String> {
    if value.starts_with('"') {
        return serde_json::from_str(value).ok();
    }
    if let Some(quoted) = value.strip_prefix('\'') {
        return quoted.strip_suffix('\'').map(|text| text.replace("''", "'"));
    }
    let plain = value.split(" #").next().unwrap_or_default().trim();
    let is_plain = !plain.is_empty() && !plain.starts_with(['[', '{', '|', '>', '&', '*', '!', '%', '@', '`', '#']);
    is_plain.then(|| plain.to_owned())
}
