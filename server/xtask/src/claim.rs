//! One target folder for several checkouts, as continuous integration has it.

use crate::{
    steps::{OrFail, Outcome},
    workspace::{Workspace, files_below, write},
};
use std::fs;

/// Where a crate's sources are.
const SOURCES: [&str; 2] = ["app", "server"];
/// Built apart, in a target folder of its own that may lie within.
const APART: &str = "server/collab/fuzz";

/// Makes the target folder this checkout's.
///
/// Cargo names what it makes of a workspace's own crates without the place of the checkout, and judges by times alone
/// whether it is up to date. So what another checkout made, later than this one's files were written, would count as made of
/// them, with the other's texts and paths in it. Where another checkout had the folder last, all sources of this one are
/// therefore dated now, and are compiled again. It helps checkouts that take turns; two that build at the same time, or by cargo
/// itself, want a target folder each.
///
/// # Errors
/// When a source cannot be dated, with what to do instead, or the folder's owner not be noted.
pub(crate) fn claim(workspace: &Workspace) -> Outcome {
    let note = workspace.work_dir("made")?.join("checkout");
    let root = workspace.root.as_os_str().as_encoded_bytes();
    if fs::read(&note).is_ok_and(|noted| noted == root) {
        return Ok(());
    }
    // Noted for good only when all is dated; a file written now also says what time it is to the file system.
    let claim = note.with_extension("new");
    write(&claim, root)?;
    let now = fs::metadata(&claim)
        .and_then(|about| about.modified())
        .or_fail("asking for the time of a file")?;
    let apart = workspace.root.join(APART);
    for folder in SOURCES {
        let files = files_below(&workspace.root.join(folder))?;
        for file in files.iter().filter(|file| !file.starts_with(&apart)) {
            fs::File::open(file)
                .and_then(|file| file.set_modified(now))
                .or_fail(format!(
                    "dating {} (another checkout built in this target folder; give CARGO_TARGET_DIR one of its own)",
                    file.display()
                ))?;
        }
    }
    fs::rename(&claim, &note).or_fail(format!("noting {}", note.display()))
}

#[cfg(test)]
mod tests {
    use super::{SOURCES, claim};
    use crate::{
        test::Scratch,
        workspace::{Workspace, write},
    };
    use std::{fs, time::SystemTime};

    /// The sources of a checkout, as old as a file can be.
    fn age(checkout: &Workspace) {
        for folder in SOURCES {
            let file = checkout.root.join(folder).join("src/lib.rs");
            write(&file, b"").unwrap();
            fs::File::open(&file)
                .unwrap()
                .set_modified(SystemTime::UNIX_EPOCH)
                .unwrap();
        }
    }

    fn dated_anew(checkout: &Workspace) -> [bool; 2] {
        SOURCES.map(|folder| {
            let about = fs::metadata(checkout.root.join(folder).join("src/lib.rs")).unwrap();
            about.modified().unwrap() > SystemTime::UNIX_EPOCH
        })
    }

    #[test]
    fn sources_are_dated_anew_exactly_where_another_checkout_had_the_folder_last() {
        let scratch = Scratch::make().unwrap();
        let checkout = |name: &str| Workspace {
            root: scratch.path().join(name),
            target: scratch.path().join("target"),
        };
        let (one, other) = (checkout("one"), checkout("other"));
        for (claims, anew) in [
            (&one, true),
            (&one, false),
            (&other, true),
            (&other, false),
            (&one, true),
        ] {
            age(claims);
            claim(claims).unwrap();
            assert_eq!(dated_anew(claims), [anew; 2], "{}", claims.root.display());
        }
    }
}
