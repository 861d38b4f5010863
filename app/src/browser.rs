//! What only a browser can do: ask the server, read a form, move the focus, leave. The one place with `web-sys`.

use domain::{Code, Problem};
use leptos::leptos_dom::helpers::set_timeout;
use std::{cell::Cell, time::Duration};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Document, Element, FormData, HtmlElement, HtmlFormElement, KeyboardEvent, Request, RequestInit,
    Response, ScrollIntoViewOptions, ScrollLogicalPosition, Window,
};

mod place;

pub(crate) use place::*;

/// How long an answer may take before the person is told, in milliseconds.
const PATIENCE_MS: u32 = 30_000;

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

/// Loads another page of this site.
pub(crate) fn load(address: &str) {
    LEAVES.set(true);
    if let Some(window) = window() {
        // A refusal leaves the reader where they are; there is nothing better to do.
        let _ = window.location().set_href(address);
    }
}

/// Whoever has just set out for another page of their own has so long to get there, in milliseconds; a download, or a question
/// that keeps them, looks the same.
const SETS_OUT_MS: f64 = 800.0;

thread_local! {
    /// When somebody last set out.
    static SET_OUT: Cell<f64> = const { Cell::new(0.0) };
    /// Whether we have asked for another page, and nobody has done anything on this one since: who does has not left.
    static LEAVES: Cell<bool> = const { Cell::new(false) };
}

/// Loads this page again: the server decides anew what there is to see. Not while another is on its way, which would not
/// come then: who leaves a workspace, or signs out, goes where that leads.
pub(crate) fn reload() {
    if LEAVES.get() {
        return;
    }
    let wait = SET_OUT.get() + SETS_OUT_MS - js_sys::Date::now();
    if wait > 0.0 {
        // Without timers the connection that said so says so again.
        let _ = set_timeout(reload, Duration::from_secs_f64(wait / 1_000.0));
        return;
    }
    if let Some(window) = window() {
        // By its address: a page that answered a form would ask first whether to send that again.
        let _ = window.location().replace(&address());
    }
}

/// The address of the sprite, as the server wrote it on the root element.
pub(crate) fn icons() -> String {
    root()
        .and_then(|root| root.get_attribute("data-icons"))
        .unwrap_or_default()
}

/// Marks the page as hydrated, for tests that must not act before it is.
pub(crate) fn mark_hydrated() {
    if let Some(root) = root() {
        let _ = root.set_attribute("data-hydrated", "");
    }
}

fn root() -> Option<Element> {
    document()?.document_element()
}

/// 16 random bytes as hex: an idempotency key for a form that was not rendered on the server.
pub(crate) fn random_key() -> String {
    let mut bytes = [0_u8; 16];
    let filled = window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if filled {
        format!("{:032x}", u128::from_be_bytes(bytes))
    } else {
        String::new()
    }
}

/// The fields of a form, in order, as it would post them.
pub(crate) fn fields(form: &HtmlFormElement) -> Vec<(String, String)> {
    let Ok(data) = FormData::new_with_form(form) else {
        return Vec::new();
    };
    data.entries()
        .into_iter()
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let pair: js_sys::Array = entry.dyn_into().ok()?;
            Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
        })
        .collect()
}

/// Moves the focus to the first element of `inside` that matches; says whether there was one.
pub(crate) fn focus_first(inside: &Element, selector: &str) -> bool {
    let found = inside.query_selector(selector).ok().flatten();
    let found = found.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    found.is_some_and(|element| element.focus().is_ok())
}

/// Moves the focus to the first element of the page that matches.
pub(crate) fn focus(selector: &str) -> bool {
    root().is_some_and(|root| focus_first(&root, selector))
}

/// Whether the focus is where the press of a button leaves it: on that, or nowhere if that is gone.
pub(crate) fn is_on_button() -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_none_or(|active| matches!(active.tag_name().as_str(), "BODY" | "BUTTON"))
}

/// Runs something once the changes of this moment are on the page.
pub(crate) fn next_frame(act: impl FnOnce() + 'static) {
    if let Some(window) = window() {
        let act = Closure::once_into_js(act);
        let _ = window.request_animation_frame(act.unchecked_ref());
    }
}

/// Posts an operation as JSON, under an idempotency key if it has one.
pub(crate) fn ask(address: &'static str, body: String, key: Option<String>) -> crate::Asking {
    Box::pin(send_wrapper::SendWrapper::new(async move {
        post_json(address, &body, key.as_deref()).await
    }))
}

/// Posts JSON and gives the answer's text. Every answer but a success becomes a [`Problem`], no answer too.
async fn post_json(address: &str, body: &str, key: Option<&str>) -> Result<String, Problem> {
    let silence = |_: JsValue| Problem {
        title: "The server did not answer.".to_owned(),
        detail: "What you typed is still here. Try again in a moment.".to_owned(),
        ..Problem::new(Code::Unavailable)
    };
    let request = request(address, body, key).map_err(silence)?;
    let window = window().ok_or_else(|| Problem::new(Code::Internal))?;
    let response = JsFuture::from(window.fetch_with_request(&request))
        .await
        .map_err(silence)?;
    let response: Response = response.dyn_into().map_err(silence)?;
    let text = JsFuture::from(response.text().map_err(silence)?)
        .await
        .map_err(silence)?;
    let text = text.as_string().unwrap_or_default();
    if response.ok() {
        return Ok(text);
    }
    Err(crate::read(&text).unwrap_or_else(|_| problem_of(response.status())))
}

fn request(address: &str, body: &str, key: Option<&str>) -> Result<Request, JsValue> {
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_body(&JsValue::from_str(body));
    options.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE_MS)));
    let request = Request::new_with_str_and_init(address, &options)?;
    let headers = request.headers();
    headers.set("content-type", "application/json")?;
    headers.set("accept", "application/json")?;
    if let Some(key) = key.filter(|key| !key.is_empty()) {
        headers.set("idempotency-key", key)?;
    }
    Ok(request)
}

/// The problem behind a status whose body is not ours: a proxy between us and the server.
fn problem_of(status: u16) -> Problem {
    let code = Code::ALL
        .into_iter()
        .find(|code| code.status() == status)
        .unwrap_or(Code::Unavailable);
    Problem::new(code)
}

/// Listens for what the whole page answers to: Escape closes the open menu, else the panel; a press elsewhere closes menus.
pub(crate) fn listen() {
    let Some(document) = document() else { return };
    let on_key = Closure::<dyn Fn(KeyboardEvent)>::new(|event: KeyboardEvent| {
        LEAVES.set(false);
        if event.key() == "Escape" && !event.default_prevented() {
            escape();
        }
    });
    let on_press = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| {
        LEAVES.set(false);
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        for menu in open_menus() {
            if !menu.contains(target.as_ref()) {
                let _ = menu.remove_attribute("open");
            }
        }
    });
    let _ = document.add_event_listener_with_callback("keydown", on_key.as_ref().unchecked_ref());
    let _ = document.add_event_listener_with_callback("pointerdown", on_press.as_ref().unchecked_ref());
    let on_submit = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| warn_before_signing_out(&event));
    // Before the form's own listeners.
    let capture = true;
    let _ = document.add_event_listener_with_callback_and_bool("submit", on_submit.as_ref().unchecked_ref(), capture);
    let on_toggle = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| show_opened(&event));
    // It goes up through nothing.
    let _ = document.add_event_listener_with_callback_and_bool("toggle", on_toggle.as_ref().unchecked_ref(), capture);
    on_toggle.forget();
    on_submit.forget();
    on_key.forget();
    on_press.forget();
    on_window(&["pageshow"], |_| LEAVES.set(false));
    on_window(&["beforeunload"], |_| SET_OUT.set(js_sys::Date::now()));
}

/// A menu that was opened, or came open with its page, at the foot of what scrolls opens below it: it comes into sight.
fn show_opened(event: &web_sys::Event) {
    let opened = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let menu = opened
        .filter(|opened| opened.matches("details[data-menu][open]").unwrap_or_default())
        .and_then(|opened| opened.query_selector(".menu").ok().flatten());
    if let Some(menu) = menu {
        let nearest = ScrollIntoViewOptions::new();
        nearest.set_block(ScrollLogicalPosition::Nearest);
        menu.scroll_into_view_with_scroll_into_view_options(&nearest);
    }
}

/// Listens to events of the window, for as long as there is the page.
pub(crate) fn on_window(events: &[&str], told: fn(web_sys::Event)) {
    let Some(window) = window() else { return };
    let listener = Closure::<dyn Fn(web_sys::Event)>::new(told);
    for event in events {
        let _ = window.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
    }
    listener.forget();
}

/// Whether nobody sees the page.
pub(crate) fn is_hidden() -> bool {
    document().is_some_and(|document| document.hidden())
}

/// Marks the forms (`data-held`) that hold what the server does not have: something else than was rendered, or what came
/// back with the page because it was not done. Whether there is one.
pub(crate) fn hold_forms() -> bool {
    let Some(root) = root() else { return false };
    let forms = matching(&root, "form[data-typed]");
    let held = forms.into_iter().filter(|form| {
        let holds = form.get_attribute("data-typed").as_deref() == Some("kept") || is_changed(form);
        let _ = form.toggle_attribute_with_force("data-held", holds);
        holds
    });
    held.count() > 0
}

/// Whether a field of the form differs from what was rendered.
fn is_changed(form: &Element) -> bool {
    let pairs = [
        ("value", "defaultValue"),
        ("checked", "defaultChecked"),
        ("selected", "defaultSelected"),
    ];
    let get = |field: &Element, name: &str| js_sys::Reflect::get(field, &name.into()).unwrap_or_default();
    matching(form, "input, textarea, option[selected]").iter().any(|field| {
        pairs.iter().any(|(now, before)| {
            let before = get(field, before);
            !before.is_undefined() && before != get(field, now)
        })
    })
}

/// The page is called so in the browser's tabs; what it was called before.
pub(crate) fn rename(title: &str) -> String {
    let Some(document) = document() else {
        return String::new();
    };
    let before = document.title();
    document.set_title(title);
    before
}

/// Whether the browser knows that there is no network.
pub(crate) fn is_offline() -> bool {
    let online = window()
        .and_then(|window| js_sys::Reflect::get(&window, &"navigator".into()).ok())
        .and_then(|navigator| js_sys::Reflect::get(&navigator, &"onLine".into()).ok());
    online.is_some_and(|online| online.is_falsy())
}

/// Where the editor notes that this device keeps words which the server does not have (`app/editor/sync/keep.ts`).
const UNSENT_MARK: &str = "scriptkeep-unsent";

/// Before somebody signs out of a device that keeps words: asks, since signing out erases them.
fn warn_before_signing_out(event: &web_sys::Event) {
    let form = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
    let leaves = form.is_some_and(|form| {
        let fields = fields(&form);
        fields
            .iter()
            .any(|(name, value)| name == crate::forms::OP && value == "session.sign_out")
    });
    let Some(window) = window().filter(|_| leaves) else {
        return;
    };
    let goes = kept(UNSENT_MARK).is_none()
        || window
            .confirm_with_message(
                "Sign out? Words of yours are on this device only: the server does not have them yet. Signing out \
                 erases them.",
            )
            .unwrap_or(true);
    LEAVES.set(goes);
    if !goes {
        event.prevent_default();
        event.stop_immediate_propagation();
    }
}

/// What the device keeps under this name for whoever is signed in; signing out erases it.
pub(crate) fn kept(name: &str) -> Option<String> {
    window()?.local_storage().ok()??.get_item(name).ok()?
}

/// Lets the device keep this. One that keeps nothing has it until the page goes.
pub(crate) fn keep(name: &str, value: &str) {
    let storage = window().and_then(|window| window.local_storage().ok().flatten());
    if let Some(storage) = storage {
        let _ = storage.set_item(name, value);
    }
}

/// Calls with whether there is a connection, each time that changes.
pub(crate) fn on_connection(told: impl Fn(bool) + Clone + 'static) {
    let Some(window) = window() else { return };
    for (event, there) in [("online", true), ("offline", false)] {
        let told = told.clone();
        let listener = Closure::<dyn Fn()>::new(move || told(there));
        let _ = window.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        listener.forget();
    }
}

fn open_menus() -> Vec<Element> {
    root().map_or_else(Vec::new, |root| matching(&root, "details[data-menu][open]"))
}

/// The elements below this one that match.
fn matching(inside: &Element, selector: &str) -> Vec<Element> {
    let Ok(list) = inside.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..list.length())
        .filter_map(|index| list.get(index)?.dyn_into().ok())
        .collect()
}

/// After a link was followed: closes all menus, and on another page moves the focus from the link, which may be gone, to
/// the page's first field if it asks for it, else to its beginning.
pub(crate) fn begin_page(another: bool) {
    for menu in open_menus() {
        let _ = menu.remove_attribute("open");
    }
    if another {
        next_frame(|| {
            let _ = focus("#main [autofocus]") || focus("#main");
        });
    }
}

/// Closes the open menu, if there is one, and gives the focus back to what opened it; whether there was one.
pub(crate) fn close_menu() -> bool {
    let menus = open_menus();
    let Some(menu) = menus.first() else { return false };
    let _ = menu.remove_attribute("open");
    focus_first(menu, "summary");
    true
}

fn escape() {
    if close_menu() {
        return;
    }
    let closer = document().and_then(|document| document.query_selector("[data-escape]").ok().flatten());
    if let Some(closer) = closer.and_then(|closer| closer.dyn_into::<HtmlElement>().ok()) {
        closer.click();
    }
}

/// The address of a socket of this site.
pub(crate) fn socket_address(path: &str) -> String {
    let origin = window().and_then(|window| window.location().origin().ok());
    // `http` becomes `ws`, and `https` becomes `wss`.
    origin.unwrap_or_default().replacen("http", "ws", 1) + path
}

/// The present address: path and query.
pub(crate) fn address() -> String {
    let Some(location) = window().map(|window| window.location()) else {
        return String::new();
    };
    let path = location.pathname().unwrap_or_default();
    path + &location.search().unwrap_or_default()
}

/// Takes out of the address what said that a form was saved, once the page has taken note: a page that is loaded again or
/// kept as a bookmark must not say so.
pub(crate) fn forget_saved() {
    let here = address();
    let plain = crate::forms::with_saved(&here, None);
    if plain != here {
        readdress(&plain);
    }
}

/// Gives this page another address, without a step for Back. The router hears of it when somebody comes back to it: told at
/// once it would end the page where a browser takes no more of them (Safari, after a hundred in ten seconds).
pub(crate) fn readdress(address: &str) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(address));
    }
}

/// Puts the list of an event back to its first choice.
pub(crate) fn choose_first(event: &web_sys::Event) {
    if let Some(list) = event.target() {
        // Only an object that cannot be written to refuses this, and a list is none.
        let _ = js_sys::Reflect::set(&list, &"selectedIndex".into(), &0.into());
    }
}

/// Empties the fields below an element: secrets that were accepted must not stay on the page, nor what is not to be sent twice.
pub(crate) fn clear_inputs(inside: &Element) {
    let Ok(inputs) = inside.query_selector_all("input, textarea") else {
        return;
    };
    for input in (0..inputs.length()).filter_map(|index| inputs.get(index)) {
        // Only an object that cannot be written to refuses this, and a field is none.
        let _ = js_sys::Reflect::set(&input, &"value".into(), &"".into());
    }
}
