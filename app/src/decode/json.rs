//! From JSON text to a tree (RFC 8259).

use super::{Unreadable, tree::Tree};
use std::str::Chars;

/// How deep values may lie in each other, as in `serde_json`.
const DEEPEST: u8 = 127;

/// Reads a text that holds one value and nothing else.
pub(super) fn parse(text: &str) -> Result<Tree, Unreadable> {
    let mut rest = Rest(text);
    let value = rest.value(DEEPEST)?;
    rest.blanks();
    if rest.0.is_empty() { Ok(value) } else { Err(Unreadable) }
}

/// What is not read yet.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn blanks(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Goes past this, if it is next.
    fn goes_on(&mut self, with: &str) -> bool {
        let after = self.0.strip_prefix(with);
        self.0 = after.unwrap_or(self.0);
        after.is_some()
    }

    fn need(&mut self, next: &str) -> Result<(), Unreadable> {
        self.blanks();
        if self.goes_on(next) { Ok(()) } else { Err(Unreadable) }
    }

    fn value(&mut self, deeper: u8) -> Result<Tree, Unreadable> {
        self.blanks();
        if self.goes_on("{") {
            let deeper = deeper.checked_sub(1).ok_or(Unreadable)?;
            let mut fields = Vec::new();
            self.list("}", |rest| {
                rest.need("\"")?;
                let name = rest.text()?;
                rest.need(":")?;
                fields.push((name, rest.value(deeper)?));
                Ok(())
            })?;
            return Ok(Tree::Object(fields));
        }
        if self.goes_on("[") {
            let deeper = deeper.checked_sub(1).ok_or(Unreadable)?;
            let mut items = Vec::new();
            self.list("]", |rest| {
                items.push(rest.value(deeper)?);
                Ok(())
            })?;
            return Ok(Tree::Array(items));
        }
        if self.goes_on("\"") {
            return self.text().map(Tree::Text);
        }
        if self.goes_on("null") {
            return Ok(Tree::Null);
        }
        if self.goes_on("true") {
            return Ok(Tree::Bool(true));
        }
        if self.goes_on("false") {
            return Ok(Tree::Bool(false));
        }
        self.number()
    }

    /// What stands between commas until `end`.
    fn list(&mut self, end: &str, mut one: impl FnMut(&mut Self) -> Result<(), Unreadable>) -> Result<(), Unreadable> {
        self.blanks();
        if self.goes_on(end) {
            return Ok(());
        }
        loop {
            one(self)?;
            self.blanks();
            if self.goes_on(end) {
                return Ok(());
            }
            self.need(",")?;
        }
    }

    fn number(&mut self) -> Result<Tree, Unreadable> {
        let unsigned = self.0.strip_prefix('-').unwrap_or(self.0);
        let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
        let zero_first = digits > 1 && unsigned.starts_with('0');
        let (written, rest) = self.0.split_at(self.0.len() - unsigned.len() + digits);
        if digits == 0 || zero_first || rest.starts_with(['.', 'e', 'E']) {
            return Err(Unreadable);
        }
        self.0 = rest;
        Ok(Tree::Number(written.to_owned()))
    }

    /// A text, whose opening mark is gone.
    fn text(&mut self) -> Result<String, Unreadable> {
        let mut text = String::new();
        loop {
            let plain = self
                .0
                .find(|c: char| c == '"' || c == '\\' || c < ' ')
                .ok_or(Unreadable)?;
            let (before, after) = self.0.split_at(plain);
            text.push_str(before);
            let mut after = after.chars();
            match after.next() {
                Some('"') => {
                    self.0 = after.as_str();
                    return Ok(text);
                }
                Some('\\') => text.push(escaped(&mut after)?),
                _ => return Err(Unreadable),
            }
            self.0 = after.as_str();
        }
    }
}

/// What a backslash and the following stand for.
fn escaped(rest: &mut Chars<'_>) -> Result<char, Unreadable> {
    Ok(match rest.next().ok_or(Unreadable)? {
        same @ ('"' | '\\' | '/') => same,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let first = unit(rest)?;
            let second = if (0xD800..0xDC00).contains(&first) {
                let marked = rest.next() == Some('\\') && rest.next() == Some('u');
                Some(if marked { unit(rest)? } else { return Err(Unreadable) })
            } else {
                None
            };
            let mut read = char::decode_utf16([first].into_iter().chain(second));
            match (read.next(), read.next()) {
                (Some(Ok(one)), None) => one,
                _ => return Err(Unreadable),
            }
        }
        _ => return Err(Unreadable),
    })
}

/// Four hexadecimal digits.
fn unit(rest: &mut Chars<'_>) -> Result<u16, Unreadable> {
    let mut unit = 0;
    for _ in 0..4 {
        let digit = rest.next().and_then(|digit| digit.to_digit(16)).ok_or(Unreadable)?;
        unit = unit << 4 | u16::try_from(digit).map_err(|_| Unreadable)?;
    }
    Ok(unit)
}
