//! The fonts of a PDF: read once, embedded in part. Four faces are the product's own (in `public/fonts`, as web fonts);
//! behind them stand Typst's bundled faces for Greek, Cyrillic, Hebrew, Arabic and signs; behind those what an operator
//! gives, for Chinese, Japanese or Korean, say, whose faces are too large to ship (16 MB each).

use crate::ExportError;
use std::{collections::BTreeSet, sync::LazyLock};
use typst::{
    foundations::Bytes,
    text::{Font, FontBook, FontInfo, FontStyle},
    utils::LazyHash,
};

/// Our own faces: the family's name as the template calls it, and the web font. The extended cuts hold the Latin letters
/// outside Western Europe; a family of their own puts them next in the chain.
const OWN: [(&str, &[u8]); 6] = [
    (
        "Literata",
        include_bytes!("../../../../public/fonts/literata-latin.woff2"),
    ),
    (
        "Literata",
        include_bytes!("../../../../public/fonts/literata-latin-italic.woff2"),
    ),
    (
        "Literata Extended",
        include_bytes!("../../../../public/fonts/literata-latin-ext.woff2"),
    ),
    (
        "Atkinson Hyperlegible Next",
        include_bytes!("../../../../public/fonts/atkinson-next-latin.woff2"),
    ),
    (
        "Atkinson Hyperlegible Next Extended",
        include_bytes!("../../../../public/fonts/atkinson-next-latin-ext.woff2"),
    ),
    (
        "Atkinson Hyperlegible Mono",
        include_bytes!("../../../../public/fonts/atkinson-mono-latin.woff2"),
    ),
];

/// The most bytes one font of an operator may have; the largest in use (all of Chinese, Japanese and Korean in seven
/// weights) have about 120 MB.
const FONT_BYTES_MAX: usize = 160 << 20;

static HOUSE: LazyLock<Fonts> = LazyLock::new(|| {
    let mut fonts = Fonts {
        book: LazyHash::new(FontBook::new()),
        faces: Vec::new(),
        given: Vec::new(),
    };
    for (family, packed) in OWN {
        // A face of ours that does not open is caught by a test; the chain goes on behind it.
        let open = wuff::decompress_woff2(packed).ok();
        if let Some(face) = open.and_then(|bytes| Font::new(Bytes::new(bytes), 0)) {
            fonts.push(face, Some(family));
        }
    }
    for bytes in typst_assets::fonts() {
        for face in Font::iter(Bytes::new(bytes)) {
            fonts.push(face, None);
        }
    }
    fonts
});

/// Fonts, in the order in which they are asked for a letter.
pub struct Fonts {
    book: LazyHash<FontBook>,
    faces: Vec<Font>,
    given: Vec<String>,
}

impl Fonts {
    /// The fonts inside the product. Opened at the first use (about 30 ms), then kept.
    pub fn house() -> &'static Self {
        &HOUSE
    }

    /// The fonts inside the product, and behind them an operator's: each the bytes of one file (TrueType, OpenType, a
    /// collection of them, or WOFF2), with a name for messages.
    ///
    /// # Errors
    /// Names the file that is no font or has more than 160 MB.
    pub fn with<'a>(files: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Result<Self, ExportError> {
        let mut fonts = Self {
            book: HOUSE.book.clone(),
            faces: HOUSE.faces.clone(),
            given: Vec::new(),
        };
        for (name, bytes) in files {
            if bytes.len() > FONT_BYTES_MAX {
                return Err(ExportError::too_large(name, FONT_BYTES_MAX as u64, "bytes"));
            }
            let bytes = if bytes.starts_with(b"wOF2") {
                let why = |_| ExportError::damaged(name, "its compressed font does not open");
                wuff::decompress_woff2(&bytes).map_err(why)?
            } else {
                bytes
            };
            let before = fonts.faces.len();
            for face in Font::iter(Bytes::new(bytes)) {
                let family = face.info().family.clone();
                if !fonts.given.contains(&family) {
                    fonts.given.push(family);
                }
                fonts.push(face, None);
            }
            if fonts.faces.len() == before {
                return Err(ExportError::damaged(name, "no font was found in it"));
            }
        }
        Ok(fonts)
    }

    /// The letters of a text that no font here has a glyph for.
    pub fn missing(&self, text: &str) -> BTreeSet<char> {
        let mut seen = BTreeSet::new();
        text.chars()
            .filter(|letter| !letter.is_ascii() && seen.insert(*letter) && !self.cover(*letter))
            .collect()
    }

    /// Whether some font has a glyph for the letter, or it needs none.
    pub(super) fn cover(&self, letter: char) -> bool {
        let code = u32::from(letter);
        letter.is_ascii()
            || letter.is_whitespace()
            || is_invisible(letter)
            || self.faces.iter().any(|face| face.info().coverage.contains(code))
    }

    /// The families an operator gave, in order.
    pub(super) fn given(&self) -> &[String] {
        &self.given
    }

    pub(super) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    pub(super) fn face(&self, index: usize) -> Option<Font> {
        self.faces.get(index).cloned()
    }

    fn push(&mut self, face: Font, family: Option<&str>) {
        let mut info = face.info().clone();
        if let Some(family) = family {
            family.clone_into(&mut info.family);
        }
        self.book.push(info);
        self.faces.push(face);
    }
}

/// A face in a font file that was asked for letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    /// Its family.
    pub family: String,
    /// Its weight, from 100 to 900; 400 is regular.
    pub weight: u16,
    /// Whether it is neither italic nor oblique.
    pub upright: bool,
    /// The letters that it has, of those it was asked for.
    pub covers: BTreeSet<char>,
}

/// The faces in a font file (TrueType, OpenType, a collection of them, or WOFF2) that have some of these letters. None where
/// it is no font.
pub fn faces(file: &[u8], letters: &BTreeSet<char>) -> Vec<Face> {
    let unpacked;
    let file = if file.starts_with(b"wOF2") {
        unpacked = wuff::decompress_woff2(file).unwrap_or_default();
        &unpacked
    } else {
        file
    };
    let face = |info: FontInfo| {
        let covers = letters.iter().copied();
        Face {
            covers: covers
                .filter(|letter| info.coverage.contains(u32::from(*letter)))
                .collect(),
            weight: info.variant.weight.to_number(),
            upright: info.variant.style == FontStyle::Normal,
            family: info.family,
        }
    };
    FontInfo::iter(file)
        .map(face)
        .filter(|face| !face.covers.is_empty())
        .collect()
}

/// Letters that direct other letters and are not drawn themselves (Unicode's `Default_Ignorable_Code_Point`, as far as
/// text holds them): soft hyphen, joiners, directions, variation selectors, tags.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::{Fonts, OWN};

    #[test]
    fn each_face_of_ours_opens_with_its_family() {
        let fonts = Fonts::house();
        for (family, _) in OWN {
            assert!(fonts.book().contains_family(&family.to_lowercase()), "{family}");
        }
        assert!(fonts.faces.len() > OWN.len() + 10, "{}", fonts.faces.len());
    }

    #[test]
    fn letters_of_europe_the_near_east_and_signs_are_covered_and_chinese_is_not() {
        let fonts = Fonts::house();
        for letter in "Aé Łő Ωλ Жя שלום السلام ≤≥±→☐✓°µ§–—…€".chars() {
            assert!(fonts.cover(letter), "{letter}");
        }
        for letter in "中文日本한국".chars() {
            assert!(!fonts.cover(letter), "{letter}");
        }
    }

    #[test]
    fn an_operators_file_that_is_no_font_is_named() {
        let Err(refused) = Fonts::with([("noto.ttf", b"no font".to_vec())]) else {
            panic!("accepted");
        };
        assert_eq!(refused.to_string(), "noto.ttf cannot be read: no font was found in it");
        assert!(Fonts::with([("noto.woff2", b"wOF2nothing".to_vec())]).is_err());
    }
}
