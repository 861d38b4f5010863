//! The rule for new passwords, after NIST SP 800-63B-4, section 3.1.1: length, and a list of common ones; no rules of
//! composition. A password is the only factor today, so 15 characters at least.

use crate::Secret;

/// Fewest characters of a new password that stands alone.
pub const MIN: usize = 15;
/// Most characters of a password. Well above the 64 that must be taken; bounded so that hashing stays cheap.
pub const MAX: usize = 256;

/// Long passwords that lists of leaked ones hold, in lower case. Short ones fall to the minimum.
const COMMON: &str = include_str!("password_common.txt");

/// Words that, with digits or signs around them, are the first passwords an attacker tries.
const WORDS: [&str; 24] = [
    "admin",
    "administrator",
    "baseball",
    "changeme",
    "computer",
    "default",
    "dragon",
    "football",
    "iloveyou",
    "letmein",
    "login",
    "master",
    "monkey",
    "passwort",
    "password",
    "princess",
    "qwerty",
    "qwertyuiop",
    "scriptkeep",
    "secret",
    "sunshine",
    "superman",
    "trustno",
    "welcome",
];

/// What is wrong with a new password, if anything. `about` names what must not be the password in disguise: the
/// address, the person's name.
pub fn verdict(password: &Secret, about: &[&str]) -> Option<String> {
    let text = password.expose();
    let count = text.chars().count();
    if count == 0 {
        return Some(format!(
            "Choose a password of at least {MIN} characters. A short sentence works well."
        ));
    }
    if count < MIN {
        return Some(format!(
            "This has {count} characters. Use at least {MIN}; a short sentence works well."
        ));
    }
    if count > MAX {
        return Some(format!("This has {count} characters. Use at most {MAX}."));
    }
    let lower = text.to_lowercase();
    let bare: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let common = COMMON.lines().any(|common| common == lower || common == bare);
    if common || dressed_up(&lower) || repeats(&lower) || runs(&bare) {
        return Some("This is one of the first passwords an attacker tries. Choose another.".to_owned());
    }
    let told = |part: &&str| {
        let part: String = part.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        part.chars().count() >= 4 && bare.contains(&part) && bare.chars().count() < part.chars().count() + 8
    };
    if about.iter().any(told) {
        return Some("This is little more than your name or address. Choose another.".to_owned());
    }
    None
}

/// A common word with digits or signs around it, or in place of its letters: `Password1234567`, `p@ssw0rd!!!!!!!!`.
fn dressed_up(text: &str) -> bool {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '3' => 'e',
            '0' => 'o',
            '$' | '5' => 's',
            c => c,
        })
        .collect();
    let core = |text: &str| text.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    WORDS.iter().any(|word| {
        core(text) == *word
            || core(&plain) == *word
            || plain
                .strip_prefix(word)
                .is_some_and(|rest| rest.chars().all(|c| !c.is_alphabetic() || "aeos".contains(c)))
    })
}

/// A short unit, again and again: `abcabcabcabcabc`.
fn repeats(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=letters.len() / 3).any(|unit| letters.iter().enumerate().all(|(i, c)| *c == letters[i % unit]))
}

/// One long walk up or down the alphabet, the digits or a row of keys.
fn runs(text: &str) -> bool {
    const WALKS: [&str; 2] = [
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
        "0123456789012345678901234567890",
    ];
    let backwards: String = text.chars().rev().collect();
    !text.is_empty()
        && WALKS
            .iter()
            .any(|walk| walk.contains(text) || walk.contains(&backwards))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts() {
        let cases = [
            ("", false),
            ("fourteen chars", false),
            ("fifteen chars !", true),
            ("passwordpassword", false),
            ("Password Password", false),
            ("password1234567", false),
            ("12345678Welcome!", false),
            ("p@ssw0rd!!!!!!!!", false),
            ("P4$$word20261122", false),
            ("password is not enough of a secret", true),
            ("aaaaaaaaaaaaaaaaaaaa", false),
            ("abcabcabcabcabcabc", false),
            ("0123456789012345", false),
            ("fedcba9876543210 and so on", true),
            ("zyxwvutsrqponmlkjihg", false),
            ("ilse@ternhouse.example", false),
            ("Ilse Brandt 1234", false),
            ("ключ от старого дома", true),
            ("🗝🗝🗝🗝🗝🗝🗝🗝🗝🗝🗝🗝🗝🗝🗝", false),
            ("correct horse battery staple", false),
            ("the tide was out when we came", true),
        ];
        for (password, good) in cases {
            let verdict = verdict(&Secret::new(password), &["ilse@ternhouse.example", "Ilse Brandt"]);
            assert_eq!(verdict.is_none(), good, "{password}: {verdict:?}");
        }
    }

    #[test]
    fn limits_count_characters() {
        assert!(
            verdict(&Secret::new("the quick brown é".repeat(8)), &[]).is_some(),
            "a repeated unit"
        );
        let long: String = (0..MAX)
            .map(|i| char::from_u32(0x4E00 + u32::try_from(i).unwrap_or(0)).unwrap_or('x'))
            .collect();
        assert_eq!(verdict(&Secret::new(long.clone()), &[]), None);
        assert!(verdict(&Secret::new(long + "x"), &[]).is_some());
    }
}
