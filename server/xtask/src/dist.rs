//! `cargo xtask dist`: what one takes to another machine: the release binary, and a Debian package around it.

use crate::{
    server::{self, Product},
    site::Kind,
    steps::{Failure, OrFail, Outcome, quietly, step},
    test, tools,
    workspace::{Workspace, files_below, read, write},
};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

/// The files of the package that are the same on every machine: where they go, what is in them, and their mode.
const FILES: [(&str, &str, u32); 6] = [
    (
        "lib/systemd/system/scriptkeep.service",
        include_str!("../debian/scriptkeep.service"),
        0o644,
    ),
    (
        "etc/scriptkeep/scriptkeep.toml",
        include_str!("../debian/scriptkeep.toml"),
        0o644,
    ),
    ("DEBIAN/conffiles", "/etc/scriptkeep/scriptkeep.toml\n", 0o644),
    ("DEBIAN/postinst", include_str!("../debian/postinst"), 0o755),
    ("DEBIAN/prerm", include_str!("../debian/prerm"), 0o755),
    ("DEBIAN/postrm", include_str!("../debian/postrm"), 0o755),
];
/// What the package says of itself.
const CONTROL: &str = include_str!("../debian/control");

/// Builds the release binary and the package, tries the binary in a browser, and shows the package's content.
///
/// # Errors
/// When something does not build, or the binary does not work.
pub(crate) fn dist(workspace: &Workspace) -> Outcome {
    let product = server::build(workspace, Kind::Shipping, true)?;
    let folder = workspace.target.join("dist");
    let binary = folder.join("scriptkeep");
    step("The binary, in a folder of its own", || {
        write(&binary, &read(&product.binary)?)?;
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).or_fail("making the binary executable")
    })?;
    let chromium = tools::chromium()?;
    step("Trying it in Chromium", || {
        let copied = Product {
            binary: binary.clone(),
            site: None,
        };
        test::smoke(workspace, &copied, &chromium)
    })?;
    let package = step("Debian package", || package(workspace, &folder, &binary))?;
    print!("{}", quietly(Command::new("dpkg-deb").arg("--info").arg(&package))?);
    print!("{}", quietly(Command::new("dpkg-deb").arg("--contents").arg(&package))?);
    println!("{}\n{}", binary.display(), package.display());
    Ok(())
}

fn package(workspace: &Workspace, folder: &Path, binary: &Path) -> Outcome<PathBuf> {
    if tools::on_path(&["dpkg-deb"]).is_none() {
        return Err(Failure::new(
            "dpkg-deb is missing; it is part of Debian (package dpkg). The binary is ready.",
        ));
    }
    let stage = folder.join("stage");
    if stage.exists() {
        fs::remove_dir_all(&stage).or_fail("emptying the package's folder")?;
    }
    write(&stage.join("usr/bin/scriptkeep"), &read(binary)?)?;
    write(
        &stage.join("usr/share/doc/scriptkeep/copyright"),
        &read(&workspace.root.join("LICENSE"))?,
    )?;
    // The fonts of the pages and of PDF are inside the binary; their licences go with it.
    for licence in files_below(&workspace.root.join("public/licences"))? {
        let name = licence.file_name().unwrap_or_default();
        write(
            &stage.join("usr/share/doc/scriptkeep/licences").join(name),
            &read(&licence)?,
        )?;
    }
    for (path, content, _) in FILES {
        write(&stage.join(path), content.as_bytes())?;
    }
    let size = files_below(&stage)?
        .iter()
        .filter_map(|file| fs::metadata(file).ok())
        .map(|meta| meta.len())
        .sum::<u64>();
    let version = version(workspace)?;
    let architecture = quietly(Command::new("dpkg").arg("--print-architecture"))?
        .trim()
        .to_owned();
    let control = CONTROL
        .replace("@VERSION@", &version)
        .replace("@ARCHITECTURE@", &architecture)
        .replace("@SIZE@", &size.div_ceil(1024).to_string())
        .replace("@GLIBC@", &newest_glibc(binary)?);
    write(&stage.join("DEBIAN/control"), control.as_bytes())?;
    set_modes(&stage)?;
    let package = folder.join(format!("scriptkeep_{version}_{architecture}.deb"));
    // The time of the commit, so that the same sources give the same package.
    let time = quietly(
        Command::new("git")
            .args(["log", "-1", "--format=%ct"])
            .current_dir(&workspace.root),
    )?;
    let mut build = Command::new("dpkg-deb");
    build.args(["--build", "--root-owner-group"]).arg(&stage).arg(&package);
    quietly(build.env("SOURCE_DATE_EPOCH", time.trim()))?;
    Ok(package)
}

/// Gives each file of the package its mode, whatever this user's mask is.
fn set_modes(stage: &Path) -> Outcome {
    let mode_of = |path: &Path| {
        let fixed = FILES
            .iter()
            .find(|(file, _, _)| path == stage.join(file))
            .map(|(_, _, mode)| *mode);
        fixed.unwrap_or(if path.ends_with("bin/scriptkeep") || path.is_dir() {
            0o755
        } else {
            0o644
        })
    };
    let mut folders = vec![stage.to_path_buf()];
    while let Some(folder) = folders.pop() {
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).or_fail("setting a mode")?;
        for entry in fs::read_dir(&folder).or_fail("listing the package")? {
            let path = entry.or_fail("listing the package")?.path();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode_of(&path))).or_fail("setting a mode")?;
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    Ok(())
}

/// The version of the server's crate.
fn version(workspace: &Workspace) -> Outcome<String> {
    let manifest = fs::read_to_string(workspace.root.join("Cargo.toml")).or_fail("reading Cargo.toml")?;
    let manifest: toml::Table = manifest.parse().or_fail("reading Cargo.toml")?;
    let version = manifest
        .get("workspace")
        .and_then(|value| value.get("package")?.get("version")?.as_str());
    version
        .map(str::to_owned)
        .ok_or_else(|| Failure::new("Cargo.toml names no version"))
}

/// The newest version of the C library that the binary asks for, read from the names of its symbols' versions.
fn newest_glibc(binary: &Path) -> Outcome<String> {
    let bytes = read(binary)?;
    let marker = b"GLIBC_";
    let newest = bytes
        .windows(marker.len())
        .enumerate()
        .filter(|(_, window)| window == marker)
        .filter_map(|(at, _)| {
            let rest = &bytes[at + marker.len()..];
            let end = rest.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.')?;
            let text = std::str::from_utf8(&rest[..end]).ok()?;
            let (major, minor) = text.split_once('.')?;
            let minor = minor.split('.').next()?;
            Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
        })
        .max();
    let (major, minor) = newest.ok_or_else(|| Failure::new("the binary names no version of the C library"))?;
    Ok(format!("{major}.{minor}"))
}
