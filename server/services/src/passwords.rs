//! Hashing and checking passwords on the pool.

use crate::{Services, failure::internal};
use domain::{Problem, Secret};

impl Services {
    /// The hash of a new password.
    ///
    /// # Errors
    /// [`domain::Code::TooMany`] when the pool's queue is full.
    pub(crate) async fn hash_password(&self, password: &Secret) -> Result<String, Problem> {
        let inner = &self.inner;
        let (password, salt, policy) = (password.clone(), inner.keyring.bytes(), inner.passwords);
        let hash = inner
            .hashing
            .run(move || crypto::hash_password(&password, salt, policy))
            .await?;
        hash.map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            internal()
        })
    }

    /// Whether a password is the one with this hash. Without a hash (no such account) it costs the same, and is not.
    ///
    /// # Errors
    /// [`domain::Code::TooMany`] when the pool's queue is full.
    pub(crate) async fn check_password(&self, password: &Secret, hash: Option<&str>) -> Result<bool, Problem> {
        let inner = &self.inner;
        let stored = hash.map_or_else(|| inner.passwords.dummy_hash(), str::to_owned);
        let password = password.clone();
        let good = inner
            .hashing
            .run(move || crypto::verify_password(&password, &stored))
            .await?;
        let good = good.map_err(|error| {
            tracing::error!(%error, "a stored password hash cannot be read");
            internal()
        })?;
        Ok(good && hash.is_some())
    }
}
