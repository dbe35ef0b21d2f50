use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::stripe_facts::EventStamp;

const STATUSES: [&str; 7] = [
    "incomplete",
    "unpaid",
    "past_due",
    "active",
    "paused",
    "canceled",
    "incomplete_expired",
];

fn snapshot(event: &str, second: i64, status: &str, previous: Option<&str>) -> SubscriptionFact {
    SubscriptionFact {
        stamp: EventStamp {
            event_id: event.into(),
            created: at(second),
            livemode: false,
        },
        subscription_id: "sub_1".into(),
        customer_id: Some("cus_1".into()),
        status: status.into(),
        previous_status: previous.map(Into::into),
        cancel_at_period_end: false,
        ended_at: None,
        current_period_end: None,
        metadata_payment_id: None,
    }
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000 + second, 0).unwrap()
}

fn newest_id(facts: &[SubscriptionFact]) -> &str {
    &newest(facts).unwrap().stamp.event_id
}

/// The rule as it is told, of two facts.
fn newer_of_two<'a>(a: &'a SubscriptionFact, b: &'a SubscriptionFact) -> &'a SubscriptionFact {
    let pick = |first: bool| if first { a } else { b };
    let terminal = [is_terminal(&a.status), is_terminal(&b.status)];
    if terminal[0] != terminal[1] {
        return pick(terminal[0]);
    }
    if a.stamp.created != b.stamp.created {
        return pick(a.stamp.created > b.stamp.created);
    }
    let from_other = [
        a.previous_status.as_ref() == Some(&b.status),
        b.previous_status.as_ref() == Some(&a.status),
    ];
    if from_other[0] != from_other[1] {
        return pick(from_other[0]);
    }
    let key = |fact: &SubscriptionFact| (rank(&fact.status), fact.stamp.event_id.clone());
    pick(key(a) > key(b))
}

fn facts(seconds: i64) -> impl Strategy<Value = Vec<SubscriptionFact>> {
    let fact = (
        0..seconds,
        select(&STATUSES[..]),
        proptest::option::of(select(&STATUSES[..])),
    );
    proptest::collection::vec(fact, 1..7).prop_map(|facts| {
        facts
            .into_iter()
            .enumerate()
            .map(|(i, (second, status, previous))| {
                snapshot(&format!("evt_{i}"), second, status, previous)
            })
            .collect()
    })
}

/// The facts in any order, some of them more than once.
fn shuffled_with_repeats(
    facts: Vec<SubscriptionFact>,
) -> impl Strategy<Value = (Vec<SubscriptionFact>, Vec<SubscriptionFact>)> {
    let all = facts.clone();
    subsequence(facts.clone(), 0..=facts.len())
        .prop_map(move |repeats| [all.clone(), repeats].concat())
        .prop_shuffle()
        .prop_map(move |shuffled| (facts.clone(), shuffled))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_newest_of_one_second_depends_on_the_set_alone(
        (facts, shuffled) in facts(1).prop_flat_map(shuffled_with_repeats)
    ) {
        prop_assert_eq!(newest(&facts), newest(&shuffled));
    }

    #[test]
    fn the_newest_of_several_seconds_depends_on_the_set_alone(
        (facts, shuffled) in facts(3).prop_flat_map(shuffled_with_repeats)
    ) {
        prop_assert_eq!(newest(&facts), newest(&shuffled));
        prop_assert_eq!(newest(&facts).and_then(ended_at), newest(&shuffled).and_then(ended_at));
    }

    #[test]
    fn of_two_facts_the_newest_is_the_rule_itself(facts in facts(2)) {
        for a in &facts {
            for b in &facts {
                prop_assert_eq!(newest([a, b]), Some(newer_of_two(a, b)));
            }
        }
    }
}

#[test]
fn a_later_snapshot_wins_over_a_higher_status() {
    let facts = [
        snapshot("evt_2", 0, "active", None),
        snapshot("evt_1", 1, "past_due", None),
    ];
    assert_eq!(newest_id(&facts), "evt_1");
}

#[test]
fn a_terminal_status_absorbs_what_was_created_later() {
    let facts = [
        snapshot("evt_1", 0, "canceled", None),
        snapshot("evt_2", 9, "active", Some("canceled")),
    ];
    assert_eq!(newest_id(&facts), "evt_1");
}

#[test]
fn within_a_second_the_status_that_came_out_of_the_other_wins() {
    let facts = [
        snapshot("evt_2", 0, "active", None),
        snapshot("evt_1", 0, "past_due", Some("active")),
    ];
    assert_eq!(newest_id(&facts), "evt_1");
}

#[test]
fn a_whole_chain_within_a_second_ends_at_its_last_status() {
    let facts = [
        snapshot("evt_3", 0, "incomplete", None),
        snapshot("evt_2", 0, "active", Some("incomplete")),
        snapshot("evt_1", 0, "past_due", Some("active")),
    ];
    assert_eq!(newest_id(&facts), "evt_1");
}

#[test]
fn a_failure_that_healed_within_its_second_leaves_the_subscription_active() {
    let facts = [
        snapshot("evt_1", 0, "active", Some("incomplete")),
        snapshot("evt_3", 0, "past_due", Some("active")),
        snapshot("evt_0", 0, "active", Some("past_due")),
    ];
    assert_eq!(newest_id(&facts), "evt_0");
}

#[test]
fn within_a_second_unrelated_snapshots_go_by_status_then_by_event_id() {
    let by_status = [
        snapshot("evt_9", 0, "incomplete", None),
        snapshot("evt_1", 0, "active", None),
    ];
    assert_eq!(newest_id(&by_status), "evt_1");
    let by_id = [
        snapshot("evt_1", 0, "active", None),
        snapshot("evt_2", 0, "active", None),
    ];
    assert_eq!(newest_id(&by_id), "evt_2");
}

#[test]
fn a_ring_of_three_within_a_second_is_decided_by_the_highest_status() {
    let facts = [
        snapshot("evt_1", 0, "active", Some("unpaid")),
        snapshot("evt_2", 0, "past_due", Some("active")),
        snapshot("evt_3", 0, "unpaid", Some("past_due")),
    ];
    assert_eq!(newest_id(&facts), "evt_1");
}

#[test]
fn a_subscription_ends_when_its_snapshot_says_so_or_else_when_that_was_told() {
    let mut deleted = snapshot("evt_1", 9, "canceled", None);
    assert_eq!(ended_at(&deleted), Some(at(9)));
    deleted.ended_at = Some(at(7));
    assert_eq!(ended_at(&deleted), Some(at(7)));
}

#[test]
fn a_subscription_that_will_end_has_no_end_yet() {
    let mut fact = snapshot("evt_1", 0, "active", None);
    fact.cancel_at_period_end = true;
    assert_eq!(ended_at(&fact), None);
    assert_eq!(newest([]), None);
}

#[test]
fn the_rule_of_two_is_not_transitive() {
    // Why `newest` can't be a fold: each of these three is newer than one of the others.
    let [a, b, c] = [
        snapshot("evt_1", 0, "active", Some("unpaid")),
        snapshot("evt_2", 0, "past_due", Some("active")),
        snapshot("evt_3", 0, "unpaid", Some("past_due")),
    ];
    assert_eq!(newer_of_two(&a, &b), &b);
    assert_eq!(newer_of_two(&b, &c), &c);
    assert_eq!(newer_of_two(&c, &a), &a);
}
