//! What everybody may ask for about themself: all of it, and that it be gone.

mod export;

use actix_web::{HttpResponse, delete};
use services::erasure;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::User;
use crate::problem::Problem;
use crate::request::{Answer, Ctx};

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(erase_me);
    export::mount(config);
}

/// Erase me
///
/// At once and for good: the account, the profile and everything written in them or about them. What
/// is pending is cancelled. Bookings and payments stay as rows of nobody, because the books must.
#[utoipa::path(tag = "Account", operation_id = "erase_me",
    responses((status = 204, description = "Erased; every session has ended."),
              (status = 409, description = "`invalid_state`: a booking is confirmed, a dispute is open, or a subscription is running or being bought.")))]
#[delete("/me")]
async fn erase_me(ctx: Ctx, User(who): User) -> Result<HttpResponse, Problem> {
    ctx.write(async |tx| erasure::erase(tx, who.user_id).await)
        .await?;
    Ok(ctx.answer(&Answer::nothing()))
}
