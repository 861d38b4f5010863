//! The frontier: what must be kept of a tree to let it grow.

use super::{EMPTY_ROOT, Hash, Node, node_hash};

/// The roots of the complete subtrees a tree falls into, from the left (the largest) to the right: at most 64 hashes,
/// however large the tree. Enough to add leaves and to compute the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    hashes: Vec<Hash>,
}

/// These bytes are no frontier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not the frontier of a Merkle tree")]
pub struct FrontierFormatError;

impl Frontier {
    /// The frontier of the tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash. Gives the nodes this completes, the leaf itself (level 0) first, then upwards.
    pub fn append(&mut self, leaf: Hash) -> Vec<(Node, Hash)> {
        let mut node = Node {
            level: 0,
            index: self.size,
        };
        let mut hash = leaf;
        let mut complete = vec![(node, hash)];
        while node.index % 2 == 1 {
            let Some(left) = self.hashes.pop() else { break };
            hash = node_hash(&left, &hash);
            node = Node {
                level: node.level + 1,
                index: node.index / 2,
            };
            complete.push((node, hash));
        }
        self.hashes.push(hash);
        self.size += 1;
        complete
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let mut hashes = self.hashes.iter().rev();
        let Some(&last) = hashes.next() else { return EMPTY_ROOT };
        hashes.fold(last, |right, left| node_hash(left, &right))
    }

    /// As bytes: the size (u64, big-endian), then the hashes from the left.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend(self.hashes.iter().flatten());
        bytes
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    ///
    /// # Errors
    /// When size and number of hashes do not agree.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierFormatError> {
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(FrontierFormatError)?;
        let size = u64::from_be_bytes(*size);
        let (hashes, odd) = rest.as_chunks::<32>();
        if !odd.is_empty() || hashes.len() != size.count_ones() as usize {
            return Err(FrontierFormatError);
        }
        Ok(Self {
            size,
            hashes: hashes.to_vec(),
        })
    }
}
