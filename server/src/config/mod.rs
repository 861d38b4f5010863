//! The configuration: what was given (see [`settings`]) turned into what the server works with, each value checked, and
//! the result printed with its secrets hidden.

mod network;
mod origin;
mod print;
mod settings;

pub use network::Network;
pub use origin::{Origin, host_of, is_loopback_host};
pub use settings::{FILE_VARIABLE, SETTINGS, Setting, Settings, Show, Source};

use crate::refusal::Refusal;
use domain::Secret;
use outbound::Security;
use std::{fmt::Display, net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};
use store::PoolSizes;

/// Everything the server is told from outside.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What people type to get here.
    pub origin: Origin,
    /// What is kept.
    pub data: PathBuf,
    /// Root key, signing seed, workspace keys.
    pub keys: PathBuf,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// A folder of packs besides those in the binary.
    pub packs: Option<PathBuf>,
    /// The built site, if not the one in the binary.
    pub site: Option<PathBuf>,
    /// Whether open pages load themselves again once the server was started again.
    pub reload: bool,
    /// The Postgres to use; `None` for a private one in the data folder.
    pub database: Option<Database>,
    /// Connections at most.
    pub connections: Connections,
    /// The mail server; `None` for the captured mailbox.
    pub smtp: Option<Smtp>,
    /// How to log.
    pub log: Log,
    /// What a request may cost.
    pub limits: Limits,
}

/// The three logins of a Postgres that somebody else runs.
#[derive(Clone, Debug)]
pub struct Database {
    /// As `scriptkeep_app`.
    pub app: Secret,
    /// As `scriptkeep_system`.
    pub system: Secret,
    /// As an owner, for `migrate`.
    pub owner: Option<Secret>,
}

/// How many connections to Postgres may be open.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// As `scriptkeep_app`.
    pub app: u32,
    /// As `scriptkeep_system`.
    pub system: u32,
}

/// The mail server.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User and password, if it wants them.
    pub credentials: Option<(String, Secret)>,
    /// The sender.
    pub from: String,
    /// A file (PEM) with a certification authority trusted besides the public ones.
    pub ca_file: Option<PathBuf>,
}

/// How to log.
#[derive(Clone, Debug)]
pub struct Log {
    /// JSON lines, or text for a terminal.
    pub json: bool,
    /// A level or a `tracing` filter.
    pub filter: String,
}

/// What a request may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// The longest time from the first byte of a request to its answer.
    pub request: Duration,
    /// The longest time until a request's headers are there, and an open connection may say nothing: half of the request's.
    pub headers: Duration,
    /// The longest time until the whole body is there: two thirds of the request's.
    pub body: Duration,
    /// The most open connections.
    pub connections: usize,
    /// By how much the allowed rates of tries, mails and requests are raised; 1 is right for one house.
    pub rate_factor: u32,
    /// How long open requests get to finish when the server stops.
    pub drain: Duration,
}

impl Config {
    /// Whether only this machine can reach the server: it listens on the loopback, and people type a loopback address.
    /// (A server on the loopback behind a proxy is public: its origin says so.)
    pub fn is_local(&self) -> bool {
        self.listen.ip().to_canonical().is_loopback() && self.origin.is_loopback() && self.trusted_proxies.is_empty()
    }

    /// The same with the port that the system chose, where none was (0).
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        if self.listen.port() == 0 {
            self.listen.set_port(port);
            self.origin = self.origin.with_port(port);
        }
        self
    }

    /// Checks every value.
    ///
    /// # Errors
    /// The first value that cannot be used, by key, with what to do.
    pub fn from_settings(settings: &Settings) -> Result<Self, Refusal> {
        let reader = Reader(settings);
        let listen: SocketAddr = reader.parse(
            "listen",
            "127.0.0.1:3000",
            "Write an address with a port: 127.0.0.1:3000.",
        )?;
        let data = PathBuf::from(reader.text("data", "./data"));
        let sizes = PoolSizes::default();
        let log_format = reader.text("log.format", "json");
        if !matches!(log_format.as_str(), "json" | "text") {
            return Err(bad("log.format", &log_format, "Use json or text."));
        }
        let config = Self {
            listen,
            origin: reader.origin(listen)?,
            keys: reader.given("keys").map_or_else(|| beside(&data), PathBuf::from),
            data,
            trusted_proxies: reader.networks()?,
            packs: reader.given("packs").map(PathBuf::from),
            site: reader.given("site").map(PathBuf::from),
            reload: reader.parse("reload", "false", "Use true or false.")?,
            database: reader.database()?,
            connections: Connections {
                app: reader.number("database.connections", sizes.app, 1, 500)?,
                system: reader.number("database.system_connections", sizes.system, 1, 100)?,
            },
            smtp: reader.smtp()?,
            log: Log {
                json: log_format == "json",
                filter: reader.text("log.level", "info"),
            },
            limits: reader.limits()?,
        };
        if config.reload && !config.is_local() {
            return Err(Refusal::new(
                "`reload` is true, and others can reach this server.",
                "Leave it out: it is for development, on the loopback.",
            ));
        }
        Ok(config)
    }
}

/// The key folder when none is named: beside the data folder, so that a copy of the one is not a copy of the other.
fn beside(data: &std::path::Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_default().to_owned();
    if name.is_empty() {
        return data.join("../scriptkeep-keys");
    }
    name.push("-keys");
    data.with_file_name(name)
}

fn bad(key: &str, value: &str, remedy: &str) -> Refusal {
    Refusal::new(format!("`{key}` cannot be `{value}`."), remedy)
}

struct Reader<'a>(&'a Settings);

impl Reader<'_> {
    fn given(&self, key: &str) -> Option<&str> {
        self.0
            .get(key)
            .map(|(value, _)| value)
            .filter(|value| !value.is_empty())
    }

    fn text(&self, key: &str, default: &str) -> String {
        self.given(key).unwrap_or(default).to_owned()
    }

    fn secret(&self, key: &str) -> Option<Secret> {
        self.given(key).map(Secret::new)
    }

    fn parse<T: FromStr>(&self, key: &str, default: &str, remedy: &str) -> Result<T, Refusal> {
        let text = self.text(key, default);
        text.parse().map_err(|_| bad(key, &text, remedy))
    }

    fn number<T>(&self, key: &str, default: T, least: T, most: T) -> Result<T, Refusal>
    where
        T: FromStr + PartialOrd + Copy + Display,
    {
        let Some(text) = self.given(key) else {
            return Ok(default);
        };
        text.parse::<T>()
            .ok()
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| bad(key, text, &format!("Use a whole number from {least} to {most}.")))
    }

    fn origin(&self, listen: SocketAddr) -> Result<Origin, Refusal> {
        let default = format!("http://localhost:{}", listen.port());
        if self.given("origin").is_none() && !listen.ip().to_canonical().is_loopback() {
            return Err(Refusal::new(
                format!("`origin` is not set, and {listen} can be reached from other machines."),
                "Set `origin` to the address people type, such as https://scripts.example.org: links in mails and the \
                 check against foreign sites need it.",
            ));
        }
        let origin: Origin = self.parse(
            "origin",
            &default,
            "Write scheme and host: https://scripts.example.org.",
        )?;
        if !origin.is_https() && !origin.is_loopback() {
            return Err(bad(
                "origin",
                origin.as_str(),
                "Begin it with https: browsers keep the cookie of a sign-in for nothing else but localhost, so that nobody \
                 could sign in. TLS ends at a proxy, or on this machine use http://localhost and a port.",
            ));
        }
        Ok(origin)
    }

    fn networks(&self) -> Result<Vec<Network>, Refusal> {
        let list = self.text("trusted_proxies", "");
        list.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(|item| {
                item.parse()
                    .map_err(|_| bad("trusted_proxies", item, "List addresses or networks like 10.0.0.0/8."))
            })
            .collect()
    }

    fn database(&self) -> Result<Option<Database>, Refusal> {
        let (app, system, owner) = (
            self.secret("database.url"),
            self.secret("database.system_url"),
            self.secret("database.owner_url"),
        );
        match (app, system) {
            (Some(app), Some(system)) => Ok(Some(Database { app, system, owner })),
            (None, None) if owner.is_none() => Ok(None),
            (app, _) => Err(Refusal::new(
                format!(
                    "`{}` is missing: the server works with two logins, and `migrate` makes both.",
                    if app.is_none() {
                        "database.url"
                    } else {
                        "database.system_url"
                    }
                ),
                "Set database.url (login scriptkeep_app) and database.system_url (login scriptkeep_system), or none of \
                 the database settings to run a private Postgres in the data folder.",
            )),
        }
    }

    fn smtp(&self) -> Result<Option<Smtp>, Refusal> {
        let Some(host) = self.given("smtp.host") else {
            return match SETTINGS
                .iter()
                .find(|setting| setting.key.starts_with("smtp.") && self.given(setting.key).is_some())
            {
                None => Ok(None),
                Some(setting) => Err(Refusal::new(
                    format!("`{}` is set, but `smtp.host` is not.", setting.key),
                    "Name the mail server in smtp.host.",
                )),
            };
        };
        let (security, port) = match self.text("smtp.security", "starttls").as_str() {
            "starttls" => (Security::StartTls, 587),
            "tls" => (Security::Tls, 465),
            "none" if is_loopback_host(host) => (Security::None, 25),
            "none" => {
                return Err(Refusal::new(
                    format!("`smtp.security` is none, and {host} is another machine: mails would travel readable."),
                    "Use starttls or tls.",
                ));
            }
            other => return Err(bad("smtp.security", other, "Use starttls, tls or none.")),
        };
        let credentials = match (self.given("smtp.user"), self.secret("smtp.password")) {
            (Some(user), Some(password)) => Some((user.to_owned(), password)),
            (None, None) => None,
            _ => {
                return Err(Refusal::new(
                    "Of `smtp.user` and `smtp.password` only one is set.",
                    "Set both, or neither.",
                ));
            }
        };
        let from = self.given("smtp.from").ok_or_else(|| {
            Refusal::new(
                "`smtp.from` is not set.",
                "Name the sender: Scriptkeep <no-reply@example.org>.",
            )
        })?;
        Ok(Some(Smtp {
            host: host.to_owned(),
            port: self.number("smtp.port", port, 1, u16::MAX)?,
            security,
            credentials,
            from: from.to_owned(),
            ca_file: self.given("smtp.ca_file").map(PathBuf::from),
        }))
    }

    fn limits(&self) -> Result<Limits, Refusal> {
        let request = Duration::from_secs(self.number("limits.request_seconds", 30, 1, 600)?);
        Ok(Limits {
            request,
            headers: request / 2,
            body: request * 2 / 3,
            body_bytes: self.number("limits.body_bytes", 64 * 1024, 1024, 16 * 1024 * 1024)?,
            connections: self.number("limits.connections", 2_000, 1, 100_000)?,
            rate_factor: self.number("limits.rate_factor", 1, 1, 1_000)?,
            drain: Duration::from_secs(self.number("limits.drain_seconds", 10, 0, 600)?),
        })
    }
}

#[cfg(test)]
mod tests;
