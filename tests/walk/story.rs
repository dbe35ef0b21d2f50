//! What people do on the market, told over HTTP; the demo and a server of one's own tell it alike.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::process::wait_for;
use super::visitor::Visitor;
use crate::support::order_body;

/// An order, its matches, a bid, a choice, a payment. Gives the matches.
pub async fn two_agree_and_one_pays(student: &Visitor, tutor: &Visitor) -> Vec<Value> {
    let order = student.post("/orders", order_body()).await.expect(201);
    assert_eq!(order["status"], "open");
    let order_path = format!("/orders/{}", order["id"].as_str().unwrap());
    let matches = matches(student, &order_path).await;

    let bid = json!({ "price": 150_055, "message": "Готова начать на этой неделе." });
    let bids_path = format!("{order_path}/applications");
    let bid = tutor.post(&bids_path, bid).await.expect(201);
    let again = json!({ "price": 1, "message": "Ещё раз." });
    tutor
        .post(&bids_path, again)
        .await
        .refused(409, "already_exists");
    let bids = student.get(&bids_path).await.expect(200);
    assert_eq!(bids["total_count"], 1, "{bids}");

    let choose = format!("/applications/{}/choose", bid["id"].as_str().unwrap());
    let starts_at = Utc::now() + TimeDelta::days(30);
    let body = json!({ "starts_at": starts_at, "duration_minutes": 60 });
    let booking = student.post(&choose, body).await.expect(201);
    assert_eq!(booking["status"], "pending");
    assert_eq!(booking["total_amount"], 150_055);
    assert_eq!(booking["platform_fee"], 15_006);
    assert_eq!(booking["tutor_amount"], 135_049);
    let order = student.get(&order_path).await.expect(200);
    assert_eq!(order["status"], "in_progress");
    student_pays(student, tutor, &booking).await;
    matches
}

/// What the background has made of a new order, which is there a moment later.
pub async fn matched_in_the_background(student: &Visitor, order_path: &str) -> Value {
    let path = format!("{order_path}/matches");
    wait_for("matches that nobody has asked for", async || {
        let kept = student.get(&path).await.expect(200);
        (kept["computed_at"] != Value::Null).then_some(kept)
    })
    .await
}

/// Computed by the rules; each score is the sum of what contributed to it.
async fn matches(student: &Visitor, order_path: &str) -> Vec<Value> {
    let path = format!("{order_path}/matches");
    let before = matched_in_the_background(student, order_path).await;
    assert_eq!(before["stale"], false);
    let answer = student.post(&path, json!({})).await.expect(200);
    let best = answer["matches"].as_array().unwrap();
    assert_eq!(
        before["matches"].as_array().unwrap()[..best.len()],
        best[..]
    );
    assert_eq!(answer["engine"], "rules");
    assert_eq!(answer["degraded"], json!(["openai_not_configured"]));
    let matches = answer["matches"].as_array().unwrap().clone();
    for (i, found) in matches.iter().enumerate() {
        let contributions = found["contributions"].as_object().unwrap();
        assert_eq!(contributions.len(), 7, "{found}");
        let sum: f64 = contributions.values().map(|c| c.as_f64().unwrap()).sum();
        let score = found["score"].as_f64().unwrap();
        assert!((score - sum).abs() < 1e-9, "{score} is not {sum}: {found}");
        assert_eq!(found["rank"], i + 1);
        assert!(!found["reasons"].as_array().unwrap().is_empty(), "{found}");
    }
    let kept = student.get(&path).await.expect(200);
    assert_eq!(kept["matches"], answer["matches"]);
    matches
}

async fn student_pays(student: &Visitor, tutor: &Visitor, booking: &Value) {
    let checkout = json!({ "type": "booking", "booking_id": booking["id"] });
    let session = student
        .post("/payments/checkout", checkout.clone())
        .await
        .expect(201);
    let same = student
        .post("/payments/checkout", checkout.clone())
        .await
        .expect(201);
    assert_eq!(same["session_id"], session["session_id"]);
    let page = student
        .open(session["checkout_url"].as_str().unwrap())
        .await;
    assert_eq!(page.status, 200);

    let paid = student.pay(&session).await;
    assert_eq!(paid["delivered"], true, "{paid}");
    let path = format!("/bookings/{}", booking["id"].as_str().unwrap());
    for who in [student, tutor] {
        assert_eq!(who.get(&path).await.expect(200)["status"], "confirmed");
    }
    student
        .post("/payments/checkout", checkout)
        .await
        .refused(409, "invalid_state");
    let payments = student.get("/me/payments").await.expect(200);
    let payment = payments["items"].as_array().unwrap();
    let payment = payment.iter().find(|p| p["booking_id"] == booking["id"]);
    let payment = payment.unwrap_or_else(|| panic!("no payment: {payments}"));
    assert_eq!(payment["status"], "completed");
    assert_eq!(payment["amount"], booking["total_amount"]);
}

pub async fn a_tutor_buys_premium(tutor: &Visitor) {
    let profile = tutor.get("/me/tutor-profile").await.expect(200);
    let card = format!("/tutors/{}", profile["id"].as_str().unwrap());
    assert_eq!(tutor.get(&card).await.expect(200)["is_premium"], false);
    assert_eq!(
        tutor.get("/me/premium").await.expect(200)["is_premium"],
        false
    );

    let checkout = json!({ "type": "premium" });
    let session = tutor
        .post("/payments/checkout", checkout.clone())
        .await
        .expect(201);
    tutor.pay(&session).await;
    let premium = tutor.get("/me/premium").await.expect(200);
    assert_eq!(premium["is_premium"], true, "{premium}");
    assert!(premium["expires_at"].is_string(), "{premium}");
    assert_eq!(tutor.get(&card).await.expect(200)["is_premium"], true);
    tutor
        .post("/payments/checkout", checkout)
        .await
        .refused(409, "invalid_state");
}
