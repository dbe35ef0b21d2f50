//! Tutors whose text has not been embedded: when that is done, and how they compete until then.

use openai_fake::Operation;
use serde_json::json;
use services::jobs::{Job, JobOutcome};

use super::provider::{Market, by, made, status};
use super::{tutor_ids, verified};
use crate::support::{TestApp, as_time_passes, profile_body, start_openai};

#[actix_web::test]
async fn who_is_not_embedded_yet_competes_all_the_same() {
    let market = Market::of(2).await;
    let (_, newcomer) = verified(&market.app, profile_body()).await;
    let answer = market.match_now().await;
    assert_eq!(made(&answer), by("llm", &["embeddings_pending"]));
    assert!(tutor_ids(&answer).contains(&newcomer));
    market.app.run_jobs().await;
    assert_eq!(made(&market.match_now().await), by("llm", &[]));
}

#[actix_web::test]
async fn until_anybody_is_embedded_words_are_compared() {
    let fake = start_openai().await;
    let app = TestApp::with_models(&fake.base_url()).await;
    let (tutor, _) = verified(&app, profile_body()).await;
    drop(tutor);
    let student = app.student().await;
    let order = app.order(&student).await;
    let answer = student.act(&format!("/orders/{order}/matches")).await;
    assert_eq!(
        made(&answer.expect(200)),
        by("rules", &["embeddings_pending"])
    );
}

#[actix_web::test]
async fn tutors_are_embedded_in_batches_and_each_text_once() {
    let market = Market::of(40).await;
    market.app.run_jobs().await;
    market.fake.forget();
    // Nobody has changed: nobody is asked.
    market.app.enqueue(&Job::EmbedTutors).await;
    market.app.run_jobs().await;
    assert_eq!(market.seen().0, 0);
    let (tutor, _) = verified(&market.app, profile_body()).await;
    market.app.run_jobs().await;
    assert_eq!(market.seen().0, 1);
    let dearer = tutor.with("if-match", "*");
    dearer
        .patch("/me/tutor-profile", json!({ "hourly_rate": 170_000 }))
        .await
        .expect(200);
    market.app.run_jobs().await;
    assert_eq!(market.seen().0, 0, "a price is no text");
    let bio = json!({ "bio": "Теперь веду и физику, с опытами." });
    dearer.patch("/me/tutor-profile", bio).await.expect(200);
    market.app.run_jobs().await;
    assert_eq!(market.seen().0, 1);
}

#[actix_web::test]
async fn a_text_that_no_model_takes_keeps_nobody_else_waiting() {
    let market = Market::of(0).await;
    // The job of the market's own order is no part of this.
    market.app.run_jobs().await;
    for i in 0..5 {
        let mut profile = profile_body();
        profile["bio"] = json!(format!("Репетитор номер {i}, готовлю к ЕГЭ."));
        verified(&market.app, profile).await;
    }
    // Whatever is sent with it is refused: 5 texts, then 2, then each by itself; the first is passed by.
    let refused = status(400, None, None);
    market
        .fake
        .fail_next(3, refused, Some(Operation::Embeddings))
        .await
        .unwrap();
    market.app.run_jobs().await;
    let order = market.app.order(&market.student).await;
    let path = format!("/orders/{order}/matches");
    let answer = market.student.act(&path).await.expect(200);
    // One still waits, and competes all the same.
    assert_eq!(made(&answer), by("llm", &["embeddings_pending"]));
    assert_eq!(answer["matches"].as_array().unwrap().len(), 3);
    market.app.enqueue(&Job::EmbedTutors).await;
    market.app.run_jobs().await;
    assert_eq!(
        made(&market.student.act(&path).await.expect(200)),
        by("llm", &[])
    );
}

#[actix_web::test]
async fn while_the_provider_fails_tutors_wait_and_nobody_is_called() {
    let market = Market::of(0).await;
    verified(&market.app, profile_body()).await;
    market
        .fake
        .fail(status(500, None, None), None)
        .await
        .unwrap();
    let runs = market.app.run_jobs();
    let runs = as_time_passes(&market.app.clock, &market.fake, runs).await;
    assert!(
        runs.iter().all(|run| run.outcome == JobOutcome::Done),
        "{runs:?}"
    );
}

#[actix_web::test]
async fn where_most_are_not_embedded_words_are_compared() {
    let market = Market::of(1).await;
    for _ in 0..2 {
        verified(&market.app, profile_body()).await;
    }
    let answer = market.match_now().await;
    assert_eq!(made(&answer), by("llm", &["embeddings_pending"]));
    market
        .fake
        .fail(status(400, None, None), Some(Operation::Chat))
        .await
        .unwrap();
    let answer = market.match_now().await;
    assert_eq!(
        made(&answer),
        by("rules", &["embeddings_pending", "openai_unavailable"])
    );
}
