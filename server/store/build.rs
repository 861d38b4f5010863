//! Embeds the migrations anew when a file is added; the macro itself notices only files it has seen.

fn main() {
    for folder in ["migrations/control", "migrations/tenant"] {
        // Cargo reads build instructions from standard output; there is no other way to say this.
        #[expect(clippy::print_stdout, reason = "the protocol between Cargo and a build script")]
        {
            println!("cargo:rerun-if-changed={folder}");
        }
    }
}
