//! How many objects of a kind have been made: a test asks whether something was made twice.

use crate::control::StripeFake;

impl StripeFake {
    pub fn customers(&self) -> usize {
        self.fake.transact(|state| state.customers.len()).0
    }

    /// Those of them that nobody has deleted, by their ids.
    pub fn live_customers(&self) -> Vec<String> {
        let live = |state: &mut crate::state::State| {
            let customers = state.customers.values();
            customers
                .filter(|customer| !customer.deleted)
                .map(|customer| customer.id.clone())
                .collect()
        };
        self.fake.transact(live).0
    }

    /// Checkout sessions, whatever became of them.
    pub fn sessions(&self) -> usize {
        self.fake.transact(|state| state.sessions.len()).0
    }
}
