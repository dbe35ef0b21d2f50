//! What the connections, `/control` and [`crate::OpenAiFake`] share.

use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    config::OpenAiFakeConfig,
    faults::{Faults, PlannedFault},
    held::Held,
    port::Port,
    ranking::Ranking,
    seen::Seen,
};

#[derive(Debug)]
pub struct Fake {
    pub config: OpenAiFakeConfig,
    pub seen: Seen,
    pub held: Held,
    pub port: Port,
    faults: Mutex<Faults>,
    ranking: Mutex<Ranking>,
}

impl Fake {
    pub fn new(config: OpenAiFakeConfig, port: Port) -> Self {
        Self {
            config,
            seen: Seen::default(),
            held: Held::default(),
            port,
            faults: Mutex::default(),
            ranking: Mutex::default(),
        }
    }

    /// The guard is never held across an await.
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub fn ranking(&self) -> MutexGuard<'_, Ranking> {
        lock(&self.ranking)
    }

    /// In force when this returns, the port included.
    pub async fn plan(&self, planned: PlannedFault) -> io::Result<()> {
        self.faults().plan(planned);
        self.close_if_refusing().await
    }

    /// Nothing more goes wrong; what is held stays held.
    pub async fn behave(&self) -> io::Result<()> {
        self.faults().clear();
        self.port.open().await
    }

    /// To be asked whenever the plans have changed.
    pub async fn close_if_refusing(&self) -> io::Result<()> {
        let refuses = self.faults().refuses();
        if refuses {
            self.port.shut().await?;
        }
        Ok(())
    }
}

/// A panic elsewhere leaves nothing half done in any of these.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
