//! Hashing passwords: argon2id, off the async threads and never more at once than the machine bears.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::ServiceError;

/// OWASP's minimum: 19 MiB, two passes, one lane.
/// Source: <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How many wait while as many are hashed as may be. On two cores the last of them waits about four
/// seconds; whoever came after them would wait until they have given up, and be hashed for all the same.
const WAITING: usize = 256;
/// Until then those have gone who waited.
const RETRY_AFTER_SECONDS: u64 = 4;

/// Hashes and verifies; cheap to clone, clones share the limits.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// Of those who wait or are hashed for.
    turns: Arc<Semaphore>,
    /// Of those who are hashed for.
    permits: Arc<Semaphore>,
    /// What an unknown account's password is compared with, so that it takes as long.
    decoy: Arc<str>,
    hashed: Arc<AtomicU64>,
}

/// Somebody's place among those who wait or are hashed for, until it is dropped. Whoever has one is
/// never sent away, so it is taken before anything is written that would have to be taken back.
#[derive(Debug)]
pub struct Turn {
    passwords: Passwords,
    _place: OwnedSemaphorePermit,
}

fn argon2() -> Result<Argon2<'static>, ServiceError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|_| ServiceError::Internal("the parameters of argon2 are out of range"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &SecretString) -> Result<String, ServiceError> {
    argon2()?
        .hash_password(password.expose_secret().as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|_| ServiceError::Internal("a password could not be hashed"))
}

fn hash_with(password: &SecretString, salt: &[u8]) -> Result<String, ServiceError> {
    argon2()?
        .hash_password_with_salt(password.expose_secret().as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(|_| ServiceError::Internal("a password could not be hashed"))
}

fn matches(password: &SecretString, stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.expose_secret().as_bytes(), &hash)
            .is_ok()
    })
}

/// Whether a hash was made with less than what hashes are made with now.
fn is_weak(stored: &str) -> bool {
    let Ok(hash) = PasswordHash::new(stored) else {
        return true;
    };
    let is_of_today = hash.algorithm.as_str() == Algorithm::Argon2id.ident().as_str()
        && hash.version == Some(Version::V0x13.into());
    let params = Params::try_from(&hash);
    !is_of_today
        || !params.is_ok_and(|params| {
            params.m_cost() >= MEMORY_KIB && params.t_cost() >= PASSES && params.p_cost() >= LANES
        })
}

impl Passwords {
    /// `at_once` hashes take 19 MiB each.
    ///
    /// # Errors
    /// The decoy could not be hashed.
    pub fn new(at_once: usize) -> Result<Self, ServiceError> {
        let decoy = hash(&SecretString::from("a password that nobody has"))?;
        let at_once = at_once.max(1);
        Ok(Self {
            turns: Arc::new(Semaphore::new(at_once.saturating_add(WAITING))),
            permits: Arc::new(Semaphore::new(at_once)),
            decoy: decoy.into(),
            hashed: Arc::default(),
        })
    }

    /// A place among those who are hashed for.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] if too many wait already.
    pub fn turn(&self) -> Result<Turn, ServiceError> {
        match Arc::clone(&self.turns).try_acquire_owned() {
            Ok(place) => Ok(Turn {
                passwords: self.clone(),
                _place: place,
            }),
            Err(_) => Err(ServiceError::Overloaded {
                retry_after_seconds: RETRY_AFTER_SECONDS,
            }),
        }
    }

    /// # Errors
    /// [`ServiceError::Overloaded`], or it could not be hashed.
    pub async fn hash(&self, password: SecretString) -> Result<String, ServiceError> {
        self.turn()?.hash(password).await
    }

    /// The hash under a salt of one's own, for made-up accounts that are to come out alike.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`], or it could not be hashed.
    pub async fn hash_with_salt(
        &self,
        password: SecretString,
        salt: [u8; 16],
    ) -> Result<String, ServiceError> {
        let turn = self.turn()?;
        turn.run(move || hash_with(&password, &salt)).await?
    }

    /// How often a password has been hashed, to store it or to compare it: each costs the machine
    /// some thirty milliseconds of a core.
    #[must_use]
    pub fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }
}

impl Turn {
    /// # Errors
    /// It could not be hashed.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String, ServiceError> {
        self.run(move || hash(&password)).await?
    }

    /// A new hash of a password that has just been verified, if the stored one is weaker than hashes
    /// are now.
    ///
    /// # Errors
    /// It could not be hashed.
    pub(crate) async fn rehash_if_weak(
        &self,
        password: SecretString,
        stored: &str,
    ) -> Result<Option<String>, ServiceError> {
        if is_weak(stored) {
            self.hash(password).await.map(Some)
        } else {
            Ok(None)
        }
    }

    /// Whether the password is that of the hash. Without a hash it is compared with a decoy, so
    /// that an unknown account takes as long as a known one, and is never right.
    ///
    /// # Errors
    /// The comparison could not be run.
    pub(crate) async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<bool, ServiceError> {
        let decoy = Arc::clone(&self.passwords.decoy);
        self.run(move || match stored {
            Some(stored) => matches(&password, &stored),
            None => {
                matches(&password, &decoy);
                false
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let permit = Arc::clone(&self.passwords.permits)
            .acquire_owned()
            .await
            .map_err(|_| ServiceError::Internal("the hashing pool is closed"))?;
        self.passwords.hashed.fetch_add(1, Ordering::Relaxed);
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|_| ServiceError::Internal("hashing was cut short"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_and_no_other() -> Result<(), ServiceError> {
        let passwords = Passwords::new(2)?;
        let turn = passwords.turn()?;
        let stored = turn.hash("сова-и-лампа".into()).await?;
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            turn.verify("сова-и-лампа".into(), Some(stored.clone()))
                .await?
        );
        assert!(!turn.verify("сова и лампа".into(), Some(stored)).await?);
        Ok(())
    }

    #[test]
    fn less_memory_fewer_passes_and_other_algorithms_are_weak() {
        let hash = "c29tZXNhbHQ$kq3Yd0m1TtJrV0gHc2n5AAAAAAAAAAAAAAAAAAAAAAA";
        for (parameters, weak) in [
            ("argon2id$v=19$m=19456,t=2,p=1", false),
            ("argon2id$v=19$m=47104,t=3,p=2", false),
            ("argon2id$v=19$m=19455,t=2,p=1", true),
            ("argon2id$v=19$m=19456,t=1,p=1", true),
            ("argon2id$v=16$m=19456,t=2,p=1", true),
            ("argon2i$v=19$m=19456,t=2,p=1", true),
        ] {
            assert_eq!(
                is_weak(&format!("${parameters}${hash}")),
                weak,
                "{parameters}"
            );
        }
        assert!(is_weak("nonsense"));
    }

    #[tokio::test]
    async fn so_many_have_a_turn_and_the_next_is_sent_away() -> Result<(), ServiceError> {
        let passwords = Passwords::new(2)?;
        let mut turns = Vec::new();
        for _ in 0..2 + WAITING {
            turns.push(passwords.turn()?);
        }
        let refused = passwords.hash("сова-и-лампа".into()).await;
        assert!(matches!(refused, Err(ServiceError::Overloaded { .. })));
        // Whoever has gone, or given up, leaves their place to another.
        drop(turns.pop());
        passwords.hash("сова-и-лампа".into()).await?;
        Ok(())
    }

    #[tokio::test]
    async fn without_a_hash_no_password_is_right() -> Result<(), ServiceError> {
        let passwords = Passwords::new(2)?;
        assert!(
            !passwords
                .turn()?
                .verify("a password that nobody has".into(), None)
                .await?
        );
        Ok(())
    }
}
