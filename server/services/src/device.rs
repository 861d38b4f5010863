//! What a `User-Agent` header says about a device, in the words people use for it.

/// Names browser and system, such as `Firefox on Linux`. Never holds more of the header than these words, so that
/// nothing a client invents reaches the list of sessions or the audit log.
pub fn device_name(user_agent: &str) -> String {
    match (browser(user_agent), system(user_agent)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A program on {system}"),
        (None, None) => "A program".to_owned(),
    }
}

/// The first match wins: most browsers claim to be several others as well, and the claim that comes first here is the
/// one only they make.
fn browser(user_agent: &str) -> Option<&'static str> {
    const CLAIMS: [(&str, &str); 12] = [
        ("Edg/", "Edge"),
        ("EdgA/", "Edge"),
        ("EdgiOS/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Vivaldi/", "Vivaldi"),
        ("FxiOS/", "Firefox"),
        ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    first(&CLAIMS, user_agent)
}

fn system(user_agent: &str) -> Option<&'static str> {
    const CLAIMS: [(&str, &str); 8] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    first(&CLAIMS, user_agent)
}

fn first(claims: &[(&str, &'static str)], user_agent: &str) -> Option<&'static str> {
    claims
        .iter()
        .find(|(claim, _)| user_agent.contains(claim))
        .map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::device_name;

    #[test]
    fn devices_have_the_names_people_use() {
        let cases = [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0 Mobile/15E148 Safari/604.1",
                "Chrome on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.5.0", "curl"),
            ("", "A program"),
            ("<script>alert(1)</script>", "A program"),
        ];
        for (header, name) in cases {
            assert_eq!(device_name(header), name, "{header}");
        }
    }
}
