//! The rules for single fields. Each returns the sentence a person reads, or nothing; an operation's `validate` puts
//! them together. Limits are in characters (Unicode scalar values), as people count them.

use crate::{FieldError, Secret};

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

/// Characters nobody means to type into a single line: controls, and the invisible ones that turn text around.
fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn line(text: &str, empty: &str, max: usize) -> Option<String> {
    let count = text.trim().chars().count();
    if count == 0 {
        Some(empty.to_owned())
    } else if count > max {
        Some(format!("This has {count} characters. Use at most {max}."))
    } else if text.chars().any(unprintable) {
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
    } else if text.chars().any(|c| unprintable(c) && !matches!(c, '\n' | '\r' | '\t')) {
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

/// The addresses in a pasted text, each once, in canonical form. Mail programs write `Bea <bea@b.example>; "Lindholm, Bea"
/// <bea@b.example>`, spreadsheets a row for each, `Bea<tab>bea@b.example` or `"Lindholm, Bea",bea@b.example`, perhaps below the
/// names of the columns. A name beside an address is passed over; what has the look of an address is taken for one there too, so
/// that none is. Everything else that is no address is left for somebody to mend.
pub fn emails_in(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut keep = |word: &str| {
        let address = canonical_email(bare(word));
        if !address.is_empty() && !found.contains(&address) {
            found.push(address);
        }
    };
    let rows = text
        .split(['\n', '\r'])
        .filter(|row| !row.trim_matches(around).is_empty());
    for (index, row) in rows.enumerate() {
        let words = row.split(|c: char| c.is_whitespace() || ",;<>".contains(c));
        let addresses = words.filter(|word| word.contains('@')).count();
        // What the columns are called stands above them, and names the one we want.
        if index == 0 && addresses == 0 && text.contains('@') && names_columns(row) {
            continue;
        }
        let columns = addresses > 0 && (row.contains('\t') || addresses == 1 && !row.contains('<'));
        for part in row.split([';', '\t']) {
            let mut rest = part;
            while let Some((name, behind)) = rest.split_once('<') {
                let (inside, behind) = behind.split_once('>').unwrap_or((behind, ""));
                let alone = name.rsplit_once(',').map_or("", |(alone, _)| alone);
                alone.split(',').filter(|cell| is_host(cell)).for_each(&mut keep);
                name.split(|c: char| c == ',' || c.is_whitespace())
                    .filter(|word| word.contains('@'))
                    .for_each(&mut keep);
                inside.split_whitespace().for_each(&mut keep);
                rest = behind;
            }
            for cell in rest.split(',') {
                let beside = |word: &&str| cell.contains('@') && !word.contains('@');
                let meant = |word: &&str| !columns || word.contains('@') || is_host(cell);
                let words = cell.split_whitespace().skip_while(beside);
                words.filter(meant).for_each(&mut keep);
            }
        }
    }
    found
}

/// An address without what surrounds it: quotes, brackets, a full stop, marks that nobody sees, and the scheme of a link.
fn bare(word: &str) -> &str {
    let word = word.trim_matches(around);
    match word.split_at_checked(7) {
        Some((scheme, address)) if scheme.eq_ignore_ascii_case("mailto:") => {
            address.split_once('?').map_or(address, |(address, _)| address)
        }
        _ => word,
    }
}

fn around(c: char) -> bool {
    c.is_whitespace() || unprintable(c) || "\"'“”„‘’()[]<>,.;".contains(c)
}

/// Whether a row without an address says what the columns below it hold: one of them mail, in the languages we know it in.
fn names_columns(row: &str) -> bool {
    let row = row.to_lowercase();
    ["mail", "address", "adres", "courriel", "correo"]
        .iter()
        .any(|word| row.contains(word))
}

/// Whether a cell is one word that ends like a mail server's name, as an address does that lost its sign; not a title or initials
/// (`M.Sc.`, `J.R.`), nor the address of a page.
fn is_host(cell: &str) -> bool {
    let cell = cell.trim_matches(around);
    let page = cell.contains(char::is_whitespace) || cell.contains('/') || cell.starts_with("www.");
    let ending = cell.rsplit_once('.').map_or("", |(_, ending)| ending);
    !page && ending.chars().nth(1).is_some() && ending.chars().all(char::is_lowercase)
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

#[cfg(test)]
mod tests {
    use super::{email_list, emails_in};

    #[test]
    fn addresses_are_found_as_mail_programs_paste_them() {
        for (pasted, found) in [
            ("", vec![]),
            (" , ;\n\t<>", vec![]),
            ("bea@b.example", vec!["bea@b.example"]),
            ("bea@b.example cy@b.example", vec!["bea@b.example", "cy@b.example"]),
            ("BEA@b.example,bea@B.example", vec!["bea@b.example"]),
            ("Bea Lindholm <bea@b.example>", vec!["bea@b.example"]),
            // As Outlook writes names, with and without quotes.
            (
                "Lindholm, Bea <bea@b.example>; \"Holt, Ben\" <ben@b.example>; 'cy@b.example' <cy@b.example>",
                vec!["bea@b.example", "ben@b.example", "cy@b.example"],
            ),
            (
                "Lindholm, Bea <bea@b.example>, Holt, Ben (Quality) <ben@b.example>",
                vec!["bea@b.example", "ben@b.example"],
            ),
            ("\"bea@b.example\" <bea@b.example>", vec!["bea@b.example"]),
            ("Dr. J.R. Lindholm <bea@b.example>", vec!["bea@b.example"]),
            ("Bea\t<bea@b.example>", vec!["bea@b.example"]),
            (
                "Bea bea@b.example, Cy cy@b.example",
                vec!["bea@b.example", "cy@b.example"],
            ),
            // As Outlook writes plain text, and as a link is copied.
            ("bea@b.example<mailto:bea@b.example>", vec!["bea@b.example"]),
            ("MailTo:bea@b.example?subject=Hi", vec!["bea@b.example"]),
            ("Ask Bea (bea@b.example).", vec!["bea@b.example"]),
            // None is passed over, whole or not.
            (
                "cy@b.example Bea <bea@b.example> dee@b.example",
                vec!["cy@b.example", "bea@b.example", "dee@b.example"],
            ),
            (
                "cyb.example, Bea <bea@b.example>, dee",
                vec!["cyb.example", "bea@b.example", "dee"],
            ),
            ("Bea <bea@b.example", vec!["bea@b.example"]),
            ("<bea@b.example cy@b.example>", vec!["bea@b.example", "cy@b.example"]),
        ] {
            assert_eq!(emails_in(pasted), found, "{pasted}");
        }
    }

    #[test]
    fn rows_of_a_spreadsheet_are_read_and_nobody_in_them_is_forgotten() {
        let two = vec!["bea@b.example", "cy@b.example"];
        for (pasted, found) in [
            ("Bea Lindholm\tbea@b.example\nCy\tcy@b.example", two.clone()),
            ("Bea Lindholm,bea@b.example\r\nCy,cy@b.example\r\n", two.clone()),
            ("Bea;Lindholm;bea@b.example\nCy;Holt;cy@b.example;\n", two.clone()),
            (
                "\"Lindholm, Bea\",bea@b.example\n\"Holt, Cy\",\"cy@b.example\",,\n,,,\n\n",
                two.clone(),
            ),
            ("bea@b.example,Lindholm,Bea\ncy@b.example,Holt,Cy", two.clone()),
            (
                "Name\tE-mail\tRole\nBea\tbea@b.example\tReader\nCy\tcy@b.example\tReader",
                two.clone(),
            ),
            ("\u{FEFF}Name,Email\nBea,bea@b.example\nCy,cy@b.example", two.clone()),
            ("\n  \nE-Mail-Adresse\nbea@b.example\ncy@b.example", two.clone()),
            (
                "Bea\u{A0}Lindholm\u{A0}bea@b.example\u{A0}\n\u{200B}cy@b.example\u{202C}",
                two.clone(),
            ),
            (
                "1\tDr. Bea Lindholm, M.Sc.\tmailto:bea@b.example\t22.11.2026\n2\tJ.R.\tcy@b.example\twww.b.example",
                two.clone(),
            ),
            ("Bea\tbea@b.example\tcy@b.example", two.clone()),
            ("Lindholm, Bea\t<bea@b.example>\nHolt, Cy\t<cy@b.example>", two.clone()),
            // What may be somebody is never passed over: an address that lost a part, a row that has none.
            ("Bea\tbea@\nCy\tcy@b.example", vec!["bea@", "cy@b.example"]),
            (
                "Bea\tbea.b.example\nCy\tcy@b.example",
                vec!["bea", "bea.b.example", "cy@b.example"],
            ),
            ("bea.b.example\ncy@b.example", vec!["bea.b.example", "cy@b.example"]),
            ("bea.b.example,cy@b.example", vec!["bea.b.example", "cy@b.example"]),
            ("Bea bea @b.example", vec!["@b.example"]),
            (
                "Cy\tcy@b.example\nBea Lindholm\t\n",
                vec!["cy@b.example", "bea", "lindholm"],
            ),
            ("Bea Lindholm\ncy@b.example", vec!["bea", "lindholm", "cy@b.example"]),
            ("cy@b.example\nE-mail", vec!["cy@b.example", "e-mail"]),
            (
                "bea@b.example, dee, cy@b.example",
                vec!["bea@b.example", "dee", "cy@b.example"],
            ),
        ] {
            assert_eq!(emails_in(pasted), found, "{pasted:?}");
            let good = found == two;
            assert_eq!(email_list(pasted, 50).is_none(), good, "{pasted:?}");
        }
        assert!(email_list("E-mail", 50).is_some(), "the name of a column is nobody");
        let wrong = email_list("Name,E-mail\nBea,bea@\nCy,cy@b.example", 50).expect("one is broken");
        assert!(wrong.starts_with("bea@: This address stops after the @."), "{wrong}");
    }
}
