//! What a model's wish may change of our order: nobody moves far.
//!
//! A wish is only a wish. Whatever a model was talked into by somebody's bio, that bio gains
//! [`MAX_MOVE`] places at most, and nobody loses more.

use std::collections::BTreeSet;

/// How many of the best a model is asked about.
pub const RERANK_LIMIT: usize = 20;
/// By how many places a candidate moves at most, up or down.
pub const MAX_MOVE: usize = 3;

/// The final order of `count` candidates, as their old places, for a wish made of old places, the
/// best first. Repeated and unknown places of the wish are ignored; candidates that it leaves out
/// wish for their old place.
///
/// Each place goes to whoever has waited for as long as anybody may, else to the best wished of
/// those near enough. A wish that moves nobody too far is granted as it is.
#[must_use]
pub fn settle(count: usize, wish: &[usize]) -> Vec<usize> {
    let wished_places = wished_places(count, wish);
    let mut coming = wished_places.into_iter().enumerate();
    // Who is near enough for the place at hand and has none yet, in the old order: never more than
    // twice MAX_MOVE and one.
    let mut waiting: Vec<(usize, usize)> = coming.by_ref().take(MAX_MOVE).collect();
    let mut settled = Vec::with_capacity(count);
    for place in 0..count {
        waiting.extend(coming.next());
        let is_due = |&(old, _): &(usize, usize)| old.saturating_add(MAX_MOVE) <= place;
        let chosen = match waiting.first() {
            Some(first) if is_due(first) => Some(0),
            _ => {
                let by_wish = |&(_, &(_, wished)): &(usize, &(usize, usize))| wished;
                let best = waiting.iter().enumerate().min_by_key(by_wish);
                best.map(|(index, _)| index)
            }
        };
        settled.extend(chosen.map(|index| waiting.remove(index).0));
    }
    settled
}

/// For each old place the one that it wishes for.
fn wished_places(count: usize, wish: &[usize]) -> Vec<usize> {
    let mut listed = BTreeSet::new();
    let in_order: Vec<usize> = wish
        .iter()
        .copied()
        .filter(|&old| old < count && listed.insert(old))
        .collect();
    // Those left out keep their places; the listed share the others in the order of the wish.
    let mut to_share = (0..count).filter(|place| listed.contains(place));
    let mut wished: Vec<usize> = (0..count).collect();
    for old in in_order {
        if let (Some(slot), Some(place)) = (wished.get_mut(old), to_share.next()) {
            *slot = place;
        }
    }
    wished
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_gains_three_places_even_if_wished_first() {
        assert_eq!(settle(6, &[5, 0, 1, 2, 3, 4]), [0, 1, 5, 2, 3, 4]);
    }

    #[test]
    fn the_first_loses_three_places_even_if_wished_last() {
        assert_eq!(settle(6, &[1, 2, 3, 4, 5, 0]), [1, 2, 3, 0, 4, 5]);
    }

    #[test]
    fn a_reversed_order_is_granted_as_far_as_it_may_be() {
        assert_eq!(
            settle(8, &[7, 6, 5, 4, 3, 2, 1, 0]),
            [3, 4, 5, 0, 1, 2, 7, 6]
        );
    }

    #[test]
    fn those_left_out_wish_for_their_old_places() {
        assert_eq!(settle(4, &[2, 0]), [2, 1, 0, 3]);
        assert_eq!(settle(4, &[3]), [0, 1, 2, 3]);
    }

    #[test]
    fn repeated_and_unknown_places_are_ignored() {
        assert_eq!(settle(3, &[1, 7, 1, usize::MAX, 0, 1]), settle(3, &[1, 0]));
    }

    #[test]
    fn nobody_is_settled_among_nobody() {
        assert_eq!(settle(0, &[0, 1]), Vec::<usize>::new());
    }

    /// Any wish for up to a thousand candidates, unknown and repeated places in it.
    fn any_wish() -> impl Strategy<Value = (usize, Vec<usize>)> {
        (0..60_usize, 0..1_000_usize).prop_flat_map(|(few, many)| {
            let count = if many % 10 == 0 { many } else { few };
            let place = prop_oneof![9 => 0..count.max(1), 1 => any::<usize>()];
            (Just(count), prop::collection::vec(place, 0..count * 2 + 3))
        })
    }

    /// A permutation that moves nobody more than [`MAX_MOVE`]: made by choosing, place by place, one
    /// of those near enough, without letting anybody wait too long.
    fn modest_wish() -> impl Strategy<Value = Vec<usize>> {
        prop::collection::vec(0..=2 * MAX_MOVE, 1..60).prop_map(|choices| {
            let mut left: Vec<usize> = (0..choices.len()).collect();
            let mut wish = Vec::new();
            for (place, choice) in choices.into_iter().enumerate() {
                let near = left.iter().filter(|old| **old <= place + MAX_MOVE).count();
                let index = if left[0] + MAX_MOVE == place {
                    0
                } else {
                    choice % near
                };
                wish.push(left.remove(index));
            }
            wish
        })
    }

    proptest! {
        #[test]
        fn whatever_the_wish_it_becomes_a_permutation((count, wish) in any_wish()) {
            let mut settled = settle(count, &wish);
            settled.sort_unstable();
            prop_assert_eq!(settled, (0..count).collect::<Vec<_>>());
        }

        #[test]
        fn whatever_the_wish_nobody_moves_more_than_three_places((count, wish) in any_wish()) {
            for (place, old) in settle(count, &wish).into_iter().enumerate() {
                prop_assert!(old.abs_diff(place) <= MAX_MOVE, "{old} is at {place}");
            }
        }

        #[test]
        fn a_wish_for_the_old_order_changes_nothing(count in 0..1_000_usize, left_out in 0..5_usize) {
            let wish: Vec<usize> = (0..count).filter(|place| place % 5 != left_out).collect();
            prop_assert_eq!(settle(count, &wish), (0..count).collect::<Vec<_>>());
        }

        #[test]
        fn a_wish_that_moves_nobody_too_far_is_granted(wish in modest_wish()) {
            prop_assert_eq!(settle(wish.len(), &wish), wish);
        }

        #[test]
        fn the_settled_order_is_a_wish_that_is_granted((count, wish) in any_wish()) {
            let settled = settle(count, &wish);
            prop_assert_eq!(settle(count, &settled), settled);
        }
    }
}
