//! Every state of an order × every call that moves it or needs it open.

use chrono::TimeDelta;
use persistence::execute_for_tests;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp, id, order_body};

/// An order in some state, with what the calls on it need.
struct Scene {
    student: Client,
    newcomer: Client,
    order: String,
    bid: String,
}

impl Scene {
    /// `booking` is the state of the booking that a choice has made, if one was made.
    async fn new(app: &TestApp, order_state: &str, booking: Option<&str>) -> Self {
        let student = app.student().await;
        let order = id(&student.post("/orders", order_body()).await.expect(201));
        let ((tutor, _), (newcomer, _)) = (app.tutor().await, app.tutor().await);
        let bid = app.bid(&tutor, &order, 150_000).await;
        if let Some(state) = booking {
            let choice = format!("/applications/{bid}/choose");
            student.act(&choice).await.expect(201);
            set(app, "bookings", state).await;
        }
        set(app, "orders", order_state).await;
        Self {
            student,
            newcomer,
            order,
            bid,
        }
    }

    async fn call(&self, call: &str) -> Answer {
        let order = format!("/orders/{}", self.order);
        let student = self.student.with("if-match", "*");
        match call {
            "change" => student.patch(&order, json!({ "title": "Другое" })).await,
            "cancel" => self.student.act(&format!("{order}/cancel")).await,
            "complete" => self.student.act(&format!("{order}/complete")).await,
            "apply" => {
                let bid = json!({ "price": 1_000, "message": "Я." });
                let path = format!("{order}/applications");
                self.newcomer.post(&path, bid).await
            }
            "choose" => {
                let path = format!("/applications/{}/choose", self.bid);
                self.student.act(&path).await
            }
            other => panic!("{other}"),
        }
    }

    async fn read(&self) -> (Option<String>, Value) {
        let answer = self.student.get(&format!("/orders/{}", self.order)).await;
        let etag = answer.header("etag").map(str::to_owned);
        (etag, answer.expect(200))
    }
}

/// The newest row's state as it is written down.
async fn set(app: &TestApp, table: &str, state: &str) {
    let sql = format!(
        "UPDATE {table} SET status = '{state}' WHERE id = \
         (SELECT id FROM {table} ORDER BY created_at DESC, id DESC LIMIT 1)"
    );
    execute_for_tests(app.db(), &sql).await.unwrap();
    // The next one is newer.
    app.advance(TimeDelta::milliseconds(1));
}

const CALLS: [&str; 5] = ["change", "cancel", "complete", "apply", "choose"];

/// What succeeds, with its status, and what every other call is told to be allowed.
type Row = (
    &'static str,
    Option<&'static str>,
    &'static [(&'static str, u16)],
    &'static [&'static str],
);

const TABLE: [Row; 9] = [
    (
        "open",
        None,
        &[
            ("change", 200),
            ("cancel", 200),
            ("apply", 201),
            ("choose", 201),
        ],
        &["choose", "cancel"],
    ),
    (
        "in_progress",
        Some("pending"),
        &[("cancel", 200)],
        &["cancel"],
    ),
    // Its money was given back: nothing holds the order any more.
    (
        "in_progress",
        Some("refunded"),
        &[("cancel", 200)],
        &["cancel"],
    ),
    (
        "in_progress",
        Some("cancelled"),
        &[("cancel", 200)],
        &["cancel"],
    ),
    (
        "in_progress",
        Some("completed"),
        &[("complete", 200)],
        &["complete"],
    ),
    ("in_progress", Some("disputed"), &[], &[]),
    ("completed", Some("completed"), &[], &[]),
    ("cancelled", None, &[], &[]),
    ("expired", None, &[], &[]),
];

#[actix_web::test]
async fn an_order_takes_the_calls_of_its_state_and_refuses_the_others() {
    let app = TestApp::new().await;
    for (state, booking, succeeding, allowed) in TABLE {
        let at_rest = Scene::new(&app, state, booking).await;
        let before = at_rest.read().await;
        for call in CALLS {
            let named = format!("{call} of {state} with {booking:?}");
            match succeeding.iter().find(|(name, _)| *name == call) {
                Some((_, status)) => {
                    let scene = Scene::new(&app, state, booking).await;
                    assert_eq!(scene.call(call).await.status, *status, "{named}");
                }
                None => {
                    let answer = at_rest.call(call).await;
                    assert_eq!(answer.status, 409, "{named}: {}", answer.text);
                    let refused = answer.refused(409, "invalid_state");
                    assert_eq!(refused["allowed"], json!(allowed), "{named}");
                }
            }
        }
        assert_eq!(at_rest.read().await, before, "{state} with {booking:?}");
    }
}

#[actix_web::test]
async fn an_order_with_a_paid_booking_can_be_cancelled_and_nothing_else() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.confirmed_booking(&tutor).await;
    let scene = Scene {
        student,
        newcomer: app.tutor().await.0,
        order: booking["order_id"].as_str().unwrap().to_owned(),
        bid: booking["application_id"].as_str().unwrap().to_owned(),
    };
    for call in ["change", "complete", "apply", "choose"] {
        let refused = scene.call(call).await.refused(409, "invalid_state");
        assert_eq!(refused["allowed"], json!(["cancel"]), "{call}");
    }
    assert_eq!(
        scene.call("cancel").await.expect(200)["status"],
        "cancelled"
    );
}
