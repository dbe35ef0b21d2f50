//! The throttle of guessing passwords, for all processes on one database: see `domain::sign_in`.
//!
//! A try is counted as a failure before the password is looked at and given back if it was right, so
//! that any number of parallel tries are counted before the first of them is answered.

use std::net::IpAddr;

use domain::account::Email;
use domain::sign_in::{self, FAILURES_COUNT_FOR, Failure, PER_ADDRESS};
use persistence::sign_in_failures::{self as rows, SignInFailure};
use persistence::{Db, Reader, Scope, Tx, write};

use crate::ServiceError;
use crate::passwords::{Passwords, Turn};
use crate::secrets::SigningSecrets;

/// Somebody who names an account and a password, from somewhere.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    account_hash: Vec<u8>,
    address_hash: Vec<u8>,
}

impl Attempt {
    /// Counts for whatever was typed as an e-mail, whether anybody has it or not.
    pub(crate) fn new(
        secrets: &SigningSecrets,
        email: &str,
        address: IpAddr,
    ) -> Result<Self, ServiceError> {
        let email = match Email::parse(email) {
            Ok(email) => email.as_str().to_owned(),
            Err(_) => email.trim().to_lowercase(),
        };
        let address = sign_in::counted_as(address).to_string();
        // After a change of secrets the count begins anew, which an operator does and no attacker.
        let secret = secrets.current();
        Ok(Self {
            account_hash: secret.sign_in_mark("account", &email)?.to_vec(),
            address_hash: secret.sign_in_mark("address", &address)?.to_vec(),
        })
    }

    /// Counts the try, before anything else is done about it, and gives it its turn to be looked at.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] if there were too many already, [`ServiceError::Overloaded`] if too
    /// many wait to be looked at; then it isn't counted.
    pub(crate) async fn begin(
        &self,
        db: &Db,
        scope: &Scope,
        passwords: &Passwords,
    ) -> Result<Turn, ServiceError> {
        // First without a lock: who is refused takes nobody's turn, to write or to be hashed for.
        self.check(db, scope).await?;
        let turn = passwords.turn()?;
        self.reserve(db, scope).await?;
        Ok(turn)
    }

    async fn reserve(&self, db: &Db, scope: &Scope) -> Result<(), ServiceError> {
        write(db, scope, async |tx| {
            rows::hold_address(tx, &self.address_hash).await?;
            self.check(tx, tx.scope()).await?;
            let failure = SignInFailure {
                id: tx.new_id(),
                account_hash: self.account_hash.clone(),
                address_hash: self.address_hash.clone(),
                at: tx.now(),
            };
            Ok(rows::insert(tx, failure).await?)
        })
        .await
    }

    async fn check(&self, reader: &impl Reader, scope: &Scope) -> Result<(), ServiceError> {
        let since = scope.now - FAILURES_COUNT_FOR;
        let most = u64::try_from(PER_ADDRESS.tries).unwrap_or(u64::MAX);
        let failures = rows::list_since(reader, &self.address_hash, since, most).await?;
        let failures: Vec<Failure> = failures
            .iter()
            .map(|failure| Failure {
                at: failure.at,
                is_of_account: failure.account_hash == self.account_hash,
            })
            .collect();
        match sign_in::wait(scope.now, &failures) {
            Some(wait) => Err(ServiceError::RateLimited {
                retry_after_seconds: sign_in::whole_seconds(wait),
            }),
            None => Ok(()),
        }
    }

    /// Gives the try back, and forgets the wrong ones before it: the password was right.
    pub(crate) async fn forget(&self, tx: &Tx) -> Result<(), ServiceError> {
        Ok(rows::forget(tx, &self.account_hash, &self.address_hash).await?)
    }
}
