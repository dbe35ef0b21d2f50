//! Our calls as they go over the wire, against prepared answers.

use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::*;
use crate::canned_stripe::{CannedStripe, SECRET_KEY, client_for};
use crate::customers::CustomerRequest;

const EXPIRES_AT: i64 = 1_767_225_600;

fn session(status: &str, payment_status: &str) -> (u16, String) {
    let url = (status == "open").then_some("https://checkout.stripe.com/c/pay/cs_1");
    let session = json!({
        "id": "cs_1", "object": "checkout.session", "created": EXPIRES_AT - 3_600,
        "expires_at": EXPIRES_AT, "livemode": false, "mode": "payment", "status": status,
        "payment_status": payment_status, "url": url, "payment_method_types": ["card"],
        "automatic_tax": {"enabled": false}, "custom_fields": [], "custom_text": {},
        "shipping_options": [],
    });
    (200, session.to_string())
}

fn error(status: u16, error: Value) -> (u16, String) {
    (status, json!({"error": error}).to_string())
}

fn server_error() -> (u16, String) {
    error(500, json!({"type": "api_error", "message": "oops"}))
}

fn request(mode: SessionMode) -> SessionRequest {
    let metadata = [
        ("type", "booking"),
        ("payment_id", "p-1"),
        ("user_id", "u-1"),
    ];
    SessionRequest {
        mode,
        customer_id: "cus_1".into(),
        product_name: "Занятие & материалы".into(),
        amount_minor: 150_000,
        currency: "RUB".into(),
        metadata: BTreeMap::from(metadata.map(|(name, value)| (name.into(), value.into()))),
        client_reference_id: "u-1".into(),
        success_url: "https://tutors.example/paid?session={CHECKOUT_SESSION_ID}".into(),
        cancel_url: "https://tutors.example/cancelled".into(),
        expires_at: DateTime::from_timestamp(EXPIRES_AT, 999_000_000).unwrap(),
    }
}

fn expected_form(mode: &str, metadata_of: &str) -> Vec<(String, String)> {
    let mut form: Vec<(String, String)> = [
        ("adaptive_pricing[enabled]", "false"),
        ("cancel_url", "https://tutors.example/cancelled"),
        ("client_reference_id", "u-1"),
        ("customer", "cus_1"),
        ("expires_at", "1767225600"),
        ("line_items[0][price_data][currency]", "rub"),
        (
            "line_items[0][price_data][product_data][name]",
            "Занятие & материалы",
        ),
        ("line_items[0][price_data][unit_amount]", "150000"),
        ("line_items[0][quantity]", "1"),
        ("metadata[payment_id]", "p-1"),
        ("metadata[type]", "booking"),
        ("metadata[user_id]", "u-1"),
        ("mode", mode),
        (
            "success_url",
            "https://tutors.example/paid?session={CHECKOUT_SESSION_ID}",
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    for (name, value) in [
        ("payment_id", "p-1"),
        ("type", "booking"),
        ("user_id", "u-1"),
    ] {
        form.push((format!("{metadata_of}[metadata][{name}]"), value.into()));
    }
    form
}

#[tokio::test]
async fn a_failure_is_tried_again_with_the_same_key_and_bytes() {
    let fake = CannedStripe::answering(vec![
        server_error(),
        (502, "<html>Bad Gateway</html>".into()),
        session("open", "unpaid"),
    ])
    .await;
    let opened = fake
        .stripe
        .open_session(&request(SessionMode::Payment), "checkout:1")
        .await
        .unwrap();
    let expected = OpenedSession {
        session_id: "cs_1".into(),
        url: "https://checkout.stripe.com/c/pay/cs_1".into(),
        expires_at: DateTime::from_timestamp(EXPIRES_AT, 0).unwrap(),
    };
    assert_eq!(opened, expected);
    let asked = fake.asked();
    assert_eq!(asked.len(), 3);
    for one in &asked {
        assert_eq!(one.target, "POST /v1/checkout/sessions");
        assert_eq!(one.header("idempotency-key"), Some("checkout:1"));
        let bearer = format!("Bearer {SECRET_KEY}");
        assert_eq!(one.header("authorization"), Some(bearer.as_str()));
        assert_eq!(one.body, asked[0].body);
    }
}

#[tokio::test]
async fn a_stored_request_is_sent_as_the_same_bytes_each_time() {
    let fake = CannedStripe::answering(vec![session("open", "unpaid")]).await;
    let stored = serde_json::to_string(&request(SessionMode::Subscription)).unwrap();
    for _ in 0..10 {
        let request: SessionRequest = serde_json::from_str(&stored).unwrap();
        fake.stripe.open_session(&request, "k").await.unwrap();
    }
    let asked = fake.asked();
    assert!(asked.iter().all(|one| one.body == asked[0].body));
}

#[tokio::test]
async fn a_session_asks_for_exactly_what_was_agreed() {
    let fake = CannedStripe::answering(vec![session("open", "unpaid")]).await;
    for mode in [SessionMode::Payment, SessionMode::Subscription] {
        fake.stripe.open_session(&request(mode), "k").await.unwrap();
    }
    let sent = |nth: usize| {
        let mut form = fake.asked()[nth].form();
        form.sort();
        form
    };
    let mut payment = expected_form("payment", "payment_intent_data");
    payment.sort();
    assert_eq!(sent(0), payment);
    let mut subscription = expected_form("subscription", "subscription_data");
    let interval = "line_items[0][price_data][recurring][interval]";
    subscription.push((interval.into(), "month".into()));
    subscription.sort();
    assert_eq!(sent(1), subscription);
}

#[tokio::test]
async fn a_refusal_is_final() {
    for (status, answered, code) in [
        (
            402,
            json!({"type": "card_error", "code": "card_declined"}),
            "card_declined",
        ),
        (
            400,
            json!({"type": "idempotency_error"}),
            "idempotency_error",
        ),
        (
            401,
            json!({"type": "invalid_request_error", "message": "sk_test_*"}),
            "invalid_request_error",
        ),
    ] {
        let fake = CannedStripe::answering(vec![error(status, answered)]).await;
        let outcome = fake
            .stripe
            .open_session(&request(SessionMode::Payment), "k")
            .await;
        let code = Some(code.to_owned());
        assert_eq!(outcome, Err(ProviderError::Refused { status, code }));
        assert_eq!(fake.asked().len(), 1);
    }
}

#[tokio::test]
async fn stripe_out_of_order_is_unavailable_after_four_tries() {
    for answer in [
        error(
            429,
            json!({"type": "invalid_request_error", "code": "rate_limit"}),
        ),
        error(
            409,
            json!({"type": "idempotency_error", "code": "idempotency_key_in_use"}),
        ),
        (200, r#"{"object": "checkout.session"}"#.to_owned()),
    ] {
        let fake = CannedStripe::answering(vec![answer]).await;
        let outcome = fake
            .stripe
            .open_session(&request(SessionMode::Payment), "k")
            .await;
        assert_eq!(outcome, Err(ProviderError::UNAVAILABLE));
        assert_eq!(fake.asked().len(), 4);
    }
}

#[tokio::test]
async fn a_refused_connection_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let outcome = client_for(port).session("cs_1").await;
    assert!(matches!(outcome, Err(ProviderError::Unavailable { .. })));
}

#[tokio::test]
async fn a_session_is_in_one_of_its_states() {
    let url = "https://checkout.stripe.com/c/pay/cs_1".to_owned();
    for (answer, expected) in [
        (session("open", "unpaid"), SessionState::Open { url }),
        (
            session("complete", "paid"),
            SessionState::Complete { paid: true },
        ),
        (
            session("complete", "unpaid"),
            SessionState::Complete { paid: false },
        ),
        (
            session("complete", "no_payment_required"),
            SessionState::Complete { paid: false },
        ),
        (session("expired", "unpaid"), SessionState::Expired),
    ] {
        let fake = CannedStripe::answering(vec![answer]).await;
        assert_eq!(fake.stripe.session("cs_1").await, Ok(expected));
        let asked = fake.asked();
        assert_eq!(asked[0].target, "GET /v1/checkout/sessions/cs_1");
        assert_eq!(asked[0].header("idempotency-key"), None);
    }
}

#[tokio::test]
async fn an_open_session_is_expired() {
    let fake = CannedStripe::answering(vec![server_error(), session("expired", "unpaid")]).await;
    let state = fake.stripe.expire_session("cs_1", "expire:1").await;
    assert_eq!(state, Ok(SessionState::Expired));
    for one in fake.asked() {
        assert_eq!(one.target, "POST /v1/checkout/sessions/cs_1/expire");
        assert_eq!(one.header("idempotency-key"), Some("expire:1"));
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_expired_any_more_is_given_as_it_is() {
    let not_open = error(400, json!({"type": "invalid_request_error"}));
    let fake = CannedStripe::answering(vec![not_open.clone(), session("complete", "paid")]).await;
    let state = fake.stripe.expire_session("cs_1", "expire:1").await;
    assert_eq!(state, Ok(SessionState::Complete { paid: true }));

    let fake = CannedStripe::answering(vec![not_open, session("open", "unpaid")]).await;
    let refused = fake.stripe.expire_session("cs_1", "expire:1").await;
    assert!(matches!(
        refused,
        Err(ProviderError::Refused { status: 400, .. })
    ));
}

#[tokio::test]
async fn a_customer_carries_the_user_in_its_metadata() {
    let customer = json!({
        "id": "cus_1", "object": "customer", "created": EXPIRES_AT, "livemode": false,
    });
    let fake = CannedStripe::answering(vec![(200, customer.to_string())]).await;
    let user_id = Uuid::from_u128(7);
    let request = CustomerRequest {
        user_id,
        email: "anna@example.com".into(),
        name: "Анна".into(),
    };
    let id = fake.stripe.create_customer(&request, "customer:1").await;
    assert_eq!(id.as_deref(), Ok("cus_1"));
    let asked = fake.asked();
    assert_eq!(asked[0].target, "POST /v1/customers");
    assert_eq!(asked[0].header("idempotency-key"), Some("customer:1"));
    let expected = [
        ("email", "anna@example.com"),
        ("metadata[user_id]", &user_id.to_string()),
        ("name", "Анна"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(asked[0].form(), expected);
}

#[tokio::test]
async fn an_idempotency_key_that_cannot_be_sent_reaches_no_one() {
    let fake = CannedStripe::answering(vec![session("open", "unpaid")]).await;
    let outcome = fake
        .stripe
        .open_session(&request(SessionMode::Payment), "")
        .await;
    assert!(matches!(
        outcome,
        Err(ProviderError::Refused { status: 400, .. })
    ));
    assert!(fake.asked().is_empty());
}
