//! Which of two runs of blocks (or items, or rows) belong together: equal ones first, then, between them, those whose
//! words are alike. Likeness is measured on a sample of at most [`SAMPLE`] words (bottom-k sketches, Cohen and Kaplan 2007,
//! <https://doi.org/10.1145/1281100.1281133>), so that the cost of a pair is bounded.

use super::align;
use crate::document::Inline;
use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use unicode_segmentation::UnicodeSegmentation;

/// Most words of one unit that are looked at.
const SAMPLE: usize = 128;
/// Least share of common words, of all words of both, to belong together.
const ALIKE: f64 = 0.3;
/// Largest number of pairs that are weighed against each other; beyond, each unit takes the best of the next few.
const PAIRS_MAX: usize = 10_000;
/// How far a unit looks ahead then.
const AHEAD: usize = 24;

/// One block, item or row, as far as belonging together goes.
#[derive(Debug)]
pub(super) struct Unit {
    /// A hash of all of it: equal units have equal names.
    pub(super) name: u64,
    /// The same word for units that may be made one of.
    pub(super) class: u64,
    /// What it is known by beside its words: a picture's address. 0: nothing.
    pub(super) key: u64,
    /// How well it fits one of its class with which it has nothing in common.
    pub(super) alone: f64,
    /// Smallest hashes of its words, in order.
    sample: Vec<u64>,
}

impl Unit {
    pub(super) fn new(name: u64, class: u64, words: &mut Words) -> Self {
        Self {
            name,
            class,
            key: 0,
            alone: 0.0,
            sample: words.sample(),
        }
    }

    /// How well two units fit: 0 not at all, 1 equal.
    fn fit(&self, other: &Self) -> f64 {
        if self.name == other.name {
            // A line across or an empty paragraph alone does not hold two texts together.
            return if self.sample.is_empty() && self.key == 0 {
                0.25
            } else {
                1.0
            };
        }
        if self.class != other.class {
            return 0.0;
        }
        if self.key != 0 && self.key == other.key {
            return 0.9;
        }
        let share = share(&self.sample, &other.sample);
        if share < ALIKE { self.alone } else { share * 0.9 }
    }
}

/// The words of a unit, while they are gathered.
#[derive(Debug, Default)]
pub(super) struct Words(HashMap<u64, u32>, Vec<u64>);

impl Words {
    /// Adds the words of lines of text. The second of two equal words counts as another word.
    pub(super) fn add(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            let text = crate::document::text::shown(&inline.kind, None);
            for word in text.unicode_words() {
                let count = self.0.entry(hash(&word)).or_default();
                *count += 1;
                self.1.push(hash(&(word, *count)));
            }
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.1.len()
    }

    fn sample(&mut self) -> Vec<u64> {
        let mut hashes = std::mem::take(&mut self.1);
        hashes.sort_unstable();
        hashes.truncate(SAMPLE);
        hashes
    }
}

/// The same for equal values, on every machine and in every run.
pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The share of common hashes in the smallest of both.
fn share(a: &[u64], b: &[u64]) -> f64 {
    let (mut x, mut y, mut all, mut both) = (0, 0, 0_u32, 0_u32);
    while all < 128 && (x < a.len() || y < b.len()) {
        let (left, right) = (a.get(x), b.get(y));
        all += 1;
        both += u32::from(left == right);
        // What is not there is larger than everything.
        let order = left
            .map_or((1, 0), |hash| (0, *hash))
            .cmp(&right.map_or((1, 0), |hash| (0, *hash)));
        x += usize::from(order.is_le());
        y += usize::from(order.is_ge());
    }
    if all == 0 {
        0.0
    } else {
        f64::from(both) / f64::from(all)
    }
}

/// Pairs of units that belong together, rising on both sides.
pub(super) fn pairs(a: &[Unit], b: &[Unit]) -> Vec<(usize, usize)> {
    let telling = |units: &[Unit]| -> Vec<usize> {
        let known = |unit: &Unit| unit.key != 0 || !unit.sample.is_empty();
        units
            .iter()
            .enumerate()
            .filter(|(_, unit)| known(unit))
            .map(|(index, _)| index)
            .collect()
    };
    let (in_a, in_b) = (telling(a), telling(b));
    let names = |units: &[Unit], which: &[usize]| which.iter().map(|index| units[*index].name).collect::<Vec<_>>();
    let equal = align::common(&names(a, &in_a), &names(b, &in_b));
    let mut all = Vec::new();
    let (mut from_a, mut from_b) = (0, 0);
    for (x, y) in equal
        .into_iter()
        .map(|(x, y)| (in_a[x], in_b[y]))
        .chain([(a.len(), b.len())])
    {
        let between = gap(&a[from_a..x], &b[from_b..y]);
        all.extend(between.into_iter().map(|(i, j)| (from_a + i, from_b + j)));
        if x < a.len() {
            all.push((x, y));
        }
        (from_a, from_b) = (x + 1, y + 1);
    }
    all
}

/// Pairs between two that are equal: the best sum of fits.
fn gap(a: &[Unit], b: &[Unit]) -> Vec<(usize, usize)> {
    if a.is_empty() || b.is_empty() {
        return Vec::new();
    }
    if a.len() * b.len() > PAIRS_MAX {
        return ahead(a, b);
    }
    let width = b.len() + 1;
    let mut fits = vec![0.0_f64; a.len() * b.len()];
    let mut sums = vec![0.0_f64; (a.len() + 1) * width];
    for x in (0..a.len()).rev() {
        for y in (0..b.len()).rev() {
            let fit = a[x].fit(&b[y]);
            fits[x * b.len() + y] = fit;
            let apart = sums[(x + 1) * width + y].max(sums[x * width + y + 1]);
            sums[x * width + y] = if fit > 0.0 {
                apart.max(sums[(x + 1) * width + y + 1] + fit)
            } else {
                apart
            };
        }
    }
    let (mut x, mut y, mut pairs) = (0, 0, Vec::new());
    while x < a.len() && y < b.len() {
        let (down, right) = (sums[(x + 1) * width + y], sums[x * width + y + 1]);
        if fits[x * b.len() + y] > 0.0 && sums[x * width + y] > down.max(right) {
            pairs.push((x, y));
            x += 1;
            y += 1;
        } else if down >= right {
            x += 1;
        } else {
            y += 1;
        }
    }
    pairs
}

/// Each takes the best of the next few that are left.
fn ahead(a: &[Unit], b: &[Unit]) -> Vec<(usize, usize)> {
    let (mut from, mut pairs) = (0, Vec::new());
    for (x, unit) in a.iter().enumerate() {
        let next = b
            .iter()
            .enumerate()
            .skip(from)
            .take(AHEAD)
            .map(|(y, other)| (y, unit.fit(other)));
        let best = next
            .filter(|(_, fit)| *fit > 0.0)
            .max_by(|(_, one), (_, other)| one.total_cmp(other));
        if let Some((y, _)) = best {
            pairs.push((x, y));
            from = y + 1;
        }
    }
    pairs
}
