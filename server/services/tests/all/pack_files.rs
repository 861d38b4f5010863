//! Pack files as an operator's slip of the finger leaves them: never a panic, and every refusal says where and what to do.

use proptest::prelude::*;
use services::read_pack;

/// The packs in the binary and those of the tests.
const PACKS: [(&str, &str); 4] = [
    ("therapy.toml", include_str!("../../../packs/therapy.toml")),
    ("procedures.toml", include_str!("../../../packs/procedures.toml")),
    ("kitchen.toml", include_str!("../packs/kitchen.toml")),
    ("lighthouse.toml", include_str!("../packs/lighthouse.toml")),
];

/// Values that stand where others should.
const VALUES: [&str; 12] = [
    "true",
    "-1",
    "1e400",
    "''",
    "\"\"",
    "[]",
    "[[]]",
    "{}",
    "1979-05-27",
    "'draft'",
    "[\"read\", 7]",
    "'''{\"type\": \"doc\"}'''",
];

/// Letters that mean something to TOML or to nobody.
const LETTERS: [&str; 14] = [
    "\"", "'", "[", "]", "=", "#", "\n", "\r", "\u{0}", "\\", "{", ".", "é", "\u{202e}",
];

/// One slip. Numbers choose lines and what to put there; they are taken by what there is.
#[derive(Clone, Debug)]
enum Slip {
    Leave(usize, usize),
    Double(usize),
    Swap(usize, usize),
    Value(usize, usize),
    Letter(usize, usize, usize),
    End(usize),
    /// A word of one line in the place of a word of another.
    Word(usize, usize),
}

fn slip() -> impl Strategy<Value = Slip> {
    let line = 0..4_000_usize;
    prop_oneof![
        (line.clone(), 1..6_usize).prop_map(|(at, count)| Slip::Leave(at, count)),
        line.clone().prop_map(Slip::Double),
        (line.clone(), line.clone()).prop_map(|(one, other)| Slip::Swap(one, other)),
        (line.clone(), 0..VALUES.len()).prop_map(|(at, value)| Slip::Value(at, value)),
        (line.clone(), 0..200_usize, 0..LETTERS.len())
            .prop_map(|(at, column, letter)| Slip::Letter(at, column, letter)),
        (0..200_000_usize).prop_map(Slip::End),
        (line.clone(), line).prop_map(|(one, other)| Slip::Word(one, other)),
    ]
}

fn slipped(text: &str, slip: &Slip) -> String {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let count = lines.len();
    match *slip {
        Slip::Leave(at, many) => drop(lines.drain(at % count..(at % count + many).min(count))),
        Slip::Double(at) => lines.insert(at % count, lines[at % count].clone()),
        Slip::Swap(one, other) => lines.swap(one % count, other % count),
        Slip::Value(at, value) => {
            let line = &mut lines[at % count];
            if let Some((key, _)) = line.split_once('=') {
                *line = format!("{key}= {}", VALUES[value]);
            }
        }
        Slip::Letter(at, column, letter) => {
            let line = &mut lines[at % count];
            let at = line.char_indices().nth(column).map_or(line.len(), |(index, _)| index);
            line.insert_str(at, LETTERS[letter]);
        }
        Slip::End(at) => {
            let end = text.char_indices().map(|(index, _)| index).nth(at % text.len().max(1));
            return text[..end.unwrap_or(text.len())].to_owned();
        }
        Slip::Word(one, other) => {
            let word = lines[other % count].split('"').nth(1).unwrap_or_default().to_owned();
            let line = &mut lines[one % count];
            if let Some((before, rest)) = line.split_once('"')
                && let Some((_, after)) = rest.split_once('"')
            {
                *line = format!("{before}\"{word}\"{after}");
            }
        }
    }
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_refusal_says_where_and_what_to_do(pack in 0..PACKS.len(), slips in proptest::collection::vec(slip(), 1..4)) {
        let (name, text) = PACKS[pack];
        let text = slips.iter().fold(text.to_owned(), |text, slip| slipped(&text, slip));
        if let Err(error) = read_pack(name, &text) {
            prop_assert_eq!(&error.file, name);
            prop_assert!(error.line >= 1 && error.line <= text.split('\n').count(), "{}", error);
            prop_assert!(error.column >= 1, "{}", error);
            prop_assert!(!error.what.is_empty() && !error.mend.is_empty(), "{}", error);
        }
    }
}
