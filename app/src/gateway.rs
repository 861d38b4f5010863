//! The one door from the UI to the use cases. `server` implements it over the operation registry; `app` knows neither
//! the registry nor the database, so that an edit of a query does not rebuild the UI.

use domain::{Caller, Meta, Problem, ports::BoxFuture};
use std::any::Any;

/// An operation or its output on the way through the object-safe [`Gateway`].
pub type AnyBox = Box<dyn Any + Send>;

/// Runs operations. In context as `Arc<dyn Gateway>` while a page is rendered on the server, beside the [`Caller`].
pub trait Gateway: Send + Sync {
    /// Runs one operation for a caller. `op` holds the operation that `meta` describes; the answer holds its
    /// `Operation::Output`.
    fn dispatch<'a>(
        &'a self,
        meta: &'static Meta,
        caller: Caller,
        op: AnyBox,
    ) -> BoxFuture<'a, Result<AnyBox, Problem>>;
}
