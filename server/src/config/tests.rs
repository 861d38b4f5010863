use super::{Config, SETTINGS, Settings, Source};
use std::collections::HashSet;

fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn config(file: &str) -> Result<Config, String> {
    Settings::collect(Some(file), [], [])
        .and_then(|settings| Config::from_settings(&settings))
        .map_err(|refusal| refusal.to_string())
}

#[test]
fn flags_beat_the_environment_which_beats_the_file_which_beats_defaults() {
    let file = "listen = '127.0.0.1:1'\ndata = 'file'\nkeys = 'file'";
    let variables = environment(&[
        ("SCRIPTKEEP_LISTEN", "127.0.0.1:2"),
        ("SCRIPTKEEP_DATA", "env"),
        ("HOME", "/x"),
    ]);
    let settings = Settings::collect(Some(file), variables, [("listen", "127.0.0.1:3".to_owned())]).expect("settings");
    let config = Config::from_settings(&settings).expect("a configuration");
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.data.to_str(), Some("env"));
    assert_eq!(config.keys.to_str(), Some("file"));
    assert_eq!(config.limits.body_bytes, 64 * 1024);
    assert_eq!(settings.get("listen").map(|(_, source)| source), Some(&Source::Flag));
    assert_eq!(config.origin.as_str(), "http://localhost:3", "follows the port");
}

#[test]
fn every_setting_is_documented_and_reaches_the_print() {
    let mut variables = HashSet::new();
    for setting in SETTINGS {
        assert!(variables.insert(setting.variable()), "{} is listed twice", setting.key);
        assert!(!setting.help.is_empty(), "{} has no help", setting.key);
    }
    let full = config_with_everything();
    let settings = Settings::collect(Some(&full), [], []).expect("settings");
    let printed = Config::from_settings(&settings)
        .expect("a configuration")
        .print(&settings);
    for setting in SETTINGS {
        let name = setting.key.rsplit('.').next().unwrap_or_default();
        assert!(
            printed.contains(&format!("\n{name} = ")) || printed.starts_with(name),
            "{} in {printed}",
            setting.key
        );
    }
    let again = Settings::collect(Some(&printed), [], []).expect("the print is a configuration file");
    assert_eq!(again.get("listen").map(|(value, _)| value), Some("0.0.0.0:80"));
}

#[test]
fn the_operators_guide_names_every_setting() {
    let guide = include_str!("../../docs/operator.md");
    for setting in SETTINGS {
        assert!(guide.contains(&format!("`{}`", setting.key)), "{}", setting.key);
    }
}

fn config_with_everything() -> String {
    "listen = '0.0.0.0:80'\norigin = 'https://a.example'\ndata = 'd'\nkeys = 'k'\npacks = 'p'\nsite = 's'\n\
     trusted_proxies = ['10.0.0.0/8', '::1']\n\
     [database]\nurl = 'postgres://scriptkeep_app:s3cr3t-app@db/x?sslpassword=s3cr3t-tls'\n\
     system_url = 'postgres://scriptkeep_system:s3cr3t-sys@db/x'\nowner_url = 'postgres://o:s3cr3t@own@db/x'\n\
     connections = 3\nsystem_connections = 2\n\
     [smtp]\nhost = 'mail.example'\nport = 2525\nsecurity = 'tls'\nuser = 'u'\npassword = 's3cr3t-mail'\n\
     from = 'Scriptkeep <no-reply@a.example>'\nca_file = 'ca.pem'\n\
     [log]\nformat = 'text'\nlevel = 'debug'\n\
     [limits]\nbody_bytes = 2048\nrequest_seconds = 5\nconnections = 9\nrate_factor = 2\ndrain_seconds = 1\n"
        .to_owned()
}

#[test]
fn secrets_are_hidden_in_the_print() {
    let file = config_with_everything();
    let settings = Settings::collect(Some(&file), [], []).expect("settings");
    let printed = Config::from_settings(&settings)
        .expect("a configuration")
        .print(&settings);
    assert!(!printed.contains("s3cr3t"), "{printed}");
    assert!(
        printed.contains("postgres://scriptkeep_app:[hidden]@db/x?sslpassword=[hidden]"),
        "{printed}"
    );
    assert!(printed.contains("password = \"[hidden]\""), "{printed}");
    let debugged = format!("{:?}", Config::from_settings(&settings).expect("a configuration"));
    assert!(!debugged.contains("s3cr3t"), "{debugged}");
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    for (file, unknown, nearest) in [
        ("lisen = 'x'", "`lisen`", "`listen`"),
        ("[smtp]\nhots = 'x'", "`smtp.hots`", "`smtp.host`"),
        ("[smpt]\nhost = 'x'", "`smpt`", "`smtp`"),
        ("host = 'x'", "`host`", "Take it out (`scriptkeep --print-config serve`"),
        ("smtp = 'x'", "`smtp` is a table", "[smtp]"),
        ("[colours]\nink = 'x'", "`colours`", "Take it out"),
    ] {
        let text = config(file).expect_err("refused");
        assert!(text.contains(unknown) && text.contains(nearest), "{text}");
    }
    let variables = environment(&[("SCRIPTKEEP_LISTN", "x")]);
    let text = Settings::collect(None, variables, []).expect_err("refused").to_string();
    assert!(
        text.contains("SCRIPTKEEP_LISTN") && text.contains("SCRIPTKEEP_LISTEN"),
        "{text}"
    );
}

#[test]
fn values_that_cannot_be_used_are_refused_by_key() {
    for (file, named) in [
        ("listen = 'localhost'", "`listen`"),
        ("listen = '0.0.0.0:80'", "`origin` is not set"),
        ("origin = 'example.org'", "`origin`"),
        ("origin = 'http://scripts.example.org'", "`origin`"),
        ("origin = 'http://192.0.2.7:3000'", "`origin`"),
        ("trusted_proxies = ['proxy']", "`trusted_proxies`"),
        ("[database]\nurl = 'postgres://x'", "`database.system_url` is missing"),
        ("[database]\nsystem_url = 'postgres://x'", "`database.url` is missing"),
        ("[database]\nconnections = 0", "`database.connections`"),
        ("[smtp]\nfrom = 'x'", "`smtp.host`"),
        ("[smtp]\nhost = 'm'", "`smtp.from`"),
        ("[smtp]\nhost = 'm'\nfrom = 'x'\nsecurity = 'none'", "`smtp.security`"),
        ("[smtp]\nhost = 'm'\nfrom = 'x'\nsecurity = 'ssl'", "`smtp.security`"),
        ("[smtp]\nhost = 'm'\nfrom = 'x'\nuser = 'u'", "`smtp.password`"),
        ("[log]\nformat = 'xml'", "`log.format`"),
        ("[limits]\nbody_bytes = 10", "`limits.body_bytes`"),
        ("[limits]\nbody_bytes = 'ten'", "`limits.body_bytes`"),
        ("[limits]\nrate_factor = 0", "`limits.rate_factor`"),
        ("reload = 'yes'", "`reload`"),
        (
            "reload = 'true'\nlisten = '0.0.0.0:80'\norigin = 'https://scripts.example.org'",
            "`reload` is true",
        ),
        ("listen = 1.5", "`listen`"),
        ("listen = [", "not TOML"),
    ] {
        let text = config(file).expect_err(file);
        assert!(text.contains(named) && text.contains("What to do: "), "{file}: {text}");
    }
}

#[test]
fn only_loopback_in_every_respect_is_local() {
    for (file, local) in [
        ("", true),
        ("listen = '[::1]:3000'", true),
        ("listen = '0.0.0.0:3000'\norigin = 'http://localhost:3000'", false),
        ("origin = 'https://scripts.example.org'", false),
        ("trusted_proxies = ['127.0.0.1']", false),
    ] {
        assert_eq!(config(file).expect(file).is_local(), local, "{file}");
    }
}

#[test]
fn keys_stand_beside_the_data_unless_named() {
    for (file, keys) in [
        ("", "./data-keys"),
        ("data = '/var/lib/scriptkeep'", "/var/lib/scriptkeep-keys"),
        ("data = '/srv/data/'", "/srv/data-keys"),
        ("keys = '/etc/keys'", "/etc/keys"),
    ] {
        assert_eq!(config(file).expect(file).keys.to_str(), Some(keys), "{file}");
    }
}
