//! Access tokens: short-lived JWTs that name a session. The session's row outranks them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::account::{Principal, Role};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use services::ServiceError;
use services::secrets::SigningSecrets;
use uuid::Uuid;

/// Who signs, and for whom.
const ISSUER: &str = "tutors-platform";
const AUDIENCE: &str = "tutors-api";
/// Seconds.
const LIFETIME: i64 = 15 * 60;
/// How far two machines' clocks may be apart, in seconds.
const LEEWAY: i64 = 5;

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    role: Role,
    iat: i64,
    exp: i64,
}

/// Makes and reads access tokens.
pub struct AccessTokens {
    kid: String,
    signing: EncodingKey,
    known: HashMap<String, DecodingKey>,
    validation: Validation,
}

impl AccessTokens {
    /// Keys from all secrets in force; the first signs.
    ///
    /// # Errors
    /// A key can't be derived.
    pub fn new(secrets: &SigningSecrets) -> Result<Self, ServiceError> {
        let mut known = HashMap::new();
        for secret in secrets.all() {
            let key = DecodingKey::from_secret(&secret.access_token_key()?);
            known.insert(secret.kid().to_owned(), key);
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Checked below against our own clock, which tests can move.
        validation.validate_exp = false;
        Ok(Self {
            kid: secrets.current().kid().to_owned(),
            signing: EncodingKey::from_secret(&secrets.current().access_token_key()?),
            known,
            validation,
        })
    }

    /// How long a token is good, in seconds.
    #[must_use]
    pub fn lifetime(&self) -> i64 {
        LIFETIME
    }

    /// # Errors
    /// The token can't be signed.
    pub fn issue(&self, who: Principal, now: DateTime<Utc>) -> Result<String, ServiceError> {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(self.kid.clone());
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: who.user_id,
            sid: who.session_id,
            role: who.role,
            iat: now.timestamp(),
            exp: now.timestamp() + LIFETIME,
        };
        jsonwebtoken::encode(&header, &claims, &self.signing)
            .map_err(|_| ServiceError::Internal("an access token could not be signed"))
    }

    /// The session and user that a token names, if it is ours and in time.
    #[must_use]
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Option<(Uuid, Uuid)> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let key = self.known.get(&kid)?;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation)
            .ok()?
            .claims;
        let now = now.timestamp();
        let is_in_time = now < claims.exp + LEEWAY && claims.iat <= now + LEEWAY;
        is_in_time.then_some((claims.sid, claims.sub))
    }
}
