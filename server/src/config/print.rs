//! `--print-config`: the configuration in force as a TOML file that could be used as one, except for its secrets.

use super::{Config, SETTINGS, Settings, Show};
use domain::Secret;
use outbound::Security;
use percent_encoding::percent_decode_str;
use std::fmt::Write as _;
use url::Url;

impl Config {
    /// The configuration as TOML: each setting with what it is for and where its value came from. Secrets read
    /// `[hidden]`; the passwords in URLs too.
    pub fn print(&self, settings: &Settings) -> String {
        let mut text = String::new();
        let mut table = "";
        for setting in SETTINGS {
            let (within, name) = setting.key.split_once('.').unwrap_or(("", setting.key));
            if within != table {
                table = within;
                let _ = write!(text, "\n[{within}]\n");
            }
            let source = settings
                .get(setting.key)
                .filter(|(value, _)| !value.is_empty())
                .map_or_else(|| "default".to_owned(), |(_, source)| source.to_string());
            let _ = writeln!(text, "# {} ({source})", setting.help);
            match self.value(setting.key) {
                Some(value) => {
                    let _ = writeln!(text, "{name} = {}", shown(value, setting.show));
                }
                None => {
                    let _ = writeln!(text, "# {name} =");
                }
            }
        }
        text
    }

    /// The value in force, as TOML.
    fn value(&self, key: &str) -> Option<toml::Value> {
        let text = |value: &str| Some(toml::Value::String(value.to_owned()));
        let number = |value: u64| i64::try_from(value).ok().map(toml::Value::Integer);
        let expose = |secret: Option<&Secret>| secret.and_then(|secret| text(secret.expose()));
        let path = |path: &std::path::Path| text(&path.to_string_lossy());
        let (database, smtp) = (self.database.as_ref(), self.smtp.as_ref());
        match key {
            "listen" => text(&self.listen.to_string()),
            "origin" => text(self.origin.as_str()),
            "data" => path(&self.data),
            "keys" => path(&self.keys),
            "trusted_proxies" => Some(toml::Value::Array(
                self.trusted_proxies
                    .iter()
                    .map(|network| toml::Value::String(network.to_string()))
                    .collect(),
            )),
            "packs" => self.packs.as_deref().and_then(path),
            "site" => self.site.as_deref().and_then(path),
            "reload" => Some(toml::Value::Boolean(self.reload)),
            "database.url" => expose(database.map(|database| &database.app)),
            "database.system_url" => expose(database.map(|database| &database.system)),
            "database.owner_url" => expose(database.and_then(|database| database.owner.as_ref())),
            "database.connections" => number(self.connections.app.into()),
            "database.system_connections" => number(self.connections.system.into()),
            "smtp.host" => smtp.and_then(|smtp| text(&smtp.host)),
            "smtp.port" => smtp.and_then(|smtp| number(smtp.port.into())),
            "smtp.security" => smtp.and_then(|smtp| {
                text(match smtp.security {
                    Security::StartTls => "starttls",
                    Security::Tls => "tls",
                    Security::None => "none",
                })
            }),
            "smtp.user" => smtp
                .and_then(|smtp| smtp.credentials.as_ref())
                .and_then(|(user, _)| text(user)),
            "smtp.password" => expose(
                smtp.and_then(|smtp| smtp.credentials.as_ref())
                    .map(|(_, password)| password),
            ),
            "smtp.from" => smtp.and_then(|smtp| text(&smtp.from)),
            "smtp.ca_file" => smtp.and_then(|smtp| smtp.ca_file.as_deref()).and_then(path),
            "log.format" => text(if self.log.json { "json" } else { "text" }),
            "log.level" => text(&self.log.filter),
            "limits.body_bytes" => number(u64::try_from(self.limits.body_bytes).ok()?),
            "limits.request_seconds" => number(self.limits.request.as_secs()),
            "limits.connections" => number(u64::try_from(self.limits.connections).ok()?),
            "limits.rate_factor" => number(self.limits.rate_factor.into()),
            "limits.drain_seconds" => number(self.limits.drain.as_secs()),
            _ => None,
        }
    }
}

fn shown(value: toml::Value, show: Show) -> String {
    let hidden = || toml::Value::String("[hidden]".to_owned()).to_string();
    match (show, value) {
        (Show::Plain, value) => value.to_string(),
        (Show::Url, toml::Value::String(url)) => toml::Value::String(without_password(&url)).to_string(),
        (Show::Url | Show::Hidden, _) => hidden(),
    }
}

/// The URL with its password hidden: between the user's colon and the last `@` of the authority, and as a parameter. What
/// is no URL is hidden whole, and so is one whose `?` may stand within a password that was not escaped.
fn without_password(url: &str) -> String {
    let hidden = || "[hidden]".to_owned();
    let (Ok(_), Some((scheme, rest))) = (Url::parse(url), url.split_once("://")) else {
        return hidden();
    };
    let (before, query) = rest
        .split_once('?')
        .map_or((rest, None), |(before, query)| (before, Some(query)));
    if query.is_some_and(|query| query.contains('@')) {
        return hidden();
    }
    let mut text = format!("{scheme}://");
    match before.rsplit_once('@') {
        Some((user, host)) => {
            let (name, password) = user.split_once(':').map_or((user, false), |(name, _)| (name, true));
            let _ = write!(text, "{name}{}@{host}", if password { ":[hidden]" } else { "" });
        }
        None => text.push_str(before),
    }
    if let Some(query) = query {
        let parts: Vec<_> = query
            .split('&')
            .map(|part| match part.split_once('=') {
                Some((name, _)) if says_password(name) => format!("{name}=[hidden]"),
                _ => part.to_owned(),
            })
            .collect();
        let _ = write!(text, "?{}", parts.join("&"));
    }
    text
}

/// Whether a parameter's name, however it is escaped, is a password's.
fn says_password(name: &str) -> bool {
    let name = percent_decode_str(name).decode_utf8_lossy().to_ascii_lowercase();
    name.contains("password")
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_is_hidden_wherever_it_stands() {
        for (url, shown) in [
            ("postgres://u:sec5ret@db/x", "postgres://u:[hidden]@db/x"),
            (
                "postgres://u@db/x?password=sec5ret&sslmode=require",
                "postgres://u@db/x?password=[hidden]&sslmode=require",
            ),
            (
                "postgres://u@db/x?pass%77ord=sec5ret",
                "postgres://u@db/x?pass%77ord=[hidden]",
            ),
            (
                "postgres://u@db/x?SSLPassword=sec5ret",
                "postgres://u@db/x?SSLPassword=[hidden]",
            ),
            ("postgres://u:p?sec5ret@db/x", "[hidden]"),
            ("postgres://u:5432?sec5ret@db/x", "[hidden]"),
            ("postgres://u:p@sec5ret@db/x", "postgres://u:[hidden]@db/x"),
            ("u:sec5ret@db/x", "[hidden]"),
            ("postgres://db/x", "postgres://db/x"),
        ] {
            assert_eq!(without_password(url), shown, "{url}");
        }
    }
}
