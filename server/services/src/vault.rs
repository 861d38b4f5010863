//! Seals and opens the values of encrypted columns within one transaction.

use crate::{
    failure::Failure,
    keyring::{KeyFault, KeyName, Keyring, VersionedKey},
};
use crypto::Place;
use std::sync::Arc;
use store::{
    Scoped, StoreError,
    data_keys::{self, DataKeyRow},
};
use time::OffsetDateTime;
use uuid::Uuid;

/// An encrypted column: where it stands, and which of a record's data keys seals it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) table: &'static str,
    pub(crate) name: &'static str,
    pub(crate) class: &'static str,
}

/// An account's name; the key is the account's.
pub(crate) const ACCOUNT_NAME: Column = column("accounts", "name", "account");
/// An account's address; the key is the account's.
pub(crate) const ACCOUNT_EMAIL: Column = column("accounts", "email", "account");
/// From where a session was last seen; the key is the account's.
pub(crate) const SESSION_ADDRESS: Column = column("sessions", "address", "session");
/// Browser and system of a session; the key is the account's.
pub(crate) const SESSION_DEVICE: Column = column("sessions", "device", "session");
/// A workspace's name; the key is the workspace's.
pub(crate) const WORKSPACE_NAME: Column = column("workspaces", "name", "settings");
/// The address an invitation was sent to; the key is the invitation's.
pub(crate) const INVITATION_EMAIL: Column = column("invitations", "email", "invitation");
/// A record's title.
pub(crate) const RECORD_TITLE: Column = column("record_fields", "value", "record.title");
/// A record's summary.
pub(crate) const RECORD_SUMMARY: Column = column("record_fields", "value", "record.general");
/// A row of a body's log; the key is the record's, and the row id its sequence.
pub(crate) const DOCUMENT_UPDATES: Column = column("document_updates", "content", "record.body");
/// A snapshot of a body, likewise.
pub(crate) const DOCUMENT_SNAPSHOT: Column = column("document_snapshots", "content", "record.body");
/// A picture in a body; the key is its own.
pub(crate) const ATTACHMENT: Column = column("attachments", "content", "record.body");
/// The key of a picture; the key over it is the record's.
pub(crate) const ATTACHMENT_KEY: Column = column("attachments", "key", "record.body");
/// What opens the commitments of an audit event; the key is the acting account's, or the workspace's.
pub(crate) const AUDIT_OPENINGS: Column = column("audit_events", "openings", "audit");
/// The payload of a queued job; the key is the workspace's.
pub(crate) const JOB_PAYLOAD: Column = column("jobs", "payload", "job");
/// The stored answer to a mutation; the key is the workspace's.
pub(crate) const REPLAY: Column = column("idempotency_keys", "response", "replay");

impl Column {
    /// The place of a row of this column.
    pub(crate) fn place(self, workspace: Uuid, row: Uuid, key_version: u32) -> Place<'static> {
        Place {
            workspace,
            table: self.table,
            column: self.name,
            row,
            key_version,
        }
    }
}

const fn column(table: &'static str, name: &'static str, class: &'static str) -> Column {
    Column { table, name, class }
}

/// The keys of one transaction. Those it made are kept at hand only once it has committed.
pub(crate) struct Vault<'a> {
    keyring: &'a Keyring,
    at: OffsetDateTime,
    made: Vec<(KeyName, VersionedKey)>,
}

/// Why a value was not opened.
enum Shut {
    /// The value, or its data key, was damaged or erased: others open.
    Value(KeyFault),
    /// The database or the key store failed: it says nothing about the value.
    Failed(Failure),
}

impl From<KeyFault> for Shut {
    fn from(fault: KeyFault) -> Self {
        match fault {
            KeyFault::Wrong { .. } | KeyFault::NoDataKey { .. } => Self::Value(fault),
            KeyFault::Store { .. } | KeyFault::Task => Self::Failed(fault.into()),
        }
    }
}

impl From<StoreError> for Shut {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Shut {
    fn into_failure(self) -> Failure {
        match self {
            Self::Value(fault) => fault.into(),
            Self::Failed(failure) => failure,
        }
    }
}

/// A data key that was just made.
pub(crate) struct FirstKey {
    name: KeyName,
    key: VersionedKey,
    wrapped: Vec<u8>,
}

impl<'a> Vault<'a> {
    pub(crate) fn new(keyring: &'a Keyring, at: OffsetDateTime) -> Self {
        Self {
            keyring,
            at,
            made: Vec::new(),
        }
    }

    /// Seals a value under a key that cannot be stored yet, because what it hangs on is not there. [`Vault::keep_first`]
    /// stores it.
    pub(crate) async fn seal_first(
        &mut self,
        tx: &impl Scoped,
        column: Column,
        record: Uuid,
        plain: &[u8],
    ) -> Result<(Vec<u8>, FirstKey), Failure> {
        let name = key_name(tx, column, record);
        let (key, wrapped) = self.keyring.make_data_key(name, 1).await?;
        let place = place(tx, column, record, key.version);
        let sealed = self.keyring.seal(&key.key, &place, plain);
        Ok((sealed, FirstKey { name, key, wrapped }))
    }

    /// Stores a key that has sealed something already.
    pub(crate) async fn keep_first(&mut self, tx: &mut impl Scoped, first: FirstKey) -> Result<(), Failure> {
        if !self.insert(tx, &first).await? {
            return Err(crate::failure::internal().into());
        }
        self.made.push((first.name, first.key));
        Ok(())
    }

    /// Seals a value for its column and row, under the newest key of its record. Makes the key when there is none.
    pub(crate) async fn seal(
        &mut self,
        tx: &mut impl Scoped,
        column: Column,
        record: Uuid,
        row: Uuid,
        plain: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        let name = key_name(tx, column, record);
        let newest = self.newest(tx, name).await?;
        let place = place(tx, column, row, newest.version);
        Ok(self.keyring.seal(&newest.key, &place, plain))
    }

    /// Opens a value of a column and row.
    pub(crate) async fn open(
        &mut self,
        tx: &mut impl Scoped,
        column: Column,
        record: Uuid,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        self.try_open(tx, column, record, row, sealed)
            .await
            .map_err(Shut::into_failure)
    }

    /// Opens a value that may have been damaged or erased, or whose data key may: then there is none. That the database,
    /// the key store or the workspace's key is not there is a failure, as ever, and not taken for it.
    pub(crate) async fn open_unless_damaged(
        &mut self,
        tx: &mut impl Scoped,
        column: Column,
        record: Uuid,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, Failure> {
        self.keyring.workspace_key(tx.workspace()).await?;
        match self.try_open(tx, column, record, row, sealed).await {
            Ok(plain) => Ok(Some(plain)),
            Err(Shut::Value(fault)) => {
                tracing::warn!(%fault, table = column.table, %row, "a value does not open");
                Ok(None)
            }
            Err(Shut::Failed(failure)) => Err(failure),
        }
    }

    async fn try_open(
        &mut self,
        tx: &mut impl Scoped,
        column: Column,
        record: Uuid,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Vec<u8>, Shut> {
        let workspace = tx.workspace();
        let wrong = |cause| KeyFault::Wrong { workspace, cause };
        let version = crypto::sealed_key_version(sealed).map_err(wrong)?;
        let name = key_name(tx, column, record);
        let key = self.version(tx, name, version).await?;
        Ok(self
            .keyring
            .open(&key, &place(tx, column, row, version), sealed)
            .map_err(wrong)?)
    }

    /// The same for text.
    pub(crate) async fn open_text(
        &mut self,
        tx: &mut impl Scoped,
        column: Column,
        record: Uuid,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<String, Failure> {
        let plain = self.open(tx, column, record, row, sealed).await?;
        Ok(String::from_utf8(plain).map_err(|_| crate::failure::internal())?)
    }

    /// A data key of a record, for opening many or large values elsewhere.
    pub(crate) async fn key(
        &mut self,
        tx: &mut impl Scoped,
        column: Column,
        record: Uuid,
        version: u32,
    ) -> Result<Arc<crypto::DataKey>, Failure> {
        let name = key_name(tx, column, record);
        self.version(tx, name, version).await.map_err(Shut::into_failure)
    }

    /// Fetches the keys of many records in one query, before their values are opened one by one. A key that was damaged is
    /// left out: it shows when its value is opened.
    pub(crate) async fn fetch(
        &mut self,
        tx: &mut impl Scoped,
        columns: &[Column],
        records: &[Uuid],
    ) -> Result<(), Failure> {
        let at_hand = |record: Uuid, column: &Column| self.keyring.newest(key_name(tx, *column, record)).is_some();
        let missing: Vec<Uuid> = records
            .iter()
            .copied()
            .filter(|record| !columns.iter().all(|column| at_hand(*record, column)))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        self.keyring.workspace_key(tx.workspace()).await?;
        for row in data_keys::of_records(tx, &missing).await? {
            let Some(column) = columns.iter().find(|column| column.class == row.class) else {
                continue;
            };
            let name = key_name(tx, *column, row.record);
            if self
                .keyring
                .newest(name)
                .is_none_or(|newest| newest.version < row.version)
            {
                let key = match self.keyring.unwrap_data_key(name, row.version, &row.wrapped).await {
                    Ok(key) => key,
                    Err(KeyFault::Wrong { .. }) => continue,
                    Err(fault) => return Err(fault.into()),
                };
                let version = row.version;
                self.keyring.keep(name, &VersionedKey { version, key });
            }
        }
        Ok(())
    }

    /// The transaction has committed: the keys it made are good.
    pub(crate) fn committed(self) {
        for (name, key) in &self.made {
            self.keyring.keep(*name, key);
        }
    }

    async fn newest(&mut self, tx: &mut impl Scoped, name: KeyName) -> Result<VersionedKey, Failure> {
        if let Some((_, key)) = self.made.iter().find(|(made, _)| *made == name) {
            return Ok(key.clone());
        }
        if let Some(key) = self.keyring.newest(name) {
            return Ok(key);
        }
        if let Some(key) = self.stored(tx, name).await? {
            return Ok(key);
        }
        let (key, wrapped) = self.keyring.make_data_key(name, 1).await?;
        let first = FirstKey { name, key, wrapped };
        if self.insert(tx, &first).await? {
            self.made.push((name, first.key.clone()));
            return Ok(first.key);
        }
        // Another transaction made it while this one waited, and has committed.
        Ok(self.stored(tx, name).await?.ok_or(KeyFault::NoDataKey {
            workspace: name.workspace,
        })?)
    }

    async fn insert(&self, tx: &mut impl Scoped, first: &FirstKey) -> Result<bool, Failure> {
        let row = DataKeyRow {
            record: first.name.record,
            class: first.name.class.to_owned(),
            version: first.key.version,
            wrapped: first.wrapped.clone(),
        };
        Ok(data_keys::insert(tx, &row, self.at).await?)
    }

    async fn stored(&mut self, tx: &mut impl Scoped, name: KeyName) -> Result<Option<VersionedKey>, Failure> {
        let Some(row) = data_keys::get(tx, name.record, name.class, None).await? else {
            return Ok(None);
        };
        let key = self.keyring.unwrap_data_key(name, row.version, &row.wrapped).await?;
        let key = VersionedKey {
            version: row.version,
            key,
        };
        self.keyring.keep(name, &key);
        Ok(Some(key))
    }

    async fn version(
        &mut self,
        tx: &mut impl Scoped,
        name: KeyName,
        version: u32,
    ) -> Result<Arc<crypto::DataKey>, Shut> {
        let made = self
            .made
            .iter()
            .find(|(made, key)| *made == name && key.version == version);
        if let Some((_, key)) = made {
            return Ok(Arc::clone(&key.key));
        }
        if let Some(key) = self.keyring.data_key(name, version) {
            return Ok(key);
        }
        let row = data_keys::get(tx, name.record, name.class, Some(version))
            .await?
            .ok_or(KeyFault::NoDataKey {
                workspace: name.workspace,
            })?;
        Ok(self.keyring.unwrap_data_key(name, version, &row.wrapped).await?)
    }
}

fn key_name(tx: &impl Scoped, column: Column, record: Uuid) -> KeyName {
    KeyName {
        workspace: tx.workspace(),
        record,
        class: column.class,
    }
}

fn place(tx: &impl Scoped, column: Column, row: Uuid, key_version: u32) -> Place<'static> {
    column.place(tx.workspace().0, row, key_version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::FieldClass;

    #[test]
    fn the_columns_of_records_go_by_the_classes_that_policies_hide() {
        assert_eq!(RECORD_TITLE.class, FieldClass::Title.as_str());
        assert_eq!(RECORD_SUMMARY.class, FieldClass::General.as_str());
        assert_eq!(DOCUMENT_UPDATES.class, FieldClass::Body.as_str());
        assert_eq!(DOCUMENT_SNAPSHOT.class, FieldClass::Body.as_str());
        assert_eq!(ATTACHMENT.class, FieldClass::Body.as_str());
        assert_eq!(ATTACHMENT_KEY.class, FieldClass::Body.as_str());
        for other in [
            ACCOUNT_NAME,
            SESSION_DEVICE,
            WORKSPACE_NAME,
            INVITATION_EMAIL,
            AUDIT_OPENINGS,
            JOB_PAYLOAD,
            REPLAY,
        ] {
            assert_eq!(FieldClass::parse(other.class), None, "{other:?}");
        }
    }
}
