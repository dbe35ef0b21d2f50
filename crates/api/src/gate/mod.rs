//! What a request has to pass before anybody asks who sends it: the name it was sent to, the way it
//! came, and how often its sender may ask. Nothing here knows of users or of routes' meanings.

mod cors;
mod forwarded;
mod host;
mod limits;
mod origins;
mod proxies;
mod refusal;
mod site;

pub use cors::cors;
pub use forwarded::{Hop, forwarded, forwarded_for};
pub use host::{AllowedHosts, Authority};
pub use limits::{Allowance, Asker, RateLimits, RouteClass};
pub use origins::{Origin, Origins};
pub use proxies::{Arrival, TrustedProxies};
pub use refusal::refusal;
pub use site::Site;
