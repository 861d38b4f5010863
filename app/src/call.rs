//! How pages reach the use cases: `call` for an act, [`load`] for what a page shows. While a page is rendered on the
//! server both go straight through the [`Gateway`](crate::gateway::Gateway); in the browser they post the operation as JSON
//! to the public API, so that the UI has no door of its own.
//!
//! Answers travel as JSON text and futures are boxed: each type of answer would else bring its own copy of the machinery
//! of resources into the WebAssembly, a third of its size.

use crate::decode;
use domain::{Code, Operation, Problem};
use leptos::{prelude::*, server::codee::string::FromToStringCodec};
use serde::de::DeserializeOwned;
#[cfg(feature = "ssr")]
use std::sync::OnceLock;
use std::{
    future::{Future, ready},
    pin::Pin,
    sync::Arc,
};

/// An output as JSON text, or why there is none.
pub type Answer = Result<String, Problem>;

/// An [`Answer`] on its way.
pub type Asking = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Runs an operation and gives its output as JSON text.
#[cfg(feature = "ssr")]
pub fn ask<Op: Operation>(op: Op) -> Asking {
    use crate::gateway::Gateway;
    use domain::Caller;

    // Read before the first await, while the reactive owner of the request is current.
    let gateway = use_context::<Arc<dyn Gateway>>();
    let caller = use_context::<Caller>();
    Box::pin(async move {
        let internal = || Problem::new(Code::Internal);
        let (gateway, caller) = gateway.zip(caller).ok_or_else(internal)?;
        let output = gateway.dispatch(const { &Op::META }, caller, Box::new(op)).await?;
        let output = output.downcast::<Op::Output>().map_err(|_| internal())?;
        serde_json::to_string(&output).map_err(|_| internal())
    })
}

/// Runs an operation and gives its output as JSON text.
#[cfg(feature = "hydrate")]
pub fn ask<Op: Operation>(op: Op) -> Asking {
    match serde_json::to_string(&op) {
        Ok(body) => crate::browser::ask(Op::META.api, body, None),
        Err(_) => refuse(Code::Malformed),
    }
}

/// Runs an operation and gives its output as JSON text.
#[cfg(not(any(feature = "ssr", feature = "hydrate")))]
pub fn ask<Op: Operation>(_op: Op) -> Asking {
    refuse(Code::Unavailable)
}

/// An answer that is a problem, without asking.
pub fn refuse(code: Code) -> Asking {
    Box::pin(ready(Err(Problem::new(code))))
}

/// The output that an answer holds.
///
/// # Errors
/// The problem it holds instead; [`Code::Internal`] when the text is no such output.
pub fn read<T: DeserializeOwned>(answer: &str) -> Result<T, Problem> {
    decode::from_json(answer).map_err(|_| Problem::new(Code::Internal))
}

/// Runs an operation and gives its output.
///
/// # Errors
/// Whatever the server answers, and [`Code::Unavailable`] when it does not answer at all.
pub fn call<Op: Operation>(op: Op) -> impl Future<Output = Result<Op::Output, Problem>> + Send {
    let asking = ask(op);
    async move { read(&asking.await?) }
}

/// What a page shows, on its way: there at once in a page the server rendered, asked for again when its key changes.
#[derive(Clone, Copy, Debug)]
pub struct Loaded {
    resource: Resource<String, FromToStringCodec>,
    /// The answer, a moment before the resource holds it.
    #[cfg(feature = "ssr")]
    arrived: StoredValue<Arc<OnceLock<String>>>,
}

impl Loaded {
    /// The output, once it is there. Belongs inside a `Transition`.
    pub fn get<T: DeserializeOwned>(self) -> Option<Result<T, Problem>> {
        let packed = self.resource.get();
        #[cfg(feature = "ssr")]
        let packed = packed.or_else(|| self.arrived());
        packed.map(|packed| read(unpack(&packed)?))
    }

    /// What has come and is not in the resource yet. Leptos 0.9.0-rc1 tells a `Transition` that nothing is waited for any
    /// more before it puts the answer there (`ArcAsyncDerived`, where `pending_suspenses` are released): one that looks
    /// between the two, on another thread, would render nothing, and the browser's half stops at a page without what it
    /// expects.
    #[cfg(feature = "ssr")]
    fn arrived(self) -> Option<String> {
        self.arrived.try_get_value()?.get().cloned()
    }

    /// Asks again, and shows the present output until the next one is there.
    pub fn again(self) {
        self.resource.refetch();
    }
}

/// Loads what `ask` asks for; again whenever `key` changes.
pub fn load(
    key: impl Fn() -> String + Send + Sync + 'static,
    ask: impl Fn(String) -> Asking + Send + Sync + 'static,
) -> Loaded {
    load_erased(Arc::new(key), Arc::new(ask))
}

fn load_erased(key: Arc<dyn Fn() -> String + Send + Sync>, ask: Arc<dyn Fn(String) -> Asking + Send + Sync>) -> Loaded {
    #[cfg(feature = "ssr")]
    let arrived = Arc::new(OnceLock::new());
    #[cfg(feature = "ssr")]
    let kept = StoredValue::new(Arc::clone(&arrived));
    let resource = Resource::new_str(
        move || key(),
        move |key| {
            let asking = ask(key);
            #[cfg(feature = "ssr")]
            let arrived = Arc::clone(&arrived);
            async move {
                let packed = pack(asking.await);
                // Asked once while a page is made: on the server no key changes.
                #[cfg(feature = "ssr")]
                let _ = arrived.set(packed.clone());
                packed
            }
        },
    );
    Loaded {
        resource,
        #[cfg(feature = "ssr")]
        arrived: kept,
    }
}

/// What stands before the output in a packed answer.
const OUTPUT: char = '+';
/// What stands before the problem in a packed answer.
const PROBLEM: char = '-';

/// An answer as the text by which a rendered page hands it to the browser.
fn pack(answer: Answer) -> String {
    match answer {
        Ok(output) => format!("{OUTPUT}{output}"),
        Err(problem) => format!("{PROBLEM}{}", serde_json::to_string(&problem).unwrap_or_default()),
    }
}

/// The JSON of the output in a packed answer.
fn unpack(packed: &str) -> Result<&str, Problem> {
    packed.strip_prefix(OUTPUT).ok_or_else(|| {
        let problem = packed
            .strip_prefix(PROBLEM)
            .and_then(|problem| decode::from_json(problem).ok());
        problem.unwrap_or_else(|| Problem::new(Code::Internal))
    })
}

#[cfg(test)]
mod tests {
    use super::{Answer, pack, unpack};
    use domain::{Code, FieldError, Problem};

    #[test]
    fn an_answer_comes_to_the_browser_as_it_was_given() {
        let invalid = Problem::invalid(vec![FieldError {
            field: "name".to_owned(),
            message: "“ß” is \"no\" name.\n".to_owned(),
        }]);
        let answers: [Answer; 5] = [
            Ok(String::new()),
            Ok("-null".to_owned()),
            Ok("{\"a\": \"ü\"}".to_owned()),
            Err(Problem::new(Code::SignedOut).with_retry_after_seconds(5)),
            Err(invalid),
        ];
        for answer in answers {
            let packed = pack(answer.clone());
            assert_eq!(unpack(&packed).map(str::to_owned), answer);
        }
        for other in ["", "x", "-", "-{}"] {
            assert_eq!(unpack(other), Err(Problem::new(Code::Internal)), "{other}");
        }
    }
}
