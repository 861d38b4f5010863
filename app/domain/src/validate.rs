//! The rules for single fields. Each returns the sentence a person reads, or nothing; an operation's `validate` puts
//! them together. Limits are in characters (Unicode scalar values), as people count them.

use crate::{FieldError, Secret, pasted::emails_in};

/// Longest e-mail address, in characters (RFC 5321 allows a path of 256 octets with its brackets).
pub const EMAIL_MAX: usize = 254;
/// Longest name of a person, in characters.
pub const NAME_MAX: usize = 120;
/// Longest name of a workspace, in characters.
pub const WORKSPACE_NAME_MAX: usize = 80;
/// Longest search text, in characters.
pub const SEARCH_MAX: usize = 200;
/// Longest id of something a pack defines, in bytes.
pub const WORD_MAX: usize = 40;
/// A single-use token: 32 random bytes in unpadded base64url, in characters.
pub const TOKEN_LENGTH: usize = 43;

/// Collects what is wrong with a form.
#[derive(Debug, Default)]
pub struct Check(Vec<FieldError>);

impl Check {
    /// An empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what a rule said of a field.
    #[must_use]
    pub fn field(mut self, field: &str, verdict: Option<String>) -> Self {
        if let Some(message) = verdict {
            self.0.push(FieldError {
                field: field.to_owned(),
                message,
            });
        }
        self
    }

    /// The verdict on the whole form.
    ///
    /// # Errors
    /// What was added.
    pub fn finish(self) -> Result<(), Vec<FieldError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// Characters that nobody sees and that turn text around, break it, or only hide in it: controls, and the invisible ones.
pub(crate) fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// U+200C and U+200D, which say how their neighbours are drawn. Persian and the conjuncts of Hindi and Sinhala are misspelt
/// without them, and a family of emoji falls apart.
fn joins(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Whether something is drawn for a character, or around it: no joiner can stand beside what is not.
fn takes_room(c: char) -> bool {
    !c.is_whitespace() && !unprintable(c)
}

/// Whether a text holds what nobody means to type. A joiner is meant between two characters that are drawn. At the end of a word
/// it is meant in the scripts from Arabic to Sinhala (U+0600 to U+0DFF): the Persian sign of the year's count, and the chillus of
/// Malayalam as they were written before 2008. Anywhere else it only makes two names look alike.
fn holds_unprintable(text: &str) -> bool {
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let behind = rest.peek().is_some_and(|next| takes_room(*next));
        let shaped = |before: char| takes_room(before) && (behind || matches!(before, '\u{600}'..='\u{DFF}'));
        let meant = joins(c) && before.is_some_and(shaped);
        if unprintable(c) && !meant {
            return true;
        }
        before = Some(c);
    }
    false
}

/// Whether there is something to read: blanks, and what only says how others are drawn (the default ignorable code points
/// of Unicode), do not make a name.
fn is_blank(text: &str) -> bool {
    let ignorable = |c| {
        matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
    };
    text.chars().all(|c| c.is_whitespace() || ignorable(c))
}

fn line(text: &str, empty: &str, max: usize) -> Option<String> {
    let count = text.trim().chars().count();
    if is_blank(text) {
        Some(empty.to_owned())
    } else if count > max {
        Some(format!("This has {count} characters. Use at most {max}."))
    } else if holds_unprintable(text) {
        Some("This holds a character that cannot be shown. Type it again.".to_owned())
    } else {
        None
    }
}

/// A person's name.
pub fn name(text: &str) -> Option<String> {
    line(text, "Write your name, as others should read it.", NAME_MAX)
}

/// A workspace's name.
pub fn workspace_name(text: &str) -> Option<String> {
    line(
        text,
        "Give the workspace a name. You can change it later.",
        WORKSPACE_NAME_MAX,
    )
}

/// An optional search text.
pub fn search(text: &str) -> Option<String> {
    let count = text.chars().count();
    if count > SEARCH_MAX {
        Some(format!("This search has {count} characters. Use at most {SEARCH_MAX}."))
    } else if text.chars().any(char::is_control) {
        Some("This holds a character that cannot be searched for. Type it again.".to_owned())
    } else {
        None
    }
}

/// The form of an address in which we keep and compare it: trimmed, lower case. (A local part may be case-sensitive by
/// RFC 5321, section 2.4; no provider people use makes it so, and two accounts that differ by case would be a trap.) Two ways
/// to write one letter cannot make two accounts either: [`email`] takes no combining marks, so only the composed way is left.
pub fn canonical_email(text: &str) -> String {
    text.trim().to_lowercase()
}

/// An e-mail address: the subset of RFC 5321 that people use, without quoted local parts or address literals.
pub fn email(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return Some("Write your e-mail address.".to_owned());
    }
    let count = text.chars().count();
    if count > EMAIL_MAX {
        return Some(format!(
            "This address has {count} characters. Addresses end at {EMAIL_MAX}."
        ));
    }
    let Some((local, host)) = text.rsplit_once('@') else {
        return Some("An address has an @ in it, like name@example.com.".to_owned());
    };
    if local.is_empty() {
        return Some("Something is missing before the @.".to_owned());
    }
    if local.contains('@') {
        return Some("This address has more than one @.".to_owned());
    }
    if host.is_empty() {
        return Some("This address stops after the @. Is the ending missing?".to_owned());
    }
    let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    if local.len() > 64 || !local.chars().all(atom) || has_empty_label(local) {
        return Some(format!("“{local}” cannot stand before the @."));
    }
    let host_character = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    if !host.chars().all(host_character) || has_empty_label(host) || host.split('.').any(bad_label) {
        return Some(format!("“{host}” is not the name of a mail server."));
    }
    if !host.contains('.') {
        return Some(format!("This address stops after “{host}”. Is the ending missing?"));
    }
    None
}

fn has_empty_label(text: &str) -> bool {
    text.split('.').any(str::is_empty)
}

fn bad_label(label: &str) -> bool {
    label.len() > 63 || label.starts_with('-') || label.ends_with('-')
}

/// A password somebody is typing to sign in: any non-empty one, since rules for new ones change over time.
pub fn password_given(password: &Secret) -> Option<String> {
    let count = password.expose().chars().count();
    if count == 0 {
        Some("Type your password.".to_owned())
    } else if count > crate::password::MAX {
        Some(format!(
            "No password here is longer than {} characters.",
            crate::password::MAX
        ))
    } else {
        None
    }
}

/// A single-use token from a link.
pub fn token(token: &Secret) -> Option<String> {
    let text = token.expose();
    let good = text.len() == TOKEN_LENGTH
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    (!good).then(|| "This link is not complete. Copy it from the mail again, to its last letter.".to_owned())
}

/// Longest title of a record, in characters.
pub const TITLE_MAX: usize = 200;
/// Longest summary of a record, in characters.
pub const SUMMARY_MAX: usize = 2_000;

/// A record's title.
pub fn title(text: &str) -> Option<String> {
    line(text, "Give it a title.", TITLE_MAX)
}

/// A record's summary: several lines, may be empty.
pub fn summary(text: &str) -> Option<String> {
    let count = text.chars().count();
    if count > SUMMARY_MAX {
        Some(format!("This has {count} characters. Use at most {SUMMARY_MAX}."))
    } else if text.split(['\n', '\r', '\t']).any(holds_unprintable) {
        Some("This holds a character that cannot be shown. Type it again.".to_owned())
    } else {
        None
    }
}

/// The id of something a pack defines: a role, a type, a state.
pub fn word(text: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (text.is_empty() || text.len() > WORD_MAX || !text.bytes().all(plain)).then(|| "Choose one of the list.".to_owned())
}

/// The same, or nothing.
pub fn optional_word(text: &str) -> Option<String> {
    if text.is_empty() { None } else { word(text) }
}

/// A pasted text of addresses: at least one, each good.
pub fn email_list(text: &str, most: usize) -> Option<String> {
    if text.chars().count() > most * (EMAIL_MAX + NAME_MAX) {
        return Some(format!("This is a long text. Invite at most {most} people at a time."));
    }
    let found = emails_in(text);
    if found.is_empty() {
        return Some("Write at least one e-mail address.".to_owned());
    }
    if found.len() > most {
        return Some(format!(
            "These are {} addresses. Invite at most {most} people at a time.",
            found.len()
        ));
    }
    let wrong = found.iter().find_map(|address| Some((address, email(address)?)));
    wrong.map(|(address, message)| {
        if found.len() == 1 {
            message
        } else {
            format!("{address}: {message}")
        }
    })
}

/// An id in a filter, or nothing.
pub fn optional_id(text: &str) -> Option<String> {
    (!text.is_empty() && text.parse::<uuid::Uuid>().is_err()).then(|| "This is not an id.".to_owned())
}

/// Reads a day as `2026-11-22`.
pub fn parse_day(text: &str) -> Option<time::Date> {
    let mut parts = text.splitn(3, '-');
    let year = parts.next().filter(|part| part.len() == 4)?.parse().ok()?;
    let month: u8 = parts.next().filter(|part| part.len() == 2)?.parse().ok()?;
    let day = parts.next().filter(|part| part.len() == 2)?.parse().ok()?;
    time::Date::from_calendar_date(year, time::Month::try_from(month).ok()?, day).ok()
}

/// The last day of a filter, beside its first. Either may be missing, or be judged by itself.
pub fn days_in_order(from: &str, to: &str) -> Option<String> {
    let backwards = parse_day(from).zip(parse_day(to)).is_some_and(|(from, to)| from > to);
    backwards.then(|| "This day comes before the first one.".to_owned())
}

/// A day in a filter, or nothing.
pub fn optional_day(text: &str) -> Option<String> {
    (!text.is_empty() && parse_day(text).is_none()).then(|| "Write the day like 2026-11-22.".to_owned())
}
