//! Every setting by its key, and where its value came from: flag, environment, file or default, in that order.

use crate::refusal::Refusal;
use std::{collections::BTreeMap, fmt};

/// What of a value may be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// All of it.
    Plain,
    /// All but the password in a URL.
    Url,
    /// Nothing.
    Hidden,
}

/// One setting that exists.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its key in the file, with its table: `smtp.host`.
    pub key: &'static str,
    /// What of its value may be printed.
    pub show: Show,
    /// One line for the operator.
    pub help: &'static str,
}

impl Setting {
    /// The environment variable of the setting: `SCRIPTKEEP_SMTP_HOST`.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.key.replace('.', "_").to_uppercase())
    }
}

/// What the environment variables begin with.
const PREFIX: &str = "SCRIPTKEEP_";
/// Names the configuration file; it is read before there are settings.
pub const FILE_VARIABLE: &str = "SCRIPTKEEP_CONFIG";

const fn plain(key: &'static str, help: &'static str) -> Setting {
    Setting {
        key,
        show: Show::Plain,
        help,
    }
}

const fn url(key: &'static str, help: &'static str) -> Setting {
    Setting {
        key,
        show: Show::Url,
        help,
    }
}

/// Every setting, in the order in which they are printed: those without a table first.
pub const SETTINGS: [Setting; 27] = [
    plain("listen", "address and port to serve on"),
    plain(
        "origin",
        "the address people type, without a path: https://scripts.example.org",
    ),
    plain(
        "data",
        "folder of the private Postgres and everything else that is kept",
    ),
    plain(
        "keys",
        "folder of the root key, the signing seed and the workspace keys",
    ),
    plain(
        "trusted_proxies",
        "addresses or networks whose X-Forwarded-For is believed",
    ),
    plain("packs", "folder of packs (*.toml) besides those in the binary"),
    plain(
        "site",
        "folder of the built site, instead of the one in the binary; for development",
    ),
    plain(
        "reload",
        "true: open pages load themselves again once the server was started again; for development, on the loopback only",
    ),
    url(
        "database.url",
        "Postgres as the login scriptkeep_app; without it a private Postgres runs in the data folder",
    ),
    url(
        "database.system_url",
        "the same Postgres as the login scriptkeep_system",
    ),
    url(
        "database.owner_url",
        "the same Postgres as an owner; read by `migrate` only",
    ),
    plain("database.connections", "most connections as scriptkeep_app"),
    plain("database.system_connections", "most connections as scriptkeep_system"),
    plain(
        "smtp.host",
        "the mail server; without it mail is captured at /dev/mail, on the loopback only",
    ),
    plain(
        "smtp.port",
        "its port; 465 for tls, 587 for starttls unless said otherwise",
    ),
    plain(
        "smtp.security",
        "starttls, tls, or none (a mail server on the loopback only)",
    ),
    plain("smtp.user", "the user to sign in as, if any"),
    Setting {
        key: "smtp.password",
        show: Show::Hidden,
        help: "the password of that user",
    },
    plain("smtp.from", "the sender: Scriptkeep <no-reply@example.org>"),
    plain(
        "smtp.ca_file",
        "certificates (PEM) of an authority trusted besides the public ones",
    ),
    plain("log.format", "json, or text for reading in a terminal"),
    plain("log.level", "error, warn, info, debug, or a tracing filter"),
    plain("limits.body_bytes", "largest body of a request"),
    plain("limits.request_seconds", "longest time a request may take"),
    plain("limits.connections", "most open connections"),
    plain(
        "limits.rate_factor",
        "by how much the allowed rates of tries, mails and requests are raised",
    ),
    plain(
        "limits.drain_seconds",
        "longest time open requests get to finish when the server stops",
    ),
];

/// Where a value came from; a later one wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Built in.
    Default,
    /// The configuration file.
    File,
    /// This environment variable.
    Environment(String),
    /// A flag on the command line.
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File => f.write_str("file"),
            Self::Environment(name) => f.write_str(name),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// The values that were given, each with its source. Lists are joined by commas.
#[derive(Clone, Debug, Default)]
pub struct Settings(BTreeMap<&'static str, (String, Source)>);

impl Settings {
    /// Puts file, environment and flags together; flags win over the environment, the environment over the file.
    ///
    /// # Errors
    /// A file that is no TOML, a key or a `SCRIPTKEEP_*` variable that does not exist (with the nearest that does).
    pub fn collect(
        file: Option<&str>,
        environment: impl IntoIterator<Item = (String, String)>,
        flags: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Self, Refusal> {
        let mut settings = Self::default();
        if let Some(text) = file {
            settings.take_file(text)?;
        }
        for (name, value) in environment {
            settings.take_variable(&name, value)?;
        }
        for (key, value) in flags {
            settings.0.insert(known(key)?.key, (value, Source::Flag));
        }
        Ok(settings)
    }

    /// The value of a setting and where it came from.
    pub fn get(&self, key: &str) -> Option<(&str, &Source)> {
        self.0.get(key).map(|(value, source)| (value.as_str(), source))
    }

    fn take_file(&mut self, text: &str) -> Result<(), Refusal> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            Refusal::new(
                format!("The configuration file is not TOML: {}", error.message()),
                "Correct it; `scriptkeep --print-config serve` prints a file that is right.",
            )
        })?;
        self.take_table("", &table)
    }

    fn take_table(&mut self, prefix: &str, table: &toml::Table) -> Result<(), Refusal> {
        for (name, value) in table {
            let key = format!("{prefix}{name}");
            if let toml::Value::Table(inner) = value {
                let within = format!("{key}.");
                if !SETTINGS.iter().any(|setting| setting.key.starts_with(&within)) {
                    let meant = services::meant(&key, tables());
                    return Err(unknown("configuration file has no table", &key, meant));
                }
                self.take_table(&within, inner)?;
            } else {
                let setting = known(&key)?;
                self.0.insert(setting.key, (flatten(&key, value)?, Source::File));
            }
        }
        Ok(())
    }

    fn take_variable(&mut self, name: &str, value: String) -> Result<(), Refusal> {
        if !name.starts_with(PREFIX) || name == FILE_VARIABLE {
            return Ok(());
        }
        let Some(setting) = SETTINGS.iter().find(|setting| setting.variable() == name) else {
            let variables: Vec<_> = SETTINGS.iter().map(Setting::variable).collect();
            let known = variables.iter().filter_map(|variable| variable.strip_prefix(PREFIX));
            let meant = services::meant(&name[PREFIX.len()..], known).map(|rest| format!("{PREFIX}{rest}"));
            return Err(unknown("environment has an unknown variable", name, meant.as_deref()));
        };
        self.0
            .insert(setting.key, (value, Source::Environment(name.to_owned())));
        Ok(())
    }
}

fn known(key: &str) -> Result<&'static Setting, Refusal> {
    if tables().any(|table| table == key) {
        return Err(Refusal::new(
            format!("`{key}` is a table of settings, not a setting."),
            format!(
                "Write [{key}] on a line of its own, and its settings below; `scriptkeep --print-config serve` shows how."
            ),
        ));
    }
    SETTINGS.iter().find(|setting| setting.key == key).ok_or_else(|| {
        let keys = SETTINGS.iter().map(|setting| setting.key);
        unknown("configuration has an unknown key", key, services::meant(key, keys))
    })
}

fn tables() -> impl Iterator<Item = &'static str> {
    SETTINGS
        .iter()
        .filter_map(|setting| setting.key.split_once('.'))
        .map(|(table, _)| table)
}

fn unknown(what: &str, name: &str, meant: Option<&str>) -> Refusal {
    let way_out = match meant {
        Some(meant) => format!("Did you mean `{meant}`? Otherwise take it out"),
        None => "Take it out (`scriptkeep --print-config serve` prints what there is)".to_owned(),
    };
    Refusal::new(
        format!("The {what}: `{name}`."),
        format!("{way_out}: a setting that nobody reads misleads."),
    )
}

/// A TOML value as the text the environment would carry.
fn flatten(key: &str, value: &toml::Value) -> Result<String, Refusal> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Boolean(truth) => Ok(truth.to_string()),
        toml::Value::Array(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(|item| flatten(key, item)).collect();
            Ok(items?.join(","))
        }
        _ => Err(Refusal::new(
            format!("`{key}` has a value of a kind it cannot have."),
            "Use a text, a whole number, or a list of texts.",
        )),
    }
}
