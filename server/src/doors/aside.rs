//! What keeps a thread busy for tens of milliseconds, done aside from the threads that serve everybody.

use domain::{Code, Problem};
use std::future::Future;
use tokio::{runtime::Handle, task::spawn_blocking};

/// Does the whole of it on a thread of its own, waiting included. Whoever calls bounds how much of it goes on at once: each
/// has a thread until it is done, also when nobody waits for it any more.
///
/// # Errors
/// [`Code::Internal`] when it panics.
pub async fn aside<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T, Problem> {
    let runtime = Handle::current();
    let done = spawn_blocking(move || runtime.block_on(work)).await;
    done.map_err(|_| Problem::new(Code::Internal))
}

#[cfg(test)]
mod tests {
    use super::aside;
    use domain::Code;
    use std::thread;

    #[tokio::test]
    async fn it_runs_on_another_thread_may_wait_there_and_a_panic_stays_there() {
        let here = thread::current().id();
        let there = aside(async {
            tokio::task::yield_now().await;
            thread::current().id()
        });
        assert_ne!(there.await.expect("done"), here);
        let fault = aside(async { panic!("on purpose") }).await;
        assert_eq!(
            fault.map_err(|problem: domain::Problem| problem.code),
            Err::<(), _>(Code::Internal)
        );
    }
}
