//! Passwords: argon2id, kept as PHC strings.

use argon2::{Algorithm, Argon2, Params, Version, password_hash::phc::PasswordHash};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use domain::Secret;
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Bytes of a hash.
const HASH: usize = 32;
/// The most memory a stored hash may ask for: 1 GiB. A damaged or hostile one must not take the server down.
const MEMORY_MAX_KIB: u32 = 1024 * 1024;
/// The most passes a stored hash may ask for.
const ITERATIONS_MAX: u32 = 64;

/// What stands in for the hash of an account that does not exist: SHA-256 of `scriptkeep: no such account`. No password
/// is known that gives it.
const DUMMY_HASH: &str = "z1vQkKClPGl7dqh8I5AZ2xxIUdRw4XAMcFWnlqKpQzk";
/// The salt beside it: 16 zero bytes.
const DUMMY_SALT: &str = "AAAAAAAAAAAAAAAAAAAAAA";

/// What hashing a password costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

impl Default for PasswordPolicy {
    /// 19 MiB, two passes, one lane: what OWASP's cheat sheet on password storage asks for at least.
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
        }
    }
}

impl PasswordPolicy {
    /// A well-formed hash that no known password matches. A sign-in with an unknown address verifies against it, and so
    /// costs what one with a known address costs.
    pub fn dummy_hash(&self) -> String {
        self.phc(DUMMY_SALT, DUMMY_HASH)
    }

    fn phc(&self, salt: &str, hash: &str) -> String {
        let Self {
            memory_kib,
            iterations,
            parallelism,
        } = self;
        format!("$argon2id$v=19$m={memory_kib},t={iterations},p={parallelism}${salt}${hash}")
    }
}

/// Why a password could not be hashed or checked at all; a wrong password is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// The stored text is no argon2id hash.
    #[error("the stored text is not an argon2id hash")]
    NotAHash,
    /// Argon2 does not work with such costs, or they are beyond all measure.
    #[error("argon2id cannot work with these costs")]
    Costs,
}

/// Hashes a password, as a PHC string. It takes tens of milliseconds and the policy's memory: keep it off the async
/// threads. The salt must be random.
///
/// # Errors
/// [`PasswordError::Costs`] when argon2 refuses the policy.
pub fn hash_password(password: &Secret, salt: [u8; 16], policy: PasswordPolicy) -> Result<String, PasswordError> {
    let hash = argon2id(password, &salt, policy)?;
    Ok(policy.phc(&STANDARD_NO_PAD.encode(salt), &STANDARD_NO_PAD.encode(hash.as_slice())))
}

/// Whether the password gives the stored hash. It costs what the hash says.
///
/// # Errors
/// When the stored text is no argon2id hash of ours, or asks for too much.
pub fn verify_password(password: &Secret, phc: &str) -> Result<bool, PasswordError> {
    let stored = parse(phc)?;
    let hash = argon2id(password, &stored.salt, stored.policy)?;
    Ok(bool::from(hash.as_slice().ct_eq(&stored.hash)))
}

/// Whether a stored hash should be made anew at the next sign-in, because it was made under another policy.
pub fn needs_rehash(phc: &str, policy: PasswordPolicy) -> bool {
    parse(phc).map_or(true, |stored| stored.policy != policy)
}

struct Stored {
    policy: PasswordPolicy,
    salt: Vec<u8>,
    hash: [u8; HASH],
}

fn parse(phc: &str) -> Result<Stored, PasswordError> {
    let parsed = PasswordHash::new(phc).map_err(|_| PasswordError::NotAHash)?;
    if parsed.algorithm.as_str() != "argon2id" || parsed.version != Some(Version::V0x13.into()) {
        return Err(PasswordError::NotAHash);
    }
    let (Some(salt), Some(hash)) = (parsed.salt, parsed.hash) else {
        return Err(PasswordError::NotAHash);
    };
    let cost = |name: &str| parsed.params.get_decimal(name).ok_or(PasswordError::NotAHash);
    let policy = PasswordPolicy {
        memory_kib: cost("m")?,
        iterations: cost("t")?,
        parallelism: cost("p")?,
    };
    Ok(Stored {
        policy,
        salt: salt.as_ref().to_vec(),
        hash: hash.as_bytes().try_into().map_err(|_| PasswordError::NotAHash)?,
    })
}

/// The password is brought into normal form C first, so that the same letters typed on another system give the same
/// bytes (NIST SP 800-63B-4, section 3.1.1.2). Nothing else about it is changed.
fn argon2id(password: &Secret, salt: &[u8], policy: PasswordPolicy) -> Result<Zeroizing<[u8; HASH]>, PasswordError> {
    if policy.memory_kib > MEMORY_MAX_KIB || policy.iterations > ITERATIONS_MAX {
        return Err(PasswordError::Costs);
    }
    let params = Params::new(policy.memory_kib, policy.iterations, policy.parallelism, Some(HASH))
        .map_err(|_| PasswordError::Costs)?;
    let normal: Zeroizing<String> = Zeroizing::new(password.expose().nfc().collect());
    let mut hash = Zeroizing::new([0; HASH]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(normal.as_bytes(), salt, hash.as_mut_slice())
        .map_err(|_| PasswordError::Costs)?;
    Ok(hash)
}

#[cfg(test)]
mod tests;
