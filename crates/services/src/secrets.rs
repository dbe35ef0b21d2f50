//! The secrets that tokens are made with: the first signs, all are believed.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use uuid::Uuid;

use crate::ServiceError;

/// One secret, known to others by its `kid`.
#[derive(Debug, Clone)]
pub struct SigningSecret {
    kid: String,
    secret: SecretString,
}

impl SigningSecret {
    /// # Errors
    /// The key derivation failed.
    pub fn new(secret: SecretString) -> Result<Self, ServiceError> {
        let kid: [u8; 8] = derive(&secret, "kid")?;
        Ok(Self {
            kid: hex::encode(kid),
            secret,
        })
    }

    /// A name that says nothing of the secret.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// # Errors
    /// The key derivation failed.
    pub fn access_token_key(&self) -> Result<[u8; 32], ServiceError> {
        derive(&self.secret, "access-token-v1")
    }

    /// The successor of a refresh token: nobody derives it from the database alone, nor from the
    /// secret alone, and a replay in time derives the same one again.
    pub(crate) fn successor(
        &self,
        family: &[u8],
        nonce: &[u8],
        parent: &str,
    ) -> Result<[u8; 32], ServiceError> {
        let parts = [b"refresh-v1".as_slice(), family, nonce, parent.as_bytes()];
        self.mac("refresh-token-v1", &parts)
    }

    /// What stands for an e-mail or an address in the count of wrong tries. There are few enough of
    /// them to hash them all, so without a key the table would tell whose tries they were.
    pub(crate) fn sign_in_mark(&self, what: &str, value: &str) -> Result<[u8; 32], ServiceError> {
        self.mac(
            "sign-in-mark-v1",
            &[what.as_bytes(), b":", value.as_bytes()],
        )
    }

    /// What a token is that is sent to somebody; its row holds the id and the nonce.
    pub(crate) fn one_time_token(&self, id: &[u8], nonce: &[u8]) -> Result<[u8; 32], ServiceError> {
        self.mac("one-time-token-v1", &[id, nonce])
    }

    /// An id that stands for an e-mail that nobody has: the same for the same e-mail, and nobody's.
    pub(crate) fn nobody(&self, email: &str) -> Result<Uuid, ServiceError> {
        let mac = self.mac("nobody-v1", &[email.as_bytes()])?;
        let short = mac.first_chunk().copied().unwrap_or_default();
        Ok(uuid::Builder::from_custom_bytes(short).into_uuid())
    }

    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Result<[u8; 32], ServiceError> {
        let key: [u8; 32] = derive(&self.secret, purpose)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key)
            .map_err(|_| ServiceError::Internal("a key of 32 bytes was refused"))?;
        for part in parts {
            mac.update(part);
        }
        Ok(mac.finalize().into_bytes().into())
    }
}

fn derive<const N: usize>(secret: &SecretString, purpose: &str) -> Result<[u8; N], ServiceError> {
    let mut out = [0; N];
    Hkdf::<Sha256>::new(Some(b"tutors-platform"), secret.expose_secret().as_bytes())
        .expand(purpose.as_bytes(), &mut out)
        .map_err(|_| ServiceError::Internal("a key could not be derived"))?;
    Ok(out)
}

/// All secrets in force.
#[derive(Debug, Clone)]
pub struct SigningSecrets {
    current: SigningSecret,
    former: Vec<SigningSecret>,
}

impl SigningSecrets {
    /// # Errors
    /// The key derivation failed.
    pub fn new(
        current: SecretString,
        former: impl IntoIterator<Item = SecretString>,
    ) -> Result<Self, ServiceError> {
        Ok(Self {
            current: SigningSecret::new(current)?,
            former: former
                .into_iter()
                .map(SigningSecret::new)
                .collect::<Result<_, _>>()?,
        })
    }

    #[must_use]
    pub fn current(&self) -> &SigningSecret {
        &self.current
    }

    /// The current one first.
    pub fn all(&self) -> impl Iterator<Item = &SigningSecret> {
        std::iter::once(&self.current).chain(&self.former)
    }

    #[must_use]
    pub fn find(&self, kid: &str) -> Option<&SigningSecret> {
        self.all().find(|secret| secret.kid == kid)
    }
}
