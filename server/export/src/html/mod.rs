//! HTML: out as one file that needs nothing else, in from anywhere.

mod inline;
mod lists;
mod own;
mod parse;
mod read;

pub(crate) use read::read_str;
pub use read::{BYTES_MAX, read};

use crate::{Attachments, Loss, Meta, Written};
use base64::Engine as _;
use domain::document::{Block, Document, html};
use std::fmt::Write as _;

const STYLE: &str = include_str!("style.css");

/// Makes a file that a browser shows and prints, with its style and pictures in it, and that [`read`] takes back whole.
/// Nothing in it runs, and nothing is fetched.
pub fn write(document: &Document, meta: &Meta, attachments: &Attachments) -> Written {
    page(
        &html::render_whole(
            document,
            html::Setting {
                prefix: "",
                attachment: &|id| embedded(attachments, id),
                within: true,
                language: &meta.language,
            },
        ),
        meta,
        missing(document, attachments),
    )
}

/// Makes a file of HTML that a comparison rendered: for reading only.
pub fn comparison(shown: &str, meta: &Meta) -> Written {
    page(shown, meta, Vec::new())
}

fn page(body: &str, meta: &Meta, losses: Vec<Loss>) -> Written {
    let mut head = String::new();
    // The title and the language have places of their own.
    let properties = meta.named().into_iter();
    for (name, value) in properties.filter(|(name, _)| !matches!(*name, "title" | "lang")) {
        let _ = writeln!(head, "<meta name=\"{name}\" content=\"{}\">", escaped(&value));
    }
    let language = if meta.language.is_empty() {
        String::new()
    } else {
        format!(" lang=\"{}\"", escaped(&meta.language))
    };
    let title = escaped(&meta.title);
    let bytes = format!(
        "<!DOCTYPE html>\n<html{language}>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n{head}<style>\n{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    );
    Written {
        bytes: bytes.into_bytes(),
        losses,
    }
}

/// A picture as an address that holds it; none where it is not there or of no kind that is shown.
pub fn embedded(attachments: &Attachments, id: &str) -> Option<String> {
    let bytes = attachments.get(&format!("attachment:{id}"))?;
    let kind = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "png",
        [0xff, 0xd8, ..] => "jpeg",
        [b'G', b'I', b'F', ..] => "gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "webp",
        _ => return None,
    };
    let data = base64::engine::general_purpose::STANDARD.encode(bytes);
    Some(format!("data:image/{kind};base64,{data}"))
}

/// The figures whose pictures are not to be had.
pub(crate) fn missing(document: &Document, attachments: &Attachments) -> Vec<Loss> {
    fn walk(blocks: &[Block], place: &mut Vec<usize>, attachments: &Attachments, losses: &mut Vec<Loss>) {
        for (index, block) in blocks.iter().enumerate() {
            place.push(index);
            if let Block::Figure { src, .. } = block
                && let Some(id) = src.strip_prefix("attachment:")
                && embedded(attachments, id).is_none()
            {
                let place = place
                    .iter()
                    .fold(String::new(), |path, index| format!("{path}/content/{index}"));
                losses.push(Loss::new(&place[1..], "the picture is not there"));
            }
            block.each_body(place, &mut |body, place| walk(body, place, attachments, losses));
            place.pop();
        }
    }
    let mut losses = Vec::new();
    walk(document.blocks(), &mut Vec::new(), attachments, &mut losses);
    losses
}

/// Text that is no markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}
