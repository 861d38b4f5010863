//! The editor's module in the browser: loaded when a script is first written, mounted into an element of its own.

use js_sys::{Function, Promise, Reflect};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

/// The function that the shell's script leaves for us: it imports the editor's module.
const LOADER: &str = "loadEditor";
/// Another one: it says whether this device keeps words of a document, without that module.
const WATCHER: &str = "watchKept";

enum State {
    /// The module is on its way.
    Loading,
    /// What `mount` answered.
    Mounted(JsValue),
    /// It was taken off the page, perhaps before it had come.
    Gone,
}

/// One editor. Taken off the page when it is closed.
#[derive(Clone)]
pub(crate) struct Editor(Rc<RefCell<State>>);

impl Editor {
    /// Loads the module and mounts an editor into an empty element. `tell` is given names and JSON; the name `broken` when
    /// the module did not come.
    pub(crate) fn open(host: HtmlElement, options: String, tell: impl Fn(&str, &str) + 'static) -> Self {
        let editor = Self(Rc::new(RefCell::new(State::Loading)));
        let state = Rc::clone(&editor.0);
        leptos::task::spawn_local(async move {
            let told = Rc::new(tell);
            let teller = Rc::clone(&told);
            let teller = Closure::<dyn Fn(String, String)>::new(move |name: String, detail: String| {
                teller(&name, &detail);
            })
            .into_js_value();
            if mount(&state, &host, &options, &teller).await.is_err() {
                told("broken", "null");
            }
        });
        editor
    }

    /// Runs a command; answers whether it did anything.
    pub(crate) fn command(&self, name: &str, args: &str) -> bool {
        // A command tells of changes at once, so nothing may be borrowed while it runs.
        let handle = match &*self.0.borrow() {
            State::Mounted(handle) => handle.clone(),
            State::Loading | State::Gone => return false,
        };
        method(&handle, "command")
            .and_then(|command| command.call2(&handle, &name.into(), &args.into()))
            .is_ok_and(|done| done.is_truthy())
    }

    /// Takes it off the page. Words that are under way still go out.
    pub(crate) fn close(&self) {
        let before = self.0.replace(State::Gone);
        if let State::Mounted(handle) = before {
            let _ = method(&handle, "destroy").and_then(|destroy| destroy.call0(&handle));
        }
    }
}

async fn mount(state: &RefCell<State>, host: &HtmlElement, options: &str, tell: &JsValue) -> Result<(), JsValue> {
    let module = load().await?;
    if matches!(&*state.borrow(), State::Gone) {
        return Ok(());
    }
    let handle = method(&module, "mount")?.call3(&module, host, &options.into(), tell)?;
    state.replace(State::Mounted(handle));
    Ok(())
}

async fn load() -> Result<JsValue, JsValue> {
    let global: JsValue = js_sys::global().into();
    let loading: Promise = method(&global, LOADER)?.call0(&global)?.dyn_into()?;
    JsFuture::from(loading).await
}

/// Hears whether this device keeps words of a document that the server does not have: once, and whenever that has changed,
/// until it is dropped.
pub(crate) struct Keeping(Option<Function>);

impl Keeping {
    /// Begins after some milliseconds. `key` names document and member, as the editor's options do.
    pub(crate) fn watch(key: &str, after: u16, tell: impl Fn(bool) + 'static) -> Self {
        let global: JsValue = js_sys::global().into();
        let tell = Closure::<dyn Fn(bool)>::new(tell).into_js_value();
        let watch = method(&global, WATCHER);
        let stop = watch.and_then(|watch| watch.call3(&global, &key.into(), &after.into(), &tell));
        Self(stop.and_then(JsCast::dyn_into).ok())
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        if let Some(stop) = &self.0 {
            let _ = stop.call0(&JsValue::NULL);
        }
    }
}

/// Saves what this device keeps of a document as a file; answers whether it could.
pub(crate) async fn save_kept(key: &str, title: &str) -> bool {
    let saved = async {
        let module = load().await?;
        let saving = method(&module, "saveKept")?.call2(&module, &key.into(), &title.into())?;
        JsFuture::from(saving.dyn_into::<Promise>()?).await
    };
    saved.await.is_ok_and(|saved: JsValue| saved.is_truthy())
}

fn method(of: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(of, &name.into())?.dyn_into()
}
