//! Embeds the migrations anew when a file is added; the macro itself notices only files it has seen.

fn main() {
    for folder in ["migrations/control", "migrations/tenant"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
