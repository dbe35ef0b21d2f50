//! Every order of a subscription's life, with repeats, comes to one settlement.

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;
use crate::stripe_facts::Fact;

fn settle<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> PremiumSettlement {
    let asked = [premium_payment(1), premium_payment(2)];
    settle_premium(&asked, &facts.into_iter().cloned().collect())
}

/// Opened on day 0, renewed on day 30 at the second try, to be cancelled, deleted on day 50.
fn life() -> Vec<Fact> {
    let named = |mut fact: InvoiceFact| {
        fact.metadata_payment_id = Some(premium_payment(1).payment_id.to_string());
        Fact::Invoice(fact)
    };
    let cancelling = SubscriptionFact {
        cancel_at_period_end: true,
        ..snapshot("evt_cancel", day(40), "active")
    };
    let activated = SubscriptionFact {
        previous_status: Some("incomplete".into()),
        ..snapshot("evt_active", day(0), "active")
    };
    // The twins need not agree to the second.
    let mut second_twin = renewal("in_2", "evt_second_twin", hour(30 * 24 - 1));
    second_twin.period_end = Some(day(64));
    let failed = InvoiceFact {
        kind: InvoiceEventKind::PaymentFailed,
        status: Some("open".into()),
        amount_remaining: Some(PRICE),
        paid_at: None,
        ..renewal("in_2", "evt_second_failed", day(30))
    };
    vec![
        Fact::Session(paid_session(&premium_payment(1), "evt_checkout", day(0))),
        named(first_invoice("evt_first", day(0))),
        Fact::Subscription(activated),
        Fact::Invoice(renewal("in_2", "evt_second", day(30))),
        Fact::Subscription(cancelling),
        Fact::Subscription(snapshot("evt_deleted", day(50), "canceled")),
        named(first_invoice("evt_first_twin", day(0))),
        Fact::Subscription(snapshot("evt_created", day(0), "incomplete")),
        Fact::Invoice(second_twin),
        Fact::Invoice(failed),
    ]
}

/// The same tutor subscribes anew on day 55.
fn resubscribed() -> Vec<Fact> {
    let again = |mut fact: InvoiceFact| {
        fact.subscription_id = Some("sub_2".into());
        fact.invoice_id = "in_3".into();
        fact
    };
    let mut active = snapshot("evt_again_active", day(55), "active");
    active.subscription_id = "sub_2".into();
    vec![
        Fact::Session(paid_session(&premium_payment(2), "evt_again", day(55))),
        Fact::Invoice(again(first_invoice("evt_again_first", day(55)))),
        Fact::Invoice(again(first_invoice("evt_again_twin", day(55)))),
        Fact::Subscription(active),
    ]
}

/// Facts that must count for nothing, wherever they come.
fn noise() -> Vec<Fact> {
    let bent = |event: &str, bend: fn(&mut InvoiceFact)| {
        let mut fact = renewal(event, event, day(35));
        bend(&mut fact);
        Fact::Invoice(fact)
    };
    vec![
        bent("evt_short", |i| i.total = Some(PRICE - 1)),
        bent("evt_live", |i| i.stamp.livemode = true),
        bent("evt_manual", |i| i.billing_reason = Some("manual".into())),
        bent("evt_stranger", |i| i.customer_id = Some("cus_2".into())),
        bent("evt_unknown", |i| i.subscription_id = Some("sub_9".into())),
    ]
}

fn whole_life() -> Vec<Fact> {
    [life(), resubscribed(), noise()].concat()
}

/// Calls `visit` with every order of `facts` (Heap's algorithm).
fn each_order(facts: &mut [Fact], remaining: usize, visit: &mut impl FnMut(&[Fact])) {
    if remaining <= 1 {
        return visit(facts);
    }
    for i in 0..remaining {
        each_order(facts, remaining - 1, visit);
        let other = if remaining.is_multiple_of(2) { i } else { 0 };
        facts.swap(other, remaining - 1);
    }
}

#[test]
fn every_order_of_a_subscriptions_life_is_one_settlement() {
    let mut facts: Vec<_> = life().into_iter().take(7).collect();
    let expected = settle(&facts);
    assert_eq!(expected.entitlement.until, Some(day(50)));
    assert_eq!(expected.entitlement.expires_at, Some(day(60)));
    let mut orders = 0;
    each_order(&mut facts, 7, &mut |facts| {
        orders += 1;
        // Each order a second time over: every fact repeated at a distance.
        assert_eq!(settle(facts), expected);
        assert_eq!(settle(facts.iter().chain(facts)), expected);
    });
    assert_eq!(orders, 5_040);
}

#[test]
fn the_whole_life_is_what_was_paid_for() {
    let settled = settle(&whole_life());
    assert_eq!(settled.entitlement.until, Some(day(85)));
    assert_eq!(settled.entitlement.expires_at, Some(day(85)));
    assert_eq!(settled.entitlement.grace, crate::premium::GRACE);
    assert_eq!(settled.renewals.len(), 1);
    assert!(
        settled
            .first_payments
            .iter()
            .all(|first| first.paid.is_some())
    );
    let live = settled.live_subscription.unwrap();
    assert_eq!(
        (live.subscription_id.as_str(), live.status.as_deref()),
        ("sub_2", Some("active"))
    );
}

/// Some of the facts, and the same facts in another order with some of them repeated.
fn some_and_shuffled() -> impl Strategy<Value = (Vec<Fact>, Vec<Fact>)> {
    let all = whole_life();
    let count = all.len();
    subsequence(all, 0..=count).prop_flat_map(with_repeats)
}

fn with_repeats(once: Vec<Fact>) -> impl Strategy<Value = (Vec<Fact>, Vec<Fact>)> {
    let first = once.clone();
    let shuffled = subsequence(once.clone(), 0..=once.len())
        .prop_map(move |again| [first.clone(), again].concat())
        .prop_shuffle();
    (Just(once), shuffled)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn any_order_of_the_whole_life_is_one_settlement(
        (once, shuffled) in Just(whole_life()).prop_flat_map(with_repeats)
    ) {
        prop_assert_eq!(settle(&once), settle(&shuffled));
    }

    #[test]
    fn any_part_of_the_whole_life_is_one_settlement((once, shuffled) in some_and_shuffled()) {
        prop_assert_eq!(settle(&once), settle(&shuffled));
    }

    #[test]
    fn noise_changes_judgments_and_nothing_else(
        noise in subsequence(noise(), 0..=5),
        life in Just([life(), resubscribed()].concat()).prop_shuffle(),
    ) {
        let quiet = settle(&life);
        let mut noisy = settle(life.iter().chain(&noise));
        noisy.judgments = quiet.judgments.clone();
        prop_assert_eq!(noisy, quiet);
    }
}
