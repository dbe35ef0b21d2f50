//! What a use case needs that speaks to others as well as to the database.

use ml::External;
use persistence::Db;

use crate::clock::Clock;
use crate::mail::PostOffice;
use crate::matching::KnownTutors;

/// The database, the time, the models that may be asked, how letters are sent, and the tutors that
/// were matched before.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    pub db: &'a Db,
    pub clock: &'a dyn Clock,
    pub external: &'a External,
    pub post: &'a PostOffice,
    pub known_tutors: &'a KnownTutors,
}
