//! The built site: stylesheets, scripts, WebAssembly, fonts, icons. Embedded in the release binary; read from a folder
//! by a debug binary, or when the configuration names one.

use crate::{doors::answer, refusal::Refusal, state::State};
use app::assets::Assets;
use axum::{
    body::Body,
    extract::{Path as PathOf, Request, State as Given},
    response::{IntoResponse, Response},
};
use domain::{Code, Problem};
use http::{HeaderMap, HeaderValue, header};
use std::{
    borrow::Cow,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

/// Maps logical names to the addresses of files.
const MANIFEST: &str = "manifest.json";
/// The folder of the well-known files.
const WELL_KNOWN: &str = "root/";
/// Files whose names carry a hash of their content never change.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Well-known files (`/favicon.svg`) keep their names, so browsers come back for them each day.
const DAILY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

#[cfg(not(debug_assertions))]
#[derive(rust_embed::RustEmbed)]
#[folder = "$SCRIPTKEEP_SITE"]
#[allow_missing = true]
struct Embedded;

/// Where the built site is.
#[derive(Clone, Debug)]
pub enum Site {
    /// In a folder.
    Folder(PathBuf),
    /// In this binary.
    #[cfg(not(debug_assertions))]
    Embedded,
}

impl Site {
    /// The folder that the configuration names; else what is embedded, or, in a debug binary, the folder `site` beside
    /// the folder of the binary, where `xtask` puts it.
    ///
    /// # Errors
    /// When a debug binary cannot find out where it is.
    pub fn find(configured: Option<&Path>) -> Result<Self, Refusal> {
        if let Some(folder) = configured {
            return Ok(Self::Folder(folder.to_owned()));
        }
        #[cfg(not(debug_assertions))]
        return Ok(Self::Embedded);
        #[cfg(debug_assertions)]
        {
            let binary = std::env::current_exe().ok();
            let folder = binary
                .as_deref()
                .and_then(Path::parent)
                .and_then(Path::parent)
                .map(|dir| dir.join("site"));
            folder
                .map(Self::Folder)
                .ok_or_else(|| Refusal::new("The built site was not found.", "Name its folder in SCRIPTKEEP_SITE."))
        }
    }

    /// The addresses of the files.
    ///
    /// # Errors
    /// When the site was not built.
    pub async fn manifest(&self) -> Result<Assets, Refusal> {
        let bytes = self.read(MANIFEST).await;
        let text = bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        text.and_then(|text| Assets::parse(text).ok()).ok_or_else(|| {
            Refusal::new(
                format!("The built site has no {MANIFEST} that can be read ({self:?})."),
                "Build it: cargo xtask run builds and serves, cargo xtask dist makes a binary that carries it.",
            )
        })
    }

    /// A file of the site by its path in it.
    async fn read(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        let stays_inside = Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !stays_inside || path.contains(['\\', '\0']) {
            return None;
        }
        match self {
            Self::Folder(folder) => tokio::fs::read(folder.join(path)).await.ok().map(Cow::Owned),
            #[cfg(not(debug_assertions))]
            Self::Embedded => Embedded::get(path).map(|file| file.data),
        }
    }
}

/// `GET /assets/{path}`
pub async fn serve(Given(state): Given<Arc<State>>, PathOf(path): PathOf<String>, request: Request) -> Response {
    // The well-known files have names without a hash: here they would be kept for a year.
    let found = if path.starts_with(WELL_KNOWN) {
        None
    } else {
        file(&state.site, &path, request.headers(), IMMUTABLE).await
    };
    match found {
        Some(response) => response,
        None => answer::problem(&state, &request, &Problem::new(Code::NotFound)),
    }
}

/// A well-known file at the root, such as `/favicon.svg`.
pub async fn well_known(site: &Site, path: &str, headers: &HeaderMap) -> Option<Response> {
    let name = path
        .strip_prefix('/')
        .filter(|name| name.contains('.') && !name.contains('/'))?;
    file(site, &format!("{WELL_KNOWN}{name}"), headers, DAILY).await
}

/// The file, compressed as the client takes it. The folder of the compressed copies is the same, so one that was asked for
/// directly is not served as if it were plain.
async fn file(site: &Site, path: &str, headers: &HeaderMap, cache: HeaderValue) -> Option<Response> {
    let media_type = media_type(path)?;
    let (bytes, encoding) = match negotiated(site, path, headers).await {
        Some((bytes, encoding)) => (bytes, Some(encoding)),
        None => (site.read(path).await?, None),
    };
    let body = match bytes {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let mut response = (
        [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, cache)],
        body,
    )
        .into_response();
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

async fn negotiated(site: &Site, path: &str, headers: &HeaderMap) -> Option<(Cow<'static, [u8]>, &'static str)> {
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        if takes(headers, encoding)
            && let Some(bytes) = site.read(&format!("{path}.{ending}")).await
        {
            return Some((bytes, encoding));
        }
    }
    None
}

/// Whether `Accept-Encoding` names the encoding and does not weigh it with 0.
fn takes(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| {
            let (name, weight) = item.split_once(';').unwrap_or((item, ""));
            let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
            name.trim().eq_ignore_ascii_case(encoding) && !refused
        })
}

/// The media type by the file's ending; none for endings that are not ours to serve.
fn media_type(path: &str) -> Option<HeaderValue> {
    let ending = path.rsplit_once('.')?.1;
    Some(HeaderValue::from_static(match ending {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml; charset=utf-8",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json; charset=utf-8",
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::{Site, media_type, takes};
    use http::{HeaderMap, HeaderValue, header};

    #[test]
    fn encodings_are_negotiated() {
        for (accept, encoding, taken) in [
            ("gzip, deflate, br", "br", true),
            ("gzip;q=1.0, br;q=0", "br", false),
            ("GZIP", "gzip", true),
            ("*", "br", false),
            ("brotli", "br", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accept));
            assert_eq!(takes(&headers, encoding), taken, "{accept}");
        }
    }

    #[test]
    fn compressed_copies_and_unknown_kinds_are_not_served_by_name() {
        for path in ["app.js.br", "manifest.json", "x.html", "x", ".env"] {
            assert!(media_type(path).is_none(), "{path}");
        }
        assert!(media_type("pkg/app-1a.wasm").is_some());
    }

    #[tokio::test]
    async fn no_path_leads_out_of_the_site() {
        let outer = tempfile::tempdir().expect("a folder");
        let inner = outer.path().join("site");
        std::fs::create_dir(&inner).expect("a folder");
        std::fs::write(outer.path().join("secret.txt"), "canary").expect("a file");
        std::fs::write(inner.join("open.txt"), "open").expect("a file");
        let site = Site::Folder(inner);
        assert!(site.read("open.txt").await.is_some());
        let absolute = outer.path().join("secret.txt");
        for path in [
            "../secret.txt",
            "a/../../secret.txt",
            "./../secret.txt",
            absolute.to_str().expect("text"),
            "",
        ] {
            assert!(site.read(path).await.is_none(), "{path}");
        }
    }
}
