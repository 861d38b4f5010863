//! Hearing of what a page shows, without the editor: whether somebody has changed the text that is read, and whether the
//! reader may still see it. A bare client of the server's sockets, which says nothing itself.

use crate::browser;
use leptos::leptos_dom::helpers::set_timeout;
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

/// The first bytes of a frame that hands on a change: a message of the sync protocol, an update.
const UPDATE: [u8; 2] = [0, 2];
/// Those of one that asks what we have: we may write, perhaps anew.
const ASKS: [u8; 2] = [0, 0];
/// The first byte of a frame that says that we may only read from now on.
const DENIED: u8 = 2;
/// Close codes after which there is no use in coming back.
const FINAL: std::ops::Range<u16> = 4400..4500;
/// How long a connection stands before it counts as one, in milliseconds: what accepts a connection only to drop it is not
/// to be asked again as if it had served.
const STANDS_MS: f64 = 10_000.0;
/// How long a page may be out of sight, in milliseconds, before its connections are made anew: whoever sleeps is not told
/// that one is gone.
const ASLEEP_MS: f64 = 60_000.0;

/// When to connect, and to connect again.
pub(crate) struct Pace {
    /// How long to wait before each try, in milliseconds, half as much more or less by chance: not everybody comes back at
    /// the same moment. The last counts for all that follow.
    waits: [u16; 5],
    /// Whether to come back even after an end for good: what was told of it may not have been able to act on it.
    persists: bool,
}

/// For the text of a page: who only passes by on the way to writing opens no connection for it.
pub(crate) static TEXT: Pace = Pace {
    waits: [1_000, 2_000, 5_000, 15_000, 60_000],
    persists: false,
};

/// For the page itself, which is to end within a second of its reader's right to it: at once, and soon again after an outage.
pub(crate) static PAGE: Pace = Pace {
    waits: [0, 500, 1_000, 2_000, 2_000],
    persists: true,
};

/// For a page whose reader is signed out: it asks seldom, or when somebody looks at it.
pub(crate) static OUT: Pace = Pace {
    waits: [60_000; 5],
    persists: true,
};

thread_local! {
    /// Since when the page is out of sight; 0 while it is seen.
    static HIDDEN: Cell<f64> = const { Cell::new(0.0) };
    /// Everybody who listens.
    static ALL: RefCell<Vec<Weak<RefCell<Listening>>>> = const { RefCell::new(Vec::new()) };
}

/// What is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The text was changed, or what may be done with it; or either may have been while nobody listened.
    Changed,
    /// The server closed for good, with this code.
    Ended(u16),
}

struct Listening {
    address: String,
    pace: &'static Pace,
    tell: Box<dyn Fn(Heard)>,
    socket: Option<WebSocket>,
    tries: usize,
    /// When the last connection opened, in milliseconds.
    opened: f64,
    /// Whether the next try has its time already.
    waits: bool,
    /// Whether there is none any more.
    stopped: bool,
}

/// Somebody who listens, until it is dropped or stopped.
pub(crate) struct Follower(Rc<RefCell<Listening>>);

impl Follower {
    /// Listens at the path of a socket.
    pub(crate) fn open(path: &str, pace: &'static Pace, tell: impl Fn(Heard) + 'static) -> Self {
        let listening = Rc::new(RefCell::new(Listening {
            address: browser::socket_address(path),
            pace,
            tell: Box::new(tell),
            socket: None,
            tries: 0,
            opened: 0.0,
            waits: false,
            stopped: false,
        }));
        ALL.with_borrow_mut(|all| {
            all.retain(|one| one.strong_count() > 0);
            all.push(Rc::downgrade(&listening));
        });
        later(&listening);
        Self(listening)
    }

    /// Comes back at this pace from now on.
    pub(crate) fn go_on(&self, pace: &'static Pace) {
        self.0.borrow_mut().pace = pace;
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut listening = self.0.borrow_mut();
        listening.stopped = true;
        let socket = listening.socket.take();
        drop(listening);
        match socket {
            // Closed on its way, a connection is a warning in the console.
            Some(socket) if socket.ready_state() == WebSocket::CONNECTING => {
                let opened = socket.clone();
                let close = Closure::once_into_js(move || {
                    let _ = opened.close();
                });
                socket.set_onopen(Some(close.unchecked_ref()));
            }
            Some(socket) => {
                let _ = socket.close();
            }
            None => {}
        }
    }
}

/// To be called once: whoever lost the connection tries again at once when the network is back, or somebody looks at the page.
pub(crate) fn listen() {
    browser::on_window(&["online", "pageshow", "focus", "visibilitychange"], |_| look());
}

/// Whoever lost the connection tries again now.
pub(crate) fn look() {
    let time = js_sys::Date::now();
    if browser::is_hidden() {
        HIDDEN.set(time);
        return;
    }
    let since = HIDDEN.take();
    let slept = since > 0.0 && time - since > ASLEEP_MS;
    let all = ALL.with_borrow(Clone::clone);
    for one in all.iter().filter_map(Weak::upgrade) {
        if slept {
            wake(&one);
            continue;
        }
        let now = one.borrow();
        // Who waits for the first try has lost nothing.
        let lost = now.tries > 1;
        drop(now);
        if lost {
            connect(&one);
        }
    }
}

/// Connects anew, whatever the connection of before says of itself.
fn wake(listening: &Rc<RefCell<Listening>>) {
    let mut now = listening.borrow_mut();
    if let Some(socket) = now.socket.take_if(|socket| socket.ready_state() == WebSocket::OPEN) {
        socket.set_onmessage(None);
        socket.set_onclose(None);
        let _ = socket.close();
    }
    drop(now);
    connect(listening);
}

/// Connects when it is time for the next try.
fn later(listening: &Rc<RefCell<Listening>>) {
    let mut now = listening.borrow_mut();
    if now.waits {
        return;
    }
    let wait = now.pace.waits[now.tries.min(now.pace.waits.len() - 1)];
    now.tries += 1;
    now.waits = wait > 0;
    drop(now);
    if wait == 0 {
        connect(listening);
        return;
    }
    let then = Rc::downgrade(listening);
    let wait = Duration::from_millis(u64::from(wait)).mul_f64(0.5 + js_sys::Math::random());
    // Without timers there is no next try, and the text stays as it is read. Who stopped listening meanwhile is gone then.
    let _ = set_timeout(
        move || {
            if let Some(listening) = then.upgrade() {
                listening.borrow_mut().waits = false;
                connect(&listening);
            }
        },
        wait,
    );
}

/// Connects, unless there is a connection, or one on its way there or away, or is to be none any more.
fn connect(listening: &Rc<RefCell<Listening>>) {
    let now = listening.borrow();
    if now.stopped || now.socket.is_some() {
        return;
    }
    drop(now);
    // What cannot be is not tried: each try would be an error in the console.
    if browser::is_offline() {
        later(listening);
        return;
    }
    let Ok(socket) = WebSocket::new(&listening.borrow().address) else {
        return;
    };
    socket.set_binary_type(BinaryType::Arraybuffer);
    let heard = Rc::downgrade(listening);
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let bytes = js_sys::Uint8Array::new(&event.data());
        let starts = [0, 1].map(|at| (bytes.length() > at).then(|| bytes.get_index(at)));
        if let Some(listening) = heard.upgrade()
            && (starts == UPDATE.map(Some) || starts == ASKS.map(Some) || starts[0] == Some(DENIED))
        {
            (listening.borrow().tell)(Heard::Changed);
        }
    });
    let opened = Rc::downgrade(listening);
    let on_open = Closure::<dyn Fn()>::new(move || {
        let Some(listening) = opened.upgrade() else { return };
        listening.borrow_mut().opened = js_sys::Date::now();
        // Something may have been missed since the page was made, or since the connection before this one.
        (listening.borrow().tell)(Heard::Changed);
    });
    let closed = Rc::downgrade(listening);
    let on_close = Closure::<dyn Fn(CloseEvent)>::new(move |event: CloseEvent| {
        if let Some(listening) = closed.upgrade() {
            ended(&listening, event.code());
        }
    });
    socket.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
    socket.set_onopen(Some(on_open.into_js_value().unchecked_ref()));
    socket.set_onclose(Some(on_close.into_js_value().unchecked_ref()));
    listening.borrow_mut().socket = Some(socket);
}

/// A connection is gone: for good, or until the next try.
fn ended(listening: &Rc<RefCell<Listening>>, code: u16) {
    let mut now = listening.borrow_mut();
    now.socket = None;
    if now.stopped {
        return;
    }
    let opened = std::mem::take(&mut now.opened);
    if opened > 0.0 && js_sys::Date::now() - opened > STANDS_MS {
        now.tries = 1;
    }
    let is_final = FINAL.contains(&code);
    if is_final {
        now.tries = now.pace.waits.len();
        now.stopped = !now.pace.persists;
    }
    let stopped = now.stopped;
    drop(now);
    if is_final {
        (listening.borrow().tell)(Heard::Ended(code));
    }
    if !stopped {
        later(listening);
    }
}
