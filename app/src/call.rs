//! `call(op)`: the only function by which pages reach the use cases. While a page is rendered on the server it goes
//! straight through the [`Gateway`](crate::gateway::Gateway), without serialising anything; in the browser it posts the
//! operation as JSON to the public API, so that the UI has no door of its own.

use domain::{Operation, Problem};
use std::future::Future;

/// Runs an operation and gives its output.
///
/// # Errors
/// Whatever the server answers, and [`domain::Code::Unavailable`] when it does not answer at all.
#[cfg(feature = "ssr")]
pub fn call<Op: Operation>(op: Op) -> impl Future<Output = Result<Op::Output, Problem>> + Send {
    use crate::gateway::Gateway;
    use domain::{Caller, Code};
    use leptos::prelude::use_context;
    use std::sync::Arc;

    // Read before the first await, while the reactive owner of the request is current.
    let gateway = use_context::<Arc<dyn Gateway>>();
    let caller = use_context::<Caller>();
    async move {
        let (Some(gateway), Some(caller)) = (gateway, caller) else {
            return Err(Problem::new(Code::Internal));
        };
        let output = gateway.dispatch(const { &Op::META }, caller, Box::new(op)).await?;
        output
            .downcast::<Op::Output>()
            .map(|output| *output)
            .map_err(|_| Problem::new(Code::Internal))
    }
}

/// Runs an operation and gives its output.
///
/// # Errors
/// Whatever the server answers, and [`domain::Code::Unavailable`] when it does not answer at all.
#[cfg(not(feature = "ssr"))]
pub fn call<Op: Operation>(op: Op) -> impl Future<Output = Result<Op::Output, Problem>> + Send {
    call_with_key(op, None)
}

/// The same, under a key with which a mutation is done at most once, however often it is sent.
///
/// # Errors
/// Whatever the server answers, and [`domain::Code::Unavailable`] when it does not answer at all.
#[cfg(not(feature = "ssr"))]
pub(crate) fn call_with_key<Op: Operation>(
    op: Op,
    key: Option<String>,
) -> impl Future<Output = Result<Op::Output, Problem>> + Send {
    #[cfg(feature = "hydrate")]
    {
        let body = serde_json::to_string(&op);
        send_wrapper::SendWrapper::new(async move {
            let body = body.map_err(|_| Problem::new(domain::Code::Malformed))?;
            let answer = crate::browser::post_json(Op::META.api, &body, key.as_deref()).await?;
            serde_json::from_str(&answer).map_err(|_| Problem::new(domain::Code::Internal))
        })
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (op, key);
        std::future::ready(Err(Problem::new(domain::Code::Unavailable)))
    }
}
