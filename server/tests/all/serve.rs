//! Starting and stopping: what `serve` refuses and what it says to do; that it finishes what it began.

use crate::support::live::{self, Live};
use serde_json::json;
use server::{
    commands::serve,
    compose::{self, Migrate},
    config::{Config, Settings},
};
use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::watch,
};

/// Why this configuration is not served.
async fn refusal(config: Config) -> String {
    let (_stop, stopped) = watch::channel(false);
    serve::serve(config, stopped, |_| panic!("it serves"))
        .await
        .expect_err("a refusal")
        .to_string()
}

#[tokio::test]
async fn a_server_for_others_needs_mail_and_keys_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let smtp = "[smtp]\nhost = 'mail.example.org'\nfrom = 'no-reply@example.org'";
    let loose = "limits.rate_factor = 11\n[smtp]\nhost = 'mail.example.org'\nfrom = 'no-reply@example.org'";
    for (listen, keys, smtp, wrong) in [
        ("0.0.0.0:0", "../keys", "", "no mail server"),
        ("127.0.0.1:0", "../keys", "", "no mail server"),
        ("0.0.0.0:0", "../keys", loose, "let them guess"),
        ("0.0.0.0:0", "keys", smtp, "inside the data folder"),
        ("0.0.0.0:0", "x/../keys", smtp, "inside the data folder"),
    ] {
        let file = format!(
            "listen = '{listen}'\norigin = 'https://scripts.example.org'\ndata = '{}'\nkeys = '{}'\n{smtp}",
            data.display(),
            data.join(keys).display()
        );
        let settings = Settings::collect(Some(&file), [], []).expect("settings");
        let text = refusal(Config::from_settings(&settings).expect("a configuration")).await;
        assert!(
            text.contains(wrong) && text.contains("What to do: "),
            "{listen} {keys}: {text}"
        );
        assert!(!data.join("postgres").exists(), "nothing was begun");
    }
}

#[tokio::test]
async fn keys_cannot_hide_among_the_data_behind_a_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("inner")).expect("a folder");
    let link = folder.path().join("keys");
    std::os::unix::fs::symlink(data.join("inner"), &link).expect("a link");
    let file = format!(
        "origin = 'https://a.example'\ndata = '{}'\nkeys = '{}'",
        data.display(),
        link.join("deep").display()
    );
    let settings = Settings::collect(Some(&file), [], []).expect("settings");
    let config = Config::from_settings(&settings).expect("a configuration");
    let text = compose::keys_are_apart(&config).expect_err("a refusal").to_string();
    assert!(text.contains("inside the data folder"), "{text}");
}

/// Before the data folder is there, a link to it leads nowhere: that is looked at again once it is.
#[tokio::test]
async fn keys_cannot_hide_behind_a_link_that_leads_nowhere_yet() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, link) = (folder.path().join("data"), folder.path().join("link"));
    std::os::unix::fs::symlink(&data, &link).expect("a link");
    let file = format!(
        "listen = '127.0.0.1:0'\norigin = 'https://a.example'\ndata = '{}'\nkeys = '{}'\n\
         [smtp]\nhost = '127.0.0.1'\nsecurity = 'none'\nfrom = 'a@b.example'",
        data.display(),
        link.join("keys").display()
    );
    let settings = Settings::collect(Some(&file), [], []).expect("settings");
    let config = Config::from_settings(&settings).expect("a configuration");
    let text = refusal(config).await;
    assert!(text.contains("inside the data folder"), "{text}");
    assert!(
        !data.join("keys").exists() && !data.join("postgres").exists(),
        "nothing was begun"
    );
}

#[tokio::test]
async fn a_database_that_would_lose_or_show_data_is_refused() {
    // The tests' Postgres runs without fsync.
    let database = testkit::database().await;
    let folder = live::folder();
    let urls = |app: &str, system: &str| format!("[database]\nurl = '{app}'\nsystem_url = '{system}'");
    for (app, system, wrong) in [
        (database.logins.app.as_str(), database.logins.system.as_str(), "fsync"),
        (&database.superuser_url(), &database.logins.system, "superuser"),
        (&database.logins.app, &database.logins.app, "scriptkeep_app"),
        (
            "postgres://scriptkeep_app:x@127.0.0.1:1/none",
            &database.logins.system,
            "does not take us",
        ),
    ] {
        let text = refusal(live::config(folder.path(), &urls(app, system))).await;
        assert!(text.contains(wrong), "{wrong}: {text}");
        assert!(!text.contains(":x@"), "no password is printed: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_wrong_and_open_keys_are_refused() {
    let folder = live::folder();
    let server = Live::start(live::config(folder.path(), "")).await.expect("a server");
    server.session("ada@example.com").await;
    server.stop().await;
    let keys = folder.path().join("keys");
    let (root, kept) = (keys.join("root.key"), folder.path().join("kept.key"));

    std::fs::rename(&root, &kept).expect("a key taken away");
    let text = refusal(live::config(folder.path(), "")).await;
    assert!(text.contains("there is no") && text.contains("Restore"), "{text}");

    write_private(&root, &"07".repeat(32));
    let text = refusal(live::config(folder.path(), "")).await;
    assert!(
        text.contains("do not open this database") && text.contains("Restore root.key, signing.key"),
        "{text}"
    );

    std::fs::rename(&kept, &root).expect("the key is back");
    set_mode(&root, 0o644);
    let text = refusal(live::config(folder.path(), "")).await;
    assert!(text.contains("chmod"), "{text}");
    set_mode(&root, 0o600);

    let workspaces = keys.join("workspaces");
    std::fs::rename(&workspaces, folder.path().join("kept")).expect("keys taken away");
    let text = refusal(live::config(folder.path(), "")).await;
    assert!(text.contains("do not open this database"), "{text}");
    std::fs::remove_dir_all(&workspaces).expect("a new, empty folder");
    std::fs::rename(folder.path().join("kept"), &workspaces).expect("keys are back");

    let signing = keys.join("signing.key");
    std::fs::rename(&signing, &kept).expect("a key taken away");
    write_private(&signing, &"07".repeat(32));
    let text = refusal(live::config(folder.path(), "")).await;
    assert!(text.contains("signed by another key"), "{text}");
    std::fs::rename(&kept, &signing).expect("the key is back");

    let aside = folder.path().join("aside");
    std::fs::rename(&keys, &aside).expect("all keys taken away");
    let text = refusal(live::config(folder.path(), "")).await;
    assert!(text.contains("there is no"), "{text}");
    assert!(!keys.join("root.key").exists(), "none is made in their place");
    let _ = std::fs::remove_dir_all(&keys);
    std::fs::rename(&aside, &keys).expect("all keys are back");

    let server = Live::start(live::config(folder.path(), ""))
        .await
        .expect("all is well again");
    let sign_in = json!({"email": "ada@example.com", "password": crate::support::PASSWORD});
    assert_eq!(server.call("session.sign_in", "", &sign_in).await.0, 200);
    server.stop().await;
}

fn write_private(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
    set_mode(path, 0o600);
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("permissions");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_to_an_address_and_to_a_data_folder() {
    let folder = live::folder();
    let server = Live::start(live::config(folder.path(), "")).await.expect("a server");
    let text = refusal(live::config(folder.path(), "")).await;
    assert!(text.contains("Another server works in the data folder"), "{text}");
    let taken = format!("listen = '{}'", server.address);
    let settings = Settings::collect(Some(&taken), [], []).expect("settings");
    let text = refusal(Config::from_settings(&settings).expect("a configuration")).await;
    assert!(text.contains("Nothing can be served on"), "{text}");
    assert_eq!(server.get("/readyz").await.0, 200, "the first one is unharmed");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_finishes_what_was_begun() {
    let folder = live::folder();
    let server = Live::start(live::config(folder.path(), "")).await.expect("a server");
    let cookie = server.session("ada@example.com").await;
    // A request of which the last byte is still to come when the server is told to stop.
    let body = json!({"name": "Tern House"}).to_string();
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    let head = format!(
        "POST /api/v1/workspace.create HTTP/1.1\r\nhost: localhost:{}\r\norigin: http://localhost:{}\r\ncookie: {cookie}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\nexpect: 100-continue\r\n\r\n",
        server.address.port(),
        server.address.port(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("a head");
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.expect("the server reads");
    assert!(go_on.starts_with(b"HTTP/1.1 100"), "{go_on:?}");
    server.begin_to_stop();
    refused_within(server.address).await;
    stream.write_all(body.as_bytes()).await.expect("a body");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    server.stop().await;
    assert!(
        !folder.path().join("data/postgres/data/postmaster.pid").exists(),
        "Postgres has stopped too"
    );
}

/// Waits until no connection is taken any more.
async fn refused_within(address: std::net::SocketAddr) {
    let wait = async { while TcpStream::connect(address).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(20), wait)
        .await
        .expect("the listener closes");
}

/// The binary, with nothing of this environment but the path.
pub(crate) fn binary(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scriptkeep"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .current_dir(folder)
        .args(["--data", "data", "--keys", "keys", "--listen", "127.0.0.1:0"])
        .env("SCRIPTKEEP_SITE", folder.join("site"))
        .args(arguments);
    command
}

/// Starts the binary and reads its log until it is ready; the lines up to then, and the address.
pub(crate) fn start(folder: &Path) -> (Child, BufReader<std::process::ChildStdout>, String) {
    let mut child = binary(folder, &["serve"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut log = BufReader::new(child.stdout.take().expect("a log"));
    let mut line = String::new();
    while log.read_line(&mut line).expect("a line") > 0 {
        if let Some((_, rest)) = line.split_once("\"url\":\"http://localhost:") {
            let port = rest.split('"').next().expect("a port").to_owned();
            return (child, log, port);
        }
        line.clear();
    }
    let _ = child.wait();
    panic!("the server ended before it was ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_stops_at_sigterm_and_its_log_holds_no_content() {
    let folder = live::folder();
    let (mut child, mut log, port) = start(folder.path());
    let address = format!("127.0.0.1:{port}").parse().expect("an address");
    let origin = format!("http://localhost:{port}");
    let canary = "canary-7f3a";
    let long_token = format!("{canary}-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    let sign_up =
        json!({"name": canary, "email": format!("{canary}@example.com"), "password": format!("{canary} {canary}")});
    let form = format!("_op=session.sign_in&email={canary}@example.com&password={canary}");
    for (method, path, media, body) in [
        (
            "POST",
            "/api/v1/account.sign_up".to_owned(),
            "application/json",
            sign_up.to_string(),
        ),
        ("POST", "/sign-in".to_owned(), "application/x-www-form-urlencoded", form),
        (
            "POST",
            format!("/api/v1/{canary}"),
            "application/json",
            format!("{{\"{canary}\":"),
        ),
        ("GET", format!("/verify/{long_token}?{canary}=1"), "", String::new()),
        ("GET", format!("/reset/{long_token}"), "", String::new()),
        ("GET", format!("/w/{canary}?search={canary}"), "", String::new()),
        ("GET", format!("/{canary}"), "", String::new()),
    ] {
        let headers = [
            ("origin", origin.as_str()),
            ("content-type", media),
            ("cookie", "__Host-session=canary-7f3a"),
            ("user-agent", canary),
            ("referer", canary),
        ];
        let stream = TcpStream::connect(address).await.expect("a connection");
        let (status, answer) = live::exchange(stream, address, method, &path, &headers, &body).await;
        assert!((200..500).contains(&status), "{method} {path}: {answer}");
    }
    let id = i32::try_from(child.id()).expect("a process id").to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill")
            .success()
    );
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut log, &mut rest).expect("the log's end");
    assert!(child.wait().expect("an end").success(), "{rest}");
    assert!(
        rest.contains("\"signal\":\"SIGTERM\"") && rest.contains("\"message\":\"stopped\""),
        "{rest}"
    );
    assert!(
        rest.contains("\"route\":\"/verify/{token}\""),
        "requests are logged by their route: {rest}"
    );
    assert!(rest.lines().count() > 7 && !rest.contains(canary), "{rest}");
    for line in rest.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("JSON");
    }
    let postgres_log = std::fs::read_to_string(folder.path().join("data/postgres/postgres.log")).expect("a log");
    assert!(!postgres_log.contains(canary), "{postgres_log}");
    assert!(
        !folder.path().join("data/postgres/data/postmaster.pid").exists(),
        "Postgres has stopped too"
    );
}

#[test]
fn the_binary_says_what_it_was_told_and_what_it_was_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let printed = binary(folder.path(), &["--print-config", "serve"])
        .env("SCRIPTKEEP_SMTP_HOST", "mail.example.org")
        .env("SCRIPTKEEP_SMTP_FROM", "no-reply@example.org")
        .env("SCRIPTKEEP_SMTP_USER", "u")
        .env("SCRIPTKEEP_SMTP_PASSWORD", "s3cr3t")
        .output()
        .expect("an end");
    let text = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(
        printed.status.success() && text.contains("host = \"mail.example.org\""),
        "{text}"
    );
    assert!(
        text.contains("(SCRIPTKEEP_SMTP_HOST)") && text.contains("(flag)") && !text.contains("s3cr3t"),
        "{text}"
    );
    let refused = binary(folder.path(), &["serve"])
        .env("SCRIPTKEEP_LISEN", "x")
        .output()
        .expect("an end");
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{text}");
    assert!(
        text.contains("SCRIPTKEEP_LISEN") && text.contains("SCRIPTKEEP_LISTEN"),
        "{text}"
    );
}

#[tokio::test]
async fn a_data_folder_that_is_none_is_said() {
    let folder = live::folder();
    std::fs::write(folder.path().join("data"), "a file").expect("a file");
    let text = refusal(live::config(folder.path(), "")).await;
    assert!(
        text.contains("cannot be used") && text.contains("What to do: "),
        "{text}"
    );
}

#[tokio::test]
async fn a_file_that_is_a_pipe_is_refused_and_not_waited_for() {
    for (setting, what) in [
        ("packs = 'PIPES'", "It is no file"),
        ("[smtp]\nhost = 'm'\nfrom = 'a@b.c'\nca_file = 'PIPE'", "it is no file"),
    ] {
        let folder = live::folder();
        let pipes = folder.path().join("pipes");
        std::fs::create_dir(&pipes).expect("a folder");
        let pipe = pipes.join("own.toml");
        let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success());
        let setting = setting
            .replace("PIPES", &pipes.to_string_lossy())
            .replace("PIPE", &pipe.to_string_lossy());
        let text = refusal(live::config(folder.path(), &setting)).await;
        assert!(text.contains(what), "{text}");
    }
}

/// The kernel lets no file of the process grow, as on a full disk (which a test has no rights to make).
#[test]
fn a_full_disk_is_said_and_leaves_no_process_behind() {
    let folder = live::folder();
    let output = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_scriptkeep"),
        ])
        .args(["serve", "--data", "data", "--keys", "keys", "--listen", "127.0.0.1:0"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("SCRIPTKEEP_SITE", folder.path().join("site"))
        .current_dir(folder.path())
        .output()
        .expect("an end");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("The private Postgres does not run"), "{text}");
    assert!(
        !folder.path().join("keys").exists(),
        "no key was made for a database that is not there"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_beside_a_running_server_leaves_its_postgres_running() {
    let folder = live::folder();
    let server = Live::start(live::config(folder.path(), "")).await.expect("a server");
    let config = live::config(folder.path(), "");
    let clock = outbound::SystemClock;
    let beside = compose::database(&config, &clock, Migrate::IfPrivate)
        .await
        .expect("a database");
    beside.close().await;
    assert_eq!(server.get("/readyz").await.0, 200);
    server.stop().await;
}
