//! The session's cookie: `__Host-` (this host only, over TLS or on the loopback), unreadable for scripts, sent along when a
//! link from a mail is followed but never with another site's form.

use domain::{Secret, SessionChange};
use http::{HeaderMap, HeaderValue, header};

/// The cookie's name.
pub const NAME: &str = "__Host-session";
/// How long a browser keeps it, in seconds: the longest life of a session (30 days). The server ends sessions on its own.
const MAX_AGE_SECONDS: u32 = 30 * 24 * 60 * 60;
/// A longer value was not made by us.
const TOKEN_MAX: usize = 200;

/// The token of the request's cookie. Two of that name mean that somebody meddles: then there is none.
pub fn read(headers: &HeaderMap) -> Option<Secret> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == NAME)
        .map(|(_, value)| value);
    let token = found.next()?;
    (found.next().is_none() && !token.is_empty() && token.len() <= TOKEN_MAX).then(|| Secret::new(token))
}

/// Does to a request's headers what an answer does to the session: what is read from them now is what a browser would send
/// next.
pub fn put(headers: &mut HeaderMap, change: &SessionChange) {
    let SessionChange::Set(token) = change else { return };
    if let Ok(mut value) = HeaderValue::from_str(&format!("{NAME}={}", token.expose())) {
        value.set_sensitive(true);
        headers.insert(header::COOKIE, value);
    }
}

/// What a browser erases of this origin when its session is ended by its own hand: words that waited in its database, with the
/// key they are sealed under. The service worker goes with them and comes back with the next page.
const ERASED: HeaderValue = HeaderValue::from_static("\"storage\"");

/// Does to the response's headers what the answer does to the session.
pub fn write(headers: &mut HeaderMap, change: &SessionChange) {
    let cookie = match change {
        SessionChange::Keep => return,
        SessionChange::Set(token) => format!(
            "{NAME}={}; Path=/; Max-Age={MAX_AGE_SECONDS}; Secure; HttpOnly; SameSite=Lax",
            token.expose()
        ),
        SessionChange::Clear => format!("{NAME}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"),
    };
    // A token is base64url, so that this always holds; were it not, no cookie is the safe answer.
    if let Ok(mut value) = HeaderValue::from_str(&cookie) {
        value.set_sensitive(true);
        headers.append(header::SET_COOKIE, value);
    }
    if matches!(change, SessionChange::Clear) {
        headers.insert("clear-site-data", ERASED);
    }
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use domain::{Secret, SessionChange};
    use http::{HeaderMap, HeaderValue, header};

    #[test]
    fn the_cookie_is_read_exactly() {
        for (cookies, token) in [
            (vec!["__Host-session=abc"], Some("abc")),
            (vec!["a=b; __Host-session=abc; c=d"], Some("abc")),
            (vec!["a=b", "__Host-session=abc"], Some("abc")),
            (vec!["session=abc"], None),
            (vec!["__Host-session="], None),
            (vec!["x__Host-session=abc"], None),
            (vec!["__host-session=abc"], None),
            (vec!["__Host-session=abc; __Host-session=def"], None),
            (vec![], None),
        ] {
            let mut headers = HeaderMap::new();
            for cookie in &cookies {
                headers.append(header::COOKIE, HeaderValue::from_static(cookie));
            }
            assert_eq!(read(&headers), token.map(Secret::new), "{cookies:?}");
        }
        let mut headers = HeaderMap::new();
        let long = format!("__Host-session={}", "a".repeat(201));
        headers.append(header::COOKIE, HeaderValue::from_str(&long).expect("a header"));
        assert_eq!(read(&headers), None);
    }

    #[test]
    fn the_cookie_is_written_with_every_attribute() {
        let mut headers = HeaderMap::new();
        write(&mut headers, &SessionChange::Keep);
        assert!(headers.is_empty());
        for (change, begins) in [
            (
                SessionChange::Set(Secret::new("abc")),
                "__Host-session=abc; Path=/; Max-Age=2592000;",
            ),
            (SessionChange::Clear, "__Host-session=; Path=/; Max-Age=0;"),
        ] {
            let mut headers = HeaderMap::new();
            write(&mut headers, &change);
            let cookie = headers[header::SET_COOKIE].to_str().expect("text");
            assert!(cookie.starts_with(begins), "{cookie}");
            for attribute in ["; Secure", "; HttpOnly", "; SameSite=Lax"] {
                assert!(cookie.contains(attribute), "{cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
            let erased = headers.get("clear-site-data").map(HeaderValue::as_bytes);
            assert_eq!(
                erased,
                matches!(change, SessionChange::Clear).then_some(&b"\"storage\""[..])
            );
        }
    }
}
