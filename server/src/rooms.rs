//! The threads that rooms are worked on: each has a runtime of its own, on which the room, its sockets and their reading and
//! writing are, so that an edit passes from one socket to the others without another thread being woken.

use std::{cell::Cell, io, thread, time::Duration};
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
    time::Instant,
};

/// How far apart a busy thread looks for what came. To be woken for each message costs several times what the message itself
/// does, and all that came meanwhile is worked on together.
const APART: Duration = Duration::from_millis(5);
/// From so many reads a second on a thread is busy: then being woken for each would take a tenth of a core. Below, nobody is
/// kept waiting.
const BUSY: u32 = 2_000;
/// For how long reads are counted.
const COUNTED: Duration = Duration::from_millis(50);
/// Most threads: one carries thousands of people.
const THREADS_MAX: usize = 8;
/// How many tasks are worked on before it is looked for what came: all that came together.
const TASKS: u32 = 1_024;

thread_local! {
    static PAUSES: Cell<Pauses> = const { Cell::new(Pauses::NONE) };
}

/// When a thread looks for what came.
#[derive(Clone, Copy, Debug)]
struct Pauses {
    /// Reads since when.
    since: Option<Instant>,
    reads: u32,
    busy: bool,
    /// When the thread was woken last.
    woken: Option<Instant>,
}

impl Pauses {
    const NONE: Self = Self {
        since: None,
        reads: 0,
        busy: false,
        woken: None,
    };

    /// For how long a thread that has nothing more to do is not to look for what came.
    fn rest(&mut self, now: Instant) -> Option<Duration> {
        let counted = now.duration_since(*self.since.get_or_insert(now));
        if counted >= COUNTED {
            self.busy = f64::from(self.reads) >= f64::from(BUSY) * counted.as_secs_f64();
            (self.since, self.reads) = (Some(now), 0);
        }
        let next = self.woken.filter(|_| self.busy)? + APART;
        Some(next.duration_since(now)).filter(|rest| !rest.is_zero())
    }
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

/// A socket was read on this thread.
pub(crate) fn count_read() {
    change(|pauses| pauses.reads = pauses.reads.saturating_add(1));
}

/// After a thread waited.
fn count() {
    let now = Instant::now();
    change(|pauses| pauses.woken = Some(now));
}

/// Before a thread waits for what comes next.
fn pause() {
    let now = Instant::now();
    if let Some(rest) = change(|pauses| pauses.rest(now)) {
        thread::sleep(rest);
    }
}

fn change<T>(change: impl FnOnce(&mut Pauses) -> T) -> T {
    let mut pauses = PAUSES.get();
    let answer = change(&mut pauses);
    PAUSES.set(pauses);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thread that is woken every so many milliseconds for so many reads, for a second; how often it rested, and the longest.
    fn rests(start: Instant, pauses: &mut Pauses, every: u64, reads: u32) -> (u32, Duration) {
        let (mut rested, mut longest) = (0, Duration::ZERO);
        for woken in (0..1_000).step_by(usize::try_from(every).unwrap()) {
            let now = start + Duration::from_millis(woken);
            pauses.woken = Some(now);
            pauses.reads += reads;
            if let Some(rest) = pauses.rest(now + Duration::from_millis(1)) {
                (rested, longest) = (rested + 1, longest.max(rest));
            }
        }
        (rested, longest)
    }

    #[test]
    fn only_a_thread_that_reads_much_rests_and_never_for_longer_than_apart() {
        let (start, mut pauses) = (Instant::now(), Pauses::NONE);
        assert_eq!(pauses.rest(start), None, "a thread that begins");
        // Two hundred people who type, three letters a second each.
        assert_eq!(rests(start, &mut pauses, 2, 1).0, 0);
        // As many machines, forty a second each: from the first count on.
        let (rested, longest) = rests(start + Duration::from_secs(1), &mut pauses, 5, 40);
        assert!((180..=200).contains(&rested), "{rested}");
        assert_eq!(longest, APART.saturating_sub(Duration::from_millis(1)));
        // They stop: it wakes for whoever says something.
        assert!(rests(start + Duration::from_secs(2), &mut pauses, 50, 1).0 <= 1);
    }

    #[test]
    fn who_worked_for_long_looks_at_once() {
        let (start, mut pauses) = (Instant::now(), Pauses::NONE);
        rests(start, &mut pauses, 5, 40);
        let woken = start + Duration::from_secs(1);
        pauses.woken = Some(woken);
        assert_eq!(pauses.rest(woken + APART), None);
        assert_eq!(pauses.rest(woken + APART * 3), None);
    }
}
