//! How often somebody may try to sign in: ten wrong tries for an account from one address in a
//! quarter of an hour, a hundred from the address in an hour. What counts is where a try came from
//! as well, so that nobody can lock somebody else out.

use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, TimeDelta, Utc};

/// Wrong tries, and the time in which they are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    pub tries: usize,
    pub window: TimeDelta,
}

/// For one account from one address.
pub const PER_ACCOUNT: Limit = Limit {
    tries: 10,
    window: TimeDelta::minutes(15),
};
/// For one address, whichever accounts it tries.
pub const PER_ADDRESS: Limit = Limit {
    tries: 100,
    window: TimeDelta::hours(1),
};
/// A failure that is older counts for nothing.
pub const FAILURES_COUNT_FOR: TimeDelta = PER_ADDRESS.window;

/// A wrong try from the address that somebody tries from again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    pub at: DateTime<Utc>,
    /// Whether it was for the account that is tried now.
    pub is_of_account: bool,
}

/// How long until the next try may be made; none if it may be made now. A failure counts until its
/// window has passed, to the microsecond.
#[must_use]
pub fn wait(now: DateTime<Utc>, failures: &[Failure]) -> Option<TimeDelta> {
    let of_account = failures.iter().filter(|failure| failure.is_of_account);
    let of_account = PER_ACCOUNT.wait(now, of_account.map(|failure| failure.at));
    let of_address = PER_ADDRESS.wait(now, failures.iter().map(|failure| failure.at));
    of_account.max(of_address)
}

impl Limit {
    fn wait(
        self,
        now: DateTime<Utc>,
        times: impl Iterator<Item = DateTime<Utc>>,
    ) -> Option<TimeDelta> {
        let mut counted: Vec<DateTime<Utc>> = times.filter(|&at| at + self.window > now).collect();
        counted.sort_unstable_by(|a, b| b.cmp(a));
        // Once the last of so many has left the window, one fewer than too many are in it.
        let leaves_last = counted.get(self.tries.checked_sub(1)?)?;
        Some(*leaves_last + self.window - now)
    }
}

/// Whole seconds after which it has passed, for `Retry-After`: rounded up, so that who waits so long
/// has waited long enough.
#[must_use]
pub fn whole_seconds(wait: TimeDelta) -> u64 {
    let seconds = wait.num_seconds() + i64::from(wait.subsec_nanos() > 0);
    seconds.max(1).unsigned_abs()
}

/// What counts as one address: an IPv6 network of 64 bits, since whoever has one address in it has
/// all (RFC 6177), and an IPv4 address, also where it is written as an IPv6 one (RFC 4291, 2.5.5.2).
#[must_use]
pub fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}

#[cfg(test)]
mod tests;
