//! Any number of items in ascending order, with a bounded number of them in memory.

use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

/// So many octets of items are in memory at most. More items make another walk over all of them for each
/// such window.
const WINDOW_OCTETS: usize = 16 << 20;

/// Items by ascending key, equal keys in the order of the walk. See [`ascending`].
#[derive(Debug)]
pub struct Ascending<W, I, K, T> {
    walk: W,
    state: State<I, K, T>,
    window: usize,
}

#[derive(Debug)]
enum State<I, K, T> {
    /// The walk is in order already.
    Ordered(I),
    /// The next items, ascending.
    Window(std::vec::IntoIter<Placed<K, T>>),
    /// Nothing is left.
    Finished,
}

#[derive(Debug)]
struct Placed<K, T> {
    key: K,
    /// Its place in the walk, which makes every key another one.
    place: usize,
    item: T,
}

/// The items of `walk` in ascending order of their keys. `walk` is called anew for each pass, and must
/// give the same pairs of key and item each time. Memory does not grow with the number of items, and items that come in order are
/// passed through.
pub fn ascending<W, I, K, T>(walk: W) -> Ascending<W, I, K, T>
where
    W: Fn() -> I,
    I: Iterator<Item = (K, T)>,
    K: Ord + Copy,
{
    let most = WINDOW_OCTETS / size_of::<Placed<K, T>>().max(1);
    // A power of two, as memory grows by doubling.
    Ascending::with_window(walk, 1 << most.ilog2())
}

impl<W, I, K, T> Ascending<W, I, K, T>
where
    W: Fn() -> I,
    I: Iterator<Item = (K, T)>,
    K: Ord + Copy,
{
    fn with_window(walk: W, window: usize) -> Self {
        let state = if walk().map(|(key, _)| key).is_sorted() {
            State::Ordered(walk())
        } else {
            State::Window(Self::least(&walk, None, window))
        };
        Self { walk, state, window }
    }

    /// The least items after `last`, at most `window` of them.
    fn least(
        walk: &W,
        last: Option<(K, usize)>,
        window: usize,
    ) -> std::vec::IntoIter<Placed<K, T>> {
        let mut heap: BinaryHeap<Placed<K, T>> = BinaryHeap::new();
        for (place, (key, item)) in walk().enumerate() {
            if last.is_some_and(|last| (key, place) <= last) {
                continue;
            }
            let placed = Placed { key, place, item };
            if heap.len() < window {
                heap.push(placed);
            } else if let Some(mut greatest) = heap.peek_mut()
                && placed < *greatest
            {
                *greatest = placed;
                // Put back into its place at once, not at the end of the scope's other uses.
                drop::<PeekMut<'_, _>>(greatest);
            }
        }
        heap.into_sorted_vec().into_iter()
    }
}

impl<W, I, K, T> Iterator for Ascending<W, I, K, T>
where
    W: Fn() -> I,
    I: Iterator<Item = (K, T)>,
    K: Ord + Copy,
{
    type Item = (K, T);

    fn next(&mut self) -> Option<(K, T)> {
        let window = match &mut self.state {
            State::Ordered(items) => return items.next(),
            State::Finished => return None,
            State::Window(window) => window,
        };
        let Some(Placed { key, place, item }) = window.next() else {
            self.state = State::Finished;
            return None;
        };
        if window.len() == 0 {
            // Freed before the next one is filled.
            *window = Vec::new().into_iter();
            *window = Self::least(&self.walk, Some((key, place)), self.window);
        }
        Some((key, item))
    }
}

impl<K: Ord, T> Ord for Placed<K, T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key).then(self.place.cmp(&other.place))
    }
}

impl<K: Ord, T> PartialOrd for Placed<K, T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K: Ord, T> PartialEq for Placed<K, T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<K: Ord, T> Eq for Placed<K, T> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_items_come_as_a_stable_sort_has_them_whatever_fits_into_memory(
            keys in proptest::collection::vec(0_u8..40, 0..100),
            window in 1_usize..50,
        ) {
            let walk = || keys.iter().copied().zip(0_usize..);
            let found: Vec<_> = Ascending::with_window(walk, window).collect();
            let mut expected: Vec<_> = walk().collect();
            expected.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_is_in_order_is_passed_through_and_nothing_stays_nothing() {
        let walks = std::cell::Cell::new(0);
        let walk = || {
            walks.set(walks.get() + 1);
            (0..10).map(|number| (number / 2, number))
        };
        assert_eq!(Ascending::with_window(walk, 1).count(), 10);
        assert_eq!(walks.get(), 2, "one to look, one to give");
        assert_eq!(ascending(std::iter::empty::<(u8, u8)>).next(), None);
    }
}
