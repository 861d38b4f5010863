//! A map that never holds more than it was told: the oldest entry goes first.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many entries an addition to a full map looks at. Each addition goes on where the last one stopped, so that all are
/// looked at in turn, and none costs more when the map is large.
const LOOKS: usize = 64;

/// A bounded map behind a lock that is held for single look-ups only.
pub(crate) struct Bounded<K, V>(Mutex<Entries<K, V>>);

struct Entries<K, V> {
    map: HashMap<K, V>,
    oldest_first: VecDeque<K>,
    limit: usize,
}

impl<K: Eq + Hash + Clone, V: Clone> Bounded<K, V> {
    /// An empty map of at most `limit` entries (at least one).
    pub(crate) fn new(limit: usize) -> Self {
        Self(Mutex::new(Entries {
            map: HashMap::new(),
            oldest_first: VecDeque::new(),
            limit: limit.max(1),
        }))
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.lock().map.get(key).cloned()
    }

    pub(crate) fn insert(&self, key: K, value: V) {
        let mut entries = self.lock();
        if entries.map.insert(key.clone(), value).is_none() {
            entries.oldest_first.push_back(key);
        }
        while entries.map.len() > entries.limit {
            let Some(oldest) = entries.oldest_first.pop_front() else {
                return;
            };
            entries.map.remove(&oldest);
        }
    }

    /// Runs `f` on one entry, made by default when absent. An absent entry finds room in a full map only after `evict` has
    /// thrown out what it may of some of the oldest ([`LOOKS`]); `None` when that was nothing.
    pub(crate) fn update<R>(&self, key: K, evict: impl Fn(&V) -> bool, f: impl FnOnce(&mut V) -> R) -> Option<R>
    where
        V: Default,
    {
        let mut guard = self.lock();
        let entries = &mut *guard;
        if !entries.map.contains_key(&key) {
            if entries.map.len() >= entries.limit {
                entries.make_room(evict);
            }
            if entries.map.len() >= entries.limit {
                return None;
            }
            entries.oldest_first.push_back(key.clone());
        }
        Some(f(entries.map.entry(key).or_default()))
    }

    /// A poisoned lock is taken all the same: every entry is whole, since no code panics while it changes one.
    fn lock(&self) -> MutexGuard<'_, Entries<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone, V> Entries<K, V> {
    fn make_room(&mut self, evict: impl Fn(&V) -> bool) {
        for _ in 0..LOOKS.min(self.oldest_first.len()) {
            let Some(key) = self.oldest_first.pop_front() else {
                return;
            };
            if self.map.get(&key).is_none_or(&evict) {
                self.map.remove(&key);
            } else {
                self.oldest_first.push_back(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounded, LOOKS};

    #[test]
    fn what_may_go_is_found_in_the_end_however_large_the_map() {
        let size = LOOKS * 3 + 5;
        let map: Bounded<usize, bool> = Bounded::new(size);
        for key in 0..size {
            map.update(key, |_| false, |may_go| *may_go = key == size - 1);
        }
        let tries = (0..size)
            .take_while(|number| map.update(size + number, |may_go| *may_go, |_| ()).is_none())
            .count();
        assert_eq!(tries, 3, "each try looks at {LOOKS} more");
        assert_eq!(map.get(&(size - 1)), None);
        assert_eq!(map.get(&0), Some(false));
    }

    #[test]
    fn the_oldest_goes_first() {
        let map = Bounded::new(2);
        for number in 0..3 {
            map.insert(number, number * 10);
        }
        map.insert(2, 21);
        assert_eq!([map.get(&0), map.get(&1), map.get(&2)], [None, Some(10), Some(21)]);
    }

    #[test]
    fn an_update_throws_out_only_what_it_may() {
        let map: Bounded<u8, u8> = Bounded::new(2);
        assert_eq!(map.update(1, |_| false, |value| *value = 1), Some(()));
        assert_eq!(map.update(2, |_| false, |value| *value = 2), Some(()));
        assert_eq!(map.update(3, |_| false, |_| ()), None, "full");
        assert_eq!(
            map.update(2, |_| false, |value| *value),
            Some(2),
            "present ones stay reachable"
        );
        assert_eq!(map.update(3, |value| *value == 1, |_| ()), Some(()));
        assert_eq!([map.get(&1), map.get(&2), map.get(&3)], [None, Some(2), Some(0)]);
    }
}
