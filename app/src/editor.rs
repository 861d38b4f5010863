//! The editor's module in the browser: loaded when a script is first written, mounted into an element of its own.

use js_sys::{Function, Promise, Reflect};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

/// The function that the shell's script leaves for us: it imports the editor's module.
const LOADER: &str = "loadEditor";

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
    let global: JsValue = js_sys::global().into();
    let load = method(&global, LOADER)?;
    let loading: Promise = load.call0(&global)?.dyn_into()?;
    let module = JsFuture::from(loading).await?;
    if matches!(&*state.borrow(), State::Gone) {
        return Ok(());
    }
    let handle = method(&module, "mount")?.call3(&module, host, &options.into(), tell)?;
    state.replace(State::Mounted(handle));
    Ok(())
}

fn method(of: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(of, &name.into())?.dyn_into()
}
