use proptest::prelude::*;

use super::*;
use crate::stripe_facts::EventStamp;

const NO_GRACE: TimeDelta = TimeDelta::zero();

/// Midnight of a day, counted from 1 January 2026.
fn day(day: i64) -> DateTime<Utc> {
    hour(day * 24)
}

fn hour(hour: i64) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-01-01T00:00:00Z")
        .unwrap()
        .to_utc()
        + TimeDelta::hours(hour)
}

/// A grant paid on `paid`, whose period is from then to `end`.
fn grant(subscription: &str, invoice: &str, paid: i64, end: i64) -> Grant {
    Grant {
        subscription_id: subscription.into(),
        invoice_id: Some(invoice.into()),
        paid_at: day(paid),
        period_start: Some(day(paid)),
        period_end: Some(day(end)),
    }
}

fn checkout(subscription: &str, paid: i64) -> Grant {
    Grant {
        invoice_id: None,
        period_start: None,
        period_end: None,
        ..grant(subscription, "", paid, 0)
    }
}

fn end(subscription: &str, ended: i64) -> End {
    End {
        subscription_id: subscription.into(),
        ended_at: day(ended),
    }
}

fn until(grants: &[Grant], ends: &[End]) -> Option<DateTime<Utc>> {
    entitlement(grants, ends, NO_GRACE).until
}

fn snapshot(status: &str, cancel_at_period_end: bool) -> SubscriptionFact {
    SubscriptionFact {
        stamp: EventStamp {
            event_id: "evt_1".into(),
            created: day(0),
            livemode: false,
        },
        subscription_id: "sub_1".into(),
        customer_id: Some("cus_1".into()),
        status: status.into(),
        previous_status: None,
        cancel_at_period_end,
        ended_at: None,
        current_period_end: None,
        metadata_payment_id: None,
    }
}

#[test]
fn who_never_paid_is_not_premium() {
    let none = entitlement(&[], &[end("sub_1", 3)], GRACE);
    assert_eq!((none.until, none.expires_at), (None, None));
    assert!(!none.is_premium(day(0)));
}

#[test]
fn a_first_payment_grants_thirty_days() {
    assert_eq!(until(&[grant("sub_1", "in_1", 0, 30)], &[]), Some(day(30)));
    assert_eq!(until(&[checkout("sub_1", 0)], &[]), Some(day(30)));
}

#[test]
fn a_line_of_thirty_one_days_grants_thirty_one() {
    assert_eq!(until(&[grant("sub_1", "in_1", 0, 31)], &[]), Some(day(31)));
}

#[test]
fn a_line_of_twenty_eight_days_grants_thirty() {
    assert_eq!(until(&[grant("sub_1", "in_1", 0, 28)], &[]), Some(day(30)));
}

#[test]
fn a_renewal_adds_thirty_days_to_an_expiry_that_is_still_ahead() {
    let grants = [
        grant("sub_1", "in_1", 0, 30),
        grant("sub_1", "in_2", 28, 58),
    ];
    assert_eq!(until(&grants, &[]), Some(day(60)));
}

#[test]
fn a_renewal_adds_thirty_days_to_its_payment_when_the_expiry_has_passed() {
    let grants = [
        grant("sub_1", "in_1", 0, 30),
        grant("sub_1", "in_2", 40, 60),
    ];
    assert_eq!(until(&grants, &[]), Some(day(70)));
}

#[test]
fn a_renewal_never_ends_before_the_period_that_was_paid_for() {
    let grants = [
        grant("sub_1", "in_1", 0, 30),
        grant("sub_1", "in_2", 30, 92),
    ];
    assert_eq!(until(&grants, &[]), Some(day(92)));
}

#[test]
fn an_invoice_paid_an_hour_after_its_period_began_leaves_no_hour_without_premium() {
    let first = grant("sub_1", "in_1", 0, 31);
    let renewal = Grant {
        paid_at: hour(31 * 24 + 1),
        ..grant("sub_1", "in_2", 31, 59)
    };
    let grace = grace([&snapshot("active", false)]);
    let before = entitlement(std::slice::from_ref(&first), &[], grace);
    let after = entitlement(&[first, renewal], &[], grace);
    for hour in (0..).map(hour).take_while(|hour| *hour <= day(31)) {
        assert!(before.is_premium(hour));
    }
    assert!(before.is_premium(hour(31 * 24 + 1)));
    assert_eq!(after.until, Some(hour(61 * 24 + 1)));
}

#[test]
fn premium_ends_in_its_last_second_without_any_job() {
    let paid = entitlement(&[grant("sub_1", "in_1", 0, 30)], &[], NO_GRACE);
    assert!(paid.is_premium(day(30) - TimeDelta::seconds(1)));
    assert!(!paid.is_premium(day(30)));
}

#[test]
fn grace_is_three_days_while_a_renewal_is_expected() {
    assert_eq!(grace([&snapshot("active", false)]), TimeDelta::days(3));
    assert_eq!(grace([&snapshot("past_due", false)]), TimeDelta::days(3));
    let paid = entitlement(&[grant("sub_1", "in_1", 0, 30)], &[], GRACE);
    assert!(paid.is_premium(day(33) - TimeDelta::seconds(1)));
    assert!(!paid.is_premium(day(33)));
}

#[test]
fn there_is_no_grace_where_no_renewal_is_expected() {
    assert_eq!(grace([&snapshot("active", true)]), NO_GRACE);
    for status in [
        "incomplete",
        "unpaid",
        "canceled",
        "incomplete_expired",
        "paused",
    ] {
        assert_eq!(grace([&snapshot(status, false)]), NO_GRACE, "{status}");
    }
    assert_eq!(grace([]), NO_GRACE);
}

#[test]
fn one_subscription_that_renews_is_enough_for_grace() {
    let facts = [snapshot("canceled", false), snapshot("active", false)];
    assert_eq!(grace(&facts), GRACE);
}

#[test]
fn the_end_of_a_subscription_cuts_premium_and_keeps_the_expiry_on_record() {
    let ended = entitlement(
        &[grant("sub_1", "in_1", 0, 30)],
        &[end("sub_1", 10)],
        NO_GRACE,
    );
    assert_eq!(ended.until, Some(day(10)));
    assert_eq!(ended.expires_at, Some(day(30)));
    assert!(!ended.is_premium(day(10)));
}

#[test]
fn an_end_at_the_end_of_the_paid_period_cuts_nothing() {
    let grants = [grant("sub_1", "in_1", 0, 28)];
    let ended = entitlement(&grants, &[end("sub_1", 28)], NO_GRACE);
    assert_eq!(
        (ended.until, ended.expires_at),
        (Some(day(30)), Some(day(30)))
    );
}

#[test]
fn an_end_is_measured_by_the_subscriptions_last_grant() {
    let grants = [
        grant("sub_1", "in_1", 0, 30),
        grant("sub_1", "in_2", 30, 60),
    ];
    assert_eq!(until(&grants, &[end("sub_1", 45)]), Some(day(45)));
    assert_eq!(until(&grants, &[end("sub_1", 60)]), Some(day(60)));
}

#[test]
fn a_grant_of_the_second_of_the_end_comes_before_it() {
    let grants = [
        grant("sub_1", "in_1", 0, 30),
        grant("sub_1", "in_2", 30, 60),
    ];
    assert_eq!(until(&grants, &[end("sub_1", 30)]), Some(day(30)));
}

#[test]
fn the_end_of_an_old_subscription_leaves_a_new_one_alone() {
    let grants = [grant("sub_1", "in_1", 0, 30), grant("sub_2", "in_2", 5, 35)];
    let ended = entitlement(&grants, &[end("sub_1", 10)], NO_GRACE);
    assert_eq!(ended.until, Some(day(35)));
    assert_eq!(ended.expires_at, Some(day(60)));
}

#[test]
fn a_new_subscription_after_an_end_starts_from_its_own_payment() {
    let grants = [
        grant("sub_1", "in_1", 0, 30),
        grant("sub_2", "in_2", 20, 50),
    ];
    let resubscribed = entitlement(&grants, &[end("sub_1", 10)], NO_GRACE);
    assert_eq!(resubscribed.until, Some(day(50)));
    assert_eq!(resubscribed.expires_at, Some(day(50)));
}

#[test]
fn the_expiry_on_record_is_the_one_before_the_last_of_two_cuts() {
    let grants = [grant("sub_1", "in_1", 0, 30), grant("sub_2", "in_2", 5, 35)];
    let ended = entitlement(&grants, &[end("sub_1", 10), end("sub_2", 12)], NO_GRACE);
    assert_eq!(ended.until, Some(day(12)));
    assert_eq!(ended.expires_at, Some(day(35)));
}

#[test]
fn the_end_of_a_subscription_that_paid_nothing_cuts_nothing() {
    let grants = [grant("sub_1", "in_1", 0, 30)];
    assert_eq!(until(&grants, &[end("sub_2", 10)]), Some(day(30)));
}

#[test]
fn the_end_of_time_is_no_panic() {
    let mut last = grant("sub_1", "in_1", 0, 30);
    last.paid_at = DateTime::<Utc>::MAX_UTC;
    assert_eq!(until(&[last], &[]), Some(DateTime::<Utc>::MAX_UTC));
}

/// The law word for word: "what other subscriptions paid for" is the same walk without this one.
fn by_the_law(grants: &[Grant], ends: &[End]) -> Option<DateTime<Utc>> {
    let mut times: Vec<_> = grants.iter().map(|grant| grant.paid_at).collect();
    times.extend(ends.iter().map(|end| end.ended_at));
    times.sort();
    times.dedup();
    let mut until: Option<DateTime<Utc>> = None;
    for time in times {
        let mut paid: Vec<_> = grants.iter().filter(|g| g.paid_at == time).collect();
        paid.sort_by_key(|g| (g.period_start, &g.invoice_id));
        for g in paid {
            until = Some((until.unwrap_or(time).max(time) + PERIOD).max(g.period_end.unwrap()));
        }
        for ended in ends.iter().filter(|end| end.ended_at == time) {
            let this = |g: &&Grant| g.subscription_id == ended.subscription_id;
            let mut past: Vec<_> = grants.iter().filter(|g| g.paid_at <= time).collect();
            past.sort_by_key(|g| (g.paid_at, g.period_start, &g.invoice_id));
            let Some(last) = past.iter().copied().rfind(this) else {
                continue;
            };
            if time >= last.period_end.unwrap() {
                continue;
            }
            let others: Vec<_> = past.into_iter().filter(|g| !this(g)).cloned().collect();
            let other_ends: Vec<_> = ends
                .iter()
                .filter(|end| {
                    end.ended_at < time
                        || (end.ended_at == time && end.subscription_id < ended.subscription_id)
                })
                .filter(|end| end.subscription_id != ended.subscription_id)
                .cloned()
                .collect();
            until = Some(by_the_law(&others, &other_ends).map_or(time, |other| other.max(time)));
        }
    }
    until
}

/// Up to eight grants of up to four subscriptions, each of which may have an end.
fn lives() -> impl Strategy<Value = (Vec<Grant>, Vec<End>)> {
    let grants = proptest::collection::vec((0..4_usize, 0..90_i64, 0..45_i64), 0..8);
    let ends = proptest::array::uniform4(proptest::option::of(0..120_i64));
    (grants, ends).prop_map(|(grants, ends)| {
        let grants = grants.iter().enumerate().map(|(i, (sub, paid, length))| {
            grant(
                &format!("sub_{sub}"),
                &format!("in_{i}"),
                *paid,
                paid + length,
            )
        });
        let ends = ends
            .iter()
            .enumerate()
            .filter_map(|(sub, ended)| Some(end(&format!("sub_{sub}"), (*ended)?)));
        (grants.collect(), ends.collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_walk_is_the_law_word_for_word((grants, ends) in lives()) {
        prop_assert_eq!(until(&grants, &ends), by_the_law(&grants, &ends));
    }

    #[test]
    fn the_order_of_grants_and_ends_cannot_matter(
        ((grants, ends), shuffled, shuffled_ends) in lives().prop_flat_map(|(grants, ends)| (
            Just((grants.clone(), ends.clone())),
            Just(grants).prop_shuffle(),
            Just(ends).prop_shuffle(),
        ))
    ) {
        prop_assert_eq!(
            entitlement(&grants, &ends, GRACE),
            entitlement(&shuffled, &shuffled_ends, GRACE)
        );
    }

    #[test]
    fn without_ends_every_grant_adds_a_period_and_covers_its_own((grants, _) in lives()) {
        let all = until(&grants, &[]);
        for (i, last) in grants.iter().enumerate() {
            prop_assert!(all >= last.period_end);
            let mut fewer = grants.clone();
            fewer.remove(i);
            prop_assert!(all >= until(&fewer, &[]));
        }
        let latest = grants.iter().map(|grant| grant.paid_at).max();
        prop_assert!(all >= latest.map(|paid_at| paid_at + PERIOD));
    }

    #[test]
    fn an_end_takes_nothing_that_was_used_nor_gives_anything((grants, ends) in lives()) {
        let ended = entitlement(&grants, &ends, NO_GRACE);
        prop_assert!(ended.until <= until(&grants, &[]));
        prop_assert!(ended.expires_at >= ended.until);
        prop_assert_eq!(ended.until.is_some(), !grants.is_empty());
    }
}
