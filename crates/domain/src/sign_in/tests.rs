//! The rule beside a plain count, and its edges.

use proptest::prelude::*;

use super::*;

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

fn failures(count: usize, is_of_account: bool) -> Vec<Failure> {
    let at = start();
    vec![Failure { at, is_of_account }; count]
}

#[test]
fn the_tenth_wrong_try_for_an_account_is_the_last_in_a_quarter_of_an_hour() {
    assert_eq!(wait(start(), &failures(9, true)), None);
    let until = wait(start(), &failures(10, true));
    assert_eq!(until, Some(TimeDelta::minutes(15)));
    let later = start() + TimeDelta::minutes(15);
    assert_eq!(wait(later, &failures(10, true)), None);
}

#[test]
fn tries_for_other_accounts_count_for_the_address_alone() {
    assert_eq!(wait(start(), &failures(99, false)), None);
    let until = wait(start(), &failures(100, false));
    assert_eq!(until, Some(TimeDelta::hours(1)));
}

#[test]
fn part_of_a_second_is_a_second_to_wait() {
    for (wait, seconds) in [
        (TimeDelta::microseconds(1), 1),
        (TimeDelta::seconds(900), 900),
        (TimeDelta::seconds(899) + TimeDelta::microseconds(1), 900),
    ] {
        assert_eq!(whole_seconds(wait), seconds, "{wait}");
    }
}

#[test]
fn an_ipv6_network_counts_as_one_address_and_an_ipv4_address_as_itself() {
    let counted = |text: &str| counted_as(text.parse().unwrap()).to_string();
    assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    assert_eq!(counted("2001:db8:1:2:ffff::"), "2001:db8:1:2::");
    assert_eq!(counted("2001:db8:1:3::1"), "2001:db8:1:3::");
    assert_eq!(counted("203.0.113.7"), "203.0.113.7");
    assert_eq!(counted("::ffff:203.0.113.7"), "203.0.113.7");
}

/// Whether a try may be made, by counting.
fn may_try(now: DateTime<Utc>, failures: &[Failure]) -> bool {
    let since = |window| move |failure: &&Failure| now - failure.at < window;
    let of_account = failures.iter().filter(|failure| failure.is_of_account);
    of_account.filter(since(PER_ACCOUNT.window)).count() < PER_ACCOUNT.tries
        && failures.iter().filter(since(PER_ADDRESS.window)).count() < PER_ADDRESS.tries
}

fn histories() -> impl Strategy<Value = Vec<Failure>> {
    let failure = (0..5_400_000_000_i64, prop::bool::weighted(0.3));
    let failure = failure.prop_map(|(ago, is_of_account)| Failure {
        at: start() - TimeDelta::microseconds(ago),
        is_of_account,
    });
    prop::collection::vec(failure, 0..250)
}

proptest! {
    #[test]
    fn a_try_may_be_made_exactly_where_fewer_than_too_many_are_counted(failures in histories()) {
        prop_assert_eq!(wait(start(), &failures).is_none(), may_try(start(), &failures));
    }

    #[test]
    fn who_waits_so_long_may_try_and_who_comes_a_microsecond_earlier_may_not(failures in histories()) {
        if let Some(wait) = wait(start(), &failures) {
            prop_assert!(wait > TimeDelta::zero());
            prop_assert!(may_try(start() + wait, &failures));
            prop_assert!(!may_try(start() + wait - TimeDelta::microseconds(1), &failures));
        }
    }

    #[test]
    fn what_is_told_to_wait_is_long_enough_and_less_than_a_second_too_long(
        micros in 1..4_000_000_000_i64,
    ) {
        let wait = TimeDelta::microseconds(micros);
        let told = TimeDelta::seconds(i64::try_from(whole_seconds(wait)).unwrap());
        prop_assert!(told >= wait && told - wait < TimeDelta::seconds(1));
    }
}
