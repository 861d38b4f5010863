//! The pool that hashes and checks passwords. argon2id takes 19 MiB and tens of milliseconds each time by design; on
//! threads of its own, in bounded number, behind a bounded queue, a storm of sign-ins slows nothing but sign-ins.

use domain::{Code, Problem};
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
};
use tokio::sync::oneshot;

/// Seconds after which somebody whom the full queue turned away should try again.
const RETRY_SECONDS: u32 = 5;

type Work = Box<dyn FnOnce() + Send>;

/// Threads that hash. Dropping the pool ends them after what they have begun.
pub(crate) struct HashingPool {
    queue: SyncSender<Work>,
}

impl HashingPool {
    /// Starts `threads` threads behind a queue of `waiting` places.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(threads: usize, waiting: usize) -> io::Result<Self> {
        let (queue, work) = sync_channel::<Work>(waiting);
        let work = Arc::new(Mutex::new(work));
        for number in 0..threads.max(1) {
            let work = Arc::clone(&work);
            thread::Builder::new()
                .name(format!("hashing-{number}"))
                .spawn(move || serve(&work))?;
        }
        Ok(Self { queue })
    }

    /// Runs one computation on the pool. Work whose caller has left is dropped unbegun.
    ///
    /// # Errors
    /// [`Code::TooMany`] when the queue is full; nothing was computed then.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move || {
            if answer.is_closed() {
                return;
            }
            // A panic drops `answer`, and its caller alone hears of it; the thread goes on.
            if let Ok(result) = catch_unwind(AssertUnwindSafe(compute)) {
                // The caller may leave while this computes: then nobody misses the result.
                let _ = answer.send(result);
            }
        });
        match self.queue.try_send(work) {
            Ok(()) => answered.await.map_err(|_| Problem::new(Code::Internal)),
            Err(TrySendError::Full(_)) => Err(Problem::new(Code::TooMany)
                .with_detail("Many people are signing in at this moment. Try again in a few seconds.")
                .with_retry_after_seconds(RETRY_SECONDS)),
            Err(TrySendError::Disconnected(_)) => Err(Problem::new(Code::Internal)),
        }
    }
}

fn serve(work: &Mutex<Receiver<Work>>) {
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(work) => work(),
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Barrier, mpsc::channel};

    #[tokio::test]
    async fn a_full_queue_turns_people_away_and_keeps_the_others() {
        let pool = Arc::new(HashingPool::start(1, 1).expect("threads"));
        let gate = Arc::new(Barrier::new(2));
        let (started, starts) = channel();
        let first = tokio::spawn({
            let (pool, gate) = (Arc::clone(&pool), Arc::clone(&gate));
            async move {
                pool.run(move || {
                    started.send(()).expect("the test listens");
                    gate.wait();
                    1
                })
                .await
            }
        });
        tokio::task::spawn_blocking(move || starts.recv())
            .await
            .expect("joined")
            .expect("started");
        // The thread is busy and the queue has one place: of two more, exactly one is turned away at once.
        let second = pool.run(|| 2);
        let third = pool.run(|| 3);
        let (second, third) = tokio::join!(biased; second, async {
            let third = third.await;
            gate.wait();
            third
        });
        assert_eq!(second, Ok(2));
        let refusal = third.expect_err("the queue was full");
        assert_eq!(
            (refusal.code, refusal.retry_after_seconds),
            (Code::TooMany, Some(RETRY_SECONDS))
        );
        assert_eq!(first.await.expect("joined"), Ok(1));
    }

    #[tokio::test]
    async fn a_panic_in_one_computation_is_a_fault_of_that_one() {
        let pool = HashingPool::start(1, 4).expect("threads");
        let fault = pool.run(|| -> u8 { panic!("on purpose") }).await;
        assert_eq!(fault.map_err(|problem| problem.code), Err(Code::Internal));
        assert_eq!(pool.run(|| 7).await, Ok(7), "the only thread lives on");
    }
}
