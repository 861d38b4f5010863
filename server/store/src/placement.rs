//! Where a workspace lives, and in what light a transaction sees it.

use crate::StoreError;
use domain::{AccountId, FieldClass, WorkspaceId};
use std::fmt;

/// The name of a schema that holds tenants. It is formatted into SQL, hence its narrow form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Schema(String);

/// A text that cannot name a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a schema's name is 1 to 48 lower-case letters, digits and underscores, begins with a letter, does not begin with \
     pg_ and is none of control, public, information_schema"
)]
pub struct NotASchema;

impl Schema {
    /// Checks the name of a schema.
    ///
    /// # Errors
    /// When the text is no plain identifier, or a name that is taken by something else.
    pub fn new(name: impl Into<String>) -> Result<Self, NotASchema> {
        let name = name.into();
        let plain = name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let first = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        let taken = ["control", "public", "information_schema"].contains(&name.as_str()) || name.starts_with("pg_");
        if plain && first && !taken && name.len() <= 48 {
            Ok(Self(name))
        } else {
            Err(NotASchema)
        }
    }

    /// The schema every workspace lives in unless configured otherwise.
    pub fn shared() -> Self {
        Self("shared".to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a workspace's parts live. Today there is one of each; a schema or a region for a workspace of its own is a row
/// with other names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The database cluster.
    pub cluster: String,
    /// The schema in it.
    pub schema: Schema,
    /// The bucket of its attachments.
    pub bucket: String,
    /// The store of its key.
    pub key_store: String,
}

impl Placement {
    /// The one cluster, bucket and key store there are today.
    pub const MAIN: &'static str = "main";

    /// The placement of a workspace in the shared schema of the one cluster.
    pub fn shared(workspace: WorkspaceId) -> Self {
        Self {
            workspace,
            cluster: Self::MAIN.to_owned(),
            schema: Schema::shared(),
            bucket: Self::MAIN.to_owned(),
            key_store: Self::MAIN.to_owned(),
        }
    }

    /// The placement of the house ([`WorkspaceId::HOUSE`]), which `migrate` makes.
    pub fn house() -> Self {
        Self::shared(WorkspaceId::HOUSE)
    }

    /// Refuses a placement in a cluster this process has no connection to.
    pub(crate) fn reachable(&self) -> Result<(), StoreError> {
        if self.cluster == Self::MAIN {
            return Ok(());
        }
        Err(StoreError::Bug(format!("no connection to cluster {}", self.cluster)))
    }
}

/// Whose eyes a transaction has: the context that row-level security decides by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantScope {
    /// The workspace and where it lives.
    pub placement: Placement,
    /// Who acts, if a person does.
    pub actor: Option<AccountId>,
    /// The field classes the actor may see.
    pub classes: Vec<FieldClass>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_a_plain_identifier() {
        for good in ["shared", "shared2", "t_0123", "a"] {
            assert_eq!(Schema::new(good).map(|s| s.to_string()).as_deref(), Ok(good));
        }
        let long = "a".repeat(49);
        for bad in [
            "", "Shared", "2shared", "_x", "a-b", "a b", "a;b", "a\"b", "é", "control", "public", "pg_x", &long,
        ] {
            assert_eq!(Schema::new(bad), Err(NotASchema), "{bad}");
        }
    }
}
