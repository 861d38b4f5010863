//! Single-use links and session cookies: 32 random bytes as text, stored only as a hash.

use crate::primitive;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Secret;

/// The text of a token: base64url without padding, 43 characters, fit for a URL or a cookie.
pub fn token_text(random: [u8; 32]) -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(random))
}

/// What is stored of a token: SHA-256 of its text. A token has 256 random bits, so it needs neither salt nor stretching.
pub fn token_hash(text: &str) -> [u8; 32] {
    primitive::sha256(&[text.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_fit_for_urls_and_hashes_are_of_the_text() {
        let text = token_text([0xfb; 32]);
        assert_eq!(text.expose(), "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
        // SHA-256 of "abc" (FIPS 180-4, example).
        assert_eq!(
            hex::encode(token_hash("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_ne!(token_hash(text.expose()), token_hash(token_text([0xfa; 32]).expose()));
    }
}
