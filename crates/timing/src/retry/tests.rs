use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::VirtualClock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Busy,
    Wait(u64),
    Refused,
    Late { cut_short: bool },
    NoTime,
}

impl TryError for Wrong {
    fn timed_out(cut_short: bool) -> Self {
        Self::Late { cut_short }
    }

    fn no_time() -> Self {
        Self::NoTime
    }

    fn again(&self) -> Again {
        match self {
            Self::Busy | Self::Late { .. } => Again::Soon,
            Self::Wait(ms) => Again::After(Duration::from_millis(*ms)),
            Self::Refused | Self::NoTime => Again::Never,
        }
    }
}

const POLICY: Policy = Policy {
    max_tries: 3,
    call_timeout: Duration::from_millis(700),
    first_delay: Duration::from_millis(100),
    max_delay: Duration::from_millis(700),
    shortest_call: Duration::from_millis(50),
};

/// What came of a series of tries on a clock that moves only for those who wait.
#[derive(Debug, PartialEq)]
struct Outcome {
    result: Result<(), Wrong>,
    calls: u32,
    /// The pause after each failure, in milliseconds.
    pauses: Vec<Option<u128>>,
    /// When it was over, in milliseconds.
    ended: u128,
}

/// A call that each time does the next of these and the last for ever; `None` never answers.
async fn tried(policy: Policy, deadline_ms: u64, seed: u64, acts: &[Option<Wrong>]) -> Outcome {
    let virtual_clock = VirtualClock::at(DateTime::UNIX_EPOCH);
    let clock: Arc<dyn Clock> = Arc::new(virtual_clock.clone());
    let begun = clock.instant();
    let pauses = Mutex::new(Vec::new());
    let calls = AtomicU32::new(0);
    let jitter = Jitter::seeded(seed);
    let failed = |_: &Wrong, _: u32, pause: Option<Duration>| {
        pauses.lock().unwrap().push(pause.map(|p| p.as_millis()));
    };
    let tries = Tries {
        clock: &clock,
        jitter: &jitter,
        policy,
        deadline: begun + Duration::from_millis(deadline_ms),
        failed: &failed,
    };
    let work = with_retries(tries, |attempt| {
        calls.fetch_add(1, Ordering::Relaxed);
        let act = acts[(attempt as usize - 1).min(acts.len() - 1)];
        async move {
            match act {
                Some(wrong) => Err(wrong),
                None => std::future::pending().await,
            }
        }
    });
    let mut work = Box::pin(work);
    let result = loop {
        // Nobody but a waiter can be pending here, so time passes for whoever waits.
        if let Some(result) = futures_util::FutureExt::now_or_never(&mut work) {
            break result;
        }
        let paused = virtual_clock.advance_to_next(Wait::Pause);
        paused
            .or_else(|| virtual_clock.advance_to_next(Wait::Limit))
            .unwrap();
    };
    drop(work);
    Outcome {
        result,
        calls: calls.into_inner(),
        pauses: pauses.into_inner().unwrap(),
        ended: clock.instant().duration_since(begun).as_millis(),
    }
}

#[tokio::test]
async fn the_pauses_of_a_seeded_jitter_are_exact() {
    let policy = Policy {
        max_tries: 6,
        ..POLICY
    };
    let outcome = tried(policy, 60_000, 7, &[Some(Wrong::Busy)]).await;
    let expected = Outcome {
        result: Err(Wrong::Busy),
        calls: 6,
        pauses: vec![Some(15), Some(33), Some(282), Some(509), Some(421), None],
        ended: 1_260,
    };
    assert_eq!(outcome, expected);
}

#[tokio::test]
async fn a_call_that_hangs_is_cut_off_at_its_limit_and_all_of_it_at_the_deadline() {
    let outcome = tried(POLICY, 950, 7, &[None]).await;
    assert_eq!(outcome.result, Err(Wrong::Late { cut_short: true }));
    assert_eq!((outcome.calls, outcome.ended), (2, 950));
    assert_eq!(outcome.pauses, [Some(15), None]);
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    let outcome = tried(POLICY, 950, 7, &[Some(Wrong::Refused)]).await;
    assert_eq!((outcome.calls, outcome.ended), (1, 0));
}

#[tokio::test]
async fn a_pause_that_the_server_asks_for_is_kept_to_if_it_fits() {
    let outcome = tried(
        POLICY,
        950,
        7,
        &[Some(Wrong::Wait(300)), Some(Wrong::Refused)],
    )
    .await;
    assert_eq!((outcome.calls, outcome.ended), (2, 300));
    for too_long in [701, 5_000, u64::MAX] {
        let outcome = tried(POLICY, 60_000, 7, &[Some(Wrong::Wait(too_long))]).await;
        assert_eq!((outcome.calls, outcome.ended), (1, 0), "{too_long}");
    }
    let outcome = tried(POLICY, 320, 7, &[Some(Wrong::Wait(300))]).await;
    assert_eq!((outcome.calls, outcome.ended), (1, 0), "no time after it");
}

#[tokio::test]
async fn a_server_that_always_asks_to_wait_is_not_asked_for_ever() {
    let outcome = tried(POLICY, 60_000, 7, &[Some(Wrong::Wait(0))]).await;
    assert_eq!(outcome.calls, 3);
}

#[tokio::test]
async fn without_time_for_a_call_none_is_made() {
    let outcome = tried(POLICY, 49, 7, &[None]).await;
    assert_eq!(outcome.result, Err(Wrong::NoTime));
    assert_eq!((outcome.calls, outcome.ended), (1, 0));
}

proptest! {
    #[test]
    fn no_pause_is_longer_than_its_cap_and_nothing_goes_on_past_the_deadline(
        seed in any::<u64>(),
        deadline in 0..4_000_u64,
        max_tries in 1..12_u32,
        acts in prop::collection::vec(prop_oneof![
            Just(None),
            Just(Some(Wrong::Busy)),
            (0..2_000_u64).prop_map(|ms| Some(Wrong::Wait(ms))),
        ], 1..6),
    ) {
        let policy = Policy { max_tries, ..POLICY };
        let outcome = futures_util::FutureExt::now_or_never(tried(policy, deadline, seed, &acts)).unwrap();
        prop_assert!(outcome.ended <= u128::from(deadline));
        prop_assert!(outcome.calls <= max_tries);
        prop_assert!(outcome.pauses.iter().flatten().all(|pause| *pause <= 700));
        for (tries, pause) in (1..).zip(&outcome.pauses) {
            let asked = acts[(tries as usize - 1).min(acts.len() - 1)];
            if !matches!(asked, Some(Wrong::Wait(_))) {
                prop_assert!(pause.is_none_or(|pause| pause <= policy.ceiling(tries).as_millis()));
            }
        }
    }
}
