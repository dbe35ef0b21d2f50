//! Named points at which a test stops the process, to kill it there: between a write and its commit,
//! between a commit and its answer, between Stripe's answer and our note of it.
//!
//! A point does nothing unless the process was started with its name in `FAULT_POINT`, which a
//! server without DEBUG refuses; a release build has none. What must hold after each of them is told
//! by `tests/crash`, where a point without a story does not compile.

#[cfg(debug_assertions)]
use std::sync::OnceLock;

domain::text_enum! {
    /// Where a process can be stopped.
    FaultPoint {
        /// An event's row is written, and nothing else of it.
        WebhookInserted = "webhook.inserted",
        /// All that follows from an event is written, and not committed.
        WebhookSettled = "webhook.settled",
        /// An event and its effects are committed; no second look yet, and no answer.
        WebhookCommitted = "webhook.committed",
        /// The second look is committed; no answer yet.
        WebhookHealed = "webhook.healed",
        /// A choice is written, and not committed.
        ChooseWritten = "choose.written",
        /// A choice is committed with its key; no answer yet.
        ChooseCommitted = "choose.committed",
        /// Stripe has made a customer that we have not kept.
        CheckoutCustomerMade = "checkout.customer_made",
        /// A payment is reserved and committed; Stripe has not been asked.
        CheckoutReserved = "checkout.reserved",
        /// Stripe has opened a session that we have not kept.
        CheckoutOpened = "checkout.opened",
        /// The session is kept; the answer is not stored under its key.
        CheckoutAttached = "checkout.attached",
        /// The answer is stored under its key, and not given.
        CheckoutCommitted = "checkout.committed",
        /// A cancellation and its refund are decided, and not committed.
        CancelDecided = "cancel.decided",
        /// A cancellation and its refund are committed; no answer yet.
        CancelCommitted = "cancel.committed",
        /// A sender has taken a refund on and committed that; Stripe has not been asked.
        RefundClaimed = "refund.claimed",
        /// Stripe has refunded and we have not written it down.
        RefundSent = "refund.sent",
    }
}

/// What the log says of a process that has reached its point.
pub const REACHED: &str = "a fault point is reached";

/// Whether this build has fault points at all.
pub const EXIST: bool = cfg!(debug_assertions);

#[cfg(debug_assertions)]
static ARMED: OnceLock<FaultPoint> = OnceLock::new();

/// Stops the process where it reaches this point, from now on.
pub fn arm(point: FaultPoint) {
    #[cfg(debug_assertions)]
    // The first one stands: a process is started with one point.
    let _ = ARMED.set(point);
    #[cfg(not(debug_assertions))]
    let _ = point;
}

/// Goes on, unless this is the point where the process is to be killed: then it says so in the log
/// and stays here, with whatever transaction is open.
#[cfg(debug_assertions)]
pub async fn reached(point: FaultPoint) {
    if ARMED.get() == Some(&point) {
        log::warn!(point = domain::text_enum::TextEnum::as_str(point); "{REACHED}");
        std::future::pending::<()>().await;
    }
}

/// Goes on.
#[cfg(not(debug_assertions))]
#[inline]
pub async fn reached(_: FaultPoint) {}
