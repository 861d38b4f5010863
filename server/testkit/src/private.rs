//! A server of one test's own: for tests that read every byte of it, and for measuring.

use crate::EPOCH;
use domain::Secret;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{fs, io, os::unix::fs::PermissionsExt, path::Path};
use store::{
    Logins,
    cluster::{Cluster, Durability},
    migrate::{self, Setup},
};

/// A durable server in a folder of its own. Both go when this is dropped.
#[derive(Debug)]
pub struct PrivateServer {
    cluster: Cluster,
    folder: tempfile::TempDir,
}

impl PrivateServer {
    /// Starts one.
    ///
    /// # Panics
    /// When there is no Postgres; the message says what to do.
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("scriptkeep-")
            // The server's user passes through; its own folders are closed to others.
            .permissions(fs::Permissions::from_mode(0o711))
            .tempdir()
            .unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        let cluster = Cluster::start(&folder.path().join("pg"), Durability::Full)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        Self { cluster, folder }
    }

    /// Everything the server keeps is under this folder, and so is what a test puts beside it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A migrated database and its logins.
    ///
    /// # Panics
    /// When the server does not take it.
    pub async fn database(&self, name: &str) -> Logins {
        let url = self.cluster.superuser_url(name);
        let made = self.cluster.create_database(name).await;
        made.unwrap_or_else(|error| panic!("no database {name}: {error}"));
        let setup = Setup {
            url: Secret::new(url.clone()),
            owner_password: None,
            app_password: None,
            system_password: None,
            schemas: Vec::new(),
            now: EPOCH,
        };
        let migrated = migrate::migrate(&setup).await;
        migrated.unwrap_or_else(|error| panic!("{name} is not migrated: {error}"));
        Logins {
            owner: Some(url),
            app: self.cluster.url(migrate::APP, name),
            system: self.cluster.url(migrate::SYSTEM, name),
        }
    }

    /// The URL of a database for any login: the socket trusts whoever can enter its folder.
    pub fn url(&self, login: &str, database: &str) -> String {
        self.cluster.url(login, database)
    }

    /// A superuser's connection.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn superuser(&self, database: &str) -> PgConnection {
        PgConnection::connect(&self.cluster.superuser_url(database))
            .await
            .unwrap_or_else(|error| panic!("the superuser cannot connect: {error}"))
    }

    /// Runs statements as the superuser.
    ///
    /// # Panics
    /// When one of them fails.
    pub async fn run(&self, database: &str, sql: &str) {
        run(&mut self.superuser(database).await, sql).await;
    }

    /// A base backup, made by the server's own functions and with the WAL it needs, in `backup` under [`Self::folder`].
    /// (`pg_basebackup` copies the same files; the binaries from npm come without it.)
    ///
    /// # Panics
    /// When it does not work.
    pub async fn base_backup(&self) {
        let (data, backup) = (self.cluster.folder().join("data"), self.folder.path().join("backup"));
        let mut superuser = self.superuser("postgres").await;
        run(&mut superuser, "select pg_backup_start('a test', true)").await;
        copy(&data, &backup).unwrap_or_else(|error| panic!("no copy of {}: {error}", data.display()));
        let label: String = sqlx::query_scalar("select labelfile from pg_backup_stop(false)")
            .fetch_one(&mut superuser)
            .await
            .unwrap_or_else(|error| panic!("the backup does not end: {error}"));
        // What was written meanwhile is needed as well.
        copy(&data.join("pg_wal"), &backup.join("pg_wal"))
            .unwrap_or_else(|error| panic!("no copy of the WAL: {error}"));
        fs::write(backup.join("backup_label"), label).unwrap_or_else(|error| panic!("no label: {error}"));
    }
}

/// Copies a folder with everything in it. Files that go away meanwhile are not needed; a running server has some.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let copied = if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).map(|_| ())
        };
        match copied {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            copied => copied?,
        }
    }
    Ok(())
}

/// Runs statements on a connection.
///
/// # Panics
/// When one of them fails.
pub async fn run(connection: &mut PgConnection, sql: &str) {
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await {
        panic!("{sql}: {error}");
    }
}

impl Drop for PrivateServer {
    /// A runtime cannot be entered twice, so another thread stops the server.
    fn drop(&mut self) {
        let cluster = self.cluster.clone();
        let stopped = std::thread::spawn(move || {
            if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
                let _ = runtime.block_on(cluster.stop());
            }
        });
        let _ = stopped.join();
    }
}
