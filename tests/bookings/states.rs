//! Every state of a booking × every call that moves it or needs it in some state.

use chrono::TimeDelta;
use persistence::execute_for_tests;
use serde_json::{Value, json};

use super::path;
use crate::support::{Answer, Client, TestApp};

struct Scene {
    student: Client,
    tutor: Client,
    booking: Value,
}

impl Scene {
    async fn new(app: &TestApp, state: &str) -> Self {
        let (tutor, _) = app.tutor().await;
        let (student, booking) = match state {
            "pending" => app.booking(&tutor).await,
            _ => app.confirmed_booking(&tutor).await,
        };
        // Whatever led there: a call, the clock, Stripe.
        let sql = format!(
            "UPDATE bookings SET status = '{state}' WHERE id = \
             (SELECT id FROM bookings ORDER BY created_at DESC, id DESC LIMIT 1)"
        );
        execute_for_tests(app.db(), &sql).await.unwrap();
        // The next one is newer.
        app.advance(TimeDelta::milliseconds(1));
        Self {
            student,
            tutor,
            booking,
        }
    }

    async fn call(&self, app: &TestApp, call: &str) -> Answer {
        let booking = path(&self.booking);
        match call {
            "reschedule" => {
                let starts_at = app.now() + TimeDelta::days(3);
                let body = json!({ "starts_at": starts_at, "duration_minutes": 60 });
                let student = self.student.with("if-match", "*");
                student.patch(&booking, body).await
            }
            "cancel" => self.student.act(&format!("{booking}/cancel")).await,
            "cancel by the tutor" => self.tutor.act(&format!("{booking}/cancel")).await,
            "complete" => self.tutor.act(&format!("{booking}/complete")).await,
            "review" => {
                let review = json!({ "rating": 5 });
                self.student
                    .post(&format!("{booking}/review"), review)
                    .await
            }
            "pay" => {
                let body = json!({ "type": "booking", "booking_id": self.booking["id"] });
                self.student.post("/payments/checkout", body).await
            }
            other => panic!("{other}"),
        }
    }

    async fn read(&self) -> (Option<String>, Value) {
        let answer = self.student.get(&path(&self.booking)).await;
        let etag = answer.header("etag").map(str::to_owned);
        (etag, answer.expect(200))
    }
}

const CALLS: [&str; 6] = [
    "reschedule",
    "cancel",
    "cancel by the tutor",
    "complete",
    "review",
    "pay",
];

/// A state, what succeeds in it with its status, and what every other call is told to be allowed.
type Row = (
    &'static str,
    &'static [(&'static str, u16)],
    &'static [&'static str],
);

const TABLE: [Row; 7] = [
    (
        "pending",
        &[
            ("reschedule", 200),
            ("cancel", 200),
            ("cancel by the tutor", 200),
            ("pay", 201),
        ],
        &["cancel", "reschedule"],
    ),
    (
        "confirmed",
        &[
            ("reschedule", 200),
            ("cancel", 200),
            ("cancel by the tutor", 200),
        ],
        &["complete", "cancel", "reschedule"],
    ),
    ("completed", &[("review", 201)], &[]),
    ("cancelled", &[], &[]),
    ("expired", &[], &[]),
    ("disputed", &[], &[]),
    ("refunded", &[], &[]),
];

#[actix_web::test]
async fn a_booking_takes_the_calls_of_its_state_and_refuses_the_others() {
    let app = TestApp::with_stripe().await;
    for (state, succeeding, allowed) in TABLE {
        let at_rest = Scene::new(&app, state).await;
        let before = at_rest.read().await;
        assert_eq!(before.1["status"], state);
        for call in CALLS {
            if let Some((_, status)) = succeeding.iter().find(|(name, _)| *name == call) {
                let scene = Scene::new(&app, state).await;
                let answer = scene.call(&app, call).await;
                assert_eq!(answer.status, *status, "{call} of {state}: {}", answer.text);
                continue;
            }
            let answer = at_rest.call(&app, call).await;
            assert_eq!(answer.status, 409, "{call} of {state}: {}", answer.text);
            let refused = answer.refused(409, "invalid_state");
            let mut allowed = allowed.to_vec();
            if state == "confirmed" && call != "pay" {
                // What the state has and the time does not, and what would let it be reviewed.
                match call {
                    "complete" => allowed.retain(|allowed| *allowed != "complete"),
                    _ => allowed = vec!["complete"],
                }
            }
            assert_eq!(refused["allowed"], json!(allowed), "{call} of {state}");
        }
        assert_eq!(at_rest.read().await, before, "{state}");
    }
}

#[actix_web::test]
async fn a_paid_booking_is_completed_once_it_is_over_and_then_only_reviewed() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.completed_booking(&tutor).await;
    let (student, tutor) = (app.again(&student).await, app.again(&tutor).await);
    let scene = Scene {
        student,
        tutor,
        booking,
    };
    for call in ["reschedule", "cancel", "cancel by the tutor", "complete"] {
        let refused = scene.call(&app, call).await.refused(409, "invalid_state");
        assert_eq!(refused["allowed"], json!([]), "{call}");
    }
    scene.call(&app, "review").await.expect(201);
    let again = scene.call(&app, "review").await;
    again.refused(409, "already_exists");
}
