//! Verifying, hiding and restoring tutors.

use serde_json::{Value, json};

use super::{count, trail};
use crate::support::{Client, TestApp, order_body};

struct Market {
    app: TestApp,
    admin: Client,
    student: Client,
    tutor: Client,
    tutor_id: String,
}

impl Market {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let (tutor, tutor_id) = app.tutor().await;
        Self {
            admin: app.admin().await,
            student: app.student().await,
            app,
            tutor,
            tutor_id,
        }
    }

    async fn act(&self, act: &str) -> Value {
        let path = format!("/admin/tutors/{}/{act}", self.tutor_id);
        self.admin.act(&path).await.expect(200)
    }

    async fn listed(&self, path: &str) -> usize {
        let list = self.admin.get(path).await.expect(200);
        list["items"].as_array().unwrap().len()
    }
}

#[actix_web::test]
async fn a_tutor_is_in_one_state_and_listed_by_it() {
    let market = Market::new().await;
    for (act, state) in [
        (None, "unverified"),
        (Some("verify"), "verified"),
        (Some("hide"), "hidden"),
        (Some("restore"), "verified"),
    ] {
        if let Some(act) = act {
            assert_eq!(market.act(act).await["state"], state);
        }
        for listed in ["unverified", "verified", "hidden"] {
            let found = market
                .listed(&format!("/admin/tutors?state={listed}"))
                .await;
            assert_eq!(found, usize::from(listed == state), "{listed} when {state}");
        }
        assert_eq!(market.listed("/admin/tutors").await, 1);
    }
    let answer = market.admin.get("/admin/tutors?state=visible").await;
    assert_eq!(answer.wrong_fields(), ["state"]);
}

#[actix_web::test]
async fn a_moderator_sees_whom_to_write_to() {
    let market = Market::new().await;
    let list = market.admin.get("/admin/tutors").await.expect(200);
    assert_eq!(list["items"][0]["email"], market.tutor.email);
    assert_eq!(list["items"][0]["user_id"], market.tutor.user_id);
}

#[actix_web::test]
async fn what_is_done_already_is_answered_alike_and_leaves_no_second_trace() {
    let market = Market::new().await;
    for act in ["verify", "hide", "restore"] {
        let first = market.act(act).await;
        assert_eq!(market.act(act).await, first, "{act}");
    }
    for action in ["tutor.verified", "tutor.hidden", "tutor.restored"] {
        assert_eq!(trail(&market.admin, action).await.len(), 1, "{action}");
    }
}

#[actix_web::test]
async fn an_act_is_on_record_with_who_on_which_request_and_what_changed() {
    let market = Market::new().await;
    let path = format!("/admin/tutors/{}/hide", market.tutor_id);
    let named = market.admin.with("x-request-id", "complaint-17");
    named.act(&path).await.expect(200);
    let event = &trail(&market.admin, "tutor.hidden").await[0];
    assert_eq!(event["actor_kind"], "user");
    assert_eq!(event["actor_id"], market.admin.user_id);
    assert_eq!(event["object_type"], "tutor_profile");
    assert_eq!(event["object_id"], market.tutor_id);
    assert_eq!(event["request_id"], "complaint-17");
    let standing = |is_hidden| json!({ "is_verified": false, "is_hidden": is_hidden });
    assert_eq!(event["before"], standing(false));
    assert_eq!(event["after"], standing(true));
}

#[actix_web::test]
async fn a_hidden_tutor_is_gone_everywhere_at_once_and_comes_back() {
    let market = Market::new().await;
    let tutor_id = &market.tutor_id;
    market.act("verify").await;
    for (act, is_seen) in [("hide", false), ("restore", true)] {
        market.act(act).await;
        for path in ["", "/reviews"] {
            let path = format!("/tutors/{tutor_id}{path}");
            let answer = market.student.get(&path).await;
            assert_eq!(answer.status == 200, is_seen, "{path}: {}", answer.text);
        }
        let seen = usize::from(is_seen);
        assert_eq!(market.listed("/tutors").await, seen);
        assert_eq!(count(&market.app, "tutor_candidates").await > 0, is_seen);
        let subjects = market.student.get("/subjects").await.expect(200);
        let taught = |s: &Value| s["slug"] == "matematika" && s["tutor_count"] == 1;
        let counted = subjects["items"].as_array().unwrap().iter().any(taught);
        assert_eq!(counted, is_seen);
        let order = market.app.order(&market.student).await;
        let path = format!("/orders/{order}/matches");
        let matched = market.student.act(&path).await.expect(200);
        assert_eq!(matched["matches"].as_array().unwrap().len(), seen);
        market.tutor.get("/me/tutor-profile").await.expect(200);
    }
}

#[actix_web::test]
async fn kept_matches_of_a_hidden_tutor_are_stale_and_without_them() {
    let market = Market::new().await;
    market.act("verify").await;
    let order = market.app.order(&market.student).await;
    let path = format!("/orders/{order}/matches");
    let before = market.student.act(&path).await.expect(200);
    assert_eq!(before["matches"].as_array().unwrap().len(), 1);
    market.act("hide").await;
    let kept = market.student.get(&path).await.expect(200);
    assert_eq!(
        (&kept["stale"], &kept["matches"]),
        (&json!(true), &json!([]))
    );
    market.act("restore").await;
    let kept = market.student.get(&path).await.expect(200);
    assert_eq!(kept["stale"], true, "of another version of the profile");
    assert_eq!(kept["matches"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_hidden_tutor_neither_applies_nor_is_chosen() {
    let market = Market::new().await;
    let order = market.app.order(&market.student).await;
    let bid = market.app.bid(&market.tutor, &order, 150_000).await;
    let other = market
        .student
        .post("/orders", order_body())
        .await
        .expect(201);
    market.act("hide").await;
    let choose = format!("/applications/{bid}/choose");
    market.student.act(&choose).await.refused(404, "not_found");
    let path = format!("/orders/{}/applications", other["id"].as_str().unwrap());
    let body = json!({ "price": 150_000, "message": "Готова начать." });
    let answer = market.tutor.post(&path, body.clone()).await;
    answer.refused(403, "forbidden");
    let path_of_bid = format!("/applications/{bid}");
    let editing = market.tutor.with("if-match", "*");
    let text = json!({ "message": "Пишите мне в мессенджер." });
    let answer = editing.patch(&path_of_bid, text).await;
    answer.refused(403, "forbidden");
    market.act("restore").await;
    market.tutor.post(&path, body).await.expect(201);
    market.student.act(&choose).await.expect(201);
}
