//! An operation is one typed request of the API: a query or a mutation. Its struct and one `operation!` line say all
//! that the dispatcher, the router, the tests and the OpenAPI document need to know.

use crate::{FieldError, WorkspaceId, policy::Action};
use serde::{Serialize, de::DeserializeOwned};

/// Whether an operation changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Changes nothing.
    Query,
    /// Changes something; takes an idempotency key, runs only from our own origin.
    Mutation,
}

/// Who may send an operation, and under which tenant it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Anybody; runs in the house.
    Public,
    /// A signed-in person; runs in the house.
    Account,
    /// A member of [`Operation::workspace`]; runs in that workspace.
    Workspace,
}

/// Which limiter counts an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RateClass {
    /// Reading pages and lists.
    Read,
    /// Changing records.
    Write,
    /// Tries a secret: a password or a token.
    Credential,
    /// Makes the server send mail to an address that somebody typed.
    Mail,
    /// Costs much: exports.
    Heavy,
}

/// What an operation leaves in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Audited {
    /// An event for each success; without it the transaction does not commit.
    Mutation,
    /// An event for each success, although nothing changes: sensitive classes and exports.
    Read,
    /// Nothing.
    None,
}

/// All that is known of an operation apart from its fields.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Meta {
    /// The name, such as `workspace.rename`.
    pub name: &'static str,
    /// The path of the JSON API.
    pub api: &'static str,
    /// One line for the OpenAPI document.
    pub summary: &'static str,
    /// Query or mutation.
    pub kind: Kind,
    /// Who may send it.
    pub scope: Scope,
    /// What a member must be allowed to do, for [`Scope::Workspace`].
    pub action: Action,
    /// Whether the session's proof of identity must be fresh.
    pub step_up: bool,
    /// Which limiter counts it.
    pub rate: RateClass,
    /// What it leaves in the audit log.
    pub audit: Audited,
}

/// One typed request. See [`crate::ops`] for all of them.
pub trait Operation: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// What a success answers.
    type Output: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// All that is known of the operation apart from its fields.
    const META: Meta;

    /// The workspace the operation is about; `Some` exactly for [`Scope::Workspace`].
    fn workspace(&self) -> Option<WorkspaceId> {
        None
    }

    /// Checks each field's form and length; the same code runs in the browser and on the server.
    ///
    /// # Errors
    /// One entry for each field that is not acceptable.
    fn validate(&self) -> Result<(), Vec<FieldError>> {
        Ok(())
    }
}

/// Declares the [`Operation`] of a struct: output, name and META, then the parts that differ from the defaults.
#[macro_export]
macro_rules! operation {
    (
        $op:ty => $output:ty, $name:literal, $summary:literal, $kind:ident, $scope:ident, $action:ident, $rate:ident,
        $audit:ident $(, step_up = $step_up:literal)? $(, workspace = $workspace:ident)? $(, validate = $validate:expr)?
    ) => {
        impl $crate::Operation for $op {
            type Output = $output;
            const META: $crate::Meta = $crate::Meta {
                name: $name,
                api: concat!("/api/v1/", $name),
                summary: $summary,
                kind: $crate::Kind::$kind,
                scope: $crate::Scope::$scope,
                action: $crate::policy::Action::$action,
                step_up: [$($step_up,)? false][0],
                rate: $crate::RateClass::$rate,
                audit: $crate::Audited::$audit,
            };
            $(fn workspace(&self) -> Option<$crate::WorkspaceId> { Some(self.$workspace) })?
            $(fn validate(&self) -> Result<(), Vec<$crate::FieldError>> {
                let check: fn(&Self) -> Result<(), Vec<$crate::FieldError>> = $validate;
                check(self)
            })?
        }
    };
}
