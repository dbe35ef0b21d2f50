//! What a bad network makes of the events of one action: the same seed, the same disorder.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{config::Disorder, events::Event};

/// The chance behind a [`Disorder`], from its seed on.
#[derive(Debug)]
pub struct Chance {
    disorder: Disorder,
    random: ChaCha8Rng,
}

impl Chance {
    pub fn of(disorder: Disorder) -> Self {
        Self {
            disorder,
            random: ChaCha8Rng::seed_from_u64(disorder.seed),
        }
    }

    /// What is to be sent, in this order. A dropped event is never sent: only the list of events
    /// tells of it.
    pub fn disturb(&mut self, events: Vec<Event>) -> Vec<Event> {
        let mut sent = Vec::new();
        for event in events {
            let lot = self.random.random_range(0..100_u8);
            if lot < self.disorder.dropped_percent {
                continue;
            }
            for _ in 0..=self.disorder.repeats {
                sent.push(event.clone());
            }
        }
        // Each changes places with one of the next few.
        for place in 0..sent.len() {
            let furthest = sent.len().min(place.saturating_add(self.disorder.window));
            if furthest > place.saturating_add(1) {
                let other = self.random.random_range(place..furthest);
                sent.swap(place, other);
            }
        }
        sent
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{events::Cause, state::State};

    fn events(count: usize) -> Vec<Event> {
        let mut state = State::default();
        for _ in 0..count {
            state.emit("a", json!({}), &Cause::default());
        }
        state.events
    }

    fn ids(events: &[Event]) -> Vec<String> {
        events.iter().map(|event| event.id.clone()).collect()
    }

    fn disturbed(disorder: Disorder, events: &[Event]) -> Vec<String> {
        ids(&Chance::of(disorder).disturb(events.to_vec()))
    }

    #[test]
    fn the_same_seed_makes_the_same_disorder() {
        let events = events(40);
        let disorder = |seed| Disorder {
            seed,
            repeats: 1,
            window: 5,
            dropped_percent: 20,
            ..Disorder::default()
        };
        let first = disturbed(disorder(1), &events);
        assert_eq!(first, disturbed(disorder(1), &events));
        assert_ne!(first, disturbed(disorder(2), &events));
    }

    #[test]
    fn no_disorder_leaves_all_as_it_was() {
        let events = events(10);
        assert_eq!(disturbed(Disorder::default(), &events), ids(&events));
    }

    #[test]
    fn a_window_moves_events_and_loses_none() {
        let events = events(20);
        let disorder = Disorder {
            window: 3,
            ..Disorder::default()
        };
        let mut moved = disturbed(disorder, &events);
        assert_ne!(moved, ids(&events));
        for (place, id) in moved.iter().enumerate() {
            let was = events.iter().position(|event| event.id == *id).unwrap();
            assert!(was <= place + 2, "{was} came at {place}");
        }
        moved.sort();
        let mut all = ids(&events);
        all.sort();
        assert_eq!(moved, all);
    }

    #[test]
    fn a_share_is_dropped_and_the_rest_repeated() {
        let events = events(200);
        let disorder = Disorder {
            repeats: 2,
            dropped_percent: 25,
            ..Disorder::default()
        };
        let sent = disturbed(disorder, &events);
        assert_eq!(sent.len() % 3, 0);
        assert!((100..200).contains(&(sent.len() / 3)), "{}", sent.len());
        let all = Disorder {
            dropped_percent: 100,
            ..disorder
        };
        assert!(disturbed(all, &events).is_empty());
    }
}
