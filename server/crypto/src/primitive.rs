//! The four primitives, in the one shape we use each in. Everything else in this crate goes through here, and so do the
//! Wycheproof vectors.

pub(crate) use aes_gcm::Aes256Gcm;
use aes_gcm::{
    KeyInit,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// Bytes of an AES-GCM nonce.
pub(crate) const NONCE: usize = 12;
/// Bytes of an AES-GCM tag.
pub(crate) const TAG: usize = 16;

/// SHA-256 over the parts, one after the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// HMAC-SHA-256.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// HKDF-SHA-256 (RFC 5869). False when more than 255 blocks are asked for.
pub(crate) fn hkdf_sha256(salt: &[u8], key: &[u8], info: &[u8], out: &mut [u8]) -> bool {
    Hkdf::<Sha256>::new(Some(salt), key).expand(info, out).is_ok()
}

/// AES-256-GCM under one key, whose round keys are made once. They are wiped with it.
pub(crate) fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(key.into())
}

/// AES-256-GCM: ciphertext and tag.
pub(crate) fn encrypt(cipher: &Aes256Gcm, nonce: &[u8; NONCE], aad: &[u8], plain: &[u8]) -> Vec<u8> {
    cipher
        .encrypt(nonce.into(), Payload { msg: plain, aad })
        .expect("no message here comes near AES-GCM's limit of 64 GiB")
}

/// The plain text of [`encrypt`]'s result, if key, nonce, associated data and every bit are the same.
pub(crate) fn decrypt(cipher: &Aes256Gcm, nonce: &[u8; NONCE], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    cipher.decrypt(nonce.into(), Payload { msg: sealed, aad }).ok()
}

/// Ed25519, strictly: a signature has one encoding, and a key of small order verifies nothing.
pub(crate) fn ed25519_verify(key: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    let Ok(signature) = <[u8; 64]>::try_from(signature) else {
        return false;
    };
    let signature = ed25519_dalek::Signature::from_bytes(&signature);
    ed25519_dalek::VerifyingKey::from_bytes(key).is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}
