//! What an operator types about Stripe's events: `tutors stripe`.

use serde_json::{Value, json};

use super::process::{Ended, run};
use crate::support::{Client, TestApp, id};

struct Desk {
    app: TestApp,
    folder: tempfile::TempDir,
}

impl Desk {
    async fn new() -> Self {
        Self {
            app: TestApp::with_stripe().await,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    async fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, &[("STRIPE_API_BASE", self.app.fake().base_url())])
            .await
    }

    async fn run_with(&self, args: &[&str], more: &[(&str, &str)]) -> Ended {
        let mut env = vec![
            ("DEBUG", "true"),
            ("STRIPE_SECRET_KEY", "sk_test_of_the_tests"),
            ("STRIPE_WEBHOOK_SECRET", "whsec_of_the_tests"),
            ("JWT_SECRET", "a secret of at least thirty-two bytes"),
            ("DATABASE_URL", self.app.database_url()),
        ];
        env.extend(more);
        let args = [&["stripe"], args].concat();
        run(self.folder.path(), &args, &env).await
    }

    /// A lesson that was paid without a word to us.
    async fn pay_in_silence(&self) -> (Client, String) {
        let (tutor, _) = self.app.tutor().await;
        let (student, booking) = self.app.booking(&tutor).await;
        let body = json!({ "type": "booking", "booking_id": booking["id"] });
        let opened = student.post("/payments/checkout", body).await.expect(201);
        let session = opened["session_id"].as_str().unwrap();
        self.app.fake().pay(session).await.unwrap();
        (student, format!("/bookings/{}", id(&booking)))
    }

    fn completed(&self) -> Value {
        self.app.events_of("checkout.session.completed").remove(0)
    }
}

fn name(event: &Value) -> &str {
    event["id"].as_str().unwrap()
}

#[actix_web::test]
async fn a_comparison_applies_what_never_arrived_and_says_how_much_it_was() {
    let desk = Desk::new().await;
    let (student, booking) = desk.pay_in_silence().await;
    let first = desk.run(&["reconcile"]).await;
    let said = first.succeeded().trim_end();
    assert!(said.starts_with("Since 20"), "{said}");
    let numbers = |said: &str| -> Vec<usize> {
        let (_, counts) = said.split_once(": ").unwrap();
        let words = counts.split(|letter: char| !letter.is_ascii_digit());
        words.filter_map(|word| word.parse().ok()).collect()
    };
    let [listed, missing, asked] = numbers(said)[..] else {
        panic!("{said}");
    };
    assert!(listed > 0 && missing == listed && asked == 0, "{said}");
    assert_eq!(
        student.get(&booking).await.expect(200)["status"],
        "confirmed"
    );
    let again = desk
        .run(&["reconcile", "--since", "2026-01-01T00:00:00Z"])
        .await;
    let said = again.succeeded();
    assert!(
        said.starts_with("Since 2026-01-01T00:00:00+00:00: "),
        "{said}"
    );
    assert_eq!(numbers(said.trim_end()), [listed, 0, 0]);
}

#[actix_web::test]
async fn a_replay_fetches_an_event_and_says_what_came_of_it() {
    let desk = Desk::new().await;
    let (student, booking) = desk.pay_in_silence().await;
    let event = desk.completed();
    for _ in 0..2 {
        let replayed = desk.run(&["replay", name(&event)]).await;
        assert_eq!(replayed.succeeded(), format!("{}: applied\n", name(&event)));
    }
    assert_eq!(
        student.get(&booking).await.expect(200)["status"],
        "confirmed"
    );
}

#[actix_web::test]
async fn an_event_that_nobody_knows_is_named_in_the_complaint() {
    let desk = Desk::new().await;
    let replayed = desk.run(&["replay", "evt_of_nobody"]).await;
    let complaint = "evt_of_nobody has never arrived, and Stripe doesn't know it";
    assert!(replayed.failed().contains(complaint), "{}", replayed.stderr);
    let resolved = desk
        .run(&["resolve", "evt_of_nobody", "--note", "why"])
        .await;
    let complaint = "evt_of_nobody has never arrived";
    assert!(resolved.failed().contains(complaint), "{}", resolved.stderr);
}

#[actix_web::test]
async fn a_parked_event_is_resolved_once_and_another_isnt() {
    let desk = Desk::new().await;
    desk.pay_in_silence().await;
    let mut wrong = desk.completed();
    wrong["id"] = json!("evt_wrong");
    wrong["data"]["object"]["amount_total"] = json!(1);
    assert_eq!(desk.app.outcome(&wrong).await, "parked");
    let resolve = ["resolve", "evt_wrong", "--note", "asked the payer"];
    let resolved = desk.run(&resolve).await;
    assert_eq!(resolved.succeeded(), "evt_wrong is resolved.\n");
    let again = desk.run(&resolve).await;
    assert!(
        again.failed().contains("evt_wrong isn't parked"),
        "{}",
        again.stderr
    );
}

#[actix_web::test]
async fn events_stored_by_an_older_version_are_masked_once() {
    let desk = Desk::new().await;
    desk.pay_in_silence().await;
    assert_eq!(desk.app.outcome(&desk.completed()).await, "applied");
    let as_it_came =
        r#"UPDATE stripe_webhook_events SET payload = '{"email": "anna@example.org"}'"#;
    persistence::execute_for_tests(desk.app.db(), as_it_came)
        .await
        .unwrap();
    for count in [1, 0] {
        let masked = desk.run(&["mask"]).await;
        let said = format!(
            "{count} events said something of a person and are masked.\n\
             0 customers of the erased are to be deleted by whoever takes jobs.\n"
        );
        assert_eq!(masked.succeeded(), said);
    }
}

#[actix_web::test]
async fn the_offline_stripe_must_be_told_where_it_is() {
    let desk = Desk::new().await;
    let lost = desk.run_with(&["reconcile"], &[("STRIPE", "fake")]).await;
    assert!(lost.failed().contains("STRIPE_API_BASE"), "{}", lost.stderr);
    let base = ("STRIPE_API_BASE", desk.app.fake().base_url());
    let found = desk
        .run_with(&["reconcile"], &[("STRIPE", "fake"), base])
        .await;
    assert!(
        found.succeeded().contains(" 0 events listed"),
        "{}",
        found.stdout
    );
}

#[actix_web::test]
async fn a_stripe_that_cannot_be_reached_or_refuses_our_key_is_said_so() {
    let desk = Desk::new().await;
    let nowhere = ("STRIPE_API_BASE", "http://127.0.0.1:9/");
    let failed = desk.run_with(&["reconcile"], &[nowhere]).await;
    assert!(
        failed.failed().contains("Stripe is unavailable"),
        "{}",
        failed.stderr
    );
    let base = ("STRIPE_API_BASE", desk.app.fake().base_url());
    let wrong = ("STRIPE_SECRET_KEY", "sk_test_of_somebody");
    let refused = desk.run_with(&["reconcile"], &[base, wrong]).await;
    assert!(refused.failed().contains("401"), "{}", refused.stderr);
    assert!(
        !refused.stderr.contains("sk_test_of_somebody"),
        "{}",
        refused.stderr
    );
}
