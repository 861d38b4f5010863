//! `convert` and `compare` as somebody at a shell runs them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn run(folder: &Path, arguments: &[&str]) -> (Output, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_scriptkeep"))
        .env_clear()
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("an end");
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    (output, out, err)
}

fn good(folder: &Path, arguments: &[&str]) -> String {
    let (output, out, err) = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {out}{err}");
    out
}

/// The folder of documents that every format is tried on.
fn documents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("export/tests/documents")
}

const NAMES: [&str; 4] = ["protocol", "report", "sop", "therapy"];
const FORMATS: [&str; 5] = ["docx", "md", "html", "txt", "json"];
/// A font for Chinese and Japanese, which `cargo xtask test` installs.
const EASTERN_FONT: &str = "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf";

#[test]
fn every_format_becomes_every_other() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let inputs: Vec<String> = NAMES
        .iter()
        .map(|name| documents().join(format!("{name}.json")).to_string_lossy().into_owned())
        .collect();
    for first in FORMATS {
        let mut arguments = vec!["convert", "--to", first];
        arguments.extend(inputs.iter().map(String::as_str));
        arguments.push(first);
        let said = good(folder, &arguments);
        assert!(
            said.contains("[4/4] ") && said.contains(&format!("sop.{first}")),
            "{said}"
        );
        for second in FORMATS {
            let sources: Vec<String> = NAMES.iter().map(|name| format!("{first}/{name}.{first}")).collect();
            let out = format!("{first}-{second}");
            let mut arguments = vec!["convert", "--to", second];
            arguments.extend(sources.iter().map(String::as_str));
            arguments.push(&out);
            good(folder, &arguments);
            for name in NAMES {
                let bytes = fs::read(folder.join(&out).join(format!("{name}.{second}"))).unwrap();
                assert!(!bytes.is_empty(), "{out}/{name}");
            }
        }
    }
    // What comes back from Markdown and HTML is what went in.
    for name in NAMES {
        let whole = fs::read(folder.join(format!("json/{name}.json"))).unwrap();
        for format in ["md", "html"] {
            let back = fs::read(folder.join(format!("{format}-json/{name}.json"))).unwrap();
            assert!(back == whole, "{name} through {format}");
        }
    }
}

#[test]
fn faults_name_the_file_and_the_part() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(
        folder.join("bad.json"),
        "{\"type\":\"doc\",\"attrs\":{\"schema\":1},\"content\":[{\"type\":\"svg\"}]}",
    )
    .unwrap();
    fs::write(folder.join("good.md"), "# Good\n").unwrap();
    let (output, _, err) = run(folder, &["convert", "bad.json", "out.md"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err.starts_with("bad.json: content/0"), "{err}");
    assert!(!folder.join("out.md").exists());
    // One that fails does not keep the others.
    let (output, out, err) = run(folder, &["convert", "bad.json", "good.md", "made", "--to", "html"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(out.contains("[2/2] good.md -> made/good.html"), "{out}");
    assert!(
        err.contains("[1/2] bad.json") && err.contains("1 of 2 files were not converted."),
        "{err}"
    );
    for (arguments, said) in [
        (&["convert", "good.md", "good.md"][..], "would be written over itself"),
        (&["convert", "good.md", "out.xyz"], "no ending that says what it is"),
        (&["convert", "none.md", "out.html"], "none.md cannot be read"),
        (
            &["convert", "made/good.html", "good.md", "made", "--to", "json"],
            "Two files would become",
        ),
        (&["convert", "out.pdf", "out.html"], "cannot be read"),
        (&["compare", "good.md", "none.md"], "none.md cannot be read"),
    ] {
        fs::write(folder.join("out.pdf"), "%PDF").unwrap();
        let (output, _, err) = run(folder, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            err.contains(said) || err.contains("PDF is only written"),
            "{arguments:?}: {err}"
        );
    }
    let left: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert!(
        left.iter().all(|name| !name.to_string_lossy().ends_with(".part")),
        "{left:?}"
    );
}

#[test]
fn two_documents_are_compared_by_word() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.md"), "# Wash\n\nUse cold water and wait.\n").unwrap();
    fs::write(folder.join("b.md"), "# Wash\n\nUse warm water and wait.\n\nDry.\n").unwrap();
    let (output, out, _) = run(folder, &["compare", "a.md", "b.md"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out.contains("Use [-cold-]{+warm+} water and wait."), "{out}");
    assert!(
        out.contains("{+Dry.+}") && out.contains("Words added: 2. Words removed: 1."),
        "{out}"
    );
    let (output, out, _) = run(folder, &["compare", "a.md", "a.md"]);
    assert_eq!((output.status.code(), out.as_str()), (Some(0), "Nothing changed.\n"));
    run(folder, &["compare", "a.md", "b.md", "--out", "changes.html"]);
    let page = fs::read_to_string(folder.join("changes.html")).unwrap();
    assert!(page.contains(">cold</del>") && page.contains(">warm</ins>"), "{page}");
    run(folder, &["compare", "a.md", "b.md", "--out", "changes.docx"]);
    good(folder, &["convert", "changes.docx", "changes.json"]);
    let tree = fs::read_to_string(folder.join("changes.json")).unwrap();
    assert!(tree.contains("insertion") && tree.contains("deletion"), "{tree}");
}

/// What a tool of poppler says of a file; `cargo xtask test` installs them.
fn poppler(folder: &Path, tool: &str, arguments: &[&str]) -> String {
    let ran = Command::new(tool).current_dir(folder).args(arguments).output();
    let output = ran.unwrap_or_else(|error| panic!("{tool} does not run ({error}): apt-get install poppler-utils"));
    assert!(output.status.success(), "{tool}");
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_pdf_is_printed_as_the_input_and_the_command_line_say() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let text = "---\ntitle: Receiving stock\nversion: \"3.1\"\nstatus: Draft\nlang: de\n---\n\n# Kopf\n\nText.\n";
    fs::write(folder.join("sop.md"), text).unwrap();
    // What the input says.
    good(folder, &["convert", "sop.md", "plain.pdf"]);
    let words = poppler(folder, "pdftotext", &["-raw", "plain.pdf", "-"]);
    for said in ["Receiving stock", "Version 3.1, Draft", "Kopf Text.", "Seite 1 von 1"] {
        assert!(words.contains(said), "{said} is not in {words}");
    }
    let info = poppler(folder, "pdfinfo", &["plain.pdf"]);
    assert!(info.contains("Tagged: yes") && info.contains("(A4)"), "{info}");
    // What the command line says over it.
    let signature = r#"[{"name": "Grace Tembo", "role": "Head of quality", "meaning": "Approved", "at": "2026-11-22T09:02:00Z",
        "record": "SOP-014", "sha256": "2b7e151628aed2a6abf7158809cf4f3c2b7e151628aed2a6abf7158809cf4f3c"}]"#;
    fs::write(folder.join("signed.json"), signature).unwrap();
    let mut arguments = vec![
        "convert",
        "sop.md",
        "full.pdf",
        "--title",
        "Another",
        "--author",
        "Ann",
        "--language",
        "en",
    ];
    arguments.extend([
        "--document-version",
        "4",
        "--status",
        "Effective",
        "--number",
        "SOP-014",
        "--sheet",
        "letter",
    ]);
    arguments.extend([
        "--watermark",
        "Copy",
        "--remark",
        "Uncontrolled when printed",
        "--particular",
        "Owner=Ilse Brandt",
    ]);
    arguments.extend(["--signatures", "signed.json", "--archival"]);
    good(folder, &arguments);
    let words = poppler(folder, "pdftotext", &["-raw", "full.pdf", "-"]);
    for said in [
        "SOP-014 Another",
        "Version 4, Effective",
        "Copy",
        "Uncontrolled when printed",
        "Owner Ilse Brandt",
        "Page 2 of 2",
        "Grace Tembo Head of quality Approved 22 Nov 2026, 09:02 UTC SOP-014",
    ] {
        assert!(words.contains(said), "{said} is not in {words}");
    }
    let info = poppler(folder, "pdfinfo", &["full.pdf"]);
    assert!(
        info.contains("(letter)") && info.contains("Author: Ann") && info.contains("CreationDate:"),
        "{info}"
    );
    assert!(poppler(folder, "pdfinfo", &["-meta", "full.pdf"]).contains("<pdfaid:part>2</pdfaid:part>"));
    // Many at once, each with its place in the row.
    fs::write(folder.join("other.md"), "Text.\n").unwrap();
    let said = good(folder, &["convert", "sop.md", "other.md", "out", "--to", "pdf"]);
    assert_eq!(said, "[1/2] sop.md -> out/sop.pdf\n[2/2] other.md -> out/other.pdf\n");
    for (file, why) in [
        ("[{}]", "missing field"),
        ("no", "expected"),
        (
            "[{\"name\":\"A\",\"meaning\":\"B\",\"at\":\"2026-11-22T09:02:00Z\",\"sha256\":\"2b\"}]",
            "sha256 is no 64 digits of hex",
        ),
    ] {
        fs::write(folder.join("bad.json"), file).unwrap();
        let (output, _, err) = run(folder, &["convert", "sop.md", "no.pdf", "--signatures", "bad.json"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            err.contains("The signatures in bad.json cannot be read") && err.contains(why),
            "{err}"
        );
        assert!(!folder.join("no.pdf").exists());
    }
}

#[test]
fn letters_that_no_font_of_ours_has_come_from_the_operators_and_what_is_missing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("a.md"), "\u{4f60}\u{597d} \u{3053}\u{3093} \u{12000}\n").unwrap();
    let (output, _, err) = run(folder, &["convert", "a.md", "bare.pdf", "--no-system-fonts"]);
    assert!(output.status.success());
    for letter in ["\u{4f60} (U+4F60)", "\u{3053} (U+3053)", "\u{12000} (U+12000)"] {
        assert!(err.contains(letter), "{err}");
    }
    let (output, _, err) = run(
        folder,
        &[
            "convert",
            "a.md",
            "full.pdf",
            "--no-system-fonts",
            "--fonts",
            EASTERN_FONT,
        ],
    );
    assert!(output.status.success(), "{err}");
    assert!(
        err.contains("fonts: letters that Scriptkeep's fonts lack are set in Droid Sans Fallback"),
        "{err}"
    );
    assert!(
        err.contains("no font here has \u{12000} (U+12000); U+FFFD") && !err.contains("U+4F60"),
        "{err}"
    );
    assert!(poppler(folder, "pdftotext", &["full.pdf", "-"]).contains("\u{4f60}\u{597d} \u{3053}\u{3093}"));
    // The system's folders hold it too.
    let (_, _, err) = run(folder, &["convert", "a.md", "system.pdf"]);
    assert!(err.contains("are set in ") && !err.contains("U+4F60"), "{err}");
    for given in ["none", "a.md"] {
        let (output, _, err) = run(
            folder,
            &["convert", "a.md", "no.pdf", "--no-system-fonts", "--fonts", given],
        );
        let refused = given == "none";
        assert_eq!(
            output.status.code(),
            Some(if refused { 2 } else { 0 }),
            "{given}: {err}"
        );
        assert_eq!(err.contains("The fonts in none cannot be read"), refused, "{err}");
    }
    // What needs none looks for none.
    fs::write(folder.join("b.md"), "Plain\n").unwrap();
    let (output, _, err) = run(folder, &["convert", "b.md", "b.pdf", "--fonts", "none"]);
    assert!(output.status.success() && err.is_empty(), "{err}");
}

#[test]
fn a_file_of_half_a_gigabyte_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for format in FORMATS {
        let name = format!("big.{format}");
        fs::File::create(folder.join(&name))
            .unwrap()
            .set_len(500 << 20)
            .unwrap();
        // With 400 MB of memory in all, it could not be read.
        let script = format!(
            "ulimit -v 400000; exec {} convert {name} out.html",
            env!("CARGO_BIN_EXE_scriptkeep")
        );
        let output = Command::new("sh")
            .current_dir(folder)
            .args(["-c", &script])
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(
            err.starts_with(&format!("{name}: the file is too large: more than ")),
            "{err}"
        );
    }
    let (output, _, err) = run(folder, &["convert", "big.md", "out.docx", "--template", "big.docx"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err.starts_with("The template big.docx cannot be read: file too large"),
        "{err}"
    );
}

#[test]
fn comments_that_a_format_has_no_place_for_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let file = documents().join("libreoffice/sop.docx").to_string_lossy().into_owned();
    let comments = {
        let read = export::docx::read(&fs::read(&file).unwrap()).unwrap();
        read.comments.len()
    };
    for format in ["md", "html", "txt", "json", "pdf"] {
        let (output, _, err) = run(folder, &["convert", &file, &format!("out.{format}")]);
        assert!(output.status.success(), "{err}");
        let told = err.contains("comments were left out") || err.contains("a comment was left out");
        assert_eq!(told, comments > 0, "{format}: {err}");
    }
}
