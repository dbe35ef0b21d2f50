//! Exactly how many requests a provider sees, what is made of its answer, and when that is over, on a
//! clock that moves only for those who wait.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::DateTime;
use domain::embedding::Embedding;
use ml::{Asking, Cause, External, Models, Urgency};
use openai_fake::{Fault, OpenAiFake, Ranking};
use services::clock::{Clock, VirtualClock};

use crate::support::{as_time_passes, models_at, start_openai};

/// What a match with a budget of a second leaves for others.
const TIME: Duration = Duration::from_millis(950);

struct Bench {
    fake: OpenAiFake,
    clock: Arc<VirtualClock>,
    models: Models,
    begun: Instant,
}

impl Bench {
    async fn new() -> Self {
        let fake = start_openai().await;
        let base_url = fake.base_url();
        Self::at(fake, &base_url)
    }

    fn at(fake: OpenAiFake, base_url: &str) -> Self {
        let clock = Arc::new(VirtualClock::at(DateTime::UNIX_EPOCH));
        let External::On(models) = models_at(base_url, &clock) else {
            panic!("there is a provider");
        };
        Self {
            begun: clock.instant(),
            fake,
            clock,
            models,
        }
    }

    async fn that_fails(fault: &Fault, times: Option<u32>) -> Self {
        let bench = Self::new().await;
        let planned = match times {
            Some(times) => bench.fake.fail_next(times, fault.clone(), None).await,
            None => bench.fake.fail(fault.clone(), None).await,
        };
        planned.unwrap();
        bench
    }

    fn seen(&self, outcome: Result<(), Cause>) -> Seen {
        let took = self.clock.instant().duration_since(self.begun);
        (outcome, self.fake.requests().len(), took.as_millis())
    }

    fn asking(&self) -> Asking {
        Asking {
            urgency: Urgency::Foreground,
            request_id: None,
            deadline: self.clock.instant() + TIME,
        }
    }

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Embedding>, Cause> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let asking = self.asking();
        let work = self.models.embedder.embed(&texts, &asking);
        as_time_passes(&self.clock, &self.fake, work).await
    }

    async fn rank(&self) -> Result<String, Cause> {
        let order = serde_json::json!({ "title": "математика" });
        let handles = ["c1", "c2"].map(String::from);
        let candidates = handles
            .iter()
            .map(|handle| serde_json::json!({ "handle": handle, "about": "физика" }));
        let candidates: Vec<_> = candidates.collect();
        let asking = self.asking();
        let work = self
            .models
            .reranker
            .ask(&order, &candidates, &handles, &asking);
        as_time_passes(&self.clock, &self.fake, work).await
    }
}

/// What came of it, how many requests the provider saw, and after how many milliseconds it was over.
type Seen = (Result<(), Cause>, usize, u128);

/// A text is embedded by a provider that fails so many times in this way, or always.
async fn embedding(fault: &Fault, times: Option<u32>) -> Seen {
    let bench = Bench::that_fails(fault, times).await;
    let outcome = bench.embed(&["математика"]).await.map(|_| ());
    bench.seen(outcome)
}

/// As [`embedding`], a ranking.
async fn ranking(fault: &Fault, times: Option<u32>) -> Seen {
    let bench = Bench::that_fails(fault, times).await;
    let outcome = bench.rank().await.map(|_| ());
    bench.seen(outcome)
}

fn status(status: u16, retry_after: Option<&str>, code: Option<&str>) -> Fault {
    Fault::Status {
        status,
        retry_after: retry_after.map(str::to_owned),
        code: code.map(str::to_owned),
    }
}

/// Every way to fail, and what is to be seen of it.
fn ways() -> Vec<(Fault, Option<u32>, Seen)> {
    let cut = Err(Cause::Timeout { cut_short: true });
    let limited = |retry_after| Err(Cause::RateLimited { retry_after });
    let server = |status| {
        Err(Cause::Server {
            status,
            retry_after: None,
        })
    };
    let auth = |status| Err(Cause::Auth { status });
    let refused = |status| Err(Cause::Refused { status });
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    // Three tries end after both pauses, of 15 and 33 ms.
    vec![
        (Fault::Hang, None, (cut, 2, 950)),
        (Fault::Drip, None, (cut, 2, 950)),
        // What is never read is never seen.
        (Fault::Silent, None, (cut, 0, 950)),
        (Fault::Refuse, None, (Err(Cause::Connection), 0, 48)),
        (Fault::Reset, None, (Err(Cause::Connection), 3, 48)),
        (Fault::Reset, Some(2), (Ok(()), 3, 48)),
        (Fault::Hang, Some(1), (Ok(()), 2, 715)),
        (
            status(429, Some("5"), None),
            None,
            (limited(seconds(5)), 1, 0),
        ),
        (
            status(429, Some("1"), None),
            None,
            (limited(seconds(1)), 1, 0),
        ),
        (
            status(429, Some("0"), None),
            None,
            (limited(seconds(0)), 3, 48),
        ),
        (status(429, Some("0.2"), None), Some(2), (Ok(()), 3, 400)),
        (status(429, None, None), None, (limited(None), 3, 48)),
        (status(429, None, None), Some(1), (Ok(()), 2, 15)),
        (
            status(429, None, Some("insufficient_quota")),
            None,
            (Err(Cause::QuotaExhausted), 1, 0),
        ),
        (status(500, None, None), None, (server(500), 3, 48)),
        (status(503, None, None), Some(1), (Ok(()), 2, 15)),
        (status(408, None, None), None, (server(408), 3, 48)),
        (status(409, None, None), None, (server(409), 3, 48)),
        (status(401, None, None), None, (auth(401), 1, 0)),
        (status(403, None, None), None, (auth(403), 1, 0)),
        (status(400, None, None), None, (refused(400), 1, 0)),
        (status(404, None, None), None, (refused(404), 1, 0)),
        (Fault::Garbage, None, (Err(Cause::BadReply), 1, 0)),
        (Fault::WrongShape, None, (Err(Cause::BadReply), 1, 0)),
    ]
}

#[actix_web::test]
async fn what_a_provider_does_decides_how_often_it_is_asked_for_an_embedding() {
    for (fault, times, expected) in ways() {
        assert_eq!(embedding(&fault, times).await, expected, "{fault:?}");
    }
}

#[actix_web::test]
async fn what_a_provider_does_decides_how_often_it_is_asked_for_a_ranking() {
    for (fault, times, expected) in ways() {
        assert_eq!(ranking(&fault, times).await, expected, "{fault:?}");
    }
}

#[actix_web::test]
async fn vectors_that_can_not_be_used_are_a_bad_reply() {
    for fault in [
        Fault::WrongSize,
        Fault::MissingVector,
        Fault::NotFinite,
        Fault::NullInVector,
    ] {
        let expected = (Err(Cause::BadReply), 1, 0);
        assert_eq!(embedding(&fault, None).await, expected, "{fault:?}");
    }
}

#[actix_web::test]
async fn an_address_that_does_not_exist_is_a_failed_connection() {
    let bench = Bench::at(start_openai().await, "http://openai.invalid/v1");
    let outcome = bench.embed(&["математика"]).await.map(|_| ());
    assert_eq!(bench.seen(outcome), (Err(Cause::Connection), 0, 48));
}

#[actix_web::test]
async fn replies_without_a_ranking_are_not_asked_for_again() {
    for ranking in [Ranking::Refusal, Ranking::Truncated] {
        let bench = Bench::new().await;
        bench.fake.set_ranking(ranking.clone());
        let outcome = bench.rank().await.map(|_| ());
        let expected = (Err(Cause::Declined), 1, 0);
        assert_eq!(bench.seen(outcome), expected, "{ranking:?}");
    }
}

#[actix_web::test]
async fn many_texts_are_one_request_and_come_back_in_their_order() {
    let bench = Bench::new().await;
    let texts = ["математика", "немецкий язык", "химия"];
    let together = bench.embed(&texts).await.unwrap();
    assert_eq!(bench.fake.requests().len(), 1);
    for (text, vector) in texts.iter().zip(&together) {
        let alone = bench.embed(&[text]).await.unwrap();
        assert_eq!(&alone[0], vector, "{text}");
    }
}

#[actix_web::test]
async fn with_too_little_time_nobody_is_asked() {
    let bench = Bench::new().await;
    let asking = Asking {
        urgency: Urgency::Foreground,
        request_id: None,
        deadline: bench.clock.instant() + Duration::from_millis(49),
    };
    let texts = ["математика".to_owned()];
    let outcome = bench.models.embedder.embed(&texts, &asking).await;
    assert_eq!(outcome.map(|_| ()), Err(Cause::NoTime));
    assert!(bench.fake.requests().is_empty());
}
