use super::*;

/// The judgment of a paid session of `asked` once `bend` has changed it.
fn judged(asked: &AskedPayment, bend: impl FnOnce(&mut SessionFact)) -> Judgment {
    let mut fact = paid_session(asked, "evt_1", day(0));
    bend(&mut fact);
    judge_session(asked, &fact)
}

fn reason(bend: impl FnOnce(&mut SessionFact)) -> Option<ParkReason> {
    parked_for(judged(&premium_payment(1), bend))
}

#[test]
fn a_session_as_it_was_asked_for_is_applied() {
    for asked in [premium_payment(1), booking_payment()] {
        let fact = paid_session(&asked, "evt_1", day(0));
        assert_eq!(judge_session(&asked, &fact), Judgment::Applied);
        assert_eq!(SessionEffect::of(&fact), SessionEffect::Paid);
    }
}

#[test]
fn a_session_of_another_amount_currency_or_mode_is_a_mismatch() {
    let mismatch = Some(ParkReason::Mismatch);
    assert_eq!(reason(|s| s.amount_total = Some(PRICE - 1)), mismatch);
    assert_eq!(reason(|s| s.amount_total = Some(PRICE + 1)), mismatch);
    assert_eq!(reason(|s| s.amount_total = None), mismatch);
    assert_eq!(reason(|s| s.currency = Some("USD".into())), mismatch);
    assert_eq!(reason(|s| s.mode = Some("payment".into())), mismatch);
    assert_eq!(reason(|s| s.mode = Some("setup".into())), mismatch);
}

#[test]
fn a_session_that_needed_no_payment_is_a_mismatch() {
    let free = |s: &mut SessionFact| s.payment_status = Some("no_payment_required".into());
    assert_eq!(reason(free), Some(ParkReason::Mismatch));
    assert_eq!(
        reason(|s| s.payment_status = None),
        Some(ParkReason::Mismatch)
    );
}

#[test]
fn a_status_that_contradicts_its_event_is_a_mismatch() {
    for (kind, status) in [
        (SessionEventKind::AsyncSucceeded, "unpaid"),
        (SessionEventKind::AsyncFailed, "paid"),
        (SessionEventKind::Expired, "paid"),
    ] {
        let bend = |s: &mut SessionFact| {
            s.kind = kind;
            s.payment_status = Some(status.into());
        };
        assert_eq!(reason(bend), Some(ParkReason::Mismatch), "{kind:?}");
    }
}

#[test]
fn a_session_of_the_other_mode_is_parked_as_such() {
    assert_eq!(
        reason(|s| s.stamp.livemode = true),
        Some(ParkReason::OtherMode)
    );
}

#[test]
fn a_session_of_another_customer_is_a_conflict() {
    let other = |s: &mut SessionFact| s.customer_id = Some("cus_2".into());
    assert_eq!(reason(other), Some(ParkReason::CustomerConflict));
    assert_eq!(reason(|s| s.customer_id = None), Some(ParkReason::Mismatch));
}

#[test]
fn a_session_waits_while_its_payment_has_no_customer() {
    let asked = premium_payment(1);
    let fact = paid_session(&asked, "evt_1", day(0));
    let unknown = AskedPayment {
        customer_id: None,
        ..asked
    };
    let judgment = judge_session(&unknown, &fact);
    assert_eq!(parked_for(judgment), Some(ParkReason::Waiting));
}

#[test]
fn metadata_that_names_something_else_is_a_mismatch() {
    let other = || Some(Uuid::from_u128(9).to_string());
    let mismatch = Some(ParkReason::Mismatch);
    assert_eq!(reason(|s| s.metadata.payment_id = other()), mismatch);
    assert_eq!(reason(|s| s.metadata.user_id = other()), mismatch);
    assert_eq!(reason(|s| s.metadata.tutor_profile_id = other()), mismatch);
    assert_eq!(
        reason(|s| s.metadata.purpose = Some("booking".into())),
        mismatch
    );
    assert_eq!(
        reason(|s| s.metadata.user_id = Some("no id".into())),
        mismatch
    );
    let booking = judged(&booking_payment(), |s| s.metadata.booking_id = other());
    assert_eq!(parked_for(booking), mismatch);
}

#[test]
fn a_client_reference_to_another_user_is_a_mismatch() {
    let other = |s: &mut SessionFact| s.client_reference_id = Some(Uuid::from_u128(9).to_string());
    assert_eq!(reason(other), Some(ParkReason::Mismatch));
}

#[test]
fn missing_metadata_is_fine_when_the_session_is_ours() {
    let bare = judged(&premium_payment(1), |s| {
        s.metadata = CheckoutMetadata::default();
        s.client_reference_id = None;
    });
    assert_eq!(bare, Judgment::Applied);
}

#[test]
fn the_metadata_leads_to_a_payment_whose_session_is_not_known_yet() {
    let asked = premium_payment(1);
    let fact = paid_session(&asked, "evt_1", day(0));
    let called = AskedPayment {
        session_id: None,
        ..asked
    };
    assert_eq!(judge_session(&called, &fact), Judgment::Applied);
}

#[test]
fn a_session_that_names_no_payment_of_ours_waits() {
    let foreign = |s: &mut SessionFact| {
        s.session_id = "cs_9".into();
        s.metadata.payment_id = None;
    };
    assert_eq!(reason(foreign), Some(ParkReason::Waiting));
}

#[test]
fn a_premium_session_without_a_subscription_is_parked() {
    assert_eq!(
        reason(|s| s.subscription_id = None),
        Some(ParkReason::Mismatch)
    );
    let with_invoice = |s: &mut SessionFact| {
        s.subscription_id = None;
        s.invoice_id = Some("in_1".into());
    };
    assert_eq!(reason(with_invoice), Some(ParkReason::Waiting));
}

#[test]
fn a_premium_session_that_expired_needs_no_subscription() {
    let expired = judged(&premium_payment(1), |s| {
        s.kind = SessionEventKind::Expired;
        s.payment_status = Some("unpaid".into());
        s.subscription_id = None;
    });
    assert_eq!(expired, Judgment::Applied);
}
