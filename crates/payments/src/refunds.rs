//! Giving money back.
//! Source: <https://docs.stripe.com/api/refunds>.

use domain::stripe_facts::RefundState;
use serde_json::Value;
use stripe::RequestStrategy;
use uuid::Uuid;

use crate::client::{Stripe, idempotent};
use crate::error::ProviderError;
use crate::events::fields;
use crate::raw::{Raw, json};

/// What to give back. It must be the same on every try with one idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRequest {
    /// `pi_…`
    pub payment_intent_id: String,
    /// Minor units.
    pub amount_minor: i64,
    /// Our own id, written into the metadata: it leads back from Stripe's refund to ours.
    pub refund_id: Uuid,
}

/// A refund that Stripe knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRefund {
    /// `re_…`
    pub provider_ref: String,
    /// Our own id, if we asked for it.
    pub refund_id: Option<Uuid>,
    /// Minor units.
    pub amount_minor: i64,
    pub state: RefundState,
}

impl Stripe {
    /// Gives money back.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn refund(
        &self,
        request: &RefundRequest,
        idempotency_key: &str,
    ) -> Result<SentRefund, ProviderError> {
        let create = Raw::post("/refunds")
            .with("payment_intent", request.payment_intent_id.as_str())
            .with("amount", request.amount_minor.to_string())
            .with("metadata[refund_id]", request.refund_id.to_string());
        let strategy = idempotent(idempotency_key)?;
        let answer = self.send("refund", &create, strategy).await?;
        sent(&json(&answer)?).ok_or(ProviderError::UNAVAILABLE)
    }

    /// The refunds of a payment intent, newest first, a hundred at most.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn refunds_of(
        &self,
        payment_intent_id: &str,
    ) -> Result<Vec<SentRefund>, ProviderError> {
        let list = Raw::get("/refunds")
            .with("payment_intent", payment_intent_id)
            .with("limit", "100");
        let answer = self
            .send("refunds_of", &list, RequestStrategy::Once)
            .await?;
        let answer = json(&answer)?;
        Ok(fields::list(&answer, "/data").filter_map(sent).collect())
    }
}

fn sent(refund: &Value) -> Option<SentRefund> {
    let ours = fields::text(refund, "/metadata/refund_id");
    Some(SentRefund {
        provider_ref: fields::text(refund, "/id")?,
        amount_minor: fields::integer(refund, "/amount")?,
        refund_id: ours.and_then(|id| Uuid::parse_str(&id).ok()),
        state: RefundState::of_status(fields::text(refund, "/status").as_deref()),
    })
}
