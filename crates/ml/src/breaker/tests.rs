use super::*;

const BAD: Result<(), Cause> = Err(Cause::Connection);
const CUT: Result<(), Cause> = Err(Cause::Timeout { cut_short: true });

/// A breaker, and a time that is moved by hand.
struct Bench {
    breaker: Breaker,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        Self {
            breaker: Breaker::new(),
            now: Instant::now(),
        }
    }

    fn admit(&self) -> Option<Permit<'_>> {
        self.breaker.admit(self.now, Urgency::Foreground, true)
    }

    fn call(&self, outcome: Result<(), Cause>) -> bool {
        let permit = self.admit();
        let is_admitted = permit.is_some();
        if let Some(permit) = permit {
            permit.ended(self.now, outcome);
        }
        is_admitted
    }

    fn calls(&self, outcomes: &[Result<(), Cause>]) {
        for outcome in outcomes {
            assert!(self.call(*outcome));
        }
    }

    fn pass(&mut self, seconds: f64) {
        self.now += Duration::from_secs_f64(seconds);
    }

    fn state(&self) -> CircuitState {
        self.breaker.state(self.now)
    }
}

#[test]
fn half_of_five_calls_open_it_and_fewer_than_five_do_not() {
    let few = Bench::new();
    few.calls(&[BAD; 4]);
    assert_eq!(few.state(), CircuitState::Closed);
    few.calls(&[BAD]);
    assert_eq!(few.state(), CircuitState::Open);
    let mostly_good = Bench::new();
    mostly_good.calls(&[Ok(()), Ok(()), Ok(()), BAD, BAD]);
    assert_eq!(mostly_good.state(), CircuitState::Closed);
    mostly_good.calls(&[BAD]);
    assert_eq!(mostly_good.state(), CircuitState::Open);
}

#[test]
fn what_happened_half_a_minute_ago_no_longer_counts() {
    let mut bench = Bench::new();
    bench.calls(&[BAD; 4]);
    bench.pass(30.0);
    bench.calls(&[BAD; 4]);
    assert_eq!(bench.state(), CircuitState::Closed);
}

#[test]
fn a_good_call_never_opens_it() {
    let mut bench = Bench::new();
    bench.calls(&[Ok(()); 5]);
    bench.pass(10.0);
    bench.calls(&[BAD; 4]);
    // The good calls are too old to count by now.
    bench.pass(25.0);
    bench.calls(&[Ok(())]);
    assert_eq!(bench.state(), CircuitState::Closed);
}

#[test]
fn a_wrong_key_opens_it_at_once() {
    for status in [401, 403] {
        let bench = Bench::new();
        bench.calls(&[Ok(()), Ok(()), Err(Cause::Auth { status })]);
        assert_eq!(bench.state(), CircuitState::Open);
    }
}

#[test]
fn nobody_opens_it_by_a_small_budget_or_an_odd_text() {
    let bench = Bench::new();
    bench.calls(&[CUT; 50]);
    bench.calls(&[Err(Cause::Refused { status: 400 }); 50]);
    bench.calls(&[Err(Cause::Declined); 50]);
    assert_eq!(bench.state(), CircuitState::Closed);
}

#[test]
fn it_rests_for_five_seconds_then_twice_as_long_up_to_a_minute() {
    let mut bench = Bench::new();
    bench.calls(&[BAD; 5]);
    for rest in [5.0, 10.0, 20.0, 40.0, 60.0, 60.0] {
        bench.pass(rest - 0.001);
        assert!(!bench.call(BAD), "before {rest} s");
        bench.pass(0.001);
        assert!(bench.call(BAD), "after {rest} s");
    }
}

#[test]
fn one_good_probe_closes_it_and_the_next_rest_is_short_again() {
    let mut bench = Bench::new();
    bench.calls(&[BAD; 5]);
    bench.pass(5.0);
    bench.calls(&[BAD]);
    bench.pass(10.0);
    bench.calls(&[Ok(())]);
    assert_eq!(bench.state(), CircuitState::Closed);
    bench.calls(&[BAD; 5]);
    bench.pass(5.0);
    assert_eq!(bench.state(), CircuitState::HalfOpen);
}

#[test]
fn one_probe_at_a_time() {
    let mut bench = Bench::new();
    bench.calls(&[BAD; 5]);
    bench.pass(5.0);
    let probe = bench.admit().unwrap();
    assert!(bench.admit().is_none());
    probe.ended(bench.now, Ok(()));
    assert!(bench.admit().is_some());
}

#[test]
fn a_probe_that_was_given_up_leaves_room_for_the_next() {
    let mut bench = Bench::new();
    bench.calls(&[BAD; 5]);
    bench.pass(5.0);
    assert!(bench.call(CUT));
    assert!(bench.call(Ok(())));
    assert_eq!(bench.state(), CircuitState::Closed);
}

#[test]
fn a_call_from_before_it_opened_changes_nothing() {
    let bench = Bench::new();
    let slow = bench.admit().unwrap();
    bench.calls(&[BAD; 5]);
    slow.ended(bench.now, Ok(()));
    assert_eq!(bench.state(), CircuitState::Open);
}

#[test]
fn many_wrong_keys_at_once_are_one() {
    let mut bench = Bench::new();
    let permits: Vec<_> = (0..10).map(|_| bench.admit().unwrap()).collect();
    for permit in permits {
        permit.ended(bench.now, Err(Cause::Auth { status: 401 }));
    }
    bench.pass(5.0);
    assert_eq!(bench.state(), CircuitState::HalfOpen);
}

#[test]
fn only_who_has_the_time_for_it_finds_out() {
    let mut bench = Bench::new();
    bench.calls(&[BAD; 5]);
    bench.pass(5.0);
    let admit = |bench: &Bench, urgency, has_full_time| {
        let permit = bench.breaker.admit(bench.now, urgency, has_full_time);
        permit.map(|permit| permit.ended(bench.now, CUT)).is_some()
    };
    assert!(!admit(&bench, Urgency::Foreground, false));
    assert!(!admit(&bench, Urgency::Background, true));
    assert!(admit(&bench, Urgency::Foreground, true));
    // Where nobody waits, the background is better than nobody.
    bench.pass(60.0);
    assert!(admit(&bench, Urgency::Background, true));
}

#[test]
fn many_texts_that_take_long_say_nothing_of_one() {
    let bench = Bench::new();
    for cause in [Cause::Timeout { cut_short: false }, Cause::BadReply] {
        for _ in 0..50 {
            let permit = bench.breaker.admit(bench.now, Urgency::Background, true);
            permit.unwrap().ended(bench.now, Err(cause));
        }
    }
    assert_eq!(bench.state(), CircuitState::Closed);
}
