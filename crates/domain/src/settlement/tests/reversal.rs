//! What goes back of a payment, whichever event tells of it first.

use proptest::prelude::*;

use super::*;
use crate::stripe_facts::{ChargeFact, DisputeFact, Fact, RefundFact};

const ALL: i64 = 150_000;

pub(super) fn charge(event: &str, at: i64, back: i64) -> ChargeFact {
    ChargeFact {
        stamp: stamp(event, hour(at)),
        charge_id: "ch_1".into(),
        payment_intent_id: Some("pi_1".into()),
        invoice_id: None,
        customer_id: Some("cus_1".into()),
        amount: Some(ALL),
        amount_refunded: Some(back),
        currency: Some("RUB".into()),
        metadata_payment_id: None,
    }
}

fn refund(event: &str, at: i64, amount: i64, status: &str) -> RefundFact {
    RefundFact {
        stamp: stamp(event, hour(at)),
        refund_id: format!("re_{amount}"),
        charge_id: Some("ch_1".into()),
        payment_intent_id: Some("pi_1".into()),
        amount: Some(amount),
        currency: Some("RUB".into()),
        status: Some(status.into()),
        metadata_refund_id: None,
    }
}

fn dispute(event: &str, at: i64, status: &str) -> DisputeFact {
    DisputeFact {
        stamp: stamp(event, hour(at)),
        dispute_id: "dp_1".into(),
        charge_id: Some("ch_1".into()),
        payment_intent_id: Some("pi_1".into()),
        amount: Some(ALL),
        currency: Some("RUB".into()),
        status: Some(status.into()),
    }
}

fn paid() -> Fact {
    Fact::Session(paid_session(&booking_payment(), "evt_paid", hour(1)))
}

fn settle(facts: impl IntoIterator<Item = Fact>) -> BookingSettlement {
    settle_booking(&booking_payment(), &facts.into_iter().collect())
}

fn back(facts: impl IntoIterator<Item = Fact>) -> i64 {
    settle([paid()].into_iter().chain(facts)).reversal.refunded
}

#[test]
fn the_newest_word_of_a_charge_counts_less_what_failed_after_it() {
    use Fact::{Charge, Refund};
    let part = Charge(charge("evt_part", 2, 40_000));
    let whole = Charge(charge("evt_whole", 4, ALL));
    assert_eq!(back([part.clone()]), 40_000);
    assert_eq!(back([whole.clone(), part.clone()]), ALL);
    let failed = Refund(refund("evt_failed", 5, 110_000, "failed"));
    assert_eq!(back([failed.clone(), whole.clone(), part.clone()]), 40_000);
    // A charge that was told after the failure is without it already.
    let later = Charge(charge("evt_later", 6, 50_000));
    assert_eq!(back([failed, whole, part, later]), 50_000);
}

#[test]
fn a_refund_counts_although_word_of_its_charge_was_lost() {
    let done = Fact::Refund(refund("evt_done", 3, 40_000, "succeeded"));
    assert_eq!(back([done.clone()]), 40_000);
    let canceled = Fact::Refund(refund("evt_canceled", 4, 40_000, "canceled"));
    assert_eq!(back([canceled, done]), 0);
}

#[test]
fn what_goes_back_before_the_payment_is_known_waits() {
    let charge = Fact::Charge(charge("evt_back", 2, ALL));
    let early = settle([charge.clone()]);
    assert_eq!(
        parked_for(of(&early.judgments, "evt_back")),
        Some(ParkReason::Waiting)
    );
    assert_eq!(early.reversal, Reversal::default());
    let known = settle([charge, paid()]);
    assert_eq!(of(&known.judgments, "evt_back"), Judgment::Applied);
    assert_eq!(known.reversal.refunded, ALL);
}

#[test]
fn a_charge_of_another_sum_currency_customer_or_mode_is_parked() {
    let park = |bend: fn(&mut ChargeFact)| {
        let mut fact = charge("evt_back", 2, ALL);
        bend(&mut fact);
        let settled = settle([paid(), Fact::Charge(fact)]);
        assert_eq!(settled.reversal, Reversal::default());
        parked_for(of(&settled.judgments, "evt_back"))
    };
    assert_eq!(
        park(|c| c.amount = Some(ALL - 1)),
        Some(ParkReason::Mismatch)
    );
    assert_eq!(
        park(|c| c.amount_refunded = Some(ALL + 1)),
        Some(ParkReason::Mismatch)
    );
    assert_eq!(
        park(|c| c.currency = Some("USD".into())),
        Some(ParkReason::Mismatch)
    );
    assert_eq!(
        park(|c| c.customer_id = Some("cus_2".into())),
        Some(ParkReason::CustomerConflict)
    );
    assert_eq!(
        park(|c| c.stamp.livemode = true),
        Some(ParkReason::OtherMode)
    );
}

#[test]
fn an_inquiry_takes_nothing_and_a_dispute_all_until_it_is_won() {
    use Fact::Dispute;
    let asked = Dispute(dispute("evt_asked", 2, "warning_needs_response"));
    let opened = Dispute(dispute("evt_opened", 3, "needs_response"));
    let updated = Dispute(dispute("evt_updated", 6, "under_review"));
    let won = Dispute(dispute("evt_won", 5, "won"));
    let inquiry = settle([paid(), asked.clone()]);
    assert_eq!(inquiry.reversal, Reversal::default());
    assert!(matches!(
        of(&inquiry.judgments, "evt_asked"),
        Judgment::Ignored(_)
    ));
    let open = settle([paid(), opened.clone(), asked.clone()]).reversal;
    assert_eq!((open.disputed, open.has_open_dispute), (ALL, true));
    // What is over is not opened again by word of an earlier state, whenever it was made.
    let over = settle([paid(), won, updated, opened, asked]);
    assert_eq!(over.reversal, Reversal::default());
    assert_eq!(of(&over.judgments, "evt_updated"), Judgment::Stale);
}

#[test]
fn disputes_of_any_size_take_no_more_than_was_paid() {
    let huge = |id: &str, event: &str| {
        let mut fact = dispute(event, 5, "needs_response");
        fact.dispute_id = id.into();
        fact.amount = Some(i64::MAX);
        Fact::Dispute(fact)
    };
    let settled = settle([paid(), huge("dp_1", "evt_one"), huge("dp_2", "evt_two")]);
    assert_eq!(settled.reversal.disputed, ALL);
}

#[test]
fn a_lost_dispute_takes_no_more_than_is_left() {
    let settled = settle([
        paid(),
        Fact::Charge(charge("evt_part", 2, 40_000)),
        Fact::Dispute(dispute("evt_lost", 5, "lost")),
    ]);
    assert_eq!(settled.reversal.lost, ALL - 40_000);
    assert!(settled.reversal.was_gone);
    assert!(settled.reversal.takes_back(ALL));
}

#[test]
fn a_dispute_that_was_lost_and_then_won_comes_to_the_same_either_way() {
    let lost = Fact::Dispute(dispute("evt_lost", 5, "lost"));
    let won = Fact::Dispute(dispute("evt_won", 6, "won"));
    let settled = settle([paid(), lost, won]).reversal;
    assert_eq!((settled.lost, settled.has_lost_dispute), (0, false));
    // The lesson was called off by the loss, whichever of the two was heard of first.
    assert!(settled.was_lost && settled.was_gone);
}

#[test]
fn what_is_parked_takes_no_booking_away() {
    let part = Fact::Charge(charge("evt_part", 2, 40_000));
    let mut foreign = charge("evt_live", 3, ALL);
    foreign.stamp.livemode = true;
    let settled = settle([paid(), part, Fact::Charge(foreign)]).reversal;
    assert_eq!((settled.refunded, settled.was_gone), (40_000, false));
}

#[test]
fn what_goes_back_of_a_payment_that_was_refused_is_nothing_to_us() {
    let mut short = paid_session(&booking_payment(), "evt_short", hour(1));
    short.amount_total = Some(ALL - 1);
    let refund = refund("evt_refund", 2, ALL - 1, "succeeded");
    let settled = settle([Fact::Session(short), Fact::Refund(refund)]);
    assert!(matches!(
        of(&settled.judgments, "evt_refund"),
        Judgment::Ignored(_)
    ));
    assert_eq!(settled.reversal, Reversal::default());
}

/// Everything that can be heard of one booking's payment.
fn life() -> Vec<Fact> {
    let unpaid = |mut fact: SessionFact| {
        fact.payment_status = Some("unpaid".into());
        Fact::Session(fact)
    };
    let mut completed = paid_session(&booking_payment(), "evt_completed", hour(1));
    let mut succeeded = completed.clone();
    succeeded.stamp = stamp("evt_succeeded", hour(2));
    succeeded.kind = SessionEventKind::AsyncSucceeded;
    let mut expired = completed.clone();
    expired.stamp = stamp("evt_expired", hour(3));
    expired.kind = SessionEventKind::Expired;
    completed.payment_intent_id = None;
    vec![
        unpaid(completed),
        Fact::Session(succeeded),
        unpaid(expired),
        Fact::Charge(charge("evt_part", 4, 40_000)),
        Fact::Charge(charge("evt_whole", 5, ALL)),
        Fact::Refund(refund("evt_re_part", 4, 40_000, "succeeded")),
        Fact::Refund(refund("evt_re_rest", 5, 110_000, "pending")),
        Fact::Refund(refund("evt_re_done", 6, 110_000, "succeeded")),
        Fact::Dispute(dispute("evt_opened", 7, "needs_response")),
        Fact::Dispute(dispute("evt_won", 8, "won")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_order_of_a_bookings_life_with_repeats_is_one_settlement(
        shuffled in Just([life(), life()].concat()).prop_shuffle()
    ) {
        let expected = settle(life());
        prop_assert_eq!(expected.reversal.refunded, ALL);
        prop_assert_eq!(expected.progress, Some(SessionEffect::Paid));
        prop_assert_eq!(settle(shuffled), expected);
    }

    #[test]
    fn never_more_than_was_paid_goes_back(
        backs in prop::collection::vec(0..=ALL, 0..4),
        refunds in prop::collection::vec(1..=ALL, 0..4),
        open in any::<bool>(),
    ) {
        let mut facts = vec![paid()];
        for (n, back) in (0_i64..).zip(backs) {
            facts.push(Fact::Charge(charge(&format!("evt_c{n}"), n, back)));
        }
        for (n, amount) in (0_i64..).zip(refunds) {
            facts.push(Fact::Refund(refund(&format!("evt_r{n}"), n, amount, "succeeded")));
        }
        facts.push(Fact::Dispute(dispute("evt_d", 9, if open { "needs_response" } else { "lost" })));
        let reversal = settle(facts).reversal;
        let back = reversal.refunded + reversal.disputed + reversal.lost;
        prop_assert!(back <= ALL, "{:?}", reversal);
        prop_assert!(reversal.refunded >= 0 && reversal.disputed >= 0 && reversal.lost >= 0);
    }
}
