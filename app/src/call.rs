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
use std::{
    future::{Future, ready},
    pin::Pin,
    sync::Arc,
};
#[cfg(feature = "ssr")]
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
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
    /// Whether the answer has come, which may be a moment before the resource holds it.
    #[cfg(feature = "ssr")]
    answered: StoredValue<Arc<AtomicBool>>,
}

impl Loaded {
    /// The output, once it is there. Belongs inside a `Transition`.
    pub fn get<T: DeserializeOwned>(self) -> Option<Result<T, Problem>> {
        let packed = self.resource.get();
        #[cfg(feature = "ssr")]
        let packed = packed.or_else(|| self.arriving());
        packed.map(|packed| read(unpack(&packed)?))
    }

    /// What is just coming. Leptos 0.9.0-rc1 tells a `Transition` that nothing is waited for any more before it puts the
    /// answer into the resource (`ArcAsyncDerived`, where `pending_suspenses` are released): one that looks between the two,
    /// on another thread, would render nothing, and the browser's half stops at a page without what it expects.
    #[cfg(feature = "ssr")]
    fn arriving(self) -> Option<String> {
        let looks = self
            .answered
            .try_get_value()
            .filter(|answered| answered.load(Ordering::Acquire))
            .map_or(0, |_| LOOKS);
        (0..looks).find_map(|_| {
            std::thread::sleep(LOOK_AGAIN);
            self.resource.get_untracked()
        })
    }

    /// Asks again, and shows the present output until the next one is there.
    pub fn again(self) {
        self.resource.refetch();
    }
}

/// How often to look for an answer that is just coming, at most; then the page is made without it.
#[cfg(feature = "ssr")]
const LOOKS: u32 = 100;
/// How long to wait before each look: longer than a value takes from one place to the next.
#[cfg(feature = "ssr")]
const LOOK_AGAIN: Duration = Duration::from_micros(100);

/// Loads what `ask` asks for; again whenever `key` changes.
pub fn load(
    key: impl Fn() -> String + Send + Sync + 'static,
    ask: impl Fn(String) -> Asking + Send + Sync + 'static,
) -> Loaded {
    load_erased(Arc::new(key), Arc::new(ask))
}

fn load_erased(key: Arc<dyn Fn() -> String + Send + Sync>, ask: Arc<dyn Fn(String) -> Asking + Send + Sync>) -> Loaded {
    #[cfg(feature = "ssr")]
    let answered = Arc::new(AtomicBool::new(false));
    #[cfg(feature = "ssr")]
    let kept = StoredValue::new(Arc::clone(&answered));
    let resource = Resource::new_str(
        move || key(),
        move |key| {
            let asking = ask(key);
            #[cfg(feature = "ssr")]
            let answered = Arc::clone(&answered);
            async move {
                let packed = pack(asking.await);
                #[cfg(feature = "ssr")]
                answered.store(true, Ordering::Release);
                packed
            }
        },
    );
    Loaded {
        resource,
        #[cfg(feature = "ssr")]
        answered: kept,
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
