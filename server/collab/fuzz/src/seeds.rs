//! Where a target begins, and which panics end it.

use std::{fs, panic, path::Path};

/// Writes the first inputs of a target to where cargo-fuzz looks for them, unless some are there; and lets panics pass that the
/// product itself takes for an update that does harm. Those it does not catch end the run.
///
/// # Panics
/// When they cannot be written.
pub(crate) fn plant(target: &str, inputs: impl IntoIterator<Item = Vec<u8>>) {
    panic::set_hook(Box::new(|panic| {
        let within_yrs = panic.location().is_some_and(|place| place.file().contains("yrs"));
        if !within_yrs {
            eprintln!("{panic}");
        }
    }));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder).expect("a folder for inputs");
    for (number, input) in inputs.into_iter().enumerate() {
        let file = folder.join(format!("seed-{number}"));
        if !file.exists() {
            fs::write(file, input).expect("an input");
        }
    }
}
