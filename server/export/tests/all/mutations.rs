//! A fuzz target for each importer: files of the folder, changed by seeded chance, are read or refused. What is read is a
//! valid document; what is refused names a part; nothing panics. The suite tries a few hundred of each; whoever looks for
//! more says how many, and with which seed:
//!
//! `SCRIPTKEEP_FUZZ_ROUNDS=200000 SCRIPTKEEP_FUZZ_SEED=7 cargo test -p export --release --test all mutations`
//!
//! A file that breaks a reader is kept in the folder for temporary files, and named.

use crate::{
    documents, files,
    files::{unpacked, zip},
};
use domain::document::Document;
use export::{Attachments, ExportError, Meta, Read, docx, html, json, markdown, text};
use std::{collections::BTreeMap, env, fs, panic, path::PathBuf};

/// How many changed files each reader is given by the suite.
const ROUNDS: u64 = 250;

/// A generator of numbers that are as good as chance here (xorshift64*), from a seed that is written down.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % limit.max(1)
    }
}

/// Changes bytes, repeats, moves or takes away stretches, many times over now and then, or puts in what parsers trip over.
pub(crate) fn mutated(bytes: &[u8], trips: &[&[u8]], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(6) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.below(bytes.len());
        let length = [8, 60, 600][dice.below(3)];
        let end = (at + dice.below(length)).min(bytes.len());
        match dice.below(6) {
            0 => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let copy = bytes[at..end].repeat([1, 1, 3, 40][dice.below(4)]);
                let to = dice.below(bytes.len());
                drop(bytes.splice(to..to, copy));
            }
            3 => {
                let piece: Vec<u8> = bytes.drain(at..end).collect();
                let to = dice.below(bytes.len() + 1);
                drop(bytes.splice(to..to, piece));
            }
            4 => bytes.truncate(at.max(1)),
            _ => {
                let trip = trips[dice.below(trips.len())].repeat([1, 1, 1, 30, 400][dice.below(5)]);
                drop(bytes.splice(at..at, trip));
            }
        }
    }
    bytes
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

/// Gives a reader changed files. `change` makes one of the seeds.
fn try_all<S>(
    name: &str,
    seeds: &[S],
    change: impl Fn(&S, &mut Dice) -> Vec<u8>,
    read: impl Fn(&[u8]) -> Result<Read, ExportError> + panic::RefUnwindSafe,
) {
    let seed = number("SCRIPTKEEP_FUZZ_SEED").unwrap_or(1).max(1);
    let mut dice = Dice(seed.wrapping_mul(0x5c21_9e4d_0000_0001));
    let (mut well, mut refused) = (0_u64, 0_u64);
    for round in 0..number("SCRIPTKEEP_FUZZ_ROUNDS").unwrap_or(ROUNDS) {
        let file = change(&seeds[dice.below(seeds.len())], &mut dice);
        // Not a panic's words but the file is what helps; the words are printed anyway.
        let judged = panic::catch_unwind(|| judge(read(&file)));
        let why = match judged.unwrap_or_else(|_| Err("a panic".to_owned())) {
            Ok(true) => {
                well += 1;
                continue;
            }
            Ok(false) => {
                refused += 1;
                continue;
            }
            Err(why) => why,
        };
        panic!("{name}, round {round}: {why}; {}", kept(name, &file).display());
    }
    assert!(
        well > 0,
        "{name}: changes reach what is behind the first look: {well} read, {refused} refused"
    );
}

/// Whether a file was read; an error where what came of it is neither a valid document nor a proper refusal.
fn judge(read: Result<Read, ExportError>) -> Result<bool, String> {
    match read {
        Ok(read) => {
            let text = read.document.canonical();
            let again = Document::from_text(&text).map_err(|error| format!("no valid document: {error}"))?;
            if again != read.document {
                return Err("another document comes of its own JSON".to_owned());
            }
            if read.losses.len() > 5_000
                || read
                    .losses
                    .iter()
                    .any(|loss| loss.place.is_empty() || loss.what.is_empty())
            {
                return Err(format!("{} losses, or one without place or words", read.losses.len()));
            }
            Ok(true)
        }
        Err(
            ExportError::Damaged { part, .. }
            | ExportError::TooLarge { part, .. }
            | ExportError::Refused { part, .. }
            | ExportError::Unwritable { part, .. },
        ) if part.is_empty() => Err("a refusal without a part".to_owned()),
        Err(_) => Ok(false),
    }
}

/// Keeps a file for whoever mends what it broke.
fn kept(name: &str, file: &[u8]) -> PathBuf {
    let path = env::temp_dir().join(format!("scriptkeep-fuzz.{name}"));
    fs::write(&path, file).unwrap();
    path
}

/// The folder, as docx: as we write it, and as LibreOffice does.
fn packages() -> Vec<Vec<(String, Vec<u8>)>> {
    let (meta, names) = (Meta::default(), BTreeMap::new());
    let ours = documents::all().into_iter().map(|sample| {
        let source = docx::Source {
            document: &sample.document,
            meta: &meta,
            attachments: &sample.attachments,
            comments: &[],
            names: &names,
            template: None,
        };
        docx::write(&source).unwrap().bytes
    });
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/documents/libreoffice");
    let theirs = fs::read_dir(folder)
        .unwrap()
        .map(|file| fs::read(file.unwrap().path()).unwrap());
    let mut all: Vec<Vec<u8>> = theirs.collect();
    all.sort();
    ours.chain(all).map(|file| unpacked(&file)).collect()
}

#[test]
fn docx_is_read_or_refused() {
    const TRIPS: [&[u8]; 16] = [
        b"<",
        b">",
        b"\"",
        b"&",
        b"&#x0;",
        b"<!--",
        b"]]>",
        b"-1",
        b"99999999999999999999",
        b"<w:tbl><w:tr><w:tc>",
        b"</w:p><w:p>",
        b"<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>",
        b"<w:ins w:author=\"a\">",
        b"<w:numPr><w:ilvl w:val=\"8\"/><w:numId w:val=\"1\"/></w:numPr>",
        b"<w:vMerge/>",
        b"\xd8\x00\xff",
    ];
    let change = |parts: &Vec<(String, Vec<u8>)>, dice: &mut Dice| {
        let which = dice.below(parts.len());
        let changed = mutated(&parts[which].1, &TRIPS, dice);
        let part = |(at, (name, bytes)): (usize, &'_ (String, Vec<u8>))| {
            (name.clone(), if at == which { changed.clone() } else { bytes.clone() })
        };
        let parts: Vec<(String, Vec<u8>)> = parts.iter().enumerate().map(part).collect();
        let entries: Vec<(&str, &[u8])> = parts
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        let whole = zip(&entries);
        if dice.below(8) == 0 {
            mutated(&whole, &[b"PK\x05\x06", b"PK\x01\x02"], dice)
        } else {
            whole
        }
    };
    try_all("docx", &packages(), change, docx::read);
}

/// What trips readers of text, in every format of it.
const TRIPS: [&[u8]; 40] = [
    b"<",
    b">",
    b"\"",
    b"&",
    b"\0",
    b"\r",
    b"\t",
    b"\xff",
    b"\xf0\x9f\x8f\xbd",
    b"\xe2\x80\x8d",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"<script>",
    b"</script>",
    b"<svg>",
    b"<table>",
    b"<td rowspan=9 colspan=300>",
    b"</td>",
    b"<li>",
    b"<ul>",
    b"</ul>",
    b"<p style='mso-list:l0 level9'>",
    b"<div class=step data-confirm=true>",
    b"</div>",
    b"<span class=footnote>",
    b"<a href='#x'>",
    b"<pre>",
    b"<img src=data:image/png;base64,AAAA>",
    b"- ",
    b"> ",
    b"| ",
    b"```\n",
    b"[^1]",
    b"[^1]: ",
    b"---\n",
    b"1. ",
    b"# ",
    b"**",
    b"99999999999999999999",
];

/// What other programs put on the clipboard and into files.
const FOREIGN: [&str; 3] = [
    "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><body lang=DE><p class=MsoListParagraphCxSpFirst \
     style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>1.<span>&nbsp;</span></span><![endif]>Wash\
     <a style='mso-footnote-id:ftn1' href=\"#_ftn1\" name=\"_ftnref1\">[1]</a></p><p class=MsoListParagraphCxSpLast \
     style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>a)</span><b>Soap</b></p><div style='mso-element:footnote-list'>\
     <div style='mso-element:footnote' id=ftn1><p>A note</p></div></div></body></html>",
    "<meta charset='utf-8'><b style=\"font-weight:normal;\" id=\"docs-internal-guid-1\"><ul><li aria-level=\"1\"><p>One</p></li><ul>\
     <li aria-level=\"2\"><p>Inner</p></li></ul></ul><table><colgroup><col width=\"99\"></colgroup><tbody><tr><td colspan=2>A</td></tr>\
     </tbody></table></b>",
    "---\ntitle: \"A\"\ntags: [a, b]\n---\n\nTerm[^n]\n\n| a | b |\n|---|:-:|\n| c | d |\n\n> [!TIP]\n> - [x] done\n\n[^n]: note\n",
];

fn written(write: impl Fn(&documents::Sample) -> Vec<u8>) -> Vec<Vec<u8>> {
    let foreign = FOREIGN.iter().map(|text| text.as_bytes().to_vec());
    documents::all().iter().map(write).chain(foreign).collect()
}

#[test]
fn html_is_read_or_refused() {
    let seeds = written(|sample| html::write(&sample.document, &Meta::default(), &sample.attachments).bytes);
    try_all("html", &seeds, |seed, dice| mutated(seed, &TRIPS, dice), html::read);
}

#[test]
fn markdown_is_read_or_refused() {
    let seeds = written(|sample| markdown::write(&sample.document, &Meta::default(), &Attachments::new()).bytes);
    try_all("md", &seeds, |seed, dice| mutated(seed, &TRIPS, dice), markdown::read);
}

#[test]
fn text_is_read_or_refused() {
    let seeds = written(|sample| text::write(&sample.document, &Meta::default()).bytes);
    try_all("txt", &seeds, |seed, dice| mutated(seed, &TRIPS, dice), text::read);
}

#[test]
fn json_is_read_or_refused() {
    const TRIPS: [&[u8]; 10] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b",",
        b"null",
        b"1e999",
        b"\\ud800",
        b"{\"type\":\"blockquote\",\"content\":[",
    ];
    let seeds = written(|sample| json::write(&sample.document, &Meta::default()).bytes);
    // Changes of values, too, that leave it JSON: most others end at the parser.
    let change = |seed: &Vec<u8>, dice: &mut Dice| {
        if dice.below(3) == 0 {
            return mutated(seed, &TRIPS, dice);
        }
        let mut value = serde_json::from_slice(seed).unwrap_or_default();
        for _ in 0..=dice.below(3) {
            disturb(&mut value, dice);
        }
        value.to_string().into_bytes()
    };
    try_all("json", &seeds, change, json::read);
}

/// Changes one value somewhere inside.
fn disturb(value: &mut serde_json::Value, dice: &mut Dice) {
    use serde_json::{Value, json};
    match value {
        Value::Array(items) if !items.is_empty() && dice.below(12) > 0 => {
            let at = dice.below(items.len());
            match dice.below(20) {
                0 => drop(items.remove(at)),
                1 => {
                    let copy = items[at].clone();
                    items.push(copy);
                }
                _ => disturb(&mut items[at], dice),
            }
        }
        Value::Object(members) if !members.is_empty() && dice.below(12) > 0 => {
            let at = dice.below(members.len());
            if let Some((_, member)) = members.iter_mut().nth(at) {
                disturb(member, dice);
            }
        }
        other => {
            let values = [
                json!(null),
                json!(0),
                json!(-1),
                json!(1e300),
                json!(""),
                json!("x".repeat(3_000)),
                json!([]),
                json!({}),
            ];
            *other = values[dice.below(values.len())].clone();
        }
    }
}

#[test]
fn seeds_are_read_as_they_are() {
    for parts in packages() {
        let entries: Vec<(&str, &[u8])> = parts
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        assert_eq!(judge(docx::read(&files::zip(&entries))), Ok(true));
    }
}
