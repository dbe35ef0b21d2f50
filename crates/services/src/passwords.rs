//! Hashing passwords: argon2id, off the async threads and never more at once than the machine bears.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::ServiceError;

/// OWASP's minimum: 19 MiB, two passes, one lane.
/// Source: <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes and verifies; cheap to clone, clones share the limit.
#[derive(Debug, Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// What an unknown account's password is compared with, so that it takes as long.
    decoy: Arc<str>,
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

impl Passwords {
    /// `at_once` hashes take 19 MiB each.
    ///
    /// # Errors
    /// The decoy could not be hashed.
    pub fn new(at_once: usize) -> Result<Self, ServiceError> {
        let decoy = hash(&SecretString::from("a password that nobody has"))?;
        Ok(Self {
            permits: Arc::new(Semaphore::new(at_once.max(1))),
            decoy: decoy.into(),
        })
    }

    /// # Errors
    /// It could not be hashed.
    pub async fn hash(&self, password: SecretString) -> Result<String, ServiceError> {
        self.run(move || hash(&password)).await?
    }

    /// The hash under a salt of one's own, for made-up accounts that are to come out alike.
    ///
    /// # Errors
    /// It could not be hashed.
    pub async fn hash_with_salt(
        &self,
        password: SecretString,
        salt: [u8; 16],
    ) -> Result<String, ServiceError> {
        self.run(move || hash_with(&password, &salt)).await?
    }

    /// Whether the password is that of the hash. Without a hash it is compared with a decoy, so
    /// that an unknown account takes as long as a known one, and is never right.
    ///
    /// # Errors
    /// The comparison could not be run.
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<bool, ServiceError> {
        let decoy = Arc::clone(&self.decoy);
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
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| ServiceError::Internal("the hashing pool is closed"))?;
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
        let stored = passwords.hash("сова-и-лампа".into()).await?;
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            passwords
                .verify("сова-и-лампа".into(), Some(stored.clone()))
                .await?
        );
        assert!(
            !passwords
                .verify("сова и лампа".into(), Some(stored))
                .await?
        );
        Ok(())
    }

    #[tokio::test]
    async fn without_a_hash_no_password_is_right() -> Result<(), ServiceError> {
        let passwords = Passwords::new(2)?;
        assert!(
            !passwords
                .verify("a password that nobody has".into(), None)
                .await?
        );
        Ok(())
    }
}
