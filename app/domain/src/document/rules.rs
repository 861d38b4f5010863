//! The rules for single texts of a document. `schema.json` says each as a regular expression, with examples that hold
//! both sides to it.

/// Longest id, in characters.
pub const ID_MAX: usize = 64;
/// Longest label, title, field name, author or citation, in characters.
pub const LINE_MAX: usize = 500;
/// Longest alternative text of a picture, in characters.
pub const ALT_MAX: usize = 2_000;
/// Longest address of a link, in characters.
pub const HREF_MAX: usize = 2_000;
/// Longest address of a picture, in characters: a little under 8 MiB of picture in base64.
pub const SRC_MAX: usize = 11_000_000;

/// A name that nodes call each other by.
pub(super) fn is_id(text: &str) -> bool {
    (1..=ID_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whether XML 1.0 can hold the character (section 2.2) and it is neither tab nor line feed: what it cannot hold would
/// not survive docx.
pub(super) fn is_plain(c: char) -> bool {
    !matches!(c, '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// One line of text for people.
pub(super) fn is_line(text: &str, max: usize) -> bool {
    text.chars().all(is_plain) && text.chars().count() <= max
}

/// The name of a programming language, as editors and Markdown know it.
pub(super) fn is_language(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+#._-".contains(&byte))
}

/// A time in UTC with seconds: `2026-11-22T09:45:00Z`. That the day exists is not checked.
pub(super) fn is_moment(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00Z";
    let bytes = text.as_bytes();
    bytes.len() == FORM.len()
        && bytes.iter().zip(FORM).all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            other => byte == other,
        })
}

/// What no address holds: controls, blanks of all kinds, characters without width, and those that end an address in
/// HTML, Markdown or Typst.
fn is_foreign_to_addresses(c: char) -> bool {
    matches!(
        c,
        '\0'..=' ' | '\u{7f}'..='\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '"' | '<' | '>' | '\\' | '`'
    )
}

/// An address that a link may have: `http:`, `https:`, `mailto:`, `tel:`, or `#id` within the document.
pub(super) fn is_href(text: &str) -> bool {
    if let Some(id) = text.strip_prefix('#') {
        return is_id(id);
    }
    let rest = ["https://", "http://", "mailto:", "tel:"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(is_foreign_to_addresses))
        && text.chars().count() <= HREF_MAX
}

/// An address that a picture may have: an attachment of the record, or the picture itself.
pub(super) fn is_src(text: &str) -> bool {
    if let Some(id) = text.strip_prefix("attachment:") {
        return is_id(id);
    }
    let data = ["png", "jpeg", "webp", "gif"].iter().find_map(|kind| {
        let rest = text.strip_prefix("data:image/")?.strip_prefix(kind)?;
        rest.strip_prefix(";base64,")
    });
    data.is_some_and(|data| {
        let letters = data.trim_end_matches('=');
        data.len() % 4 == 0
            && data.len() - letters.len() <= 2
            && !letters.is_empty()
            && letters
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
    }) && text.len() <= SRC_MAX
}

/// The address of a link as the model takes it, made from one that a person or a file gives: blanks around it go, the
/// scheme is written small, blanks within and other characters that no address holds are percent-encoded. None: a link
/// the model does not take (`javascript:`, `file:`, `data:`, a relative address, one that is too long).
pub fn href(given: &str) -> Option<String> {
    let given = given.trim_matches(|c: char| c <= ' ' || c.is_whitespace());
    if given.starts_with('#') {
        return is_href(given).then(|| given.to_owned());
    }
    let (scheme, rest) = given.split_once(':')?;
    let mut address = format!("{}:", scheme.to_ascii_lowercase());
    for c in rest.chars() {
        if is_foreign_to_addresses(c) {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                address.push('%');
                for digit in [byte >> 4, byte & 15] {
                    address.extend(char::from_digit(u32::from(digit), 16).map(|digit| digit.to_ascii_uppercase()));
                }
            }
        } else {
            address.push(c);
        }
    }
    is_href(&address).then_some(address)
}
