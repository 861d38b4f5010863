//! Where the built files live. File names carry a hash of their content, so pages learn the addresses from the manifest
//! the build writes (on the server) or from an attribute the server put into the page (in the browser).

use std::{collections::BTreeMap, sync::Arc};

/// Addresses of the built files by their logical names (`app.js`, `public.css`, `icons.svg` …). Cheap to clone; in
/// context wherever something is rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets(Arc<BTreeMap<String, String>>);

impl Assets {
    /// Reads the manifest: one JSON object of logical names and addresses.
    ///
    /// # Errors
    /// When the text is no such object.
    pub fn parse(manifest: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(manifest).map(|map| Self(Arc::new(map)))
    }

    /// Only the icons, which is all that the browser needs to know.
    pub fn with_icons(url: String) -> Self {
        Self(Arc::new(BTreeMap::from([("icons.svg".to_owned(), url)])))
    }

    /// The same, with the small sprite of the public pages for icons.
    #[must_use]
    pub fn for_public_pages(&self) -> Self {
        let mut map = (*self.0).clone();
        if let Some(url) = map.get("icons-public.svg").cloned() {
            map.insert("icons.svg".to_owned(), url);
        }
        Self(Arc::new(map))
    }

    /// The address of a file; empty for a file that was not built.
    pub fn url(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The address of one icon of the sprite, for `<use href>`.
    pub fn icon(&self, name: &str) -> String {
        format!("{}#i-{name}", self.url("icons.svg"))
    }
}

#[cfg(test)]
mod tests {
    use super::Assets;

    #[test]
    fn the_manifest_is_read() {
        let assets = Assets::parse(r#"{"app.css": "/assets/css/app-1a2b.css", "icons.svg": "/assets/icons-9.svg"}"#)
            .expect("a manifest");
        assert_eq!(assets.url("app.css"), "/assets/css/app-1a2b.css");
        assert_eq!(assets.icon("x"), "/assets/icons-9.svg#i-x");
        assert_eq!(assets.url("none.css"), "");
        assert!(Assets::parse("[]").is_err());
        let both = Assets::parse(r#"{"icons.svg": "/a.svg", "icons-public.svg": "/p.svg"}"#).expect("a manifest");
        assert_eq!(both.for_public_pages().icon("x"), "/p.svg#i-x");
        assert_eq!(assets.for_public_pages(), assets);
    }
}
