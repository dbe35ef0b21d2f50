//! What the running application holds. Nothing in it is missed by a second process.

use std::sync::Arc;

use ml::External;
use persistence::Db;
use secrecy::SecretString;
use services::Tools;
use services::checkout::Checkout;
use services::clock::Clock;
use services::mail::PostOffice;
use services::matching::KnownTutors;
use services::passwords::Passwords;
use services::secrets::SigningSecrets;

use crate::access::AccessTokens;
use crate::gate::{RateLimits, Site};

/// Shared by all workers.
pub struct AppState {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub passwords: Passwords,
    pub secrets: SigningSecrets,
    pub tokens: AccessTokens,
    pub checkout: Checkout,
    /// Every secret that Stripe may sign with.
    pub webhook_secrets: Vec<SecretString>,
    pub external: External,
    pub site: Site,
    pub limits: RateLimits,
    pub post: PostOffice,
    pub known_tutors: KnownTutors,
}

impl AppState {
    /// What use cases need that speak to others.
    #[must_use]
    pub fn tools(&self) -> Tools<'_> {
        Tools {
            db: &self.db,
            clock: self.clock.as_ref(),
            external: &self.external,
            post: &self.post,
            known_tutors: &self.known_tutors,
            stripe: &self.checkout.stripe,
        }
    }
}
