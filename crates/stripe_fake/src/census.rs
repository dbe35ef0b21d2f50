//! How many objects of a kind have been made: a test asks whether something was made twice.

use crate::control::StripeFake;

impl StripeFake {
    pub fn customers(&self) -> usize {
        self.fake.transact(|state| state.customers.len()).0
    }

    /// Checkout sessions, whatever became of them.
    pub fn sessions(&self) -> usize {
        self.fake.transact(|state| state.sessions.len()).0
    }
}
