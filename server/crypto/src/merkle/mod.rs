//! The Merkle tree of the audit log, after RFC 6962 (and RFC 9162, which describes the same tree).
//!
//! A node that covers a full power of two of leaves never changes again; it has coordinates ([`Node`]) and is stored.
//! The few nodes at the right edge of the tree are put together from those when a proof needs them.

mod frontier;
mod plan;
mod verify;

pub use frontier::{Frontier, FrontierFormatError};
pub use plan::{MissingNode, OutOfRange, Plan, Side, consistency_plan, inclusion_plan, path_sides};
pub use verify::{verify_consistency, verify_inclusion};

use crate::primitive::sha256;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The root of the tree without leaves: SHA-256 of nothing.
pub const EMPTY_ROOT: Hash = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// A complete node: it covers the `2^level` leaves from `index * 2^level` on. Leaves have level 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// Height above the leaves.
    pub level: u8,
    /// Number within its level, from the left.
    pub index: u64,
}

/// The hash of a leaf (RFC 6962, section 2.1): its own prefix keeps leaves and nodes apart.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    sha256(&[&[0], leaf])
}

/// The hash of a node over its two children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

#[cfg(test)]
mod tests;
