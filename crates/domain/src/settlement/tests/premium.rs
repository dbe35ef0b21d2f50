use super::*;

/// What is known of the tutor who asked for the payments 1 and 2.
#[derive(Default)]
struct Known {
    sessions: Vec<SessionFact>,
    invoices: Vec<InvoiceFact>,
    snapshots: Vec<SubscriptionFact>,
}

impl Known {
    fn settled(&self) -> PremiumSettlement {
        settle_premium(
            &[premium_payment(1), premium_payment(2)],
            &Facts {
                sessions: self.sessions.clone(),
                invoices: self.invoices.clone(),
                subscriptions: self.snapshots.clone(),
                ..Facts::default()
            },
        )
    }

    fn until(&self) -> Option<DateTime<Utc>> {
        self.settled().entitlement.until
    }
}

fn checkout() -> SessionFact {
    paid_session(&premium_payment(1), "evt_checkout", day(0))
}

/// A subscription that was opened and paid for on day 0.
fn opened() -> Known {
    Known {
        sessions: vec![checkout()],
        invoices: vec![first_invoice("evt_first", day(0))],
        snapshots: vec![snapshot("evt_active", day(0), "active")],
    }
}

#[test]
fn the_first_payment_is_one_period_whether_the_invoice_or_the_checkout_comes_first() {
    let mut by_checkout = opened();
    by_checkout.invoices.clear();
    let mut by_invoice = opened();
    by_invoice.sessions.clear();
    by_invoice.invoices[0].metadata_payment_id = premium_payment(1).payment_id.to_string().into();
    for known in [by_checkout, by_invoice, opened()] {
        let settled = known.settled();
        assert_eq!(settled.entitlement.until, Some(day(30)));
        let paid = settled.first_payments[0].paid.as_ref().unwrap();
        assert_eq!(
            (paid.paid_at, paid.subscription_id.as_str()),
            (day(0), "sub_1")
        );
        assert_eq!(
            settled.first_payments[0].progress,
            Some(SessionEffect::Paid)
        );
        assert_eq!(settled.first_payments[1].paid, None);
        assert_eq!(settled.renewals, []);
    }
}

#[test]
fn the_first_payment_is_dated_by_its_invoice_once_that_is_known() {
    let mut known = opened();
    known.invoices[0].paid_at = Some(hour(-1));
    let settled = known.settled();
    let paid = settled.first_payments[0].paid.as_ref().unwrap();
    assert_eq!(
        (paid.paid_at, paid.invoice_id.as_deref()),
        (hour(-1), Some("in_1"))
    );
}

#[test]
fn the_twin_events_of_an_invoice_are_one_grant() {
    let mut known = opened();
    known.invoices.push(first_invoice("evt_first_twin", day(0)));
    known.invoices.push(renewal("in_2", "evt_second", day(30)));
    let mut undated = renewal("in_2", "evt_second_twin", day(30));
    undated.paid_at = None;
    undated.stamp.created = day(31);
    known.invoices.push(undated);
    let settled = known.settled();
    assert_eq!(settled.entitlement.until, Some(day(60)));
    assert_eq!(settled.renewals.len(), 1);
    for event in [
        "evt_first",
        "evt_first_twin",
        "evt_second",
        "evt_second_twin",
    ] {
        assert_eq!(of(&settled.judgments, event), Judgment::Applied);
    }
}

#[test]
fn a_renewal_is_a_payment_of_its_own() {
    let mut known = opened();
    known.invoices.push(renewal("in_2", "evt_second", day(30)));
    assert_eq!(
        known.settled().renewals,
        [Renewal {
            invoice_id: "in_2".into(),
            subscription_id: "sub_1".into(),
            first_payment_id: premium_payment(1).payment_id,
            amount: Money::rub(PRICE),
            paid_at: day(30),
            payment_intent_id: None,
            reversal: Reversal::default(),
        }]
    );
}

#[test]
fn a_renewal_adds_thirty_days_to_the_later_of_expiry_and_payment() {
    for (paid, until) in [(28, 60), (30, 60), (40, 70)] {
        let mut known = opened();
        known
            .invoices
            .push(renewal("in_2", "evt_second", day(paid)));
        assert_eq!(known.until(), Some(day(until)), "paid on day {paid}");
    }
}

#[test]
fn an_invoice_line_of_thirty_one_days_grants_thirty_one() {
    let mut known = opened();
    known.invoices[0].period_end = Some(day(31));
    assert_eq!(known.until(), Some(day(31)));
}

#[test]
fn a_renewal_charged_an_hour_late_leaves_no_hour_without_premium() {
    let entitlement = opened().settled().entitlement;
    assert!(entitlement.is_premium(hour(30 * 24 + 1)));
    let mut renewed = opened();
    renewed.invoices.push(InvoiceFact {
        period_start: Some(day(30)),
        period_end: Some(day(60)),
        ..renewal("in_2", "evt_second", hour(30 * 24 + 1))
    });
    assert_eq!(renewed.until(), Some(hour(60 * 24 + 1)));
}

#[test]
fn a_zero_manual_or_proration_invoice_grants_nothing() {
    for (reason, total) in [
        ("subscription_cycle", 0),
        ("manual", PRICE),
        ("subscription_update", PRICE),
    ] {
        let mut known = opened();
        known.invoices.push(InvoiceFact {
            billing_reason: Some(reason.into()),
            total: Some(total),
            ..renewal("in_2", "evt_other", day(10))
        });
        let settled = known.settled();
        assert_eq!(settled.entitlement.until, Some(day(30)), "{reason}");
        assert_eq!(settled.renewals, []);
        assert!(matches!(
            of(&settled.judgments, "evt_other"),
            Judgment::Ignored(_)
        ));
    }
}

#[test]
fn a_wrong_renewal_is_parked_and_the_right_one_afterwards_still_counts() {
    for (bend, reason) in [
        (
            (|i| i.total = Some(PRICE - 1)) as fn(&mut InvoiceFact),
            ParkReason::Mismatch,
        ),
        (|i| i.currency = Some("USD".into()), ParkReason::Mismatch),
        (|i| i.stamp.livemode = true, ParkReason::OtherMode),
        (
            |i| i.customer_id = Some("cus_2".into()),
            ParkReason::CustomerConflict,
        ),
    ] {
        let mut known = opened();
        let mut wrong = renewal("in_2", "evt_wrong", day(30));
        bend(&mut wrong);
        known.invoices.push(wrong);
        let parked = known.settled();
        assert_eq!(parked.entitlement.until, Some(day(30)));
        assert_eq!(parked_for(of(&parked.judgments, "evt_wrong")), Some(reason));
        known.invoices.push(renewal("in_2", "evt_right", day(30)));
        assert_eq!(known.until(), Some(day(60)));
    }
}

#[test]
fn a_wrong_checkout_grants_nothing_and_the_right_event_afterwards_still_counts() {
    for bend in [
        (|s| s.amount_total = Some(PRICE - 1)) as fn(&mut SessionFact),
        |s| s.currency = Some("USD".into()),
        |s| s.stamp.livemode = true,
        |s| s.customer_id = Some("cus_2".into()),
    ] {
        let mut known = Known {
            sessions: vec![checkout()],
            ..Known::default()
        };
        bend(&mut known.sessions[0]);
        assert_eq!(known.until(), None);
        assert_eq!(known.settled().live_subscription, None);
        let right = paid_session(&premium_payment(1), "evt_right", day(1));
        known.sessions.push(right);
        assert_eq!(known.until(), Some(day(31)));
    }
}

#[test]
fn an_unpaid_completed_session_grants_nothing_until_its_payment_succeeds() {
    let mut known = Known {
        sessions: vec![SessionFact {
            payment_status: Some("unpaid".into()),
            ..checkout()
        }],
        ..Known::default()
    };
    let unpaid = known.settled();
    assert_eq!(unpaid.entitlement.until, None);
    assert_eq!(unpaid.first_payments[0].paid, None);
    assert_eq!(
        unpaid.first_payments[0].progress,
        Some(SessionEffect::CompletedUnpaid)
    );
    known.sessions.push(SessionFact {
        kind: SessionEventKind::AsyncSucceeded,
        ..paid_session(&premium_payment(1), "evt_paid", day(2))
    });
    assert_eq!(known.until(), Some(day(32)));
}

#[test]
fn deleting_the_subscription_ends_premium_and_keeps_the_expiry_on_record() {
    let mut known = opened();
    known
        .snapshots
        .push(snapshot("evt_deleted", day(10), "canceled"));
    let deleted = known.settled();
    assert_eq!(deleted.entitlement.until, Some(day(10)));
    assert_eq!(deleted.entitlement.expires_at, Some(day(30)));
    assert!(!deleted.entitlement.is_premium(day(10)));
    assert_eq!(deleted.live_subscription, None);
    assert_eq!(of(&deleted.judgments, "evt_active"), Judgment::Stale);
    assert_eq!(of(&deleted.judgments, "evt_deleted"), Judgment::Applied);
}

#[test]
fn a_later_grant_moves_the_expiry_on_record() {
    let mut known = opened();
    known
        .snapshots
        .push(snapshot("evt_deleted", day(10), "canceled"));
    let again = paid_session(&premium_payment(2), "evt_again", day(15));
    known.sessions.push(again);
    let entitlement = known.settled().entitlement;
    assert_eq!(entitlement.until, Some(day(45)));
    assert_eq!(entitlement.expires_at, Some(day(45)));
}

#[test]
fn the_end_of_an_old_subscription_leaves_a_new_one_alone() {
    let mut known = opened();
    let again = paid_session(&premium_payment(2), "evt_again", day(5));
    known.sessions.push(again);
    known
        .snapshots
        .push(snapshot("evt_deleted", day(10), "canceled"));
    let settled = known.settled();
    assert_eq!(settled.entitlement.until, Some(day(35)));
    let live = settled.live_subscription.unwrap();
    assert_eq!(
        (live.subscription_id.as_str(), live.status),
        ("sub_2", None)
    );
}

#[test]
fn cancelling_at_the_period_end_keeps_the_paid_days_without_grace() {
    let mut known = opened();
    known.snapshots.push(SubscriptionFact {
        cancel_at_period_end: true,
        ..snapshot("evt_cancel", day(5), "active")
    });
    let settled = known.settled();
    assert!(settled.entitlement.is_premium(hour(30 * 24 - 1)));
    assert!(!settled.entitlement.is_premium(day(30)));
    assert!(settled.live_subscription.unwrap().cancel_at_period_end);
}

#[test]
fn an_older_snapshot_never_overwrites_a_newer_one() {
    let mut known = opened();
    known
        .snapshots
        .push(snapshot("evt_older", day(-1), "incomplete"));
    let settled = known.settled();
    let status = settled.live_subscription.unwrap().status;
    assert_eq!(status.as_deref(), Some("active"));
    assert_eq!(of(&settled.judgments, "evt_older"), Judgment::Stale);
}
