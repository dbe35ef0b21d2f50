use super::*;

fn settle(
    sessions: &[SessionFact],
    invoices: &[InvoiceFact],
    snapshots: &[SubscriptionFact],
) -> PremiumSettlement {
    let asked = [premium_payment(1), premium_payment(2)];
    let facts = Facts {
        sessions: sessions.to_vec(),
        invoices: invoices.to_vec(),
        subscriptions: snapshots.to_vec(),
        ..Facts::default()
    };
    settle_premium(&asked, &facts)
}

fn our_payment() -> Option<String> {
    Some(premium_payment(1).payment_id.to_string())
}

#[test]
fn facts_of_an_unknown_subscription_wait_until_a_checkout_names_it() {
    let invoices = [renewal("in_2", "evt_invoice", day(30))];
    let snapshots = [snapshot("evt_snapshot", day(0), "active")];
    let waiting = settle(&[], &invoices, &snapshots);
    assert_eq!(waiting.entitlement.until, None);
    for event in ["evt_invoice", "evt_snapshot"] {
        let judgment = of(&waiting.judgments, event);
        assert_eq!(parked_for(judgment), Some(ParkReason::Waiting));
    }
    let checkout = paid_session(&premium_payment(1), "evt_checkout", day(0));
    let healed = settle(&[checkout], &invoices, &snapshots);
    assert_eq!(healed.entitlement.until, Some(day(60)));
    assert!(
        healed
            .judgments
            .iter()
            .all(|(_, j)| *j == Judgment::Applied)
    );
}

#[test]
fn the_metadata_of_a_snapshot_leads_an_invoice_to_its_payment() {
    let mut opened = snapshot("evt_snapshot", day(0), "active");
    opened.metadata_payment_id = our_payment();
    let settled = settle(&[], &[first_invoice("evt_invoice", day(0))], &[opened]);
    assert_eq!(settled.entitlement.until, Some(day(30)));
    assert!(settled.first_payments[0].paid.is_some());
}

#[test]
fn metadata_with_another_customer_makes_no_subscription_ours() {
    let mut stranger = first_invoice("evt_invoice", day(0));
    stranger.metadata_payment_id = our_payment();
    stranger.customer_id = Some("cus_2".into());
    let settled = settle(&[], &[stranger], &[]);
    assert_eq!(settled.entitlement.until, None);
    assert_eq!(settled.live_subscription, None);
    let judgment = of(&settled.judgments, "evt_invoice");
    assert_eq!(parked_for(judgment), Some(ParkReason::CustomerConflict));
}

#[test]
fn a_session_without_a_subscription_finds_it_by_its_invoice() {
    let mut checkout = paid_session(&premium_payment(1), "evt_checkout", day(0));
    checkout.subscription_id = None;
    checkout.invoice_id = Some("in_1".into());
    let alone = settle(std::slice::from_ref(&checkout), &[], &[]);
    let judgment = of(&alone.judgments, "evt_checkout");
    assert_eq!(parked_for(judgment), Some(ParkReason::Waiting));
    assert_eq!(alone.entitlement.until, None);
    let both = settle(&[checkout], &[first_invoice("evt_invoice", day(0))], &[]);
    assert_eq!(both.entitlement.until, Some(day(30)));
    assert_eq!(of(&both.judgments, "evt_checkout"), Judgment::Applied);
}

#[test]
fn a_session_id_says_more_than_its_metadata() {
    let mut checkout = paid_session(&premium_payment(1), "evt_checkout", day(0));
    checkout.metadata.payment_id = Some(premium_payment(2).payment_id.to_string());
    let settled = settle(&[checkout], &[], &[]);
    let judgment = of(&settled.judgments, "evt_checkout");
    assert_eq!(parked_for(judgment), Some(ParkReason::Mismatch));
    assert!(
        settled
            .first_payments
            .iter()
            .all(|first| first.paid.is_none())
    );
}

#[test]
fn one_subscription_cannot_pay_two_payments() {
    let first = paid_session(&premium_payment(1), "evt_first", day(0));
    let mut second = paid_session(&premium_payment(2), "evt_second", day(0));
    second.subscription_id = first.subscription_id.clone();
    let settled = settle(&[second.clone(), first.clone()], &[], &[]);
    assert_eq!(settled.entitlement.until, Some(day(30)));
    assert!(settled.first_payments[1].paid.is_none());
    let judgment = of(&settled.judgments, "evt_second");
    assert_eq!(parked_for(judgment), Some(ParkReason::Mismatch));
    assert_eq!(settled, settle(&[first, second], &[], &[]));
}

#[test]
fn a_second_subscription_under_one_payment_is_paid_beside_the_first() {
    let first = paid_session(&premium_payment(1), "evt_first", day(0));
    let mut second = paid_session(&premium_payment(1), "evt_second", day(1));
    second.session_id = "cs_9".into();
    second.subscription_id = Some("sub_9".into());
    second.invoice_id = Some("in_9".into());
    let settled = settle(
        &[first, second],
        &[renewal("in_2", "evt_renewal", day(30))],
        &[],
    );
    assert_eq!(settled.entitlement.until, Some(day(90)));
    let paid = settled.first_payments[0].paid.as_ref().unwrap();
    assert_eq!(paid.subscription_id, "sub_1");
    let renewals: Vec<_> = settled.renewals.iter().map(|r| &r.invoice_id).collect();
    assert_eq!(renewals, ["in_2", "in_9"]);
}
