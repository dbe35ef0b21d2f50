//! The circuit breaker and the retry budget, as a provider sees them.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use ml::{Asking, Cause, CircuitState, External, Urgency};
use openai_fake::{Fault, OpenAiFake};
use services::clock::{Clock, VirtualClock};

use crate::support::{as_time_passes, models_at, start_openai};

struct Bench {
    fake: OpenAiFake,
    clock: Arc<VirtualClock>,
    external: External,
}

impl Bench {
    async fn that_fails(fault: Fault) -> Self {
        let fake = start_openai().await;
        fake.fail(fault, None).await.unwrap();
        let clock = Arc::new(VirtualClock::at(DateTime::UNIX_EPOCH));
        let external = models_at(&fake.base_url(), &clock);
        Self {
            fake,
            clock,
            external,
        }
    }

    async fn embed(&self) -> Result<(), Cause> {
        let External::On(models) = &self.external else {
            panic!("there is a provider");
        };
        let asking = Asking {
            urgency: Urgency::Foreground,
            request_id: None,
            deadline: self.clock.instant() + std::time::Duration::from_millis(950),
        };
        let texts = ["математика".to_owned()];
        let work = models.embedder.embed(&texts, &asking);
        let outcome = as_time_passes(&self.clock, &self.fake, work).await;
        outcome.map(|_| ())
    }

    fn state(&self) -> CircuitState {
        self.external.circuit().unwrap()
    }

    /// How many requests came since the last look.
    fn requests(&self) -> usize {
        let count = self.fake.requests().len();
        self.fake.forget();
        count
    }
}

fn server_error() -> Fault {
    Fault::Status {
        status: 500,
        retry_after: None,
        code: None,
    }
}

const FAILED: Result<(), Cause> = Err(Cause::Server {
    status: 500,
    retry_after: None,
});

#[actix_web::test]
async fn after_five_failures_nobody_asks_and_one_probe_finds_it_well_again() {
    let bench = Bench::that_fails(server_error()).await;
    assert_eq!(bench.embed().await, FAILED);
    // The fifth failure opens it: what the match says is why, and not that it is open.
    assert_eq!(bench.embed().await, FAILED);
    assert_eq!((bench.requests(), bench.state()), (5, CircuitState::Open));
    for _ in 0..100 {
        assert_eq!(bench.embed().await, Err(Cause::CircuitOpen));
    }
    assert_eq!(bench.requests(), 0);
    bench.clock.advance(TimeDelta::seconds(5));
    // The probe fails, and is not repeated: its failure opens the circuit for twice as long.
    assert_eq!(bench.embed().await, FAILED);
    assert_eq!(bench.requests(), 1);
    bench.clock.advance(TimeDelta::milliseconds(9_900));
    assert_eq!(bench.embed().await, Err(Cause::CircuitOpen));
    bench.fake.behave().await.unwrap();
    bench.clock.advance(TimeDelta::milliseconds(100));
    assert_eq!(bench.embed().await, Ok(()));
    assert_eq!(bench.state(), CircuitState::Closed);
}

#[actix_web::test]
async fn a_wrong_key_is_tried_once_and_then_not_for_five_seconds() {
    let bench = Bench::that_fails(Fault::Status {
        status: 401,
        retry_after: None,
        code: None,
    })
    .await;
    assert_eq!(bench.embed().await, Err(Cause::Auth { status: 401 }));
    assert_eq!(bench.embed().await, Err(Cause::CircuitOpen));
    assert_eq!(bench.requests(), 1);
}

#[actix_web::test]
async fn a_provider_that_fails_now_and_then_is_retried_until_the_budget_is_spent() {
    let bench = Bench::that_fails(Fault::Reset).await;
    bench.fake.behave().await.unwrap();
    // One failure in two would open the circuit: three good calls come between.
    let mut retried = 0;
    for _ in 0..60 {
        for _ in 0..3 {
            bench.embed().await.unwrap();
        }
        bench.fake.fail_next(1, Fault::Reset, None).await.unwrap();
        retried += usize::from(bench.embed().await.is_ok());
        bench.fake.behave().await.unwrap();
    }
    // Ten are free, and each five calls earn one; the first four found the budget full.
    assert_eq!(retried, 10 + (240 - 4) / 5);
}
