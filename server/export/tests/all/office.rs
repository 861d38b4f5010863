//! Our docx, opened and printed by LibreOffice, beside our PDF of the same document: pages, words, and how the pages look.
//! Faces and page breaks differ, so what is held is stated here as tolerances:
//!
//! - the numbers of pages differ by one at most;
//! - of the words of each of our pages, [`WORDS_LEAST`] stand on LibreOffice's page of that number or the ones beside it;
//! - blurred to [`COLUMNS`] by [`ROWS`] fields of ink, each of our pages is like one of those three: the cosine of the two
//!   is [`LIKENESS_LEAST`] at least, where 1 is the same picture and 0 is a page against a blank one.

use crate::{documents, pdf};
use domain::document::text::PlainText;
use export::{
    docx::{self, Source},
    pdf::Printing,
};
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
    process::{Command, Stdio},
};

const WORDS_LEAST: f64 = 0.85;
const LIKENESS_LEAST: f64 = 0.68;
const COLUMNS: usize = 6;
const ROWS: usize = 12;

/// Has LibreOffice make files of another kind of some in the folder, with a profile of its own there; `cargo xtask test`
/// installs it.
fn convert_by_libreoffice(folder: &Path, names: &[String], to: &str) {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let files = names.iter().map(|name| folder.join(name));
    let ran = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", to, "--outdir"])
        .arg(folder)
        .args(files)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let status = ran.unwrap_or_else(|error| {
        panic!("LibreOffice does not run ({error}): apt-get install --no-install-recommends libreoffice-writer-nogui")
    });
    assert!(status.success(), "soffice: {status}");
}

/// The words of each page, by how often they stand there.
fn words(file: &[u8]) -> Vec<HashMap<String, usize>> {
    let count = |page: String| {
        let mut words = HashMap::new();
        for word in page
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
        {
            *words.entry(word.to_owned()).or_insert(0) += 1;
        }
        words
    };
    pdf::pages(file).into_iter().map(count).collect()
}

/// Each page as fields of ink, without its head and foot.
fn blurred(file: &[u8]) -> Vec<Vec<f64>> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("page");
    pdf::poppler("pdftoppm", &["-r", "30", "-gray", "FILE", root.to_str().unwrap()], file);
    let mut pictures: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    pictures.sort();
    pictures.iter().map(|path| fields(&fs::read(path).unwrap())).collect()
}

/// A grey picture of poppler's (`P5`, width and height, 255, then a byte for each pixel), in fields.
fn fields(picture: &[u8]) -> Vec<f64> {
    let mut head = picture.splitn(4, u8::is_ascii_whitespace);
    let mut number = || std::str::from_utf8(head.next().unwrap()).unwrap().to_owned();
    assert_eq!(number(), "P5");
    let (width, height): (usize, usize) = (number().parse().unwrap(), number().parse().unwrap());
    let pixels = &picture[picture.len() - width * height..];
    let (top, bottom) = (height * 8 / 100, height * 92 / 100);
    let mut ink = vec![0.0; COLUMNS * ROWS];
    for (at, pixel) in pixels.iter().enumerate() {
        let (x, y) = (at % width, at / width);
        if (top..bottom).contains(&y) {
            ink[(y - top) * ROWS / (bottom - top) * COLUMNS + x * COLUMNS / width] += f64::from(255 - pixel);
        }
    }
    ink
}

fn likeness(a: &[f64], b: &[f64]) -> f64 {
    let product = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let lengths = (product(a, a) * product(b, b)).sqrt();
    if lengths == 0.0 { 0.0 } else { product(a, b) / lengths }
}

/// A page's number, the one before and the one behind it.
fn beside(page: usize, pages: usize) -> std::ops::Range<usize> {
    page.saturating_sub(1)..(page + 2).min(pages)
}

#[test]
fn libreoffice_prints_our_docx_much_as_we_print_the_document() {
    let folder = tempfile::tempdir().unwrap();
    let samples = documents::all();
    let meta = pdf::meta();
    for sample in &samples {
        let source = Source {
            document: &sample.document,
            meta: &meta,
            attachments: &sample.attachments,
            comments: &[],
            names: &BTreeMap::new(),
            template: None,
        };
        let file = docx::write(&source).unwrap().bytes;
        fs::write(folder.path().join(format!("{}.docx", sample.name)), file).unwrap();
    }
    let names: Vec<String> = samples.iter().map(|sample| format!("{}.docx", sample.name)).collect();
    convert_by_libreoffice(folder.path(), &names, "pdf");
    for sample in &samples {
        let name = &sample.name;
        let made = export::pdf::write(&sample.document, &meta, &sample.attachments, &Printing::default());
        let ours = made.unwrap().bytes;
        let theirs = fs::read(folder.path().join(format!("{name}.pdf"))).unwrap();
        let (our_words, their_words) = (words(&ours), words(&theirs));
        let (our_looks, their_looks) = (blurred(&ours), blurred(&theirs));
        assert_eq!(
            (our_words.len(), their_words.len()),
            (our_looks.len(), their_looks.len())
        );
        assert!(
            our_words.len().abs_diff(their_words.len()) <= 1,
            "{name}: {} and {} pages",
            our_words.len(),
            their_words.len()
        );
        // Nothing that somebody wrote is missing anywhere.
        let shown = pdf::pages(&theirs).join(" ");
        let text = PlainText::of(&sample.document).text;
        for word in text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.is_ascii())
        {
            assert!(shown.contains(word), "{name}: {word} is not in LibreOffice's pages");
        }
        for (page, words) in our_words.iter().enumerate() {
            let near = &their_words[beside(page, their_words.len())];
            let all: usize = words.values().sum();
            let found: usize = words
                .iter()
                .map(|(word, count)| near.iter().filter_map(|page| page.get(word)).sum::<usize>().min(*count))
                .sum();
            #[expect(clippy::cast_precision_loss, reason = "some hundred words")]
            let share = found as f64 / all as f64;
            assert!(
                share >= WORDS_LEAST,
                "{name}, page {}: {share:.2} of the words",
                page + 1
            );
            let near = &their_looks[beside(page, their_looks.len())];
            let best = near
                .iter()
                .map(|look| likeness(&our_looks[page], look))
                .fold(0.0, f64::max);
            assert!(best >= LIKENESS_LEAST, "{name}, page {}: likeness {best:.2}", page + 1);
        }
    }
}

#[test]
fn a_house_template_of_libreoffice_gives_its_look_and_takes_no_number() {
    let folder = tempfile::tempdir().unwrap();
    let house = include_bytes!("../documents/house/house.fodt");
    fs::write(folder.path().join("house.fodt"), house).unwrap();
    convert_by_libreoffice(folder.path(), &["house.fodt".to_owned()], "docx");
    let template = fs::read(folder.path().join("house.docx")).unwrap();
    let sample = documents::sample("sop");
    let source = Source {
        document: &sample.document,
        meta: &pdf::meta(),
        attachments: &sample.attachments,
        comments: &[],
        names: &BTreeMap::new(),
        template: Some(&template),
    };
    let made = docx::write(&source).unwrap();
    assert_eq!(made.losses, []);
    assert_eq!(
        docx::read(&made.bytes).unwrap().document.canonical(),
        sample.document.canonical()
    );
    fs::write(folder.path().join("sop.docx"), &made.bytes).unwrap();
    convert_by_libreoffice(folder.path(), &["sop.docx".to_owned()], "pdf");
    let printed = fs::read(folder.path().join("sop.pdf")).unwrap();
    let pages = pdf::pages(&printed);
    for (n, page) in pages.iter().enumerate() {
        for said in [
            "NORTHGATE THERAPEUTICS",
            &format!("Confidential. Seite {} / {}", n + 1, pages.len()),
        ] {
            assert!(page.contains(said), "{said} is not on page {}: {page}", n + 1);
        }
    }
    // Every heading of LibreOffice's has a numbering, which shows nothing; ours count, and references say the numbers.
    let words = pages.join(" ");
    for said in [
        "4.1 Before the lorry arrives",
        "4.3.2 Limits",
        "The limits are those of 4.3.2",
    ] {
        assert!(words.contains(said), "{said} is not in {words}");
    }
}
