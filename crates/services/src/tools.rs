//! What a use case needs that speaks to others as well as to the database.

use ml::External;
use persistence::Db;

use crate::clock::Clock;
use crate::mail::PostOffice;

/// The database, the time, the models that may be asked, and how letters are sent.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    pub db: &'a Db,
    pub clock: &'a dyn Clock,
    pub external: &'a External,
    pub post: &'a PostOffice,
}
