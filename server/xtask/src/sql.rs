//! `cargo xtask sql`: renews what `store` knows about its statements when there is no database to ask, by compiling it
//! against a scratch database that has all migrations.

use crate::{
    steps::{Failure, OrFail, Outcome, quietly, quietly_reading, run, step},
    tools,
    workspace::{Workspace, files_below, read, write},
};
use std::{
    ffi::OsString,
    fs,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::Command,
};

/// The logins that the migrations grant to (only `migrate` gives them passwords), the schemas, and where the statements'
/// unqualified names are looked for.
const BEGIN: &str = "create role scriptkeep_owner login superuser; create role scriptkeep_app login; \
     create role scriptkeep_system login; set session authorization scriptkeep_owner; \
     create schema control; create schema shared; alter role scriptkeep_owner set search_path = shared, control;";
/// What ends a command when Postgres reads from its standard input with `-j`.
const END: &str = ";\n\n";

/// Renews the metadata in `server/store/.sqlx`.
///
/// # Errors
/// When there is no Postgres, a migration fails, or a statement does not fit the schema.
pub(crate) fn renew(workspace: &Workspace) -> Outcome {
    let _alone = alone(workspace)?;
    let folder = workspace.root.join("server/store/.sqlx");
    let fresh = describe(workspace)?;
    if folder.exists() {
        fs::remove_dir_all(&folder).or_fail(format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).or_fail(format!("making {}", folder.display()))?;
    for file in files_below(&fresh)? {
        let name = file.file_name().unwrap_or_default();
        fs::copy(&file, folder.join(name)).or_fail(format!("copying {}", file.display()))?;
    }
    println!(
        "{} statements are described in {}",
        files_below(&folder)?.len(),
        folder.display()
    );
    Ok(())
}

/// Compares the metadata with what a scratch database says, but for what it says of nulls: that depends on the version of
/// Postgres, and where it matters, the compilation against the scratch database has just told.
///
/// # Errors
/// Names the command that renews it when it is out of date.
pub(crate) fn is_current(workspace: &Workspace) -> Outcome {
    let _alone = alone(workspace)?;
    let fresh = describe(workspace)?;
    if described(&fresh)? == described(&workspace.root.join("server/store/.sqlx"))? {
        return Ok(());
    }
    Err(Failure::new(
        "server/store/.sqlx is out of date. Renew it: cargo xtask sql",
    ))
}

/// The drafts in the target folder are the same for all checkouts that share it.
fn alone(workspace: &Workspace) -> Outcome<fs::File> {
    workspace.lock("lock-sql", "xtask that describes the statements")
}

/// The name and content of each description in a folder, without what it says of nulls.
fn described(folder: &Path) -> Outcome<Vec<(Option<OsString>, serde_json::Value)>> {
    let mut all = Vec::new();
    for file in files_below(folder)? {
        let mut content: serde_json::Value = serde_json::from_slice(&read(&file)?).or_fail(file.display())?;
        if let Some(describe) = content["describe"].as_object_mut() {
            describe.remove("nullable");
        }
        all.push((file.file_name().map(OsString::from), content));
    }
    Ok(all)
}

/// Compiles `store` against a scratch database; answers the folder with a description of each statement.
fn describe(workspace: &Workspace) -> Outcome<PathBuf> {
    let into = workspace.work_dir("sqlx")?;
    fs::remove_dir_all(&into).or_fail(format!("emptying {}", into.display()))?;
    let into = workspace.work_dir("sqlx")?;
    let database = step("Scratch database with all migrations", || Scratch::start(workspace))?;
    step("Statements: compiling store against it", || {
        // A target folder of its own: another build of `store`, in between, would answer from the old descriptions.
        let target = workspace.work_dir("sql-target")?;
        forget_store(&target)?;
        run(workspace
            .cargo()
            .args(["check", "--package=store"])
            .env("CARGO_TARGET_DIR", &target)
            .envs([
                ("SQLX_OFFLINE", "false"),
                ("DATABASE_URL", &*database.url()),
                ("SQLX_OFFLINE_DIR", &*into.to_string_lossy()),
            ]))
    })?;
    if described(&into)?.is_empty() {
        return Err(Failure::new(
            "The compiler described no statement; the old descriptions stay.",
        ));
    }
    Ok(into)
}

/// Makes cargo compile `store` again; it does not know that the answer depends on the database.
fn forget_store(target: &Path) -> Outcome {
    let fingerprints = target.join("debug/.fingerprint");
    for entry in fs::read_dir(&fingerprints).into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(b"store-") {
            fs::remove_dir_all(entry.path()).or_fail("forgetting the last compilation of store")?;
        }
    }
    Ok(())
}

/// A Postgres for a minute, on a socket in a temporary folder.
struct Scratch {
    folder: PathBuf,
    binaries: PathBuf,
}

impl Scratch {
    fn start(workspace: &Workspace) -> Outcome<Self> {
        let binaries = tools::postgres(workspace)?;
        // Not in the target folder: another user runs it where we are root, and may be unable to reach that.
        let folder = std::env::temp_dir().join(format!("scriptkeep-sql-{}", std::process::id()));
        fs::create_dir(&folder).or_fail(format!("making {}", folder.display()))?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).or_fail("closing the scratch folder")?;
        let scratch = Self { folder, binaries };
        if let Some((user, group)) = tools::unprivileged()? {
            chown(&scratch.folder, Some(user), Some(group)).or_fail("handing the scratch folder over")?;
        }
        let data = scratch.folder.join("data");
        quietly(
            scratch
                .tool("initdb")?
                .args([
                    "-U",
                    "postgres",
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    "--no-locale",
                    "--no-sync",
                    "-D",
                ])
                .arg(&data),
        )?;
        scratch.prepare(workspace, &data)?;
        let options = format!("-c listen_addresses='' -c fsync=off -k {}", scratch.folder.display());
        let log = scratch.folder.join("log");
        quietly(
            scratch
                .tool("pg_ctl")?
                .args(["start", "-w", "-s", "-o", &options, "-l"])
                .arg(&log)
                .arg("-D")
                .arg(&data),
        )?;
        Ok(scratch)
    }

    /// A Postgres program, as a user that Postgres agrees to run as.
    fn tool(&self, name: &str) -> Outcome<Command> {
        let mut command = Command::new(self.binaries.join(name));
        command.current_dir(&self.folder);
        if let Some((user, group)) = tools::unprivileged()? {
            command.uid(user).gid(group);
        }
        Ok(command)
    }

    /// Makes roles, schemas and tables before the server starts, in Postgres's single-user mode: npm's has no `psql`.
    fn prepare(&self, workspace: &Workspace, data: &Path) -> Outcome {
        let mut text = [BEGIN.trim_end_matches(';'), END].concat();
        for (part, schema) in [("control", "control"), ("tenant", "shared")] {
            text.extend(["set search_path = ", schema, END]);
            for file in files_below(&workspace.root.join("server/store/migrations").join(part))? {
                let migration = String::from_utf8(read(&file)?).or_fail(file.display())?;
                // One command for each file, whatever blank lines are in it.
                let lines: Vec<&str> = migration.lines().filter(|line| !line.trim().is_empty()).collect();
                text.push_str(lines.join("\n").trim_end_matches(';'));
                text.push_str(END);
            }
        }
        let script = self.folder.join("begin.sql");
        write(&script, text.as_bytes())?;
        let script = fs::File::open(&script).or_fail("opening what was just written")?;
        let mut single = self.tool("postgres")?;
        single
            .args(["--single", "-j", "-c", "exit_on_error=on", "-c", "fsync=off", "-D"])
            .arg(data)
            .arg("postgres");
        quietly_reading(&mut single, script.into()).map(drop)
    }

    fn url(&self) -> String {
        format!(
            "postgres://scriptkeep_owner@localhost/postgres?host={}",
            self.folder.display()
        )
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let stopped = self.tool("pg_ctl").and_then(|mut stop| {
            quietly(
                stop.args(["stop", "-m", "immediate", "-s", "-D"])
                    .arg(self.folder.join("data")),
            )
        });
        let removed = fs::remove_dir_all(&self.folder).or_fail(format!("removing {}", self.folder.display()));
        if let Err(failure) = stopped.and(removed) {
            println!("{failure}");
        }
    }
}
