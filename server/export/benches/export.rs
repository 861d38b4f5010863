//! What paper costs, beside what else would make it: a PDF of 50 pages beside warm headless Chromium printing the same
//! HTML, a docx of 50 pages beside npm's `docx`, and reading a docx of 200 pages. `cargo xtask bench export` runs it.
//!
//! Rounds are interleaved, so that a machine that grows slow grows slow for both; medians are compared. The document is
//! the folder of sample documents again and again, with its pictures.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod floor;

use domain::document::{Document, html};
use export::{
    Attachments, Meta,
    docx::{self, Source},
    pdf::{self, Printing},
};
use floor::Floor;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Instant,
};
use time::macros::datetime;

/// How often each side works.
const ROUNDS: usize = 15;
/// The pages of the document that is written.
const PAGES: usize = 50;
/// How many times faster than Chromium a PDF should be, and than npm's `docx` a docx.
const PDF_RATIO: f64 = 10.0;
const DOCX_RATIO: f64 = 20.0;
/// Milliseconds in a tick of the kernel's accounts.
const TICK: u64 = 10;
/// The most time for reading a docx of 200 pages, in milliseconds.
const READ_MAX: f64 = 1_000.0;

fn main() {
    // `cargo test --benches` runs this too, and measures nothing.
    let Some(chromium) = env::var_os("SCRIPTKEEP_BENCH_CHROMIUM") else {
        println!("Run it by: cargo xtask bench export");
        return;
    };
    let samples = Samples::load();
    let meta = meta();
    let mut rival = Rival::start(&PathBuf::from(chromium));
    row("", "median", "least", "most", "");
    let (copies, document) = samples.of_pages(PAGES, &meta);
    pdf_beside_chromium(&samples, &document, &meta, &mut rival);
    docx_beside_npm(&samples, &document, &meta, &mut rival);
    reading(&samples, &samples.repeated(copies * 4), &meta);
    rival.stop();
}

fn pdf_beside_chromium(samples: &Samples, document: &Document, meta: &Meta, rival: &mut Rival) {
    let page = samples.page(document);
    let printing = Printing::default();
    let ours = || {
        pdf::write(document, meta, &samples.attachments, &printing)
            .expect("a PDF")
            .bytes
    };
    let printed = rival.ask(&json!({ "do": "load", "html": page }));
    assert!(printed["ms"].is_f64() || printed["ms"].is_u64(), "{printed}");
    // Once each to warm up: fonts open, caches fill.
    let file = ours();
    let theirs = rival.ask(&json!({ "do": "print" }));
    println!(
        "  ours: {} pages, {} KiB, tagged; Chromium's: {} pages, {} KiB, tagged",
        pages(&file),
        file.len() / 1024,
        theirs["pages"],
        theirs["bytes"].as_u64().unwrap_or(0) / 1024
    );
    let (mut mine, mut other, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    let worked = (processor_time(std::process::id()), rival.processor_time());
    for _ in 0..ROUNDS {
        mine.push(milliseconds(|| drop(ours())));
        other.push(rival.ask(&json!({ "do": "print" }))["ms"].as_f64().unwrap_or(f64::NAN));
    }
    let each = |before: u64, after: u64| (after.saturating_sub(before) * TICK / ROUNDS as u64).to_string();
    // What a machine that is busy otherwise does not blur.
    let ours_took = each(worked.0, processor_time(std::process::id()));
    row("processor time of one, ours, ms", &ours_took, "", "", "");
    let theirs_took = each(worked.1, rival.processor_time());
    row("processor time of one, Chromium's, ms", &theirs_took, "", "", "");
    spread("PDF of 50 pages, ours, ms", &mine);
    spread("the same HTML by warm Chromium, ms", &other);
    ratio("times faster than Chromium", &mine, &other, PDF_RATIO);
    least_by_typst(document, rival);
    // Ours begins with the tree each time; Chromium's page stood there, its fonts and pictures open.
    for _ in 0..ROUNDS {
        let loaded = rival.ask(&json!({ "do": "load", "html": page }));
        let printed = rival.ask(&json!({ "do": "print" }));
        whole.push(
            [loaded, printed]
                .map(|answer| answer["ms"].as_f64().unwrap_or(f64::NAN))
                .iter()
                .sum(),
        );
    }
    spread("the same, the HTML loaded first, ms", &whole);
    forget_peak();
    let before = memory("VmRSS:");
    drop(ours());
    row(
        "memory at most while printing, MiB",
        &mebibytes(memory("VmHWM:")),
        "",
        "",
        "",
    );
    row("memory before, MiB", &mebibytes(before), "", "", "");
    row(
        "Chromium's processes after printing, MiB",
        &mebibytes(rival.memory()),
        "",
        "",
        "",
    );
}

/// How much faster a PDF by Typst could be at all: see [`floor`].
fn least_by_typst(document: &Document, rival: &mut Rival) {
    let floor = Floor::of(document);
    println!(
        "  the same words as plain paragraphs, by Typst alone: {} pages",
        floor.run().pages
    );
    let (mut laid_out, mut whole, mut other) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let took = floor.run();
        laid_out.push(took.laid_out);
        whole.push(took.laid_out + took.written);
        other.push(rival.ask(&json!({ "do": "print" }))["ms"].as_f64().unwrap_or(f64::NAN));
    }
    spread("Typst alone, plain paragraphs, no tags, ms", &whole);
    spread("of that, laying out, ms", &laid_out);
    ratio("times faster than Chromium at most", &whole, &other, PDF_RATIO);
}

fn docx_beside_npm(samples: &Samples, document: &Document, meta: &Meta, rival: &mut Rival) {
    let ours = || write_docx(samples, document, meta);
    let theirs = rival.ask(&json!({ "do": "docx", "document": document.to_json() }));
    if let Some(why) = theirs["error"].as_str() {
        println!("  npm's docx was not measured: {why}");
        return;
    }
    let (mut mine, mut other) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        mine.push(milliseconds(|| drop(ours())));
        other.push(
            rival.ask(&json!({ "do": "docx", "document": document.to_json() }))["ms"]
                .as_f64()
                .unwrap_or(f64::NAN),
        );
    }
    spread("docx of 50 pages, ours, ms", &mine);
    spread("the same by npm's docx, ms", &other);
    ratio("times faster than npm's docx", &mine, &other, DOCX_RATIO);
}

fn reading(samples: &Samples, document: &Document, meta: &Meta) {
    let file = write_docx(samples, document, meta);
    let mut mine = Vec::new();
    forget_peak();
    for _ in 0..ROUNDS {
        mine.push(milliseconds(|| drop(docx::read(&file).expect("our own docx"))));
    }
    spread("reading a docx of 200 pages, ms", &mine);
    println!(
        "  target: at most {READ_MAX} ms, {}",
        verdict(median(&mine) <= READ_MAX)
    );
    row(
        "memory at most while reading, MiB",
        &mebibytes(memory("VmHWM:")),
        "",
        "",
        "",
    );
}

fn write_docx(samples: &Samples, document: &Document, meta: &Meta) -> Vec<u8> {
    let source = Source {
        document,
        meta,
        attachments: &samples.attachments,
        comments: &[],
        names: &BTreeMap::new(),
        template: None,
    };
    docx::write(&source).expect("a docx").bytes
}

fn meta() -> Meta {
    Meta {
        title: "A document of fifty pages".into(),
        author: "Scriptkeep".into(),
        version: "1.0".into(),
        status: "Draft".into(),
        language: "en-GB".into(),
        created: Some(datetime!(2026-11-22 10:31 UTC)),
        modified: None,
    }
}

/// The folder of sample documents.
struct Samples {
    blocks: Vec<Value>,
    attachments: Attachments,
}

impl Samples {
    fn load() -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
        let mut blocks = Vec::new();
        for (number, name) in ["sop", "protocol", "therapy", "report"].into_iter().enumerate() {
            let text = fs::read_to_string(folder.join(format!("{name}.json"))).expect("a sample");
            let document: Value = serde_json::from_str(&text).expect("JSON");
            let content = document["content"].as_array().expect("blocks").clone();
            // Of tables of contents and page breaks there would be too many.
            let kept = |block: &Value| block["type"] != "table_of_contents" && block["type"] != "page_break";
            let mut content: Vec<Value> = content.into_iter().filter(kept).collect();
            for block in &mut content {
                rename(block, number);
            }
            blocks.extend(content);
        }
        let files = fs::read_dir(&folder)
            .expect("the folder")
            .flatten()
            .map(|entry| entry.path());
        let pictures = files.filter(|path| path.extension().is_some_and(|ending| ending == "png"));
        let attachments = pictures.map(|path| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (format!("attachment:{stem}"), fs::read(&path).expect("a picture"))
        });
        Self {
            attachments: attachments.collect(),
            blocks,
        }
    }

    /// A document of so many pages, and how many copies of the samples it took.
    fn of_pages(&self, least: usize, meta: &Meta) -> (usize, Document) {
        for copies in 1.. {
            let document = self.repeated(copies);
            let file = pdf::write(&document, meta, &self.attachments, &Printing::default()).expect("a PDF");
            if pages(&file.bytes) >= least {
                return (copies, document);
            }
        }
        unreachable!("some number of copies is enough")
    }

    /// The samples so many times, their ids kept apart.
    fn repeated(&self, copies: usize) -> Document {
        let mut content = vec![json!({ "type": "table_of_contents" })];
        for copy in 0..copies {
            content.extend(self.blocks.iter().map(|block| {
                let mut block = block.clone();
                rename(&mut block, copy);
                block
            }));
        }
        Document::from_json(&json!({ "type": "doc", "attrs": { "schema": 1 }, "content": content }))
            .expect("a document")
    }

    /// The document as a page of its own, with our faces and pictures inside.
    fn page(&self, document: &Document) -> String {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let fonts = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../public/fonts");
        let face = |family: &str, file: &str, style: &str| {
            let bytes = STANDARD.encode(fs::read(fonts.join(file)).expect("a font"));
            format!(
                "@font-face {{ font-family: {family}; font-weight: 400 700; font-style: {style}; \
                 src: url(data:font/woff2;base64,{bytes}) }}"
            )
        };
        let faces = [
            face("reading", "literata-latin.woff2", "normal"),
            face("reading", "literata-latin-italic.woff2", "italic"),
            face("plain", "atkinson-next-latin.woff2", "normal"),
        ]
        .concat();
        let address = |id: &str| {
            let bytes = self.attachments.get(&format!("attachment:{id}"))?;
            Some(format!("data:image/png;base64,{}", STANDARD.encode(bytes)))
        };
        let body = html::render(
            document,
            html::Setting {
                prefix: "",
                attachment: &address,
                within: true,
                language: "",
            },
        );
        format!(
            "<!doctype html><html lang=en><meta charset=utf-8><title>Fifty pages</title><style>{faces}{LOOK}</style>{body}"
        )
    }
}

/// The look of the PDF, so that both print about as many pages.
const LOOK: &str = "body { margin: 0; font: 10.5pt/1.45 reading, serif; color: #12252c } p { margin: 11.5pt 0 } \
    li, li p { margin: 5pt 0 } td, th { font: 9.6pt/1.3 plain, sans-serif; border-bottom: .5pt solid #c3cdca; \
    padding: 4.5pt 6pt; text-align: start } td p, th p { margin: 0 } table { width: 100%; border-collapse: collapse; \
    margin: 12pt 0 } h1, h2, h3 { line-height: 1.2; margin: 18pt 0 9.5pt } h1 { font-size: 15.5pt } \
    h2 { font-size: 13pt } h3 { font-size: 11.5pt } img { max-width: 100% } figure { margin: 12pt 0 } \
    .callout { background: #f4f7f6; border: .5pt solid #c3cdca; padding: 0 11pt } \
    pre { background: #f4f7f6; padding: 9pt }";

/// Whether a text is an id, or an address that is one.
fn refers(name: &str, text: &str) -> bool {
    match name {
        "id" | "target" => !text.is_empty(),
        "href" => text.starts_with('#'),
        _ => false,
    }
}

/// Gives the ids of one copy, and what refers to them, names of their own.
fn rename(value: &mut Value, copy: usize) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, copy)),
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match member {
                    Value::String(text) if refers(name, text) => *text = format!("{text}-{copy}"),
                    _ => rename(member, copy),
                }
            }
        }
        _ => {}
    }
}

/// The pages of one of our files or Chromium's: both write their page objects in the open.
fn pages(file: &[u8]) -> usize {
    let text = String::from_utf8_lossy(file);
    let objects = text.split("/Type").skip(1).map(str::trim_start);
    objects
        .filter(|rest| {
            rest.strip_prefix("/Page")
                .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        })
        .count()
}

/// Node with Chromium and npm's packages, asked by lines of JSON.
struct Rival {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Rival {
    fn start(chromium: &Path) -> Self {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/rival.mjs");
        let child = Command::new("node")
            .arg(script)
            .arg(chromium)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child.expect("node");
        let asks = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, asks, answers }
    }

    fn ask(&mut self, what: &Value) -> Value {
        writeln!(self.asks, "{what}").expect("node to listen");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("node to answer");
        serde_json::from_str(&line).expect("an answer in JSON")
    }

    /// What the browser's processes hold in memory of their own and their share of the rest, in bytes.
    fn memory(&self) -> u64 {
        let share = |id| field(&fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?, "Pss:");
        self.processes().filter_map(share).sum()
    }

    /// The processor time of the browser's processes so far, in ticks.
    fn processor_time(&self) -> u64 {
        self.processes().map(processor_time).sum()
    }

    /// The browser's processes.
    fn processes(&self) -> impl Iterator<Item = u32> {
        let parent = move |process: u32| {
            let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse::<u32>().ok()
        };
        let root = self.child.id();
        let is_below = move |mut process: u32| {
            while let Some(above) = parent(process) {
                if above == root {
                    return true;
                }
                process = above;
            }
            false
        };
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        ids.filter(move |id| is_below(*id))
    }

    fn stop(mut self) {
        drop(self.asks);
        let _ = self.child.wait();
    }
}

/// The processor time of a process so far, in ticks.
fn processor_time(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    // The 14th and 15th of all, behind the name in brackets, which is the second.
    fields
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok())
        .sum()
}

fn milliseconds(work: impl FnOnce()) -> f64 {
    #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1_000.0
}

/// Lets the kernel forget the most memory this process has had.
fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// A line of this process's memory, in bytes.
fn memory(name: &str) -> u64 {
    fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| field(&status, name))
        .unwrap_or(0)
}

fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

fn mebibytes(bytes: u64) -> String {
    (bytes >> 20).to_string()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

fn spread(what: &str, values: &[f64]) {
    let shown = |value: f64| format!("{value:.1}");
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    row(what, &shown(median(values)), &shown(least), &shown(most), "");
}

fn ratio(what: &str, mine: &[f64], other: &[f64], target: f64) {
    let rounds: Vec<f64> = mine.iter().zip(other).map(|(mine, other)| other / mine).collect();
    let of_medians = median(other) / median(mine);
    let least = rounds.iter().copied().fold(f64::INFINITY, f64::min);
    let most = rounds.iter().copied().fold(0.0, f64::max);
    let target = format!("≥{target} {}", verdict(of_medians >= target));
    row(
        what,
        &format!("{of_medians:.1}"),
        &format!("{least:.1}"),
        &format!("{most:.1}"),
        &target,
    );
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

fn row(what: &str, median: &str, least: &str, most: &str, target: &str) {
    println!("  {what:<44}{median:>9}{least:>9}{most:>9}  {target}");
}
