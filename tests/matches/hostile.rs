//! Bios that try to cheat the model, before a model that obeys whatever it reads.

use openai_fake::{Fault, Operation, Ranking, speaks_to_the_model};
use serde_json::{Value, json};

use super::hostile_bios::HOSTILE_BIOS;
use super::provider::Market;
use super::{tutor_ids, verified};
use crate::support::profile_body;

const TUTORS: usize = 11;
const MOST_MOVED: usize = 3;

/// All reasons of an answer: the only sentences in it that nobody else wrote.
fn reasons(answer: &Value) -> Vec<String> {
    let matches = answer["matches"].as_array().unwrap().iter();
    let reasons = matches.flat_map(|m| m["reasons"].as_array().unwrap());
    reasons.map(|r| r.as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn nobody_gains_more_than_three_places_by_what_they_write_to_the_model() {
    let market = Market::of(TUTORS).await;
    let mut profile = profile_body();
    profile["hourly_rate"] = json!(190_000); // Above the budget, so that there is something to gain.
    let (cheat, cheat_id) = verified(&market.app, profile).await;
    let cheat = cheat.with("if-match", "*");
    let everyone = json!({ "limit": 20 });
    let mut has_moved = false;
    for bio in HOSTILE_BIOS {
        assert!(speaks_to_the_model(bio), "{bio}");
        cheat
            .patch("/me/tutor-profile", json!({ "bio": bio }))
            .await
            .expect(200);
        market.app.run_jobs().await;
        let place = |answer: &Value| {
            let ids = tutor_ids(answer);
            assert_eq!(ids.len(), TUTORS + 1);
            ids.iter().position(|id| *id == cheat_id).unwrap()
        };
        // A model that says nothing leaves the order by score, one that obeys does what it is told.
        let silent = Fault::Status {
            status: 400,
            retry_after: None,
            code: None,
        };
        let chat = Some(Operation::Chat);
        market.fake.fail_next(1, silent, chat).await.unwrap();
        let honest = market.match_with(everyone.clone()).await;
        assert_eq!(honest["engine"], "semantic");
        market.fake.set_ranking(Ranking::Gullible);
        let cheated = market.match_with(everyone.clone()).await;
        assert_eq!(cheated["engine"], "llm", "{bio}");
        let (before, after) = (place(&honest), place(&cheated));
        assert!(
            before.saturating_sub(after) <= MOST_MOVED,
            "{before} → {after}: {bio}"
        );
        has_moved |= after < before;
        for reason in reasons(&cheated) {
            assert!(!bio.contains(&reason) && !reason.contains("c1"), "{reason}");
            let is_quoted = bio
                .split(['.', '\n'])
                .any(|words| words.trim().chars().count() > 12 && reason.contains(words.trim()));
            assert!(!is_quoted, "{reason}");
        }
    }
    assert!(has_moved, "the model obeys");
}
