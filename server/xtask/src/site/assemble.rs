//! Puts the finished site together: names each file by its content, rewrites what refers to it, compresses it, and
//! writes the manifest.

use super::{
    Kind,
    browser::MODULE,
    bundle::{Bundles, EDITOR},
};
use crate::{
    steps::{Failure, OrFail, Outcome},
    workspace::{Workspace, files_below, read, write},
};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Mutex,
    thread,
};

/// Where the server serves the site's files.
const ASSETS: &str = "/assets/";
/// Hex digits of the content's hash in a file's name.
const HASH_DIGITS: usize = 16;
/// The folder of `public/` whose files keep their names, since browsers and robots ask for exactly these.
const ROOT: &str = "root/";
/// The service worker, which is told by its edition which site it belongs to: a browser installs it anew whenever that
/// changes, and with it the page it keeps.
const WORKER: &str = "root/sw.js";
/// What stands in the source of the worker in place of the edition.
const NO_EDITION: &str = "const EDITION = \"none\";";
/// What is worth compressing; fonts and pictures are compressed already.
const TEXT: [&str; 8] = ["css", "js", "json", "svg", "txt", "wasm", "webmanifest", "xml"];
/// What lies in `public/` beside what is served, such as the fonts' licences.
const NOT_SERVED: [&str; 1] = ["md"];

/// The site under construction.
struct Draft<'a> {
    dir: &'a Path,
    /// From the plain name to the address.
    manifest: BTreeMap<String, String>,
    /// What was written, relative to the folder.
    written: Vec<PathBuf>,
}

impl Draft<'_> {
    /// Writes a file under a name that carries the hash of its content, and notes it in the manifest.
    fn add(&mut self, logical: &str, path: &str, content: &[u8]) -> Outcome {
        let hash = &hex::encode(Sha256::digest(content))[..HASH_DIGITS];
        let (stem, extension) = path
            .rsplit_once('.')
            .ok_or_else(|| Failure::new(format!("public/{path}: a served file needs an extension")))?;
        let named = format!("{stem}-{hash}.{extension}");
        self.manifest.insert(logical.to_owned(), format!("{ASSETS}{named}"));
        self.keep(named, content)
    }

    /// Writes a file as it is called.
    fn keep(&mut self, path: String, content: &[u8]) -> Outcome {
        write(&self.dir.join(&path), content)?;
        self.written.push(PathBuf::from(path));
        Ok(())
    }
}

/// Puts the site together in `dir`. Compressed files of the `previous` site are taken over where the content is the same.
pub(super) fn assemble(workspace: &Workspace, kind: Kind, bundles: &Bundles, dir: &Path, previous: &Path) -> Outcome {
    let mut draft = Draft {
        dir,
        manifest: BTreeMap::new(),
        written: Vec::new(),
    };
    let public = workspace.root.join("public");
    for file in files_below(&public)? {
        let path = file
            .strip_prefix(&public)
            .or_fail("naming a public file")?
            .to_string_lossy()
            .into_owned();
        if NOT_SERVED
            .iter()
            .any(|extension| file.extension().is_some_and(|own| own == *extension))
        {
            continue;
        }
        let content = read(&file)?;
        if path == WORKER {
            continue;
        }
        if path.starts_with(ROOT) {
            draft.keep(path, &content)?;
        } else {
            draft.add(&path, &path, &content)?;
        }
    }
    for sheet in ["public.css", "app.css"] {
        let text = fs::read_to_string(bundles.css.join(sheet)).or_fail(format!("reading the bundle of {sheet}"))?;
        let text = with_hashed_addresses(&text, &draft.manifest).or_fail(sheet)?;
        draft.add(sheet, &format!("css/{sheet}"), text.as_bytes())?;
    }
    draft.add("app.js", "pkg/app.js", &read(&bundles.glue)?)?;
    draft.add("app.wasm", "pkg/app.wasm", &read(&bundles.browser.join(MODULE))?)?;
    draft.add(EDITOR, "pkg/editor.js", &read(&bundles.editor)?)?;
    let manifest = serde_json::to_vec_pretty(&draft.manifest).or_fail("writing the manifest")?;
    let worker = fs::read_to_string(public.join(WORKER)).or_fail("reading the service worker")?;
    draft.keep(WORKER.to_owned(), with_edition(&worker, &manifest)?.as_bytes())?;
    compress_all(kind, &draft, previous)?;
    write(&dir.join("manifest.json"), &manifest)
}

/// The service worker of the site that has this manifest.
fn with_edition(worker: &str, manifest: &[u8]) -> Outcome<String> {
    let edition = &hex::encode(Sha256::digest(manifest))[..HASH_DIGITS];
    if !worker.contains(NO_EDITION) {
        return Err(Failure::new(format!("public/{WORKER} has no line {NO_EDITION}")));
    }
    Ok(worker.replace(NO_EDITION, &format!("const EDITION = \"{edition}\";")))
}

/// Replaces each `url(/name)` of a sheet by the address of the file with that name.
fn with_hashed_addresses(sheet: &str, manifest: &BTreeMap<String, String>) -> Outcome<String> {
    let mut parts = sheet.split("url(");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inside, rest) = part
            .split_once(')')
            .ok_or_else(|| Failure::new("a url( without its end"))?;
        let name = inside.trim_matches(['"', '\'']);
        let file = name.strip_prefix('/').unwrap_or(name);
        let address = manifest
            .get(file)
            .ok_or_else(|| Failure::new(format!("url({name}) names no file of public/")))?;
        out.push_str("url(");
        out.push_str(address);
        out.push(')');
        out.push_str(rest);
    }
    Ok(out)
}

/// Lays a `.br` and a `.gz` beside every text, on all cores.
fn compress_all(kind: Kind, draft: &Draft<'_>, previous: &Path) -> Outcome {
    let texts = draft.written.iter().filter(|path| {
        path.extension()
            .is_some_and(|extension| TEXT.iter().any(|text| extension == *text))
    });
    let queue = Mutex::new(texts);
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    let work = || -> Outcome {
        while let Some(path) = next() {
            compress(kind, draft.dir, previous, path)?;
        }
        Ok(())
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        handles.into_iter().try_for_each(|handle| {
            handle
                .join()
                .unwrap_or_else(|_| Err(Failure::new("compressing failed")))
        })
    })
}

fn compress(kind: Kind, dir: &Path, previous: &Path, path: &Path) -> Outcome {
    let beside = |dir: &Path, ending: &str| dir.join(format!("{}.{ending}", path.display()));
    // A name with a hash stands for its content; files of `root/` are small enough to compress again.
    let known = !path.starts_with("root") && beside(previous, "br").is_file() && beside(previous, "gz").is_file();
    if known {
        for ending in ["br", "gz"] {
            fs::copy(beside(previous, ending), beside(dir, ending)).or_fail("taking over a compressed file")?;
        }
        return Ok(());
    }
    let content = read(&dir.join(path))?;
    let (brotli_quality, gzip_level) = match kind {
        Kind::Desk => (4, Compression::fast()),
        Kind::Shipping => (11, Compression::best()),
    };
    let parameters = BrotliEncoderParams {
        quality: brotli_quality,
        lgwin: 22,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut small = Vec::new();
    brotli::BrotliCompress(&mut content.as_slice(), &mut small, &parameters).or_fail("compressing with brotli")?;
    write(&beside(dir, "br"), &small)?;
    let mut encoder = GzEncoder::new(Vec::new(), gzip_level);
    let small = encoder
        .write_all(&content)
        .and_then(|()| encoder.finish())
        .or_fail("compressing with gzip")?;
    write(&beside(dir, "gz"), &small)
}

#[cfg(test)]
mod tests {
    use super::{with_edition, with_hashed_addresses};
    use std::collections::BTreeMap;

    #[test]
    fn each_site_has_an_edition_of_the_worker_of_its_own() {
        let source = include_str!("../../../../public/root/sw.js");
        let [one, same, other] =
            [b"{1}", b"{1}", b"{2}"].map(|manifest| with_edition(source, manifest).expect("a worker"));
        assert_eq!(one, same);
        assert_ne!(one, other);
        assert!(!one.contains("\"none\"") && one.len() > source.len());
        assert!(with_edition("const EDITION = 1", b"{}").is_err());
    }

    #[test]
    fn sheets_refer_to_fonts_by_their_content() {
        let manifest = BTreeMap::from([("fonts/a.woff2".to_owned(), "/assets/fonts/a-1f.woff2".to_owned())]);
        let sheet = "@font-face{src:url(/fonts/a.woff2) format(\"woff2\")}b{src:url(\"/fonts/a.woff2\")}";
        let rewritten = with_hashed_addresses(sheet, &manifest).expect("both are there");
        assert_eq!(
            rewritten,
            "@font-face{src:url(/assets/fonts/a-1f.woff2) format(\"woff2\")}b{src:url(/assets/fonts/a-1f.woff2)}"
        );
        assert!(with_hashed_addresses("a{src:url(/fonts/gone.woff2)}", &manifest).is_err());
    }
}
