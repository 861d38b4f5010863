//! The HTML around the pages: one shell for public pages and one for those on the way into a workspace, which ship no script
//! at all, and one for the workspace, which hydrates. Both expect [`Assets`] in context.

use crate::{assets::Assets, public::PublicApp, solo::SoloApp, workspace::WorkspaceApp};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

/// The document of a public page.
pub fn public_shell() -> impl IntoView {
    let assets = use_context::<Assets>().unwrap_or_default();
    provide_context(assets.for_public_pages());
    still("public.css", assets, || view! { <PublicApp/> }.into_any())
}

/// The document of a page on the way into a workspace: the workspace's style, no script.
pub fn solo_shell() -> impl IntoView {
    let assets = use_context::<Assets>().unwrap_or_default();
    still("app.css", assets, || view! { <SoloApp/> }.into_any())
}

/// The document of the gallery of components, at `/dev/gallery` on the loopback only: the workspace's style, no script.
pub fn gallery_shell() -> impl IntoView {
    let assets = use_context::<Assets>().unwrap_or_default();
    leptos_meta::provide_meta_context();
    still("app.css", assets, || {
        view! { <crate::pages::gallery::Gallery/> }.into_any()
    })
}

/// A document without a script.
fn still(sheet: &'static str, assets: Assets, page: fn() -> AnyView) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <Head sheet assets/>
            </head>
            <body>{page()}</body>
        </html>
    }
}

/// The document of a workspace page.
pub fn workspace_shell() -> impl IntoView {
    let assets = use_context::<Assets>().unwrap_or_default();
    let icons = assets.url("icons.svg").to_owned();
    view! {
        <!DOCTYPE html>
        <html lang="en" data-icons=icons>
            <head>
                <Head sheet="app.css" assets=assets.clone()/>
                <Hydration assets/>
            </head>
            <body>
                <WorkspaceApp/>
            </body>
        </html>
    }
}

/// The faces that every page uses: the first on public pages, the others in the workspace.
const FACES: [&str; 3] = [
    "fonts/literata-display.woff2",
    "fonts/atkinson-next-latin.woff2",
    "fonts/literata-latin.woff2",
];

#[component]
pub(crate) fn Head(sheet: &'static str, assets: Assets) -> impl IntoView {
    // Asked for at once, so that the faces, which are optional, are there at the first paint: nothing moves later.
    let faces: Vec<_> = if sheet == "public.css" {
        &FACES[..1]
    } else {
        &FACES[1..]
    }
    .iter()
    .map(|face| {
        let address = assets.url(face).to_owned();
        view! { <link rel="preload" href=address r#as="font" type="font/woff2" crossorigin="anonymous"/> }
    })
    .collect();
    view! {
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
        <meta name="color-scheme" content="light dark"/>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
        <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
        <link rel="manifest" href="/site.webmanifest"/>
        {faces}
        <link rel="stylesheet" href=assets.url(sheet).to_owned()/>
        <MetaTags/>
    }
}

/// Loads and starts the browser's half. Written by hand: the nonce is on the script itself, nothing is preloaded twice, and
/// a file that does not arrive is said instead of swallowed; every form works without it. Last of all it asks for the
/// service worker, which shows a page of ours where there is no connection; a browser without one does as browsers do.
#[component]
fn Hydration(assets: Assets) -> impl IntoView {
    let script = hydration_script(assets.url("app.js"), assets.url("app.wasm"), assets.url("editor.js"));
    view! { <script type="module" nonce=use_nonce() inner_html=script></script> }
}

/// `watchKept(key, after, tell)`: tells after some milliseconds whether this device keeps words of a document that the server
/// does not have, and again whenever that has changed; answers how to stop. It only counts the rows that the editor's module
/// keeps (`app/editor/sync/keep.ts` has their names and the channel), where the mark says that there are any: nobody loads
/// that module to learn that there is nothing. What changes is looked at after a moment, since words on their way to the
/// server are kept only until they are there.
const WATCH_KEPT: &str = r#"globalThis.watchKept=(key,after,tell)=>{
const mark="scriptkeep-unsent",changed=new BroadcastChannel(mark),none=()=>tell(false);
const look=()=>{timer=0;try{if(!localStorage.getItem(mark))return none();
const open=indexedDB.open("scriptkeep-editor");open.onerror=none;open.onupgradeneeded=()=>open.transaction.abort();
open.onsuccess=()=>{try{const rows=open.result.transaction("unsent").objectStore("unsent").count(IDBKeyRange.bound(key+" ",key+" \uffff"));
rows.onerror=none;rows.onsuccess=()=>tell(rows.result>0)}catch{none()}open.result.close()}}catch{none()}};
let timer=setTimeout(look,after);changed.onmessage=()=>timer||=setTimeout(look,500);
return()=>{changed.close();clearTimeout(timer);tell=()=>{}}};"#;

fn hydration_script(js: &str, wasm: &str, editor: &str) -> String {
    // All addresses come from the build's manifest; as JSON strings they are JavaScript strings too.
    let quoted = |text: &str| serde_json::Value::from(text).to_string().replace('<', "\\u003c");
    // The editor is only said where it is; what a script with a nonce imports may run, what WebAssembly asks for may not.
    format!(
        "{WATCH_KEPT}globalThis.loadEditor=()=>import({editor});import({js}).then(m=>m.default({{module_or_path:{wasm}}}).then(()=>m.hydrate())).catch(e=>{{\
         const p=document.createElement(\"p\");p.className=\"banner banner-lamp\";p.setAttribute(\"role\",\"status\");\
         p.textContent={message};document.body.append(p);console.warn(e)}})\
         .then(()=>navigator.serviceWorker?.register(\"/sw.js\")).catch(()=>{{}})",
        js = quoted(js),
        wasm = quoted(wasm),
        editor = quoted(editor),
        message = quoted(
            "A part of this page did not load. Everything still works, with a page load for each step. Reload to try again."
        ),
    )
}

/// A rendered page without its scripts. Public pages have none of their own; the renderer adds two empty ones.
pub fn without_scripts(page: &str) -> String {
    let mut rest = page;
    let mut out = String::with_capacity(page.len());
    while let Some(start) = rest.find("<script") {
        out.push_str(&rest[..start]);
        match rest[start..].find("</script>") {
            Some(end) => rest = &rest[start + end + "</script>".len()..],
            None => return out,
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_dropped() {
        assert_eq!(
            without_scripts("<p>a</p><script nonce=\"x\">1<2</script></body><script></script>"),
            "<p>a</p></body>"
        );
        assert_eq!(without_scripts("<p>&lt;script></p>"), "<p>&lt;script></p>");
    }

    #[test]
    fn addresses_are_quoted() {
        let script = hydration_script("/assets/a\"b.js", "/assets/</script>.wasm", "/assets/e.js");
        assert!(script.contains("import(\"/assets/a\\\"b.js\")"));
        assert!(!script.contains("</script>"));
    }
}
