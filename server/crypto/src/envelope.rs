//! Envelope encryption: the root key wraps a workspace key, the workspace key wraps a data key per record and class of
//! fields, the data key seals values with AES-256-GCM.
//!
//! What a ciphertext belongs to is bound to it as associated data: one that was moved to another workspace, table,
//! column, row or key version does not open.
//!
//! Every ciphertext begins with a format byte, so that a later format can stand beside this one. Wrapped keys are
//! `format | nonce | ciphertext | tag`; sealed values name their key's version:
//! `format | version (u32, big-endian) | nonce | ciphertext | tag`.

use crate::primitive::{self, Aes256Gcm, NONCE, TAG};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use domain::Secret;
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The format of wrapped keys and sealed values.
const FORMAT: u8 = 1;
/// Format and key version stand before the nonce of a sealed value.
const SEALED_HEAD: usize = 1 + 4;

/// Why something did not open. On purpose it does not say which part was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Wrong key, wrong place, or changed bytes.
    #[error("this ciphertext does not open here")]
    Refused,
    /// A format this version does not know.
    #[error("this ciphertext has format {found}, which this version does not know")]
    Format {
        /// The format byte.
        found: u8,
    },
}

/// The text is not a root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a root key is one line: 32 bytes in base64 (44 characters) or in hex (64 characters)")]
pub struct KeyFormatError;

/// The key over all workspace keys. It comes from outside the data folder.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct RootKey([u8; 32]);

/// A workspace's key. Destroying it destroys the workspace's content.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct WorkspaceKey([u8; 32]);

/// The key of one class of fields of one record. It opens values by the dozen, so its round keys stay with it (some 600
/// bytes, wiped with it).
pub struct DataKey {
    key: Zeroizing<[u8; 32]>,
    cipher: Aes256Gcm,
}

/// What a wrapped data key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyContext<'a> {
    /// The workspace.
    pub workspace: Uuid,
    /// The record, or whatever else the key is for.
    pub record: Uuid,
    /// The class of fields.
    pub class: &'a str,
    /// The key's version.
    pub version: u32,
}

/// Where a sealed value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The workspace.
    pub workspace: Uuid,
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The row's id.
    pub row: Uuid,
    /// The version of the data key.
    pub key_version: u32,
}

impl RootKey {
    /// A root key of these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads a root key from one line of base64 or hex; white space around it does not count.
    ///
    /// # Errors
    /// When it is not 32 bytes in one of the two.
    pub fn parse(text: &str) -> Result<Self, KeyFormatError> {
        let text = text.trim();
        let mut bytes = [0; 32];
        let decoded = match text.len() {
            64 => hex::decode_to_slice(text, &mut bytes).ok(),
            43 => fill_base64(&STANDARD_NO_PAD, text, &mut bytes),
            44 => fill_base64(&STANDARD, text, &mut bytes),
            _ => None,
        };
        let key = Self(bytes);
        bytes.zeroize();
        decoded.map(|()| key).ok_or(KeyFormatError)
    }

    /// The key as base64, for the file it is kept in.
    pub fn to_text(&self) -> Secret {
        Secret::new(STANDARD.encode(self.0))
    }

    /// Wraps a workspace key. The nonce must be random and is used once.
    pub fn wrap(&self, workspace: Uuid, key: &WorkspaceKey, nonce: [u8; NONCE]) -> Vec<u8> {
        wrap(&self.wrapping_key(), &Self::bound_to(workspace), &key.0, nonce)
    }

    /// Opens a wrapped workspace key.
    ///
    /// # Errors
    /// When it was wrapped under another root key or for another workspace, or was changed.
    pub fn unwrap(&self, workspace: Uuid, wrapped: &[u8]) -> Result<WorkspaceKey, OpenError> {
        unwrap(&self.wrapping_key(), &Self::bound_to(workspace), wrapped).map(WorkspaceKey)
    }

    fn wrapping_key(&self) -> Zeroizing<[u8; 32]> {
        derive(&self.0, "scriptkeep/1/root/wrap")
    }

    fn bound_to(workspace: Uuid) -> Vec<u8> {
        Bound::new("workspace-key").part(workspace.as_bytes()).0
    }
}

impl WorkspaceKey {
    /// A new key of random bytes.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Wraps a data key. The nonce must be random and is used once.
    pub fn wrap_data_key(&self, context: &KeyContext<'_>, key: &DataKey, nonce: [u8; NONCE]) -> Vec<u8> {
        wrap(&self.wrapping_key(), &context.bytes(), &key.key, nonce)
    }

    /// Opens a wrapped data key.
    ///
    /// # Errors
    /// When it was wrapped under another key or for another record, class or version, or was changed.
    pub fn unwrap_data_key(&self, context: &KeyContext<'_>, wrapped: &[u8]) -> Result<DataKey, OpenError> {
        unwrap(&self.wrapping_key(), &context.bytes(), wrapped).map(DataKey::from_random)
    }

    /// A keyed hash (HMAC-SHA-256) by which an encrypted value can be found again, such as an e-mail address. The same
    /// value gives another hash for each purpose. Whoever calls brings the value into its one form first (lower case,
    /// trimmed).
    pub fn lookup_hash(&self, purpose: &str, value: &str) -> [u8; 32] {
        let key = derive(&self.0, &format!("scriptkeep/1/workspace/lookup/{purpose}"));
        primitive::hmac_sha256(key.as_slice(), value.as_bytes())
    }

    fn wrapping_key(&self) -> Zeroizing<[u8; 32]> {
        derive(&self.0, "scriptkeep/1/workspace/wrap")
    }
}

impl DataKey {
    /// A new key of random bytes.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self {
            cipher: primitive::cipher(&bytes),
            key: Zeroizing::new(bytes),
        }
    }

    /// Seals a value for its place. The nonce must be random and is used once (a key seals far fewer than 2^32 values).
    pub fn seal(&self, place: &Place<'_>, nonce: [u8; NONCE], plain: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(SEALED_HEAD + NONCE + plain.len() + TAG);
        sealed.push(FORMAT);
        sealed.extend_from_slice(&place.key_version.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&primitive::encrypt(&self.cipher, &nonce, &place.bytes(), plain));
        sealed
    }

    /// Opens a sealed value in its place.
    ///
    /// # Errors
    /// When it was sealed with another key or for another place, or was changed.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        if sealed_key_version(sealed)? != place.key_version {
            return Err(OpenError::Refused);
        }
        let (nonce, ciphertext) = split_nonce(&sealed[SEALED_HEAD..])?;
        primitive::decrypt(&self.cipher, nonce, &place.bytes(), ciphertext).ok_or(OpenError::Refused)
    }
}

/// The version of the data key a sealed value names. It is only a hint until the value has opened.
///
/// # Errors
/// When the bytes are too short or of another format.
pub fn sealed_key_version(sealed: &[u8]) -> Result<u32, OpenError> {
    let rest = after_format(sealed)?;
    let version = rest.first_chunk::<4>().ok_or(OpenError::Refused)?;
    Ok(u32::from_be_bytes(*version))
}

impl KeyContext<'_> {
    fn bytes(&self) -> Vec<u8> {
        Bound::new("data-key")
            .part(self.workspace.as_bytes())
            .part(self.record.as_bytes())
            .part(self.class.as_bytes())
            .part(&self.version.to_be_bytes())
            .0
    }
}

impl Place<'_> {
    fn bytes(&self) -> Vec<u8> {
        Bound::new("value")
            .part(self.workspace.as_bytes())
            .part(self.table.as_bytes())
            .part(self.column.as_bytes())
            .part(self.row.as_bytes())
            .part(&self.key_version.to_be_bytes())
            .0
    }
}

/// Associated data: what it is for, the format, and each part behind its length, so that no two lists of parts give the
/// same bytes.
struct Bound(Vec<u8>);

impl Bound {
    fn new(what: &str) -> Self {
        Self(Vec::with_capacity(128))
            .part(b"scriptkeep")
            .part(what.as_bytes())
            .part(&[FORMAT])
    }

    fn part(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        self.0.extend_from_slice(bytes);
        self
    }
}

/// A key for one use, so that no key serves two.
fn derive(key: &[u8; 32], purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut derived = Zeroizing::new([0; 32]);
    let fits = primitive::hkdf_sha256(&[], key, purpose.as_bytes(), derived.as_mut_slice());
    debug_assert!(fits, "one block is within HKDF's limit");
    derived
}

fn wrap(key: &[u8; 32], bound_to: &[u8], inner: &[u8; 32], nonce: [u8; NONCE]) -> Vec<u8> {
    let mut wrapped = vec![FORMAT];
    wrapped.extend_from_slice(&nonce);
    wrapped.extend_from_slice(&primitive::encrypt(&primitive::cipher(key), &nonce, bound_to, inner));
    wrapped
}

fn unwrap(key: &[u8; 32], bound_to: &[u8], wrapped: &[u8]) -> Result<[u8; 32], OpenError> {
    let (nonce, ciphertext) = split_nonce(after_format(wrapped)?)?;
    let plain = primitive::decrypt(&primitive::cipher(key), nonce, bound_to, ciphertext).map(Zeroizing::new);
    plain
        .and_then(|plain| plain.as_slice().try_into().ok())
        .ok_or(OpenError::Refused)
}

fn after_format(bytes: &[u8]) -> Result<&[u8], OpenError> {
    match bytes.split_first() {
        Some((&FORMAT, rest)) => Ok(rest),
        Some((&found, _)) => Err(OpenError::Format { found }),
        None => Err(OpenError::Refused),
    }
}

fn split_nonce(bytes: &[u8]) -> Result<(&[u8; NONCE], &[u8]), OpenError> {
    bytes.split_first_chunk::<NONCE>().ok_or(OpenError::Refused)
}

fn fill_base64(engine: &impl base64::Engine, text: &str, bytes: &mut [u8; 32]) -> Option<()> {
    let decoded = Zeroizing::new(engine.decode(text).ok()?);
    *bytes = decoded.as_slice().try_into().ok()?;
    Some(())
}

#[cfg(test)]
mod tests;
