//! `tutors serve` on an empty database of one's own, SQLite or PostgreSQL.

use chrono::Utc;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::process::{Running, asked};
use super::story::{a_tutor_buys_premium, two_agree_and_one_pays};
use super::visitor::Visitor;
use crate::support::{TestDatabase, profile_body};

const WEBHOOK_SECRET: &str = "whsec_walk";
const PASSWORD: &str = "сова-и-лампа";

pub struct Server {
    pub anonymous: Visitor,
    pub operations: String,
    pub process: Running,
    _folder: tempfile::TempDir,
}

impl Server {
    pub async fn start(database_url: &str) -> Self {
        Self::start_with(&["serve"], database_url).await
    }

    pub async fn start_with(args: &[&str], database_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Running::start(folder.path(), args, &environment(database_url));
        Self {
            anonymous: Visitor::anonymous(&process.logged_address().await),
            operations: process.logged_after("health on http://").await,
            process,
            _folder: folder,
        }
    }
}

/// What a server or a worker is told.
pub fn environment(database_url: &str) -> [(&str, &str); 7] {
    [
        ("DEBUG", "true"),
        ("STRIPE", "fake"),
        ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
        ("JWT_SECRET", "a secret of at least thirty-two bytes"),
        ("BIND_ADDR", "127.0.0.1:0"),
        ("OPS_ADDR", "127.0.0.1:0"),
        ("DATABASE_URL", database_url),
    ]
}

#[actix_web::test]
async fn two_strangers_find_each_other_on_a_new_server() {
    let database = TestDatabase::empty().await;
    let server = Server::start(database.url()).await;
    let register = async |role: &str| {
        let email = format!("{role}@example.org");
        server.anonymous.register(role, &email, PASSWORD).await
    };
    let (student, tutor) = (register("student").await, register("tutor").await);
    assert_eq!(tutor.user["role"], "tutor");
    let profile = tutor
        .visitor
        .post("/me/tutor-profile", profile_body())
        .await
        .expect(201);
    let found = server
        .anonymous
        .get("/tutors?q=геометрия&city=москва")
        .await
        .expect(200);
    assert_eq!(found["items"][0]["id"], profile["id"], "{found}");
    // Nobody has verified them, so they are found but not matched.
    let matches = two_agree_and_one_pays(&student.visitor, &tutor.visitor).await;
    assert_eq!(matches, Vec::<Value>::new());
    a_tutor_buys_premium(&tutor.visitor).await;

    assert_eq!(server.process.terminate().await, Some(0));
    let again = Server::start(database.url()).await;
    student
        .visitor
        .at(&again.anonymous.site)
        .get("/me")
        .await
        .expect(200);
    let email = "student@example.org";
    assert_eq!(
        again.anonymous.login(email, PASSWORD).await.user,
        student.user
    );
}

#[actix_web::test]
async fn a_session_is_renewed_and_ends_with_the_sign_out() {
    let database = TestDatabase::empty().await;
    let server = Server::start(database.url()).await;
    let site = &server.anonymous;
    let first = site
        .register("student", "student@example.org", PASSWORD)
        .await;
    let renewed = site.signed_in(site.refresh(&first.refresh_token).await.expect(200));
    assert_ne!(renewed.refresh_token, first.refresh_token);
    assert_eq!(renewed.visitor.get("/me").await.expect(200), first.user);
    let body = json!({ "refresh_token": renewed.refresh_token });
    renewed.visitor.post("/auth/logout", body).await.expect(204);
    let refused = site.refresh(&renewed.refresh_token).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
}

#[actix_web::test]
async fn an_event_counts_only_with_the_signature_that_stripe_publishes() {
    let database = TestDatabase::empty().await;
    let server = Server::start(database.url()).await;
    let (site, now) = (&server.anonymous, Utc::now().timestamp());
    let event = json!({
        "id": "evt_walk", "object": "event", "type": "product.created", "livemode": false,
        "api_version": "2026-01-28.clover", "created": now, "pending_webhooks": 1,
        "data": { "object": { "id": "prod_walk", "object": "product" } },
        "request": { "id": null, "idempotency_key": null },
    });
    let body = event.to_string();
    site.deliver(body.clone(), None)
        .await
        .refused(400, "invalid_signature");
    let forged = signature("whsec_guessed", now, &body);
    site.deliver(body.clone(), Some(&forged))
        .await
        .refused(400, "invalid_signature");
    let old = signature(WEBHOOK_SECRET, now - 3600, &body);
    site.deliver(body.clone(), Some(&old))
        .await
        .refused(400, "invalid_signature");

    let signed = signature(WEBHOOK_SECRET, now, &body);
    let changed = body.replace("prod_walk", "prod_bulk");
    site.deliver(changed, Some(&signed))
        .await
        .refused(400, "invalid_signature");
    for outcome in ["ignored", "duplicate"] {
        let answer = site.deliver(body.clone(), Some(&signed)).await.expect(200);
        assert_eq!(answer, json!({ "received": true, "outcome": outcome }));
    }
    let metrics = asked(&server.operations, "/metrics").await;
    for (outcome, count) in [("ignored", 1), ("duplicate", 1), ("refused", 4)] {
        let line = format!(r#"tutors_stripe_deliveries_total{{outcome="{outcome}"}} {count}"#);
        assert!(metrics.contains(&line), "{line} in\n{metrics}");
    }
}

/// Written anew from <https://docs.stripe.com/webhooks/signature#verify-manually>, so that neither
/// our verification nor our fake is its own judge.
fn signature(secret: &str, timestamp: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{timestamp}.{body}").as_bytes());
    format!(
        "t={timestamp},v1={}",
        hex::encode(mac.finalize().into_bytes())
    )
}
