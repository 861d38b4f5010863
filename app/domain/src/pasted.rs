//! The addresses in a text that was pasted out of a mail program or a spreadsheet. Nobody in it is to be forgotten unsaid.

use crate::validate::{canonical_email, unprintable};

/// The addresses in a pasted text, each once, in canonical form. Mail programs write `Bea <bea@b.example>; "Lindholm, Bea"
/// <bea@b.example>`, spreadsheets a row for each, `Bea<tab>bea@b.example` or `"Lindholm, Bea",bea@b.example`, perhaps below the
/// names of the columns. A name beside an address is passed over; what has the look of an address is taken for one there too, so
/// that none is. A row of columns with two addresses beside a name is one that is broken. Everything else that is no address is left
/// for somebody to mend.
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
        // Beside a person's address that of somebody else, a manager or who wrote the list: nobody knows who is meant.
        let is_person = |cell: &str| cell.contains('@') || cell.trim_matches(around).is_empty();
        if addresses > 1 && row.contains('\t') && !row.split('\t').all(is_person) {
            keep(row);
            continue;
        }
        // Who writes a list puts a blank behind each sign; a program that writes columns does not.
        let listed = || {
            row.split('"')
                .step_by(2)
                .any(|bare| bare.contains(", ") || bare.contains("; "))
        };
        let columns = row.contains('\t') || addresses == 1 && !row.contains('<') && !listed();
        let columns = columns && addresses > 0;
        for part in row.split([';', '\t']) {
            let mut rest = part;
            while let Some((name, behind)) = rest.split_once('<') {
                let (inside, behind) = behind.split_once('>').unwrap_or((behind, ""));
                name.split(|c: char| c == ',' || c.is_whitespace())
                    .filter(|word| may_be_one(word))
                    .for_each(&mut keep);
                inside.split_whitespace().for_each(&mut keep);
                rest = behind;
            }
            for cell in rest.split(',') {
                let beside = |word: &&str| cell.contains('@') && !may_be_one(word);
                let meant = |word: &&str| !columns || may_be_one(word);
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
        Some((scheme, address)) if scheme.eq_ignore_ascii_case("mailto:") => match address.split_once('?') {
            // Whom else the link is for is not in its first part.
            Some((address, more)) if !more.contains(['@', '%']) => address,
            _ => address,
        },
        _ => word,
    }
}

fn around(c: char) -> bool {
    c.is_whitespace() || unprintable(c) || "\"'“”„‘’()[]<>,.;".contains(c)
}

/// Words that the column of addresses is called by, in the languages we know it in.
const COLUMN: [&str; 15] = [
    "e",
    "mail",
    "email",
    "mails",
    "emails",
    "address",
    "addresses",
    "adresse",
    "adressen",
    "adres",
    "courriel",
    "correo",
    "electrónico",
    "emailadresse",
    "emailadres",
];

/// Whether a row without an address says what the columns below it hold: one cell of it is what addresses are called, and none
/// may be one.
fn names_columns(row: &str) -> bool {
    let row = row.to_lowercase();
    let is_name = |cell: &str| {
        let mut words = cell
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .peekable();
        words.peek().is_some() && words.all(|word| COLUMN.contains(&word))
    };
    row.split([',', ';', '\t']).any(is_name) && !row.split_whitespace().any(may_be_one)
}

/// Whether a word is an address, whole or broken: it has its sign, or ends like a mail server's name; not a title or initials
/// (`M.Sc.`, `J.R.`), nor the address of a page.
fn may_be_one(word: &str) -> bool {
    let word = word.trim_matches(around);
    let (before, ending) = word.rsplit_once('.').unwrap_or_default();
    let label = ending.starts_with(char::is_alphabetic)
        && ending.chars().nth(1).is_some()
        && ending.chars().all(|c| c.is_alphanumeric() || c == '-');
    let written = !ending.contains(char::is_uppercase) || before.len() > 2;
    let page = word.contains('/') || word.starts_with("www.");
    word.contains('@') || !page && label && written
}

#[cfg(test)]
mod tests {
    use super::emails_in;
    use crate::validate::email_list;

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
            (
                "سید علی\u{200C}رضا <bea@b.example>, 👩\u{200D}🔬 Cy <cy@b.example>",
                vec!["bea@b.example", "cy@b.example"],
            ),
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
            ("bea@b.example\t\tcy@b.example", two.clone()),
            ("Lindholm, Bea\t<bea@b.example>\nHolt, Cy\t<cy@b.example>", two.clone()),
            // Who of two is meant is not guessed.
            (
                "Bea\tbea@b.example\tcy@b.example",
                vec!["bea\tbea@b.example\tcy@b.example"],
            ),
            // What may be somebody is never passed over: an address that lost a part, a row that has none.
            ("Bea\tbea@\nCy\tcy@b.example", vec!["bea@", "cy@b.example"]),
            (
                "Bea\tbea.b.example\nCy\tcy@b.example",
                vec!["bea", "bea.b.example", "cy@b.example"],
            ),
            ("bea.b.example\ncy@b.example", vec!["bea.b.example", "cy@b.example"]),
            ("bea.b.example,cy@b.example", vec!["bea.b.example", "cy@b.example"]),
            ("Bea bea @b.example", vec!["@b.example"]),
            // Wherever in the row it stands, and however it is written.
            (
                "bea.b.example bea@b.example cy@b.example",
                vec!["bea.b.example", "bea@b.example", "cy@b.example"],
            ),
            ("bea@b.example\tcy b.example", vec!["bea@b.example", "b.example"]),
            (
                "cy at b.example; bea@b.example",
                vec!["cy", "at", "b.example", "bea@b.example"],
            ),
            (
                "cy(at)b.example; bea@b.example",
                vec!["cy(at)b.example", "bea@b.example"],
            ),
            ("CY.B.EXAMPLE, bea@b.example", vec!["cy.b.example", "bea@b.example"]),
            ("Cy.B.Example,bea@b.example", vec!["cy.b.example", "bea@b.example"]),
            ("cy.b.xn--p1ai,bea@b.example", vec!["cy.b.xn--p1ai", "bea@b.example"]),
            (
                "cy.b.example Bea <bea@b.example>",
                vec!["cy.b.example", "bea@b.example"],
            ),
            (
                "mailto:bea@b.example?cc=cy@b.example",
                vec!["bea@b.example?cc=cy@b.example"],
            ),
            // What addresses are called is one thing, what contains the word another.
            ("Cy Mailer\nbea@b.example", vec!["cy", "mailer", "bea@b.example"]),
            (
                "cy.mail.example\nbea@b.example",
                vec!["cy.mail.example", "bea@b.example"],
            ),
            (
                "Cy cy.hotmail.com\nbea@b.example",
                vec!["cy", "cy.hotmail.com", "bea@b.example"],
            ),
            (
                "cy(at)mail.example\nbea@b.example",
                vec!["cy(at)mail.example", "bea@b.example"],
            ),
            (
                "E-mail,cy.b.example\nbea@b.example",
                vec!["e-mail", "cy.b.example", "bea@b.example"],
            ),
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
