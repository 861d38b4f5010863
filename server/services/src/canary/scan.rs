//! Looks for byte strings, in all the forms a text may take, in every file under a folder.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

/// What is looked for.
#[derive(Clone, Debug)]
pub(crate) struct Canary {
    /// How a finding calls it.
    pub(crate) name: &'static str,
    /// The bytes, at least eight of them.
    pub(crate) bytes: Vec<u8>,
}

/// A finding: which canary, in which form, in which file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) name: &'static str,
    pub(crate) form: &'static str,
    pub(crate) file: PathBuf,
}

struct Pattern {
    name: &'static str,
    form: &'static str,
    bytes: Vec<u8>,
}

/// Every form of every canary, and a table of the pairs of bytes one of them begins with: most of a file is passed over
/// with one look per byte.
pub(crate) struct Scanner {
    patterns: Vec<Pattern>,
    begins: Vec<bool>,
}

impl Scanner {
    pub(crate) fn new(canaries: &[Canary]) -> Self {
        let patterns: Vec<Pattern> = canaries.iter().flat_map(forms).collect();
        let mut begins = vec![false; 1 << 16];
        for pattern in &patterns {
            begins[pair(&pattern.bytes)] = true;
        }
        Self { patterns, begins }
    }

    /// Reads every file under a folder. Sockets hold nothing, and a file that goes away while we look is gone.
    pub(crate) fn folder(&self, folder: &Path) -> io::Result<(BTreeSet<Finding>, u64)> {
        let mut found = BTreeSet::new();
        let (mut waiting, mut bytes) = (vec![folder.to_owned()], 0);
        while let Some(path) = waiting.pop() {
            let Some(kind) = there(fs::symlink_metadata(&path))? else {
                continue;
            };
            if kind.is_dir() {
                for entry in fs::read_dir(&path)? {
                    waiting.push(entry?.path());
                }
            } else if kind.is_file()
                && let Some(content) = there(fs::read(&path))?
            {
                bytes += content.len() as u64;
                for pattern in self.matches(&content) {
                    found.insert(Finding {
                        name: pattern.name,
                        form: pattern.form,
                        file: path.strip_prefix(folder).unwrap_or(&path).to_owned(),
                    });
                }
            }
        }
        Ok((found, bytes))
    }

    fn matches<'a>(&'a self, content: &'a [u8]) -> impl Iterator<Item = &'a Pattern> {
        let places = (0..content.len().saturating_sub(1)).filter(|at| self.begins[pair(&content[*at..])]);
        places.flat_map(|at| {
            let rest = &content[at..];
            self.patterns
                .iter()
                .filter(move |pattern| rest.starts_with(&pattern.bytes))
        })
    }
}

fn pair(bytes: &[u8]) -> usize {
    usize::from(u16::from_be_bytes([bytes[0], bytes[1]]))
}

fn there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The bytes as they are; as UTF-16; as hex in both cases; and as base64 in both alphabets, beginning at each of the three
/// places a base64 text may cut them.
fn forms(canary: &Canary) -> Vec<Pattern> {
    let bytes = &canary.bytes;
    assert!(bytes.len() >= 8, "{} is too short to be nobody else's", canary.name);
    let mut forms = vec![("raw", bytes.clone())];
    if let Ok(text) = std::str::from_utf8(bytes) {
        forms.push(("UTF-16LE", text.encode_utf16().flat_map(u16::to_le_bytes).collect()));
        forms.push(("UTF-16BE", text.encode_utf16().flat_map(u16::to_be_bytes).collect()));
    }
    forms.push(("hex", hex::encode(bytes).into_bytes()));
    forms.push(("HEX", hex::encode_upper(bytes).into_bytes()));
    for skip in 0..3 {
        // Only whole groups of three bytes look the same whatever stands before and after them.
        let whole = &bytes[skip..];
        let text = STANDARD_NO_PAD.encode(&whole[..whole.len() / 3 * 3]);
        let for_urls = text.replace('+', "-").replace('/', "_");
        if for_urls != text {
            forms.push(("base64url", for_urls.into_bytes()));
        }
        forms.push(("base64", text.into_bytes()));
    }
    let name = canary.name;
    forms
        .into_iter()
        .map(|(form, bytes)| Pattern { name, form, bytes })
        .collect()
}

#[test]
fn every_form_is_found_wherever_it_stands() {
    let canary = Canary {
        name: "it",
        bytes: b"canary>>?7f3a".to_vec(),
    };
    let text = "canary>>?7f3a";
    let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let within = |before: &str| format!("{before}{text}, and so on");
    let url = base64::engine::general_purpose::URL_SAFE;
    let cases: [(&str, Vec<u8>); 9] = [
        ("raw", within("some ").into_bytes()),
        ("UTF-16LE", utf16(u16::to_le_bytes)),
        ("UTF-16BE", utf16(u16::to_be_bytes)),
        ("hex", format!("\\x00{}", hex::encode(within(""))).into_bytes()),
        ("HEX", hex::encode_upper(within("")).into_bytes()),
        ("base64", STANDARD_NO_PAD.encode(within("")).into_bytes()),
        ("base64", STANDARD_NO_PAD.encode(within("1")).into_bytes()),
        ("base64", STANDARD_NO_PAD.encode(within("12")).into_bytes()),
        ("base64url", url.encode(within("")).into_bytes()),
    ];
    let folder = std::env::temp_dir().join(format!("scriptkeep-scan-{}", testkit::id()));
    let scanner = Scanner::new(&[canary]);
    for (form, content) in cases {
        for padding in 0..5 {
            let nested = folder.join("a/b");
            fs::create_dir_all(&nested).expect("a folder");
            fs::write(nested.join("file"), [vec![b'c'; padding], content.clone()].concat()).expect("a file");
            let (found, bytes) = scanner.folder(&folder).expect("a scan");
            assert!(bytes > 0);
            let finding = Finding {
                name: "it",
                form,
                file: "a/b/file".into(),
            };
            assert!(found.contains(&finding), "{form}: {found:?}");
            fs::remove_dir_all(&folder).expect("removed");
        }
    }
}
