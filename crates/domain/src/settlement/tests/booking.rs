use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;

fn session(event: &str, hours: i64, kind: SessionEventKind, status: &str) -> SessionFact {
    SessionFact {
        kind,
        payment_status: Some(status.into()),
        ..paid_session(&booking_payment(), event, hour(hours))
    }
}

fn settled(sessions: &[SessionFact]) -> BookingSettlement {
    let facts = Facts {
        sessions: sessions.to_vec(),
        ..Facts::default()
    };
    settle_booking(&booking_payment(), &facts)
}

#[test]
fn a_paid_session_pays_the_booking() {
    let paid = settled(&[session("evt_1", 1, SessionEventKind::Completed, "paid")]);
    assert_eq!(paid.paid_at, Some(hour(1)));
    assert_eq!(paid.payment_intent_id.as_deref(), Some("pi_1"));
    assert_eq!(paid.progress, Some(SessionEffect::Paid));
    assert_eq!(of(&paid.judgments, "evt_1"), Judgment::Applied);
}

#[test]
fn an_unpaid_completed_session_confirms_nothing() {
    let unpaid = settled(&[session("evt_1", 1, SessionEventKind::Completed, "unpaid")]);
    assert_eq!((unpaid.paid_at, unpaid.payment_intent_id), (None, None));
    assert_eq!(unpaid.progress, Some(SessionEffect::CompletedUnpaid));
    assert_eq!(of(&unpaid.judgments, "evt_1"), Judgment::Applied);
}

#[test]
fn an_asynchronous_payment_pays_when_it_succeeds() {
    let paid = settled(&[
        session("evt_1", 1, SessionEventKind::Completed, "unpaid"),
        session("evt_2", 48, SessionEventKind::AsyncSucceeded, "paid"),
    ]);
    assert_eq!(paid.paid_at, Some(hour(48)));
}

#[test]
fn an_asynchronous_payment_that_fails_pays_nothing() {
    let failed = settled(&[
        session("evt_1", 1, SessionEventKind::Completed, "unpaid"),
        session("evt_2", 48, SessionEventKind::AsyncFailed, "unpaid"),
    ]);
    assert_eq!(failed.paid_at, None);
    assert_eq!(failed.progress, Some(SessionEffect::Failed));
}

#[test]
fn a_session_that_expired_pays_nothing() {
    let expired = settled(&[session("evt_1", 24, SessionEventKind::Expired, "unpaid")]);
    assert_eq!(
        (expired.paid_at, expired.progress),
        (None, Some(SessionEffect::Expired))
    );
    assert_eq!(settled(&[]).progress, None);
}

#[test]
fn a_parked_wrong_amount_does_not_bar_a_later_right_one() {
    let mut short = session("evt_1", 1, SessionEventKind::Completed, "paid");
    short.amount_total = Some(149_999);
    let right = session("evt_2", 2, SessionEventKind::Completed, "paid");
    assert_eq!(settled(std::slice::from_ref(&short)).paid_at, None);
    let both = settled(&[short, right]);
    assert_eq!(both.paid_at, Some(hour(2)));
    assert_eq!(
        parked_for(of(&both.judgments, "evt_1")),
        Some(ParkReason::Mismatch)
    );
}

fn life() -> Vec<SessionFact> {
    let mut short = session("evt_4", 3, SessionEventKind::Completed, "paid");
    short.amount_total = Some(1);
    let mut foreign = session("evt_5", 4, SessionEventKind::Completed, "paid");
    foreign.customer_id = Some("cus_2".into());
    let mut paid_again = session("evt_6", 47, SessionEventKind::Completed, "paid");
    paid_again.payment_intent_id = Some("pi_2".into());
    vec![
        session("evt_1", 1, SessionEventKind::Completed, "unpaid"),
        session("evt_2", 48, SessionEventKind::AsyncSucceeded, "paid"),
        paid_again,
        session("evt_3", 50, SessionEventKind::Expired, "unpaid"),
        short,
        foreign,
    ]
}

proptest! {
    #[test]
    fn the_order_and_repeats_of_a_bookings_facts_cannot_matter(
        (once, shuffled) in subsequence(life(), 0..=6).prop_flat_map(|once| {
            let shuffled = subsequence(once.clone(), 0..=once.len())
                .prop_map({ let once = once.clone(); move |again| [once.clone(), again].concat() })
                .prop_shuffle();
            (Just(once), shuffled)
        })
    ) {
        prop_assert_eq!(settled(&once), settled(&shuffled));
    }
}
