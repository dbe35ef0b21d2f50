//! What a use case needs that speaks to others as well as to the database.

use ml::External;
use payments::Stripe;
use persistence::Db;

use crate::clock::Clock;
use crate::mail::PostOffice;
use crate::matching::KnownTutors;

/// The database, the time, the models that may be asked, how letters are sent, the tutors that were
/// matched before, and who takes the money.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    pub db: &'a Db,
    pub clock: &'a dyn Clock,
    pub external: &'a External,
    pub post: &'a PostOffice,
    pub known_tutors: &'a KnownTutors,
    pub stripe: &'a Stripe,
}
