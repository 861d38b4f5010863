//! The threads that rooms are worked on: each has a runtime of its own, on which the room, its sockets and their reading and
//! writing are, so that an edit passes from one socket to the others without another thread being woken.

use std::{cell::Cell, io, thread, time::Duration};
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
    time::Instant,
};

/// How far apart a busy thread looks for what came. To be woken for each message costs several times what the message itself
/// does.
const APART: Duration = Duration::from_millis(5);
/// How often a thread that was quiet may look without keeping that apart. Whoever comes in needs it a dozen times: for the
/// socket, the room, the body, what was asked meanwhile.
const AHEAD: u32 = 24;
/// Most threads: one carries thousands of people.
const THREADS_MAX: usize = 8;
/// How many tasks are worked on before it is looked for what came: all that came together.
const TASKS: u32 = 1_024;

thread_local! {
    /// When this thread would have been woken last, had it kept every two wakings apart.
    static WOKEN: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// The threads. They end when this is dropped.
pub(crate) struct RoomThreads {
    handles: Vec<Handle>,
    #[expect(dead_code, reason = "a thread ends when its sender is dropped")]
    ends: Vec<oneshot::Sender<()>>,
}

impl RoomThreads {
    /// Starts as many threads as the machine has use for: about half its cores, since encryption and the database have work
    /// to do as well.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start() -> io::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let (mut handles, mut ends) = (Vec::new(), Vec::new());
        for number in 0..(cores / 2).clamp(1, THREADS_MAX) {
            let runtime = Builder::new_current_thread()
                .enable_all()
                .event_interval(TASKS)
                .on_thread_park(pause)
                .on_thread_unpark(count)
                .build()?;
            let (end, ended) = oneshot::channel::<()>();
            handles.push(runtime.handle().clone());
            ends.push(end);
            thread::Builder::new().name(format!("rooms-{number}")).spawn(move || {
                // The end is that nobody can say anything any more.
                let _ = runtime.block_on(ended);
                runtime.shutdown_background();
            })?;
        }
        Ok(Self { handles, ends })
    }

    /// Where rooms are to be worked on.
    pub(crate) fn handles(&self) -> Vec<Handle> {
        self.handles.clone()
    }
}

/// After a thread waited.
fn count() {
    let now = Instant::now();
    WOKEN.set(Some(WOKEN.get().map_or(now, |woken| now.max(woken + APART))));
}

/// Before a thread waits for what comes next.
fn pause() {
    let next = WOKEN.get().map(|woken| woken + APART);
    let rest = next.and_then(|next| next.duration_since(Instant::now()).checked_sub(APART * AHEAD));
    if let Some(rest) = rest {
        thread::sleep(rest);
    }
}
