//! The one way to change the fake's state.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    config::StripeFakeConfig,
    delivery::{Deliveries, Made, Receipt},
    state::State,
};

/// What the HTTP handlers and [`crate::StripeFake`] share.
pub struct Fake {
    pub config: StripeFakeConfig,
    pub deliveries: Deliveries,
    state: SharedState,
}

impl Fake {
    pub fn new(config: StripeFakeConfig, public_base: String) -> Result<Self, reqwest::Error> {
        let state = SharedState::new(State::new(public_base));
        let deliveries = Deliveries::new(&config, state.clone())?;
        Ok(Self {
            config,
            deliveries,
            state,
        })
    }

    /// Lets time pass, does the work and hands the events made to delivery, after the lock is
    /// released.
    pub fn transact<T>(&self, work: impl FnOnce(&mut State) -> T) -> (T, Receipt) {
        let (result, outbox, made) = {
            let mut state = self.state.lock();
            let before = state.events.len();
            state.let_time_pass();
            let result = work(&mut state);
            let made = state.events.get(before..).unwrap_or_default();
            let made = made.iter().map(Made::of).collect();
            (result, state.take_outbox(), made)
        };
        (result, self.deliveries.dispatch(outbox, made))
    }
}

/// The state behind its mutex. The guard is never held across an await.
#[derive(Clone)]
pub struct SharedState(Arc<Mutex<State>>);

impl SharedState {
    fn new(state: State) -> Self {
        Self(Arc::new(Mutex::new(state)))
    }

    /// A panic elsewhere leaves at worst a half-made object, which is no reason to stop a demo.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
