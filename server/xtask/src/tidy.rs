//! The order of the house, held by tests: the layout, the size of files, who may speak SQL, what the README says.

use crate::workspace::Workspace;
use std::{collections::BTreeSet, fs, process::Command};

/// Everything that may stand at the top level.
const TOP_LEVEL: [&str; 19] = [
    ".cargo",
    ".ci",
    ".config",
    ".gitattributes",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "app",
    "clippy.toml",
    "deny.toml",
    "end2end",
    "package-lock.json",
    "package.json",
    "public",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "server",
];
/// One more that is a folder of sources only.
const STYLE: &str = "style";
/// The longest a file may be, in lines.
const LONGEST: usize = 500;
/// What counts as a file somebody reads from top to bottom.
const SOURCES: [&str; 6] = [".rs", ".ts", ".mjs", ".css", ".sql", ".md"];
/// The crates that may speak SQL.
const SPEAKS_SQL: [&str; 2] = ["store", "testkit"];

fn workspace() -> Workspace {
    Workspace::find().expect("tests run in a checkout")
}

/// Every file that git tracks or would, by its path from the top.
fn files(workspace: &Workspace) -> Vec<String> {
    let listed = Command::new("git")
        .args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "--deduplicate",
        ])
        .current_dir(&workspace.root)
        .output()
        .expect("git answers");
    // A git that refuses (a checkout of somebody else's, say) lists nothing, and nothing is always tidy.
    let complaint = String::from_utf8_lossy(&listed.stderr);
    assert!(listed.status.success(), "git lists no files: {complaint}");
    let text = String::from_utf8(listed.stdout).expect("paths are UTF-8");
    text.lines()
        .filter(|path| workspace.root.join(path).is_file())
        .map(str::to_owned)
        .collect()
}

fn text(workspace: &Workspace, path: &str) -> Option<String> {
    String::from_utf8(fs::read(workspace.root.join(path)).expect("a listed file")).ok()
}

fn packages(workspace: &Workspace) -> Vec<serde_json::Value> {
    let answer = workspace
        .cargo()
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .output()
        .expect("cargo answers");
    let metadata: serde_json::Value = serde_json::from_slice(&answer.stdout).expect("cargo's metadata is JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

#[test]
fn tidy_the_top_level_shows_the_shape_and_nothing_else() {
    let workspace = workspace();
    let top: BTreeSet<String> = files(&workspace)
        .iter()
        .filter_map(|path| path.split('/').next().map(str::to_owned))
        .collect();
    let unknown: Vec<_> = top
        .iter()
        .filter(|name| !TOP_LEVEL.contains(&name.as_str()) && *name != STYLE)
        .collect();
    assert!(unknown.is_empty(), "does not belong at the top level: {unknown:?}");
}

#[test]
fn tidy_no_file_is_longer_than_one_can_take_in() {
    let workspace = workspace();
    let long: Vec<_> = files(&workspace)
        .into_iter()
        .filter(|path| SOURCES.iter().any(|ending| path.ends_with(ending)))
        .filter_map(|path| Some((text(&workspace, &path)?.lines().count(), path)))
        .filter(|(lines, _)| *lines > LONGEST)
        .collect();
    assert!(long.is_empty(), "longer than {LONGEST} lines: {long:?}");
}

#[test]
fn tidy_only_the_store_speaks_sql() {
    for package in packages(&workspace()) {
        let name = package["name"].as_str().expect("a name");
        let dependencies = package["dependencies"].as_array().expect("dependencies");
        let speaks = dependencies.iter().any(|dependency| dependency["name"] == "sqlx");
        assert!(
            !speaks || SPEAKS_SQL.contains(&name),
            "{name} depends on sqlx; statements live in `store`"
        );
    }
}

#[test]
fn tidy_the_readme_lists_every_crate() {
    let workspace = workspace();
    let root = workspace.root.to_string_lossy().into_owned();
    let real: BTreeSet<(String, String)> = packages(&workspace)
        .iter()
        .map(|package| {
            let manifest = package["manifest_path"].as_str().expect("a manifest");
            let folder = manifest
                .trim_start_matches(&root)
                .trim_start_matches('/')
                .trim_end_matches("Cargo.toml");
            (package["name"].as_str().expect("a name").to_owned(), folder.to_owned())
        })
        .collect();
    let readme = text(&workspace, "README.md").expect("a README");
    let listed: BTreeSet<(String, String)> = readme.lines().filter_map(crate_row).collect();
    assert_eq!(
        listed, real,
        "README.md's table of crates (rows | `name` | `folder/` | what it is for |)"
    );
}

/// The name and folder in a row of the README's table of crates.
fn crate_row(line: &str) -> Option<(String, String)> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let mut code = || Some(cells.next()?.strip_prefix('`')?.strip_suffix('`')?.to_owned());
    let (name, folder) = (code()?, code()?);
    folder.ends_with('/').then_some((name, folder))
}

#[test]
fn tidy_nothing_tells_of_the_machine_it_was_written_on() {
    // Put together here, so that this file does not tell either.
    let tales = [
        ["/wor", "k/"].concat(),
        ["/roo", "t/"].concat(),
        ["/hom", "e/"].concat(),
        ["resol", "ved\": \"http"].concat(),
    ];
    let workspace = workspace();
    for path in files(&workspace) {
        let Some(text) = text(&workspace, &path) else { continue };
        for (number, line) in text.lines().enumerate() {
            let tale = tales.iter().find(|tale| starts_in(line, tale));
            assert!(tale.is_none(), "{path}:{}: {line}", number + 1);
        }
    }
}

/// Whether a line has the text at the beginning of a path: not in the midst of one, as in `public/fonts/`.
fn starts_in(line: &str, tale: &str) -> bool {
    line.match_indices(tale)
        .any(|(at, _)| !line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '}'))
}
