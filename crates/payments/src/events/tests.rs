//! What the reader promises, on cut-down events of both shapes.

use serde_json::json;

use super::samples::{CREATED, PERIOD_END, PERIOD_START, event};
use domain::stripe_facts::{InvoiceFact, SessionFact, SubscriptionFact};

use super::*;

fn read_value(event: &Value) -> Result<Event, ReadError> {
    read(event.to_string().as_bytes())
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn session_fact(object: Value) -> SessionFact {
    match read_value(&event("checkout.session.completed", object)) {
        Ok(Event {
            fact: Some(Fact::Session(fact)),
            ..
        }) => fact,
        other => panic!("{other:?}"),
    }
}

fn invoice_fact(object: Value) -> InvoiceFact {
    match read_value(&event("invoice.paid", object)) {
        Ok(Event {
            fact: Some(Fact::Invoice(fact)),
            ..
        }) => fact,
        other => panic!("{other:?}"),
    }
}

fn subscription_fact(event_type: &str, object: Value) -> SubscriptionFact {
    match read_value(&event(event_type, object)) {
        Ok(Event {
            fact: Some(Fact::Subscription(fact)),
            ..
        }) => fact,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_envelope_is_kept_whole() {
    let sent = event("charge.captured", json!({"id": "ch_1"}));
    let read = read_value(&sent).unwrap();
    assert_eq!(read.id, "evt_1");
    assert_eq!(read.event_type, "charge.captured");
    assert_eq!(read.api_version.as_deref(), Some("2025-03-31.basil"));
    assert_eq!((read.created, read.livemode), (at(CREATED), true));
    assert_eq!((read.payload, read.fact), (sent, None));
}

#[test]
fn a_session_is_read() {
    let fact = session_fact(samples::session());
    let expected = SessionFact {
        stamp: EventStamp {
            event_id: "evt_1".into(),
            created: at(CREATED),
            livemode: true,
        },
        kind: SessionEventKind::Completed,
        session_id: "cs_1".into(),
        mode: Some("subscription".into()),
        payment_status: Some("paid".into()),
        amount_total: Some(99_900),
        currency: Some("RUB".into()),
        customer_id: Some("cus_1".into()),
        subscription_id: Some("sub_1".into()),
        invoice_id: Some("in_1".into()),
        payment_intent_id: None,
        client_reference_id: Some("user-1".into()),
        metadata: domain::stripe_facts::CheckoutMetadata {
            purpose: Some("premium".into()),
            user_id: Some("user-1".into()),
            tutor_profile_id: Some("tutor-1".into()),
            booking_id: None,
            payment_id: Some("payment-1".into()),
        },
    };
    assert_eq!(fact, expected);
}

#[test]
fn an_expanded_object_is_read_as_its_id() {
    let mut session = samples::session();
    for field in ["customer", "subscription", "invoice", "payment_intent"] {
        session[field] = json!({"id": format!("id_of_{field}"), "object": field});
    }
    let fact = session_fact(session);
    assert_eq!(fact.customer_id.as_deref(), Some("id_of_customer"));
    assert_eq!(fact.subscription_id.as_deref(), Some("id_of_subscription"));
    assert_eq!(fact.invoice_id.as_deref(), Some("id_of_invoice"));
    let intent = fact.payment_intent_id.as_deref();
    assert_eq!(intent, Some("id_of_payment_intent"));
}

#[test]
fn both_shapes_of_an_invoice_tell_the_same() {
    let before = invoice_fact(samples::invoice_before_2025());
    assert_eq!(before.payment_intent_id.as_deref(), Some("pi_1"));
    assert_eq!(before.charge_id.as_deref(), Some("ch_1"));
    let expected = InvoiceFact {
        stamp: before.stamp.clone(),
        kind: InvoiceEventKind::Paid,
        invoice_id: "in_1".into(),
        subscription_id: Some("sub_1".into()),
        customer_id: Some("cus_1".into()),
        billing_reason: Some("subscription_cycle".into()),
        status: Some("paid".into()),
        total: Some(99_900),
        amount_remaining: Some(0),
        currency: Some("RUB".into()),
        paid_at: Some(at(CREATED - 1)),
        period_start: Some(at(PERIOD_START)),
        period_end: Some(at(PERIOD_END)),
        payment_intent_id: None,
        charge_id: None,
        metadata_payment_id: Some("payment-1".into()),
    };
    assert_eq!(invoice_fact(samples::invoice_since_2025()), expected);
    let before = InvoiceFact {
        payment_intent_id: None,
        charge_id: None,
        ..before
    };
    assert_eq!(before, expected);
}

#[test]
fn the_payment_of_an_invoice_is_found_on_its_own_line_at_last() {
    for mut invoice in [
        samples::invoice_before_2025(),
        samples::invoice_since_2025(),
    ] {
        if let Some(details) = invoice.pointer_mut("/parent/subscription_details/metadata") {
            *details = json!({});
        }
        invoice["subscription_details"] = Value::Null;
        // The invoice's own metadata is no copy of the subscription's.
        invoice["metadata"] = json!({"payment_id": "payment-9"});
        let fact = invoice_fact(invoice.clone());
        assert_eq!(fact.metadata_payment_id.as_deref(), Some("payment-1"));
        invoice["lines"]["data"].as_array_mut().unwrap().remove(3);
        assert_eq!(invoice_fact(invoice).metadata_payment_id, None);
    }
}

#[test]
fn a_period_comes_from_no_line_but_the_subscriptions_own() {
    for mut invoice in [
        samples::invoice_before_2025(),
        samples::invoice_since_2025(),
    ] {
        invoice["lines"]["data"].as_array_mut().unwrap().remove(3);
        let fact = invoice_fact(invoice);
        assert_eq!((fact.period_start, fact.period_end), (None, None));
    }
}

#[test]
fn both_shapes_of_a_subscription_tell_the_same() {
    let event_type = "customer.subscription.updated";
    let before = subscription_fact(event_type, samples::subscription_before_2025());
    let since = subscription_fact(event_type, samples::subscription_since_2025());
    assert_eq!(before, since);
    let expected = SubscriptionFact {
        stamp: since.stamp.clone(),
        subscription_id: "sub_1".into(),
        customer_id: Some("cus_1".into()),
        status: "active".into(),
        previous_status: None,
        cancel_at_period_end: false,
        ended_at: None,
        current_period_end: Some(at(PERIOD_END)),
        metadata_payment_id: Some("payment-1".into()),
    };
    assert_eq!(since, expected);
}

#[test]
fn the_status_before_is_read_where_the_event_tells_it() {
    let mut updated = event(
        "customer.subscription.updated",
        samples::subscription_since_2025(),
    );
    updated["data"]["previous_attributes"] = json!({"status": "incomplete"});
    let Ok(Some(Fact::Subscription(fact))) = read_value(&updated).map(|event| event.fact) else {
        panic!("no fact");
    };
    assert_eq!(fact.previous_status.as_deref(), Some("incomplete"));
}

#[test]
fn a_subscription_that_ends_by_a_date_within_its_period_will_not_renew() {
    for (cancel_at, expected) in [(PERIOD_END, true), (PERIOD_END + 1, false)] {
        let mut subscription = samples::subscription_since_2025();
        subscription["cancel_at"] = json!(cancel_at);
        let fact = subscription_fact("customer.subscription.updated", subscription);
        assert_eq!(fact.cancel_at_period_end, expected);
    }
}

#[test]
fn a_deleted_subscription_always_has_an_end() {
    let mut subscription = samples::subscription_since_2025();
    subscription["status"] = json!("canceled");
    let deleted = |object: &Value| {
        let fact = subscription_fact("customer.subscription.deleted", object.clone());
        (fact.status, fact.ended_at)
    };
    let canceled = |ended_at| ("canceled".to_owned(), Some(at(ended_at)));
    assert_eq!(deleted(&subscription), canceled(CREATED));
    subscription["canceled_at"] = json!(CREATED - 10);
    assert_eq!(deleted(&subscription), canceled(CREATED - 10));
    subscription["ended_at"] = json!(CREATED - 5);
    assert_eq!(deleted(&subscription), canceled(CREATED - 5));
    // Cancelled is not ended while it only is scheduled to.
    subscription["ended_at"] = Value::Null;
    let fact = subscription_fact("customer.subscription.updated", subscription);
    assert_eq!(fact.ended_at, None);
}

#[test]
fn every_handled_type_brings_a_fact_and_others_none() {
    let told: Vec<String> = samples::all()
        .iter()
        .map(|sample| {
            let event = read_value(sample).unwrap();
            assert!(event.fact.is_some(), "{}", event.event_type);
            event.event_type
        })
        .collect();
    for handled in handled_types() {
        assert!(
            told.iter().any(|event_type| event_type == handled),
            "{handled}"
        );
    }
    for event_type in ["customer.subscription.paused", "charge.succeeded", ""] {
        assert!(Subject::of(event_type).is_none(), "{event_type}");
    }
}

#[test]
fn what_goes_back_is_read_with_all_that_names_its_payment() {
    let fact = |event_type, object| read_value(&event(event_type, object)).unwrap().fact;
    let Some(Fact::Charge(charge)) = fact("charge.refunded", samples::charge()) else {
        panic!("no charge");
    };
    assert_eq!(charge.payment_intent_id.as_deref(), Some("pi_1"));
    assert_eq!(charge.invoice_id.as_deref(), Some("in_1"));
    assert_eq!(
        (charge.amount, charge.amount_refunded),
        (Some(99_900), Some(40_000))
    );
    let Some(Fact::Refund(refund)) = fact("refund.failed", samples::refund()) else {
        panic!("no refund");
    };
    assert_eq!(refund.metadata_refund_id.as_deref(), Some("refund-1"));
    assert!(refund.has_failed());
    let Some(Fact::Dispute(dispute)) = fact("charge.dispute.created", samples::dispute()) else {
        panic!("no dispute");
    };
    assert_eq!(dispute.charge_id.as_deref(), Some("ch_1"));
    assert!(!dispute.is_inquiry());
    let paid = fact("invoice_payment.paid", samples::invoice_payment());
    let Some(Fact::InvoicePayment(paid)) = paid else {
        panic!("no invoice payment");
    };
    assert_eq!(
        (paid.invoice_id.as_str(), paid.payment_intent_id.as_deref()),
        ("in_1", Some("pi_1"))
    );
}

#[test]
fn a_broken_envelope_is_an_error() {
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"evt_1\"",
        "1e999",
        r#"{"id":"evt_1","ty"#,
    ] {
        assert!(read(body.as_bytes()).is_err(), "{body}");
    }
    assert!(read(&[b'['; 100_000]).is_err());
    for field in ["id", "type", "created"] {
        for sample in samples::all() {
            for broken in [Value::Null, json!(""), json!([]), json!(i64::MAX)] {
                let mut sample = sample.clone();
                sample[field] = broken;
                let missing =
                    matches!(read_value(&sample), Err(ReadError::Missing(f)) if f == field);
                assert!(missing, "{field}");
            }
        }
    }
}

#[test]
fn a_handled_object_without_an_id_is_an_error() {
    for sample in samples::all() {
        for pointer in ["/data/object/id", "/data/object", "/data"] {
            let mut sample = sample.clone();
            let is_invoice_payment = sample["type"] == "invoice_payment.paid";
            // That one is known by its invoice.
            if is_invoice_payment && pointer == "/data/object/id" {
                continue;
            }
            *sample.pointer_mut(pointer).unwrap() = json!(7);
            assert!(matches!(read_value(&sample), Err(ReadError::Missing(_))));
        }
    }
}

#[test]
fn an_event_that_does_not_tell_its_mode_is_not_about_real_money() {
    let mut sample = event("invoice.paid", samples::invoice_since_2025());
    sample.as_object_mut().unwrap().remove("livemode");
    assert!(!read_value(&sample).unwrap().livemode);
}

#[test]
fn a_number_out_of_range_is_unknown() {
    let mut invoice = samples::invoice_since_2025();
    invoice["total"] = json!(u64::MAX);
    invoice["amount_remaining"] = json!(0.5);
    invoice["status_transitions"]["paid_at"] = json!(i64::MAX);
    invoice["lines"]["data"][3]["period"] = json!({"start": i64::MIN, "end": 1e300});
    let fact = invoice_fact(invoice);
    assert_eq!((fact.total, fact.amount_remaining), (None, None));
    assert_eq!(fact.paid_at, None);
    assert_eq!((fact.period_start, fact.period_end), (None, None));
}

#[test]
fn a_nul_character_that_no_database_holds_is_left_out() {
    let object =
        json!({ "id": "cs_1", "payment_status": "pa\u{0}id", "client_reference_id": "u\u{0}" });
    let read = read_value(&event("checkout.session.completed", object)).unwrap();
    assert!(!read.payload.to_string().contains("\\u0000"));
    let Some(Fact::Session(fact)) = read.fact else {
        panic!("no fact");
    };
    assert_eq!(fact.client_reference_id.as_deref(), Some("u"));
}
