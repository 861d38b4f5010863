//! What two sequences have in common, in order. Small stretches get a longest common subsequence; large ones are first
//! split at elements that occur once on each side (patience diff, as in Bazaar and `git diff --patience`), so that the cost
//! stays near linear whatever the input.

use std::collections::HashMap;

/// Largest number of pairs that a table is made of.
const TABLE_MAX: usize = 250_000;

/// Pairs of equal elements, rising on both sides.
pub(super) fn common(a: &[u64], b: &[u64]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    // Stretches still to be looked at: from and to on each side. The last is looked at first, which keeps the order.
    let mut open = vec![(0, a.len(), 0, b.len())];
    while let Some((mut from_a, mut to_a, mut from_b, mut to_b)) = open.pop() {
        while from_a < to_a && from_b < to_b && a[from_a] == b[from_b] {
            pairs.push((from_a, from_b));
            from_a += 1;
            from_b += 1;
        }
        let mut tail = 0;
        while from_a < to_a && from_b < to_b && a[to_a - 1] == b[to_b - 1] {
            to_a -= 1;
            to_b -= 1;
            tail += 1;
        }
        // The tail is a stretch of its own, of equal elements only: looked at later, it is taken whole from the front.
        if tail > 0 {
            open.push((to_a, to_a + tail, to_b, to_b + tail));
        }
        if from_a == to_a || from_b == to_b {
            continue;
        }
        if (to_a - from_a) * (to_b - from_b) <= TABLE_MAX {
            let found = subsequence(&a[from_a..to_a], &b[from_b..to_b]);
            pairs.extend(found.into_iter().map(|(x, y)| (from_a + x, from_b + y)));
            continue;
        }
        let anchors = anchors(&a[from_a..to_a], &b[from_b..to_b]);
        let mut ends = (to_a, to_b);
        for (x, y) in anchors.into_iter().rev() {
            let (x, y) = (from_a + x, from_b + y);
            open.push((x, ends.0, y, ends.1));
            ends = (x, y);
        }
        if ends != (to_a, to_b) {
            open.push((from_a, ends.0, from_b, ends.1));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// A longest common subsequence, from a table of lengths.
fn subsequence(a: &[u64], b: &[u64]) -> Vec<(usize, usize)> {
    let width = b.len() + 1;
    let mut lengths = vec![0_u16; (a.len() + 1) * width];
    for x in (0..a.len()).rev() {
        for y in (0..b.len()).rev() {
            lengths[x * width + y] = if a[x] == b[y] {
                lengths[(x + 1) * width + y + 1] + 1
            } else {
                lengths[(x + 1) * width + y].max(lengths[x * width + y + 1])
            };
        }
    }
    let (mut x, mut y, mut pairs) = (0, 0, Vec::new());
    while x < a.len() && y < b.len() {
        if a[x] == b[y] {
            pairs.push((x, y));
            x += 1;
            y += 1;
        } else if lengths[(x + 1) * width + y] >= lengths[x * width + y + 1] {
            x += 1;
        } else {
            y += 1;
        }
    }
    pairs
}

/// Elements that occur once on each side, as many as keep their order.
fn anchors(a: &[u64], b: &[u64]) -> Vec<(usize, usize)> {
    let mut seen: HashMap<u64, (usize, usize, usize, usize)> = HashMap::new();
    for (index, element) in a.iter().enumerate() {
        let entry = seen.entry(*element).or_default();
        (entry.0, entry.1) = (entry.0 + 1, index);
    }
    for (index, element) in b.iter().enumerate() {
        let entry = seen.entry(*element).or_default();
        (entry.2, entry.3) = (entry.2 + 1, index);
    }
    let once = seen.into_values().filter(|(in_a, _, in_b, _)| *in_a == 1 && *in_b == 1);
    let mut pairs: Vec<_> = once.map(|(_, x, _, y)| (x, y)).collect();
    pairs.sort_unstable();
    rising(&pairs)
}

/// A longest run of pairs whose second halves rise: patience sorting with links back.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, (_, y)) in pairs.iter().enumerate() {
        let pile = tops.partition_point(|top| pairs[*top].1 < *y);
        before.push(pile.checked_sub(1).map(|below| tops[below]));
        if pile == tops.len() {
            tops.push(index);
        } else {
            tops[pile] = index;
        }
    }
    let mut run = Vec::new();
    let mut next = tops.last().copied();
    while let Some(index) = next {
        run.push(pairs[index]);
        next = before[index];
    }
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(a: &[u64], b: &[u64]) -> Vec<(usize, usize)> {
        let pairs = common(a, b);
        assert!(pairs.iter().all(|(x, y)| a[*x] == b[*y]));
        assert!(
            pairs.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1),
            "{pairs:?}"
        );
        pairs
    }

    proptest! {
        #[test]
        fn pairs_are_equal_and_rise(a in prop::collection::vec(0..6_u64, 0..40), b in prop::collection::vec(0..6_u64, 0..40)) {
            let pairs = check(&a, &b);
            prop_assert_eq!(pairs.len(), subsequence(&a, &b).len());
            prop_assert_eq!(check(&a, &a).len(), a.len());
        }

        #[test]
        fn anchors_are_unique_and_rise(a in prop::collection::vec(0..60_u64, 0..60), b in prop::collection::vec(0..60_u64, 0..60)) {
            let pairs = anchors(&a, &b);
            prop_assert!(pairs.iter().all(|(x, y)| a[*x] == b[*y]));
            prop_assert!(pairs.windows(2).all(|two| two[0].0 < two[1].0 && two[0].1 < two[1].1));
        }
    }

    #[test]
    fn large_sequences_are_split_where_they_can_be() {
        // 40,000 different elements, every fifth changed, with a stretch that moved.
        let a: Vec<u64> = (0..40_000).collect();
        let mut b: Vec<u64> = (0..40_000).map(|n| if n % 5 == 0 { 100_000 + n } else { n }).collect();
        b.rotate_left(1_000);
        assert_eq!(check(&a, &b).len(), 39_000 / 5 * 4);
        // Elements that are all alike give no anchor; only what is equal at the ends is found.
        let (mut same, mut other) = (vec![1; 3_000], vec![1; 2_000]);
        assert_eq!(check(&same, &other).len(), 2_000);
        same.insert(0, 7);
        other.insert(0, 8);
        same.push(9);
        other.push(10);
        assert_eq!(check(&same, &other).len(), 0);
    }
}
