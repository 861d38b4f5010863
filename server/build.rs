//! Says where the site lies that a release binary embeds: `SCRIPTKEEP_SITE`, which `cargo xtask` sets, else the folder
//! it builds into.

fn main() {
    println!("cargo:rerun-if-env-changed=SCRIPTKEEP_SITE");
    let site = std::env::var("SCRIPTKEEP_SITE").unwrap_or_else(|_| {
        let package = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
        format!("{package}/../target/site-release")
    });
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed={site}");
    }
    println!("cargo:rustc-env=SCRIPTKEEP_SITE={site}");
}
