use super::*;

fn judged(bend: impl FnOnce(&mut InvoiceFact)) -> Judgment {
    let mut fact = renewal("in_2", "evt_1", day(0));
    bend(&mut fact);
    judge_invoice(&premium_payment(1), &fact)
}

fn reason(bend: impl FnOnce(&mut InvoiceFact)) -> Option<ParkReason> {
    parked_for(judged(bend))
}

#[test]
fn a_first_invoice_and_a_renewal_are_applied() {
    assert_eq!(judged(|_| ()), Judgment::Applied);
    let first = first_invoice("evt_1", day(0));
    assert_eq!(
        judge_invoice(&premium_payment(1), &first),
        Judgment::Applied
    );
}

#[test]
fn an_invoice_that_is_neither_is_ignored() {
    for why in [
        "manual",
        "subscription_update",
        "subscription_threshold",
        "subscription",
    ] {
        let judgment = judged(|i| i.billing_reason = Some(why.into()));
        assert!(matches!(judgment, Judgment::Ignored(_)), "{why}");
    }
    assert!(matches!(
        judged(|i| i.billing_reason = None),
        Judgment::Ignored(_)
    ));
}

#[test]
fn an_invoice_of_zero_is_ignored() {
    assert!(matches!(
        judged(|i| i.total = Some(0)),
        Judgment::Ignored(_)
    ));
}

#[test]
fn an_invoice_of_another_total_or_currency_is_a_mismatch() {
    let mismatch = Some(ParkReason::Mismatch);
    assert_eq!(reason(|i| i.total = Some(PRICE - 1)), mismatch);
    assert_eq!(reason(|i| i.total = Some(PRICE + 1)), mismatch);
    assert_eq!(reason(|i| i.total = None), mismatch);
    assert_eq!(reason(|i| i.currency = Some("USD".into())), mismatch);
}

#[test]
fn an_invoice_that_is_not_wholly_paid_is_a_mismatch() {
    let mismatch = Some(ParkReason::Mismatch);
    assert_eq!(reason(|i| i.status = Some("open".into())), mismatch);
    assert_eq!(reason(|i| i.amount_remaining = Some(1)), mismatch);
    assert_eq!(reason(|i| i.amount_remaining = None), mismatch);
}

#[test]
fn an_invoice_of_another_customer_is_a_conflict() {
    let other = |i: &mut InvoiceFact| i.customer_id = Some("cus_2".into());
    assert_eq!(reason(other), Some(ParkReason::CustomerConflict));
}

#[test]
fn an_invoice_of_the_other_mode_is_parked_as_such() {
    assert_eq!(
        reason(|i| i.stamp.livemode = true),
        Some(ParkReason::OtherMode)
    );
}

#[test]
fn an_invoice_that_names_another_payment_is_a_mismatch() {
    let other = |i: &mut InvoiceFact| i.metadata_payment_id = Some(SUBJECT.to_string());
    assert_eq!(reason(other), Some(ParkReason::Mismatch));
}

#[test]
fn a_snapshot_is_judged_by_its_mode_customer_and_payment() {
    let judged = |bend: fn(&mut SubscriptionFact)| {
        let mut fact = snapshot("evt_1", day(0), "active");
        bend(&mut fact);
        judge_subscription(&premium_payment(1), &fact)
    };
    assert_eq!(judged(|_| ()), Judgment::Applied);
    for (bend, reason) in [
        (
            (|s| s.stamp.livemode = true) as fn(&mut SubscriptionFact),
            ParkReason::OtherMode,
        ),
        (
            |s| s.customer_id = Some("cus_2".into()),
            ParkReason::CustomerConflict,
        ),
        (
            |s| s.metadata_payment_id = Some("another".into()),
            ParkReason::Mismatch,
        ),
    ] {
        assert_eq!(parked_for(judged(bend)), Some(reason));
    }
}
