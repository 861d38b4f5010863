//! Hearing of a text that is read, without the editor: whether somebody has changed it, and whether the reader may still
//! read. A bare client of the room's socket, which says nothing itself.

use crate::browser;
use leptos::leptos_dom::helpers::set_timeout;
use std::{cell::RefCell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

/// The first bytes of a frame that hands on a change: a message of the sync protocol, an update.
const UPDATE: [u8; 2] = [0, 2];
/// Close codes after which there is no use in coming back.
const FINAL: std::ops::Range<u16> = 4400..4500;
/// How long to wait before each try; the last counts for all that follow. Who only passes by on the way to writing opens no
/// connection for it.
const WAITS: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_mins(1),
];

/// What is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The text was changed, or may have been while nobody listened.
    Changed,
    /// The server closed for good, with this code.
    Ended(u16),
}

struct Listening {
    address: String,
    tell: Box<dyn Fn(Heard)>,
    socket: Option<WebSocket>,
    tries: usize,
    stopped: bool,
}

/// Somebody who listens, until it is dropped or stopped.
pub(crate) struct Follower(Rc<RefCell<Listening>>);

impl Follower {
    /// Listens at the path of a room.
    pub(crate) fn open(path: &str, tell: impl Fn(Heard) + 'static) -> Self {
        let listening = Rc::new(RefCell::new(Listening {
            address: browser::socket_address(path),
            tell: Box::new(tell),
            socket: None,
            tries: 0,
            stopped: false,
        }));
        later(&listening);
        Self(listening)
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

/// Connects when it is time for the next try.
fn later(listening: &Rc<RefCell<Listening>>) {
    let mut now = listening.borrow_mut();
    let wait = WAITS[now.tries.min(WAITS.len() - 1)];
    now.tries += 1;
    let then = Rc::downgrade(listening);
    // Without timers there is no next try, and the text stays as it is read. Who stopped listening meanwhile is gone then.
    let _ = set_timeout(
        move || {
            if let Some(listening) = then.upgrade() {
                connect(&listening);
            }
        },
        wait,
    );
}

fn connect(listening: &Rc<RefCell<Listening>>) {
    let Ok(socket) = WebSocket::new(&listening.borrow().address) else {
        return;
    };
    socket.set_binary_type(BinaryType::Arraybuffer);
    let heard = Rc::downgrade(listening);
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let bytes = js_sys::Uint8Array::new(&event.data());
        let starts = [0, 1].map(|at| (bytes.length() > at).then(|| bytes.get_index(at)));
        if let Some(listening) = heard.upgrade()
            && starts == UPDATE.map(Some)
        {
            (listening.borrow().tell)(Heard::Changed);
        }
    });
    let opened = Rc::downgrade(listening);
    let on_open = Closure::<dyn Fn()>::new(move || {
        let Some(listening) = opened.upgrade() else { return };
        listening.borrow_mut().tries = 1;
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
    if FINAL.contains(&code) {
        drop(now);
        (listening.borrow().tell)(Heard::Ended(code));
        return;
    }
    drop(now);
    later(listening);
}
