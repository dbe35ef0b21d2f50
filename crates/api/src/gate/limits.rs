//! How often somebody may ask: each user, or each address of those who are not signed in, in each
//! class of route. Counted by this process alone; what has to hold across processes (the throttle of
//! sign-in) is in the database.
//!
//! A quota is a bucket: as many requests as it holds at once, and it fills again evenly over its
//! period (GCRA, by `governor`).

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::Method;
use domain::sign_in::counted_as;
use governor::clock::Clock as GovernorClock;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use services::clock::Clock;
use uuid::Uuid;

domain::text_enum! {
    /// What is limited together.
    RouteClass {
        Register = "register",
        /// Whatever hashes a password.
        SignIn = "sign_in",
        Refresh = "refresh",
        /// What may leave a mail in somebody's box.
        Mail = "mail",
        Match = "match",
        /// All of somebody's data at once.
        Export = "export",
        /// Stripe's deliveries. Its signature tells them from others; this only stops a flood.
        Webhook = "webhook",
        General = "general",
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

impl RouteClass {
    /// Of a request to the route with this pattern.
    #[must_use]
    pub fn of(method: &Method, pattern: Option<&str>) -> Self {
        let path = pattern.and_then(|path| path.strip_prefix(crate::routes::BASE));
        match (method, path.unwrap_or_default()) {
            (&Method::POST, "/auth/register") => Self::Register,
            (&Method::POST, "/auth/login" | "/auth/password" | "/auth/password/reset") => {
                Self::SignIn
            }
            (&Method::POST, "/auth/refresh") => Self::Refresh,
            (&Method::POST, "/auth/password/forgot" | "/auth/verify-email/resend") => Self::Mail,
            (&Method::POST, "/orders/{id}/matches") => Self::Match,
            (&Method::GET, "/me/export") => Self::Export,
            (&Method::POST, "/payments/webhook") => Self::Webhook,
            _ => Self::General,
        }
    }

    /// Whether a user is counted by their address too: for what makes users, or is done before one
    /// is known, a token of one's own is no other person.
    #[must_use]
    pub fn is_by_address(self) -> bool {
        match self {
            Self::Register | Self::SignIn | Self::Refresh | Self::Mail | Self::Webhook => true,
            Self::Match | Self::Export | Self::General => false,
        }
    }

    /// How many requests in how long.
    #[must_use]
    pub fn quota(self) -> (NonZeroU32, Duration) {
        let (limit, period) = match self {
            Self::Register => (10, HOUR),
            Self::SignIn => (120, MINUTE),
            Self::Refresh => (60, HOUR),
            Self::Mail => (20, HOUR),
            Self::Match => (30, MINUTE),
            Self::Export => (20, HOUR),
            Self::Webhook => (60_000, MINUTE),
            Self::General => (1_200, MINUTE),
        };
        (NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN), period)
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker {
    User(Uuid),
    Address(IpAddr),
}

impl Asker {
    /// Somebody at an address, as the throttle of sign-in counts it.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        Self::Address(counted_as(address))
    }
}

/// What is left after a request, and what of it was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub limit: u32,
    pub remaining: u32,
    /// Seconds until all of it is there again.
    pub reset: u64,
    /// Seconds until the next request is let in; none if this one was.
    pub retry_after: Option<u64>,
}

/// The application's clock, as `governor` reads it.
#[derive(Clone)]
struct Ticks {
    clock: Arc<dyn Clock>,
    began: Instant,
}

impl GovernorClock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.clock
            .instant()
            .saturating_duration_since(self.began)
            .into()
    }
}

type Limiter = RateLimiter<Asker, DashMapStateStore<Asker>, Ticks, StateInformationMiddleware>;

struct Bucket {
    class: RouteClass,
    limiter: Limiter,
}

/// All quotas, and what everybody has used of them.
pub struct RateLimits {
    buckets: Vec<Bucket>,
    ticks: Ticks,
    enforced: bool,
}

impl fmt::Debug for RateLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimits")
            .field("enforced", &self.enforced)
            .finish_non_exhaustive()
    }
}

impl RateLimits {
    /// With `enforced` false everything is counted and nothing refused.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, enforced: bool) -> Self {
        use domain::text_enum::TextEnum as _;
        let ticks = Ticks {
            began: clock.instant(),
            clock,
        };
        let bucket = |class: &RouteClass| {
            let (limit, period) = class.quota();
            let each = period / limit.get();
            let quota = Quota::with_period(each)
                .unwrap_or(Quota::per_hour(NonZeroU32::MIN))
                .allow_burst(limit);
            Bucket {
                class: *class,
                limiter: Limiter::new(quota, DashMapStateStore::default(), ticks.clone()),
            }
        };
        Self {
            buckets: RouteClass::ALL.iter().map(bucket).collect(),
            ticks,
            enforced,
        }
    }

    /// Counts a request.
    #[must_use]
    pub fn take(&self, class: RouteClass, asker: Asker) -> Allowance {
        let (limit, period) = class.quota();
        let each = period / limit.get();
        let limit = limit.get();
        let bucket = self.buckets.iter().find(|bucket| bucket.class == class);
        let checked = bucket.map(|bucket| bucket.limiter.check_key(&asker));
        let (remaining, retry_after) = match checked {
            None => (limit, None),
            Some(Ok(snapshot)) => (snapshot.remaining_burst_capacity(), None),
            Some(Err(refused)) => {
                let wait = refused.wait_time_from(self.ticks.now());
                (0, self.enforced.then(|| whole_seconds(wait).max(1)))
            }
        };
        Allowance {
            limit,
            remaining,
            reset: whole_seconds(each * limit.saturating_sub(remaining)),
            retry_after,
        }
    }

    /// Forgets those whose quota is whole again.
    pub fn forget_idle(&self) {
        for bucket in &self.buckets {
            bucket.limiter.retain_recent();
            bucket.limiter.shrink_to_fit();
        }
    }
}

/// Rounded up: a second too early is too early.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
