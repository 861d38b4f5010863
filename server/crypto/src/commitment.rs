//! Salted commitments of the audit log: a leaf names a value without giving it away, and stays valid when the value and
//! its salt are erased.

use crate::primitive;
use subtle::ConstantTimeEq;

/// Commits to a value's canonical JSON (RFC 8785): SHA-256 over the salt and the text, in hex. The salt has a fixed
/// length, so that salt and text cannot run into each other; it is random, so that nobody can try likely values.
pub fn commit(salt: &[u8; 32], canonical_json: &str) -> String {
    hex::encode(primitive::sha256(&[salt, canonical_json.as_bytes()]))
}

/// Whether salt (64 hex digits) and canonical JSON open the commitment.
pub fn opens(commitment: &str, salt: &str, canonical_json: &str) -> bool {
    let mut bytes = [0; 32];
    hex::decode_to_slice(salt, &mut bytes).is_ok()
        && bool::from(commit(&bytes, canonical_json).as_bytes().ct_eq(commitment.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_value_and_its_salt_open_it() {
        let salt = [7; 32];
        let commitment = commit(&salt, r#"{"a":1}"#);
        let salt = hex::encode(salt);
        assert!(opens(&commitment, &salt, r#"{"a":1}"#));
        assert!(!opens(&commitment, &salt, r#"{"a":2}"#));
        assert!(!opens(&commitment, &hex::encode([8; 32]), r#"{"a":1}"#));
        assert!(!opens(&commitment, &salt[2..], r#"{"a":1}"#));
        assert!(!opens(&commitment, "not hex", r#"{"a":1}"#));
        assert!(!opens(&commitment.to_uppercase(), &salt, r#"{"a":1}"#));
        assert!(!opens("", &salt, r#"{"a":1}"#));
    }
}
