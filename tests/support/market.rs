//! A market in a few words: tutors with profiles, orders, bids, bookings.

use chrono::TimeDelta;
use persistence::write;
use serde_json::{Value, json};
use services::ServiceError;
use uuid::Uuid;

use super::app::TestApp;
use super::client::Client;

/// A profile that is fine as it is.
pub fn profile_body() -> Value {
    json!({
        "bio": "Готовлю к ЕГЭ по математике, люблю геометрию.", "experience_years": 7,
        "hourly_rate": 150_000, "subjects": ["matematika"], "city": "Москва", "region": "Москва",
        "time_zone": "Europe/Moscow", "formats": ["online", "offline"],
        "availability": { "monday": ["09:00-18:00"], "saturday": ["10:00-14:00"] },
    })
}

/// An order that is fine as it is.
pub fn order_body() -> Value {
    json!({
        "subject": "matematika", "title": "ЕГЭ по математике", "description": "Нужна геометрия.",
        "budget_min": 100_000, "budget_max": 180_000, "formats": ["online"],
    })
}

/// A document that is fine as it is, and no other's.
pub fn document_body() -> Value {
    json!({
        "kind": "diploma", "file_name": "Диплом МГУ.pdf", "content_type": "application/pdf",
        "size_bytes": 1_048_576, "storage_key": Uuid::now_v7().to_string(),
    })
}

/// The id in an answer.
pub fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

impl TestApp {
    /// A new tutor with a profile, signed in; the profile's id beside it.
    pub async fn tutor(&self) -> (Client, String) {
        self.tutor_with(profile_body()).await
    }

    pub async fn tutor_with(&self, profile: Value) -> (Client, String) {
        let tutor = self.newcomer().await;
        let profile = tutor.post("/me/tutor-profile", profile).await.expect(201);
        (tutor, id(&profile))
    }

    /// As an administrator does it.
    pub async fn verify(&self, tutor_id: &str) {
        let tutor_id = Uuid::parse_str(tutor_id).unwrap();
        write(self.db(), &self.scope(), async |tx| {
            services::moderation::verify(tx, tutor_id).await?;
            Ok::<_, ServiceError>(())
        })
        .await
        .unwrap();
    }

    /// An open order of the student's; its id.
    pub async fn order(&self, student: &Client) -> String {
        id(&student.post("/orders", order_body()).await.expect(201))
    }

    /// A bid of the tutor's; its id.
    pub async fn bid(&self, tutor: &Client, order_id: &str, price: i64) -> String {
        let path = format!("/orders/{order_id}/applications");
        let body = json!({ "price": price, "message": "Готова начать." });
        id(&tutor.post(&path, body).await.expect(201))
    }

    /// A pending booking of a new student with the tutor, two days from now, for 1500 roubles.
    pub async fn booking(&self, tutor: &Client) -> (Client, Value) {
        let student = self.student().await;
        let order = self.order(&student).await;
        let bid = self.bid(tutor, &order, 150_000).await;
        let starts_at = self.now() + TimeDelta::days(2);
        let body = json!({ "starts_at": starts_at, "duration_minutes": 60 });
        let path = format!("/applications/{bid}/choose");
        let booking = student.post(&path, body).await.expect(201);
        (student, booking)
    }

    /// As [`Self::booking`], paid. Needs [`Self::with_stripe`].
    pub async fn confirmed_booking(&self, tutor: &Client) -> (Client, Value) {
        let (student, booking) = self.booking(tutor).await;
        let body = json!({ "type": "booking", "booking_id": booking["id"] });
        let checkout = student.post("/payments/checkout", body).await.expect(201);
        self.pay(checkout["session_id"].as_str().unwrap()).await;
        let path = format!("/bookings/{}", id(&booking));
        let booking = student.get(&path).await.expect(200);
        assert_eq!(booking["status"], "confirmed");
        (student, booking)
    }

    /// As [`Self::confirmed_booking`], three days later, completed.
    pub async fn completed_booking(&self, tutor: &Client) -> (Client, Value) {
        let (student, booking) = self.confirmed_booking(tutor).await;
        self.advance(TimeDelta::days(3));
        let (student, tutor) = (self.again(&student).await, self.again(tutor).await);
        let path = format!("/bookings/{}/complete", id(&booking));
        let booking = tutor.act(&path).await.expect(200);
        (student, booking)
    }

    /// Signed in anew: an access token doesn't last for days.
    pub async fn again(&self, who: &Client) -> Client {
        let body = json!({ "email": who.email, "password": super::app::PASSWORD });
        let body = self.anonymous().post("/auth/login", body).await.expect(200);
        who.with_token(body["access_token"].as_str().unwrap())
    }
}
