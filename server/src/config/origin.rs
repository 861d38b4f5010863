//! The site's origin: scheme, host and port, as browsers write it in the `Origin` header.

use std::{fmt, net::IpAddr, str::FromStr};

/// `https://scripts.example.org`, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    text: String,
    host: String,
    https: bool,
}

impl Origin {
    /// As text, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host's name, without port; IPv6 addresses without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The same with another port, if it names port 0.
    pub(super) fn with_port(mut self, port: u16) -> Self {
        if let Some(bare) = self.text.strip_suffix(":0") {
            self.text = format!("{bare}:{port}");
        }
        self
    }

    /// Whether browsers reach it over TLS.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is this machine, as only this machine's browsers see it.
    pub fn is_loopback(&self) -> bool {
        is_loopback_host(&self.host)
    }
}

/// Whether a host name can only mean this machine (RFC 6761, section 6.3, for names under `localhost`).
pub fn is_loopback_host(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Cuts the port off a `Host` header or an authority; brackets of IPv6 too.
pub fn host_of(authority: &str) -> &str {
    if let Some(rest) = authority.strip_prefix('[') {
        return rest.split_once(']').map_or("", |(host, _)| host);
    }
    authority.rsplit_once(':').map_or(authority, |(host, _)| host)
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("`{text}` is not an origin like https://scripts.example.org");
        let trimmed = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let (scheme, authority) = trimmed.split_once("://").ok_or_else(wrong)?;
        let https = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(wrong()),
        };
        let parsed: http::uri::Authority = authority.parse().map_err(|_| wrong())?;
        let host = host_of(authority).to_owned();
        if host.is_empty() || authority.contains('@') {
            return Err(wrong());
        }
        let default_port = if https { 443 } else { 80 };
        let bare = if parsed.port_u16() == Some(default_port) {
            authority.rsplit_once(':').map_or(authority, |(bare, _)| bare)
        } else {
            authority
        };
        Ok(Self {
            text: format!("{scheme}://{bare}"),
            host,
            https,
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (text, origin, host, loopback) in [
            (
                "https://Scripts.Example.org/",
                "https://scripts.example.org",
                "scripts.example.org",
                false,
            ),
            (
                "https://scripts.example.org:443",
                "https://scripts.example.org",
                "scripts.example.org",
                false,
            ),
            ("http://localhost:3000", "http://localhost:3000", "localhost", true),
            ("http://127.0.0.1:80", "http://127.0.0.1", "127.0.0.1", true),
            ("http://[::1]:3000", "http://[::1]:3000", "::1", true),
            (
                "http://localhost.evil.example",
                "http://localhost.evil.example",
                "localhost.evil.example",
                false,
            ),
        ] {
            let parsed: Origin = text.parse().expect("an origin");
            assert_eq!(
                (parsed.as_str(), parsed.host(), parsed.is_loopback()),
                (origin, host, loopback)
            );
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "example.org",
            "ftp://example.org",
            "https://",
            "https://a/b",
            "https://u:p@example.org",
            "https://a b",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }
}
