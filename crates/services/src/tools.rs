//! What a use case needs that asks models as well as the database.

use ml::External;
use persistence::Db;

use crate::clock::Clock;

/// The database, the time, and the models that may be asked.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    pub db: &'a Db,
    pub clock: &'a dyn Clock,
    pub external: &'a External,
}
