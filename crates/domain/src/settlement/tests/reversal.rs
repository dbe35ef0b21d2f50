//! What goes back of a payment, whichever event tells of it first.

use proptest::prelude::*;

use super::*;
use crate::booking::{BookingStatus, after_reversal};
use crate::stripe_facts::{ChargeFact, DisputeFact, Fact, InvoicePaymentFact, RefundFact};

const ALL: i64 = 150_000;

fn charge(event: &str, at: i64, back: i64) -> ChargeFact {
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

#[test]
fn an_invoice_partly_paid_from_a_balance_is_refunded_whole_with_its_charge() {
    let mut facts = invoice_refunds(false);
    for fact in &mut facts {
        if let Fact::Charge(charge) = fact {
            charge.amount = Some(PRICE - 10_000);
            charge.amount_refunded = Some(PRICE - 10_000);
        }
    }
    let settled = settle_premium(&[premium_payment(1)], &facts.into_iter().collect());
    let first = settled.first_payments[0].paid.clone().unwrap();
    assert_eq!(first.reversal.refunded, PRICE - 10_000);
    assert!(first.reversal.is_refunded_whole);
    assert_eq!(settled.entitlement.until, None);
}

#[test]
fn every_move_of_a_reversal_is_a_way_through_the_table() {
    use crate::booking::BookingEvent::{Dispute, Refund};
    use crate::text_enum::TextEnum;
    for &from in BookingStatus::ALL {
        for bits in 0..16_u8 {
            let bit = |n: u8| bits & (1 << n) != 0;
            let reversal = Reversal {
                was_gone: bit(0),
                was_lost: bit(1),
                has_open_dispute: bit(2),
                has_lost_dispute: bit(3),
                ..Reversal::default()
            };
            let to = after_reversal(from, Some(BookingStatus::Confirmed), &reversal);
            let ways = [
                Ok(from),
                from.on(Dispute),
                from.on(Refund),
                from.on(Dispute).and_then(|disputed| disputed.on(Refund)),
            ];
            let back = from == BookingStatus::Disputed && to == BookingStatus::Confirmed;
            assert!(
                ways.contains(&Ok(to)) || back,
                "{from:?} to {to:?} by {reversal:?}"
            );
        }
    }
}

#[test]
fn a_booking_goes_where_its_payments_reversal_takes_it_from_where_it_was() {
    use BookingStatus::{Cancelled, Completed, Confirmed, Disputed, Expired, Pending, Refunded};
    let open = Reversal {
        has_open_dispute: true,
        ..Reversal::default()
    };
    let lost = Reversal {
        has_lost_dispute: true,
        was_lost: true,
        was_gone: true,
        ..Reversal::default()
    };
    let whole = Reversal {
        was_gone: true,
        ..Reversal::default()
    };
    let none = Reversal::default();
    for (from, reversal, to) in [
        (Confirmed, open, Disputed),
        (Completed, open, Disputed),
        (Cancelled, open, Cancelled),
        (Confirmed, lost, Refunded),
        (Completed, lost, Refunded),
        (Cancelled, lost, Refunded),
        (Confirmed, whole, Refunded),
        (Cancelled, whole, Refunded),
        (Completed, whole, Completed),
        (Pending, whole, Pending),
        (Expired, lost, Expired),
        (Refunded, none, Refunded),
        (Confirmed, none, Confirmed),
    ] {
        assert_eq!(
            after_reversal(from, None, &reversal),
            to,
            "{from:?} {reversal:?}"
        );
    }
    assert_eq!(after_reversal(Disputed, Some(Completed), &none), Completed);
    assert_eq!(after_reversal(Disputed, Some(Confirmed), &lost), Refunded);
}

fn invoice_refunds(newer_shape: bool) -> Vec<Fact> {
    let asked = premium_payment(1);
    let mut invoice = first_invoice("evt_first", day(0));
    let mut charge = charge("evt_back", 100, PRICE);
    charge.amount = Some(PRICE);
    let mut facts = vec![Fact::Session(paid_session(&asked, "evt_checkout", day(0)))];
    if newer_shape {
        facts.push(Fact::InvoicePayment(InvoicePaymentFact {
            stamp: stamp("evt_inpay", day(0)),
            invoice_id: "in_1".into(),
            payment_intent_id: Some("pi_1".into()),
            charge_id: None,
        }));
    } else {
        invoice.charge_id = Some("ch_1".into());
        charge.invoice_id = Some("in_1".into());
    }
    facts.extend([Fact::Invoice(invoice), Fact::Charge(charge)]);
    facts
}

#[test]
fn a_premium_refund_finds_its_invoice_in_both_shapes_and_takes_the_period_out() {
    for newer_shape in [false, true] {
        let facts = invoice_refunds(newer_shape);
        let settled = settle_premium(&[premium_payment(1)], &facts.into_iter().collect());
        assert_eq!(settled.entitlement.until, None, "{newer_shape}");
        let first = settled.first_payments[0].paid.clone().unwrap();
        assert_eq!(first.reversal.refunded, PRICE);
        assert_eq!(of(&settled.judgments, "evt_back"), Judgment::Applied);
    }
}

#[test]
fn a_refund_in_the_newer_shape_waits_for_the_payment_of_its_invoice() {
    let mut facts = invoice_refunds(true);
    facts.retain(|fact| !matches!(fact, Fact::InvoicePayment(_)));
    let settled = settle_premium(&[premium_payment(1)], &facts.into_iter().collect());
    assert_eq!(
        parked_for(of(&settled.judgments, "evt_back")),
        Some(ParkReason::Waiting)
    );
    assert_eq!(settled.entitlement.until, Some(day(30)));
}

#[test]
fn a_renewal_that_failed_is_overdue_until_it_is_paid() {
    use crate::stripe_facts::InvoiceEventKind;
    let asked = [premium_payment(1)];
    let failed = InvoiceFact {
        kind: InvoiceEventKind::PaymentFailed,
        status: Some("open".into()),
        amount_remaining: Some(PRICE),
        paid_at: None,
        ..renewal("in_2", "evt_failed", day(30))
    };
    let begun = vec![
        Fact::Session(paid_session(&asked[0], "evt_checkout", day(0))),
        Fact::Subscription(snapshot("evt_active", day(0), "active")),
        Fact::Invoice(failed),
    ];
    let status = |facts: &[Fact]| {
        let settled = settle_premium(&asked, &facts.iter().cloned().collect());
        (
            settled.live_subscription.unwrap().status,
            of(&settled.judgments, "evt_failed"),
        )
    };
    assert_eq!(status(&begun), (Some("past_due".into()), Judgment::Applied));
    let paid = [
        begun,
        vec![Fact::Invoice(renewal("in_2", "evt_paid_late", day(33)))],
    ]
    .concat();
    assert_eq!(status(&paid), (Some("active".into()), Judgment::Stale));
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
