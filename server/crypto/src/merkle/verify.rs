//! Checking proofs, after RFC 9162, sections 2.1.3.2 and 2.1.4.2.

use super::{EMPTY_ROOT, Hash, node_hash};

/// Whether the proof shows that a leaf with this hash stands at `position` in the tree with this size and root.
pub fn verify_inclusion(leaf: &Hash, position: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if position >= size {
        return false;
    }
    let (mut node, mut last) = (position, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node % 2 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether the proof shows that the tree with the new size and root continues the one with the old size and root.
/// Every tree continues the empty one.
pub fn verify_consistency(old_size: u64, old_root: &Hash, new_size: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    if old_size == 0 || old_size == new_size {
        let same = if old_size == 0 { &EMPTY_ROOT } else { new_root };
        return proof.is_empty() && old_root == same && (new_size > 0 || *new_root == EMPTY_ROOT);
    }
    if old_size > new_size {
        return false;
    }
    let (mut node, mut last) = (old_size - 1, new_size - 1);
    while node % 2 == 1 {
        node >>= 1;
        last >>= 1;
    }
    // A complete old tree is a node of the new one: the proof leaves its root out.
    let mut proof = proof.iter();
    let first = if node == 0 { Some(old_root) } else { proof.next() };
    let Some(&first) = first else { return false };
    let (mut old, mut new) = (first, first);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
            while node % 2 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old == *old_root && new == *new_root
}
