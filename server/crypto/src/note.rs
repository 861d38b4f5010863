//! Signed notes (<https://c2sp.org/signed-note>) with Ed25519: a text, an empty line, and lines of signatures.

use crate::primitive;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::Signer;
use std::{fmt, str::FromStr};

/// The most bytes of a note. The specification asks for room for 16 signatures of up to 5 kB each.
pub const MAX_NOTE_BYTES: usize = 256 * 1024;
/// The type byte of Ed25519 in key ids and verifier keys.
const ED25519: u8 = 1;

/// Why a note was not taken, or not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It does not have the form of a signed note.
    #[error("this is not a signed note")]
    Malformed,
    /// The key we hold signed nothing here.
    #[error("this note is not signed by the key given")]
    OtherKey,
    /// The key we hold is named, but its signature is wrong.
    #[error("the signature on this note is wrong")]
    BadSignature,
    /// The text of the note is no checkpoint as we write them.
    #[error("the text of this note is not a checkpoint")]
    NotACheckpoint,
    /// The checkpoint is one of another log than the key's.
    #[error("this checkpoint belongs to another log")]
    OtherLog,
}

/// The text is no verifier key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a verifier key reads `name+hash+key`: the log's name, eight hex digits, and base64")]
pub struct VerifierKeyError;

/// The secret half: signs notes under any name. Wiped when dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of this seed (RFC 8032). The seed must be random.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The public half, under a name; the name is part of the key's id.
    ///
    /// # Errors
    /// When the name is empty, or holds white space, a control character or a plus sign.
    pub fn verifier_key(&self, name: &str) -> Result<VerifierKey, VerifierKeyError> {
        VerifierKey::new(name, self.0.verifying_key().to_bytes())
    }

    /// Signs a text under a name. Ed25519 is deterministic: the same text gives the same note.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] when the text does not end in a newline or holds a control character, or when the name is
    /// not fit for a key.
    pub fn sign(&self, name: &str, text: &str) -> Result<String, NoteError> {
        let key = self.verifier_key(name).map_err(|_| NoteError::Malformed)?;
        if !text.ends_with('\n') || !is_clean(text) {
            return Err(NoteError::Malformed);
        }
        let mut signature = key.id().to_vec();
        signature.extend_from_slice(&self.0.sign(text.as_bytes()).to_bytes());
        let note = format!("{text}\n\u{2014} {name} {}\n", STANDARD.encode(signature));
        if note.len() > MAX_NOTE_BYTES {
            return Err(NoteError::Malformed);
        }
        Ok(note)
    }
}

/// The public half: checks notes. Printed and read as `name+hash+base64`, as Go's `sumdb/note` and C2SP's tools do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: [u8; 32],
}

impl VerifierKey {
    fn new(name: &str, key: [u8; 32]) -> Result<Self, VerifierKeyError> {
        if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+') {
            return Err(VerifierKeyError);
        }
        Ok(Self {
            name: name.to_owned(),
            key,
        })
    }

    /// The name: for us, the origin of the log.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id: the first four bytes of a hash over name, type and key.
    pub fn id(&self) -> [u8; 4] {
        let hash = primitive::sha256(&[self.name.as_bytes(), b"\n", &[ED25519], &self.key]);
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// The text of a note this key signed.
    ///
    /// # Errors
    /// When it is no note, is not signed by this key, or the signature is wrong.
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, NoteError> {
        if note.len() > MAX_NOTE_BYTES || !is_clean(note) {
            return Err(NoteError::Malformed);
        }
        let blank = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
        let (text, signatures) = (&note[..=blank], &note[blank + 2..]);
        let signatures = signatures.strip_suffix('\n').ok_or(NoteError::Malformed)?;
        let mut signed = false;
        for line in signatures.split('\n') {
            let (name, id, signature) = parse_signature(line).ok_or(NoteError::Malformed)?;
            if name != self.name || id != self.id() {
                continue;
            }
            if !primitive::ed25519_verify(&self.key, text.as_bytes(), &signature) {
                return Err(NoteError::BadSignature);
            }
            signed = true;
        }
        if signed { Ok(text) } else { Err(NoteError::OtherKey) }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![ED25519];
        key.extend_from_slice(&self.key);
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Base64 may hold a plus sign, the other two parts may not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VerifierKeyError);
        };
        let key = STANDARD.decode(key).map_err(|_| VerifierKeyError)?;
        let Some((&ED25519, key)) = key.split_first() else {
            return Err(VerifierKeyError);
        };
        let key = Self::new(name, key.try_into().map_err(|_| VerifierKeyError)?)?;
        if hex::encode(key.id()) == id {
            Ok(key)
        } else {
            Err(VerifierKeyError)
        }
    }
}

/// A note holds no control character but the newline.
fn is_clean(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' || byte == b'\n')
}

/// Name, key id and signature of one line.
fn parse_signature(line: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let (name, base64) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = STANDARD.decode(base64).ok()?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    if name.is_empty() || name.contains('+') || name.contains(char::is_whitespace) || signature.is_empty() {
        return None;
    }
    Some((name, *id, signature.to_vec()))
}

#[cfg(test)]
mod tests;
