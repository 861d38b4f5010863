use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

/// The leaves and roots of the test of RFC 6962's authors (certificate-transparency, `merkle_tree_test.cc`).
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Sizes up to this one are gone through one by one.
const ALL: usize = 64;

/// MTH of RFC 6962, section 2.1, word for word.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => crate::primitive::sha256(&[]),
        [leaf] => *leaf,
        leaves => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&mth(left), &mth(right))
        }
    }
}

/// PATH of section 2.1.1.
fn rfc_path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, sibling) = if m < k {
        (rfc_path(m, left), mth(right))
    } else {
        (rfc_path(m - k, right), mth(left))
    };
    path.push(sibling);
    path
}

/// SUBPROOF of section 2.1.2.
fn rfc_subproof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, sibling) = if m <= k {
        (rfc_subproof(m, left, whole), mth(right))
    } else {
        (rfc_subproof(m - k, right, false), mth(left))
    };
    proof.push(sibling);
    proof
}

/// The largest power of two smaller than `n`.
fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

/// Grows a tree; gives its frontier and the complete nodes as they would be stored.
fn grow(leaves: &[Hash]) -> (Frontier, HashMap<Node, Hash>) {
    let mut frontier = Frontier::new();
    let mut nodes = HashMap::new();
    for leaf in leaves {
        for (node, hash) in frontier.append(*leaf) {
            assert!(nodes.insert(node, hash).is_none(), "{node:?} is completed once");
        }
    }
    (frontier, nodes)
}

fn size(count: usize) -> u64 {
    u64::try_from(count).unwrap()
}

#[test]
fn the_vectors_of_the_rfcs_authors() {
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), EMPTY_ROOT);
    assert_eq!(crate::primitive::sha256(&[]), EMPTY_ROOT);
    for (leaf, root) in LEAVES.iter().zip(ROOTS) {
        frontier.append(leaf_hash(&hex::decode(leaf).unwrap()));
        assert_eq!(hex::encode(frontier.root()), root, "size {}", frontier.size());
    }
    // The same authors' paths: leaf 5 of 8 and 2 of 3; from 1 to 8 and from 6 to 8 leaves.
    let hashes: Vec<Hash> = LEAVES
        .iter()
        .map(|leaf| leaf_hash(&hex::decode(leaf).unwrap()))
        .collect();
    let (_, nodes) = grow(&hashes);
    let proof = |plan: Plan| -> Vec<String> {
        let proof = plan.assemble(|node| nodes.get(&node).copied()).unwrap();
        proof.iter().map(hex::encode).collect()
    };
    assert_eq!(
        proof(inclusion_plan(5, 8).unwrap()),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        proof(inclusion_plan(2, 3).unwrap()),
        ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]
    );
    assert_eq!(
        proof(consistency_plan(1, 8).unwrap()),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        proof(consistency_plan(6, 8).unwrap()),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
}

#[test]
fn frontiers_of_every_size_have_the_rfcs_root_and_survive_storing() {
    let leaves = leaves(ALL + 1);
    for count in 0..=ALL {
        let (frontier, nodes) = grow(&leaves[..count]);
        assert_eq!(frontier.size(), size(count));
        assert_eq!(frontier.root(), mth(&leaves[..count]));
        for (node, hash) in &nodes {
            let (start, width) = (usize::try_from(node.index << node.level).unwrap(), 1 << node.level);
            assert_eq!(*hash, mth(&leaves[start..start + width]), "{node:?}");
        }
        let bytes = frontier.to_bytes();
        let mut restored = Frontier::from_bytes(&bytes).unwrap();
        assert_eq!(restored, frontier);
        restored.append(leaves[count]);
        assert_eq!(restored.root(), mth(&leaves[..=count]), "it grows on");
        for cut in 0..bytes.len() {
            assert!(Frontier::from_bytes(&bytes[..cut]).is_err());
        }
        assert!(Frontier::from_bytes(&[bytes, vec![0]].concat()).is_err());
    }
}

#[test]
fn every_inclusion_proof_is_the_rfcs_and_shows_this_leaf_only() {
    let leaves = leaves(ALL);
    for count in 1..=ALL {
        let (frontier, nodes) = grow(&leaves[..count]);
        let (root, count64) = (frontier.root(), size(count));
        for position in 0..count {
            let at = size(position);
            let plan = inclusion_plan(at, count64).unwrap();
            let proof = plan.assemble(|node| nodes.get(&node).copied()).unwrap();
            assert_eq!(proof, rfc_path(position, &leaves[..count]));
            assert!(verify_inclusion(&leaves[position], at, count64, &proof, &root));
            let climbed = path_sides(at, count64).unwrap().into_iter().zip(&proof);
            let climbed = climbed.fold(leaves[position], |hash, (side, sibling)| match side {
                Side::Left => node_hash(sibling, &hash),
                Side::Right => node_hash(&hash, sibling),
            });
            assert_eq!(climbed, root);

            for other in 0..count {
                if other != position {
                    assert!(!verify_inclusion(
                        &leaves[position],
                        size(other),
                        count64,
                        &proof,
                        &root
                    ));
                    assert!(!verify_inclusion(&leaves[other], at, count64, &proof, &root));
                }
            }
            assert!(!verify_inclusion(&leaves[position], count64, count64, &proof, &root));
            assert!(!verify_inclusion(&leaves[position], at, count64, &proof, &[0; 32]));
            for index in 0..proof.len() {
                let mut changed = proof.clone();
                changed[index][31] ^= 1;
                assert!(!verify_inclusion(&leaves[position], at, count64, &changed, &root));
                changed.remove(index);
                assert!(!verify_inclusion(&leaves[position], at, count64, &changed, &root));
            }
            let longer = [proof.as_slice(), &[root]].concat();
            assert!(!verify_inclusion(&leaves[position], at, count64, &longer, &root));
        }
    }
}

#[test]
fn every_consistency_proof_is_the_rfcs_and_shows_these_trees_only() {
    let leaves = leaves(ALL);
    for count in 0..=ALL {
        let (frontier, nodes) = grow(&leaves[..count]);
        let (root, count64) = (frontier.root(), size(count));
        for old in 0..=count {
            let (old_root, old64) = (mth(&leaves[..old]), size(old));
            let plan = consistency_plan(old64, count64).unwrap();
            let proof = plan.assemble(|node| nodes.get(&node).copied()).unwrap();
            if old > 0 {
                assert_eq!(proof, rfc_subproof(old, &leaves[..count], true));
            }
            assert!(
                verify_consistency(old64, &old_root, count64, &root, &proof),
                "{old} to {count}"
            );

            let mut wrong = old_root;
            wrong[0] ^= 1;
            assert!(!verify_consistency(old64, &wrong, count64, &root, &proof));
            let mut wrong = root;
            wrong[0] ^= 1;
            assert!(old == 0 && count > 0 || !verify_consistency(old64, &old_root, count64, &wrong, &proof));
            for index in 0..proof.len() {
                let mut changed = proof.clone();
                changed[index][31] ^= 1;
                assert!(!verify_consistency(old64, &old_root, count64, &root, &changed));
                changed.remove(index);
                assert!(!verify_consistency(old64, &old_root, count64, &root, &changed));
            }
            let longer = [proof.as_slice(), &[root]].concat();
            assert!(!verify_consistency(old64, &old_root, count64, &root, &longer));
            assert!(old == count || !verify_consistency(count64, &root, old64, &old_root, &proof));
        }
    }
}

#[test]
fn what_the_tree_does_not_hold_has_no_proof() {
    assert_eq!(inclusion_plan(0, 0), Err(OutOfRange { asked: 0, size: 0 }));
    assert_eq!(inclusion_plan(3, 3), Err(OutOfRange { asked: 3, size: 3 }));
    assert_eq!(path_sides(3, 3), Err(OutOfRange { asked: 3, size: 3 }));
    assert_eq!(consistency_plan(4, 3), Err(OutOfRange { asked: 4, size: 3 }));
    let missing = Node { level: 1, index: 1 };
    let plan = inclusion_plan(0, 4).unwrap();
    assert_eq!(
        plan.assemble(|node| (node != missing).then_some([0; 32])),
        Err(MissingNode(missing))
    );
    assert_eq!(plan.nodes().collect::<Vec<_>>(), [Node { level: 0, index: 1 }, missing]);
}

proptest! {
    #[test]
    fn large_trees_prove_what_they_hold(count in 1_usize..3000, position: prop::sample::Index, old: prop::sample::Index) {
        let leaves = leaves(count);
        let (position, old) = (position.index(count), old.index(count + 1));
        let (frontier, nodes) = grow(&leaves);
        let known = |node: Node| nodes.get(&node).copied();
        let proof = inclusion_plan(size(position), size(count)).unwrap().assemble(known).unwrap();
        prop_assert!(verify_inclusion(&leaves[position], size(position), size(count), &proof, &frontier.root()));
        let (before, _) = grow(&leaves[..old]);
        let proof = consistency_plan(size(old), size(count)).unwrap().assemble(known).unwrap();
        prop_assert!(verify_consistency(size(old), &before.root(), size(count), &frontier.root(), &proof));
    }

    #[test]
    fn checking_noise_never_panics(position: u64, count: u64, other: u64, proof: Vec<Hash>, root: Hash) {
        prop_assert!(!verify_inclusion(&[1; 32], position, count, &proof, &root));
        verify_consistency(other, &[1; 32], count, &root, &proof);
    }
}
