//! Somebody about to do something that will succeed, for each operation that changes something.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::app::{PASSWORD, TestApp};
use super::client::Client;
use super::document::Operation;
use super::market::{document_body, id, order_body, profile_body};
use super::scene::example_of;

/// Somebody about to do something that will succeed.
pub struct Ready {
    pub client: Client,
    pub path: String,
    pub body: Option<Value>,
}

/// Who does it, to the thing of which id, with which body.
type Deed = (Client, Option<String>, Option<Value>);

impl Ready {
    /// The first of the roles that may: a student, if students may.
    pub async fn new(app: &TestApp, operation: &Operation) -> Self {
        let roles = operation.roles();
        let role = ["student", "tutor", "admin"]
            .into_iter()
            .find(|role| roles.is_empty() || roles.contains(role))
            .unwrap();
        Self::of_role(app, operation, role).await
    }

    /// For an operation that is new among those that change something, say here when it succeeds.
    /// Whoever is of no role is nobody.
    pub async fn of_role(app: &TestApp, operation: &Operation, role: &str) -> Self {
        let deed = match operation.path.split('/').nth(1).unwrap() {
            "auth" | "me" => of_account(app, operation, role).await,
            "orders" | "applications" => of_order(app, operation).await,
            "bookings" | "reviews" => of_booking(app, operation, role).await,
            "payments" => of_payment(app, operation, role).await,
            "admin" => of_administration(app, operation).await,
            other => panic!("nobody is ready for anything of {other}"),
        };
        let (client, of, body) = deed;
        Self {
            client: client.with("if-match", "*"),
            path: operation.path.replace("{id}", &of.unwrap_or_default()),
            body,
        }
    }
}

/// Somebody new of a role; of none, nobody.
pub async fn anybody(app: &TestApp, role: &str) -> Client {
    match role {
        "student" => app.student().await,
        "tutor" => app.tutor().await.0,
        "admin" => app.admin().await,
        _ => app.anonymous(),
    }
}

async fn of_account(app: &TestApp, operation: &Operation, role: &str) -> Deed {
    let who = anybody(app, role).await;
    let email = format!("{}@example.org", uuid::Uuid::now_v7().simple());
    let registration = json!({
        "email": email, "password": PASSWORD, "role": "student",
        "first_name": "Анна", "last_name": "Иванова",
    });
    let body = match operation.id.as_str() {
        "register" => Some(registration),
        "login" => Some(json!({ "email": app.student().await.email, "password": PASSWORD })),
        "refresh" => {
            let answer = app.anonymous().post("/auth/register", registration).await;
            Some(json!({ "refresh_token": answer.expect(201)["refresh_token"] }))
        }
        "logout" | "erase_me" => None,
        "create_document" => Some(document_body()),
        "delete_document" => {
            let path = "/me/tutor-profile/documents";
            let document = who.post(path, document_body()).await.expect(201);
            return (who, Some(id(&document)), None);
        }
        "change_password" => {
            Some(json!({ "current_password": PASSWORD, "new_password": "лампа-и-сова" }))
        }
        "forgot_password" | "resend_verification" => example_of(app, operation),
        "verify_email" => {
            let token = app.mailed_token(&app.student().await.email).await;
            Some(json!({ "token": token }))
        }
        "reset_password" => {
            let email = app.student().await.email;
            // The letter of their registration is gone before the one that counts.
            app.send_letters().await;
            let asked = json!({ "email": email });
            let asked = app.anonymous().post("/auth/password/forgot", asked).await;
            asked.expect(202);
            let token = app.mailed_token(&email).await;
            Some(json!({ "token": token, "new_password": "лампа-и-сова" }))
        }
        "end_session" => {
            app.again(&who).await;
            let sessions = who.get("/me/sessions").await.expect(200);
            let sessions = sessions["items"].as_array().unwrap();
            let other = sessions
                .iter()
                .find(|session| session["is_current"] == false);
            return (who, Some(id(other.unwrap())), None);
        }
        "update_me" | "update_tutor_profile" => example_of(app, operation),
        "create_tutor_profile" => return (app.newcomer().await, None, Some(profile_body())),
        other => panic!("nobody is ready for {other}"),
    };
    (who, None, body)
}

async fn of_order(app: &TestApp, operation: &Operation) -> Deed {
    let (tutor, _) = app.tutor().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    match operation.id.as_str() {
        "create_order" => (student, None, Some(order_body())),
        "update_order" => (student, Some(order), example_of(app, operation)),
        "cancel_order" | "compute_matches" => (student, Some(order), None),
        "complete_order" => {
            let (student, booking) = app.completed_booking(&tutor).await;
            let order = booking["order_id"].as_str().unwrap().to_owned();
            (student, Some(order), None)
        }
        "create_application" => {
            let body = json!({ "price": 150_000, "message": "Готова начать." });
            (tutor, Some(order), Some(body))
        }
        of_bid => {
            let bid = app.bid(&tutor, &order, 150_000).await;
            match of_bid {
                "update_application" => (tutor, Some(bid), example_of(app, operation)),
                "withdraw_application" => (tutor, Some(bid), None),
                "choose_application" => {
                    let starts_at = app.now() + TimeDelta::days(2);
                    (student, Some(bid), Some(json!({ "starts_at": starts_at })))
                }
                other => panic!("nobody is ready for {other}"),
            }
        }
    }
}

async fn of_booking(app: &TestApp, operation: &Operation, role: &str) -> Deed {
    let (tutor, _) = app.tutor().await;
    match operation.id.as_str() {
        "reschedule_booking" => {
            let (student, booking) = app.booking(&tutor).await;
            (student, Some(id(&booking)), example_of(app, operation))
        }
        "cancel_booking" => {
            let (student, booking) = app.booking(&tutor).await;
            let who = if role == "tutor" { tutor } else { student };
            (who, Some(id(&booking)), None)
        }
        "complete_booking" => {
            let (_, booking) = app.confirmed_booking(&tutor).await;
            app.advance(TimeDelta::days(3));
            (app.again(&tutor).await, Some(id(&booking)), None)
        }
        "create_review" => {
            let (student, booking) = app.completed_booking(&tutor).await;
            (student, Some(id(&booking)), Some(json!({ "rating": 5 })))
        }
        "reply_to_review" => {
            let (student, booking) = app.completed_booking(&tutor).await;
            let path = format!("/bookings/{}/review", id(&booking));
            let review = student.post(&path, json!({ "rating": 5 })).await;
            let of = Some(id(&review.expect(201)));
            let body = json!({ "text": "Спасибо!" });
            (app.again(&tutor).await, of, Some(body))
        }
        other => panic!("nobody is ready for {other}"),
    }
}

async fn of_payment(app: &TestApp, operation: &Operation, role: &str) -> Deed {
    let (tutor, _) = app.tutor().await;
    let premium = json!({ "type": "premium" });
    match (operation.id.as_str(), role) {
        ("open_checkout", "tutor") => (tutor, None, Some(premium)),
        ("open_checkout", _) => {
            let (student, booking) = app.booking(&tutor).await;
            let body = json!({ "type": "booking", "booking_id": booking["id"] });
            (student, None, Some(body))
        }
        ("open_portal", "tutor") => {
            tutor.post("/payments/checkout", premium).await.expect(201);
            (tutor, None, None)
        }
        ("open_portal", _) => {
            let (student, booking) = app.booking(&tutor).await;
            let body = json!({ "type": "booking", "booking_id": booking["id"] });
            student.post("/payments/checkout", body).await.expect(201);
            (student, None, None)
        }
        (other, _) => panic!("nobody is ready for {other}"),
    }
}

async fn of_administration(app: &TestApp, operation: &Operation) -> Deed {
    let admin = app.admin().await;
    let (_, tutor_id) = app.tutor().await;
    let of = match operation.thing() {
        "tutors" => tutor_id,
        "webhook-events" => {
            let event = json!({
                "id": format!("evt_{}", uuid::Uuid::now_v7().simple()), "object": "event",
                "type": "account.updated", "livemode": false, "created": app.now().timestamp(),
                "data": { "object": { "id": "acct_1", "object": "account" } },
            });
            app.deliver(&event).await.expect(200);
            let events = admin.get("/admin/webhook-events?limit=1").await;
            id(&events.expect(200)["items"][0])
        }
        "jobs" => app.dead_job(&admin).await,
        other => panic!("nobody is ready for anything of {other}"),
    };
    (admin, Some(of), None)
}

impl TestApp {
    /// A job that has failed at every try; its id.
    pub async fn dead_job(&self, admin: &Client) -> String {
        let order_id = uuid::Uuid::now_v7();
        self.enqueue(&services::jobs::Job::MatchOrder { order_id })
            .await;
        let die = format!(
            "UPDATE jobs SET state = 'dead', attempts = max_attempts, last_error = 'it is busy' \
             WHERE dedup_key LIKE '%{order_id}%'"
        );
        persistence::execute_for_tests(self.db(), &die)
            .await
            .unwrap();
        let jobs = admin.get("/admin/jobs?state=dead&limit=1").await;
        id(&jobs.expect(200)["items"][0])
    }
}
