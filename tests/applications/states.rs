//! Every state of an application × every call that moves it.

use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

struct Scene {
    student: Client,
    tutor: Client,
    order: String,
    bid: String,
}

impl Scene {
    async fn new(app: &TestApp, state: &str) -> Self {
        let student = app.student().await;
        let order = app.order(&student).await;
        let ((tutor, _), (other, _)) = (app.tutor().await, app.tutor().await);
        let bid = app.bid(&tutor, &order, 150_000).await;
        let other = app.bid(&other, &order, 150_000).await;
        let scene = Self {
            student,
            tutor,
            order,
            bid,
        };
        match state {
            "submitted" => {}
            "chosen" => drop(scene.call("choose").await.expect(201)),
            "rejected" => {
                let path = format!("/applications/{other}/choose");
                scene.student.act(&path).await.expect(201);
            }
            "withdrawn" => drop(scene.call("withdraw").await.expect(204)),
            other => panic!("{other}"),
        }
        scene
    }

    fn path(&self) -> String {
        format!("/applications/{}", self.bid)
    }

    async fn call(&self, call: &str) -> Answer {
        let body = json!({ "price": 1_000, "message": "Снова я." });
        match call {
            "edit" => {
                let tutor = self.tutor.with("if-match", "*");
                tutor.patch(&self.path(), body).await
            }
            "withdraw" => self.tutor.delete(&self.path()).await,
            "send" => {
                let path = format!("/orders/{}/applications", self.order);
                self.tutor.post(&path, body).await
            }
            "choose" => self.student.act(&format!("{}/choose", self.path())).await,
            other => panic!("{other}"),
        }
    }

    async fn read(&self) -> (Option<String>, Value) {
        let answer = self.tutor.get(&self.path()).await;
        let etag = answer.header("etag").map(str::to_owned);
        (etag, answer.expect(200))
    }
}

enum To {
    Succeed(u16),
    /// What else is allowed.
    BeRefused(&'static [&'static str]),
    Exist,
}

#[actix_web::test]
async fn an_application_takes_the_calls_of_its_state_and_refuses_the_others() {
    use To::{BeRefused, Exist, Succeed};
    let app = TestApp::new().await;
    // A choice, and a new bid, fail on the order before they come to the application.
    let table = [
        ("submitted", "edit", Succeed(200)),
        ("submitted", "withdraw", Succeed(204)),
        ("submitted", "choose", Succeed(201)),
        ("submitted", "send", Exist),
        ("chosen", "edit", BeRefused(&[])),
        ("chosen", "withdraw", BeRefused(&[])),
        ("chosen", "choose", BeRefused(&["cancel"])),
        ("chosen", "send", BeRefused(&["cancel"])),
        ("rejected", "edit", BeRefused(&[])),
        ("rejected", "withdraw", BeRefused(&[])),
        ("rejected", "choose", BeRefused(&["cancel"])),
        ("rejected", "send", BeRefused(&["cancel"])),
        ("withdrawn", "edit", BeRefused(&["resubmit"])),
        ("withdrawn", "withdraw", BeRefused(&["resubmit"])),
        ("withdrawn", "choose", BeRefused(&["resubmit"])),
        ("withdrawn", "send", Succeed(201)),
    ];
    for (state, call, expected) in table {
        let scene = Scene::new(&app, state).await;
        let before = scene.read().await;
        assert_eq!(before.1["status"], state);
        let answer = scene.call(call).await;
        let named = format!("{call} of {state}: {}", answer.text);
        match expected {
            Succeed(status) => assert_eq!(answer.status, status, "{named}"),
            BeRefused(allowed) => {
                assert_eq!(answer.status, 409, "{named}");
                let refused = answer.refused(409, "invalid_state");
                assert_eq!(refused["allowed"], json!(allowed), "{named}");
                assert_eq!(scene.read().await, before, "{named}");
            }
            Exist => {
                answer.refused(409, "already_exists");
                assert_eq!(scene.read().await, before, "{named}");
            }
        }
    }
}
