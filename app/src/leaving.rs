//! Leaving a page that holds words which are nowhere else. The browser asks by itself only when the whole page goes; within
//! the app the router swaps pages, for a link, for Back and Forward and after an act, and then it is asked here.

use js_sys::Reflect;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
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
    /// Where in the history the page was before the last step or move; none in a browser that does not count its entries.
    static FROM: Cell<Option<f64>> = const { Cell::new(None) };
    /// Whether the next step is our own, back to the page that stayed.
    static RETURNING: Cell<bool> = const { Cell::new(false) };
}

/// From now on who leaves the page at `path` is asked the question, while there is one.
pub(crate) fn guard(path: String, question: impl Fn() -> Option<String> + 'static) {
    let guard = Guard {
        path,
        question: Box::new(question),
    };
    GUARD.set(Some(Rc::new(guard)));
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
        let returned = RETURNING.take();
        let stays = match stepped_from() {
            // The router was not told of the step away, and needs to hear nothing of the way back.
            None => returned,
            Some(path) => {
                let stays = !may_leave();
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
    let on_entry = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| FROM.set(entry(&event, "from")));
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

/// The page stayed: back to its entry of the history, with all of its address and what lies before and behind it. Where entries
/// are not counted, its path gets a new one.
fn return_to(path: &str) {
    let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else {
        return;
    };
    let now = navigation().and_then(|navigation| entry(&navigation, "currentEntry"));
    let way = FROM.get().zip(now).map_or(0.0, |(from, now)| from - now);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a whole number of entries; no history has two thousand million"
    )]
    let way = way as i32;
    if way == 0 {
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(path));
    } else {
        RETURNING.set(history.go_with_delta(way).is_ok());
    }
}

/// The browser's list of what was visited in this tab.
fn navigation() -> Option<EventTarget> {
    let window = web_sys::window()?;
    Reflect::get(&window, &"navigation".into()).ok()?.dyn_into().ok()
}

/// The place in that list of an entry that `of` names.
fn entry(of: &JsValue, name: &str) -> Option<f64> {
    let entry = Reflect::get(of, &name.into()).ok()?;
    Reflect::get(&entry, &"index".into()).ok()?.as_f64()
}
