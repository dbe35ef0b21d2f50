//! What goes back of premium, and what was to be paid for it and was not.

use super::reversal::charge;
use super::*;
use crate::stripe_facts::{Fact, InvoicePaymentFact};

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
