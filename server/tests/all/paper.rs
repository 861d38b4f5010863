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
