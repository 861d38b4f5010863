//! Leaving a page that holds words which are nowhere else. The browser asks by itself only when the whole page goes; within
//! the app the router swaps pages, for a link, for Back and Forward and after an act, and then it is asked here.

use js_sys::{Function, Promise, Reflect};
use leptos::task::spawn_local;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, EventTarget, HtmlAnchorElement, MouseEvent, Node, Window};

/// The page that asks.
struct Guard {
    /// Its path. What stays on it leaves nothing.
    path: String,
    /// What to ask who leaves now; none where nothing is lost.
    question: Box<dyn Fn() -> Option<String>>,
}

thread_local! {
    static GUARD: RefCell<Option<Rc<Guard>>> = const { RefCell::new(None) };
    /// The key of the page's entry of the history; none in a browser that does not name its entries.
    static HOME: RefCell<Option<JsValue>> = const { RefCell::new(None) };
    /// Whether the page stayed, and the browser is on its way back to it.
    static RETURNING: Cell<bool> = const { Cell::new(false) };
}

/// From now on who leaves the page at `path` is asked the question, while there is one.
pub(crate) fn guard(path: String, question: impl Fn() -> Option<String> + 'static) {
    let guard = Guard {
        path,
        question: Box::new(question),
    };
    GUARD.set(Some(Rc::new(guard)));
    HOME.set(None);
    note_home();
}

/// The page at `path` is gone. The next one may have its guard already.
pub(crate) fn unguard(path: &str) {
    GUARD.with_borrow_mut(|guard| {
        if guard.as_ref().is_some_and(|guard| guard.path == path) {
            *guard = None;
        }
    });
}

/// Asks, if there is something to ask; whether to go.
pub(crate) fn may_leave() -> bool {
    // Not borrowed while it asks: the page goes on meanwhile in some browsers.
    let guard = GUARD.with_borrow(Clone::clone);
    guard.and_then(|guard| (guard.question)()).is_none_or(|question| {
        // A browser that cannot ask does not hold anybody.
        let answer = web_sys::window().map(|window| window.confirm_with_message(&question));
        answer.is_none_or(|answer| answer.unwrap_or(true))
    })
}

/// Listens to links, and to Back and Forward; to be called before the router listens.
pub(crate) fn listen() {
    let Some(window) = web_sys::window() else { return };
    let on_click = Closure::<dyn Fn(MouseEvent)>::new(|event: MouseEvent| {
        if leads_away(&event).unwrap_or(false) && !may_leave() {
            event.prevent_default();
            event.stop_immediate_propagation();
        }
    });
    let on_step = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| {
        let returns = RETURNING.take();
        let stays = match stepped_from() {
            // The router was not told of the step away, and needs to hear nothing of the way back.
            None => returns,
            Some(path) => {
                // A second step before the first was taken back was meant for the same, and is answered.
                let stays = returns || !may_leave();
                if stays {
                    return_to(&path);
                }
                stays
            }
        };
        if stays {
            event.stop_immediate_propagation();
        }
    });
    let on_entry = Closure::<dyn Fn()>::new(note_home);
    if let Some(navigation) = navigation() {
        let _ = navigation.add_event_listener_with_callback("currententrychange", on_entry.as_ref().unchecked_ref());
    }
    on_entry.forget();
    let listen = |name: &str, listener: &JsValue| {
        let capture = true;
        let _ = window.add_event_listener_with_callback_and_bool(name, listener.unchecked_ref(), capture);
    };
    listen("click", on_click.as_ref());
    listen("popstate", on_step.as_ref());
    on_click.forget();
    on_step.forget();
}

/// Whether the router is going to swap the page for this click. Links that open elsewhere or load a page anew are the
/// browser's, which asks by itself.
fn leads_away(event: &MouseEvent) -> Option<bool> {
    let path = guarded()?;
    let plain = event.button() == 0
        && !(event.default_prevented() || event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key());
    let node: Node = event.target()?.dyn_into().ok()?;
    let element = node.dyn_ref::<Element>().cloned().or_else(|| node.parent_element())?;
    let link: HtmlAnchorElement = element.closest("a[href]").ok()??.dyn_into().ok()?;
    let own = link.target().is_empty() && !link.has_attribute("download") && link.rel() != "external";
    let here = origin(&web_sys::window()?)?;
    Some(plain && own && link.origin() == here && link.pathname() != path)
}

/// The path of the page that asks, if the address has just become another.
fn stepped_from() -> Option<String> {
    let now = web_sys::window()?.location().pathname().ok()?;
    guarded().filter(|path| *path != now)
}

fn guarded() -> Option<String> {
    GUARD.with_borrow(|guard| guard.as_ref().map(|guard| guard.path.clone()))
}

fn origin(window: &Window) -> Option<String> {
    window.location().origin().ok()
}

/// The page stayed: back to its entry of the history, with all of its address and what lies before and behind it; by name,
/// so that it does not matter which steps are under way. Where entries have no names, its path gets a new one.
fn return_to(path: &str) {
    if let Some(way) = way_home() {
        RETURNING.set(true);
        // Another step on the way, from which it is tried again, ends this one.
        spawn_local(async move {
            let _ = JsFuture::from(way).await;
        });
        return;
    }
    if let Some(history) = web_sys::window().and_then(|window| window.history().ok()) {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(path));
    }
}

/// Sets out for the page's entry.
fn way_home() -> Option<Promise> {
    let home = HOME.with_borrow(Clone::clone)?;
    let navigation = navigation()?;
    let traverse: Function = get(&navigation, "traverseTo")?.dyn_into().ok()?;
    get(&traverse.call1(&navigation, &home).ok()?, "committed")?
        .dyn_into()
        .ok()
}

/// Remembers the present entry, if it is one of the page that asks.
fn note_home() {
    if guarded().is_some() && stepped_from().is_none() {
        HOME.set(navigation().and_then(|navigation| get(&get(&navigation, "currentEntry")?, "key")));
    }
}

/// The browser's list of what was visited in this tab.
fn navigation() -> Option<EventTarget> {
    get(&web_sys::window()?.into(), "navigation")?.dyn_into().ok()
}

fn get(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into())
        .ok()
        .filter(|value| !value.is_null() && !value.is_undefined())
}
