//! Proofs in two steps: which stored nodes a proof needs, then the proof from their hashes. In between the caller reads
//! the nodes from wherever they are kept.

use super::{Hash, Node, node_hash};

/// The position or size asked for does not lie in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tree of {size} leaves has no proof for {asked}")]
pub struct OutOfRange {
    /// What was asked for.
    pub asked: u64,
    /// The size of the tree.
    pub size: u64,
}

/// A node the proof needs was not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("node {} of level {} is missing", .0.index, .0.level)]
pub struct MissingNode(pub Node);

/// On which side of the path a hash of an inclusion proof stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The hash is the left child, the path the right one.
    Left,
    /// The hash is the right child.
    Right,
}

/// The nodes a proof needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// For each hash of the proof the complete nodes it is made of, from the left.
    hashes: Vec<Vec<Node>>,
}

impl Plan {
    /// Every node needed, each once.
    pub fn nodes(&self) -> impl Iterator<Item = Node> + '_ {
        self.hashes.iter().flatten().copied()
    }

    /// The proof, from the hashes of its nodes.
    ///
    /// # Errors
    /// When `hash_of` does not know a node.
    pub fn assemble(&self, hash_of: impl Fn(Node) -> Option<Hash>) -> Result<Vec<Hash>, MissingNode> {
        let known = |node: Node| hash_of(node).ok_or(MissingNode(node));
        let join = |nodes: &Vec<Node>| {
            let mut nodes = nodes.iter().rev();
            let last = nodes.next().map_or(Ok(super::EMPTY_ROOT), |node| known(*node));
            nodes.try_fold(last?, |right, node| Ok(node_hash(&known(*node)?, &right)))
        };
        self.hashes.iter().map(join).collect()
    }
}

/// Plans the proof that the leaf at `position` stands in the tree of `size` leaves (RFC 6962, section 2.1.1).
///
/// # Errors
/// When the tree has no such leaf.
pub fn inclusion_plan(position: u64, size: u64) -> Result<Plan, OutOfRange> {
    let hashes = path(position, size)?
        .into_iter()
        .map(|(range, _)| range.nodes())
        .collect();
    Ok(Plan { hashes })
}

/// On which side each hash of an inclusion proof stands, from the leaf up.
///
/// # Errors
/// When the tree has no such leaf.
pub fn path_sides(position: u64, size: u64) -> Result<Vec<Side>, OutOfRange> {
    Ok(path(position, size)?.into_iter().map(|(_, side)| side).collect())
}

/// Plans the proof that the tree of `size` leaves continues the one of `old` leaves (RFC 6962, section 2.1.2). For an
/// empty or an equal tree the proof is empty.
///
/// # Errors
/// When `old` is the larger.
pub fn consistency_plan(old: u64, size: u64) -> Result<Plan, OutOfRange> {
    if old > size {
        return Err(OutOfRange { asked: old, size });
    }
    let mut hashes = Vec::new();
    if old == 0 || old == size {
        return Ok(Plan { hashes });
    }
    // SUBPROOF of the RFC, walked from the root down; the proof reads from below.
    let mut range = Range { start: 0, end: size };
    let mut whole = true;
    while range.end > old {
        let (left, right) = range.halves();
        if old <= left.end {
            hashes.push(right.nodes());
            range = left;
        } else {
            hashes.push(left.nodes());
            range = right;
            whole = false;
        }
    }
    if !whole {
        hashes.push(range.nodes());
    }
    hashes.reverse();
    Ok(Plan { hashes })
}

/// The siblings along the path from the leaf to the root.
fn path(position: u64, size: u64) -> Result<Vec<(Range, Side)>, OutOfRange> {
    if position >= size {
        return Err(OutOfRange { asked: position, size });
    }
    let mut siblings = Vec::new();
    let mut range = Range { start: 0, end: size };
    while range.end - range.start > 1 {
        let (left, right) = range.halves();
        if position < left.end {
            siblings.push((right, Side::Right));
            range = left;
        } else {
            siblings.push((left, Side::Left));
            range = right;
        }
    }
    siblings.reverse();
    Ok(siblings)
}

/// The leaves below one node of a tree: from `start`, up to but without `end`.
#[derive(Clone, Copy)]
struct Range {
    start: u64,
    end: u64,
}

impl Range {
    /// The ranges of the two children; for ranges of two leaves and more.
    fn halves(self) -> (Self, Self) {
        // The largest power of two smaller than the number of leaves.
        let half = 1 << (self.end - self.start - 1).ilog2();
        let middle = self.start + half;
        (
            Self {
                start: self.start,
                end: middle,
            },
            Self {
                start: middle,
                end: self.end,
            },
        )
    }

    /// The complete nodes this range falls into, from the left.
    fn nodes(self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut start = self.start;
        while start < self.end {
            let level = (self.end - start).ilog2();
            nodes.push(Node {
                level: u8::try_from(level).unwrap_or(u8::MAX),
                index: start >> level,
            });
            start += 1 << level;
        }
        nodes
    }
}
