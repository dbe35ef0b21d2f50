//! Payments: opening a checkout, what was paid, and Stripe's word for it.

pub(crate) mod bodies;
pub mod payouts;
mod story;
mod webhook;

use actix_web::{HttpResponse, get, post};
use persistence::payments as rows;
use services::fault_points::{FaultPoint, reached};
use services::{checkout, premium};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::{OwnPayment, Payer, Tutor, User};
use crate::problem::Problem;
use crate::request::{Answer, Body, Ctx, Guarded, Listing, NoBody, PageParams, QueryParams};
use bodies::{CheckoutRequest, CheckoutResponse, PaymentResponse, PortalResponse, PremiumResponse};

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(open_checkout)
        .service(list_own_payments)
        .service(get_payment)
        .service(get_premium)
        .service(open_portal);
    payouts::mount(config);
    story::mount(config);
    webhook::mount(config);
}

/// Open a checkout
///
/// For premium (a tutor) or a pending booking (its student). The price comes from here. A session
/// that is open for the same thing is given again.
#[utoipa::path(tag = "Payments", operation_id = "open_checkout", request_body = CheckoutRequest,
    responses((status = 201, body = CheckoutResponse),
              (status = 403, description = "`forbidden`: not this role's to pay, or there is no tutor profile yet."),
              (status = 404, description = "`not_found`: somebody else's booking."),
              (status = 409, description = "`invalid_state`: nothing to pay; `conflict`: paid and not settled yet."),
              (status = 502, description = "`upstream_failed`: Stripe refused."),
              (status = 503, description = "`unavailable`: Stripe doesn't answer; see `Retry-After`.")))]
#[post("/payments/checkout")]
async fn open_checkout(
    ctx: Ctx,
    Guarded(Payer(who), Body(body)): Guarded<Payer, Body<CheckoutRequest>>,
) -> Result<HttpResponse, Problem> {
    let purchase = body.parse(who.role)?;
    let scope = ctx.scope();
    let answer = ctx
        .call_once(async {
            let (db, checkout) = (ctx.db(), &ctx.state.checkout);
            let opened = checkout::open(db, &scope, checkout, who, purchase).await?;
            Ok(Answer::created_here(CheckoutResponse::from(opened)))
        })
        .await?;
    reached(FaultPoint::CheckoutCommitted).await;
    Ok(answer)
}

/// My payments
///
/// Newest first; each renewal of premium is a payment of its own.
#[utoipa::path(tag = "Payments", operation_id = "list_own_payments", params(PageParams),
    responses((status = 200, body = Listing<PaymentResponse>)))]
#[get("/me/payments")]
async fn list_own_payments(
    ctx: Ctx,
    Guarded(User(who), QueryParams(params)): Guarded<User, QueryParams<PageParams>>,
) -> Result<HttpResponse, Problem> {
    let page = params.of("my-payments")?;
    let page = rows::list_of_user(ctx.db(), who.user_id, &page).await?;
    Ok(ctx.answer(&Answer::ok(Listing::from(page.map(PaymentResponse::from)))))
}

/// A payment
///
/// For its payer. Its status is derived from what Stripe has told us.
#[utoipa::path(tag = "Payments", operation_id = "get_payment", params(("id" = Uuid, Path)),
    responses((status = 200, body = PaymentResponse)))]
#[get("/payments/{id}")]
async fn get_payment(ctx: Ctx, OwnPayment(payment): OwnPayment) -> Result<HttpResponse, Problem> {
    Ok(ctx.answer(&Answer::ok(PaymentResponse::from(payment))))
}

/// My premium
///
/// Whether the calling tutor has premium now, and until when it is paid.
#[utoipa::path(tag = "Payments", operation_id = "get_premium",
    responses((status = 200, body = PremiumResponse),
              (status = 404, description = "`not_found`: there is no tutor profile yet.")))]
#[get("/me/premium")]
async fn get_premium(ctx: Ctx, Tutor(who): Tutor) -> Result<HttpResponse, Problem> {
    let premium = premium::get(ctx.db(), who.user_id, ctx.now()).await?;
    Ok(ctx.answer(&Answer::ok(PremiumResponse::from(premium))))
}

/// Open the billing portal
///
/// A page of Stripe's, good for some minutes, where the caller sees their invoices and ends their
/// subscription.
#[utoipa::path(tag = "Payments", operation_id = "open_portal", request_body = Option<NoBody>,
    responses((status = 200, body = PortalResponse),
              (status = 404, description = "`not_found`: the caller has never opened a checkout."),
              (status = 502, description = "`upstream_failed`: Stripe refused."),
              (status = 503, description = "`unavailable`: Stripe doesn't answer; see `Retry-After`.")))]
#[post("/payments/portal")]
async fn open_portal(
    ctx: Ctx,
    Guarded(Payer(who), Body(NoBody {})): Guarded<Payer, Body<NoBody>>,
) -> Result<HttpResponse, Problem> {
    let checkout = &ctx.state.checkout;
    let url = checkout::open_portal(ctx.db(), &ctx.scope(), checkout, who.user_id).await?;
    Ok(ctx.answer(&Answer::ok(PortalResponse { url })))
}
