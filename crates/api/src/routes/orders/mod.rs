//! Orders: placed by students, found by tutors.

pub(crate) mod bodies;

use actix_web::{HttpResponse, get, patch, post};
use domain::order::OrderDraft;
use domain::search::fold_phrase;
use domain::validation::{FieldProblem, Violations, within};
use persistence::orders::{self, Order, OrderFilter};
use persistence::{Reader, subjects};
use services::orders as service;
use utoipa_actix_web::service_config::ServiceConfig;

use super::BASE;
use crate::access::{OwnOrder, Student, Tutor, VisibleOrder};
use crate::problem::Problem;
use crate::request::{
    Answer, Body, Ctx, Guarded, Listing, NoBody, PageParams, QueryParams, list_by, page_request,
};
use bodies::{CreateOrderRequest, OrderListParams, OrderResponse, UpdateOrderRequest};

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(create_order)
        .service(list_orders)
        .service(list_own_orders)
        .service(get_order)
        .service(update_order)
        .service(cancel_order)
        .service(complete_order);
}

/// An order as it is shown, with its subject's slug.
async fn shown(
    reader: &impl Reader,
    order: Order,
) -> Result<OrderResponse, persistence::StoreError> {
    let subjects = subjects::list(reader).await?;
    Ok(OrderResponse::new(order, &subjects))
}

/// Place an order
///
/// It is open for bids until it expires, 30 days from now unless it says otherwise. It is matched in
/// the background: `GET /orders/{id}/matches` shows the result a moment later, and tutors whom it
/// suits are told.
#[utoipa::path(tag = "Orders", operation_id = "create_order", request_body = CreateOrderRequest,
    responses((status = 201, body = OrderResponse)))]
#[post("/orders")]
async fn create_order(
    ctx: Ctx,
    Guarded(Student(who), Body(body)): Guarded<Student, Body<CreateOrderRequest>>,
) -> Result<HttpResponse, Problem> {
    let subject = body.subject.clone();
    let draft = OrderDraft::from(body);
    ctx.write_once(async |tx| {
        let order = service::create(tx, who.user_id, &subject, draft.clone()).await?;
        let (id, version) = (order.id, order.version);
        let order = shown(tx, order).await?;
        Ok(Answer::created(order, format!("{BASE}/orders/{id}")).version(version))
    })
    .await
}

/// Open orders
///
/// For tutors, newest first.
#[utoipa::path(tag = "Orders", operation_id = "list_orders", params(OrderListParams),
    responses((status = 200, body = Listing<OrderResponse>)))]
#[get("/orders")]
async fn list_orders(
    ctx: Ctx,
    Guarded(Tutor(_who), QueryParams(params)): Guarded<Tutor, QueryParams<OrderListParams>>,
) -> Result<HttpResponse, Problem> {
    let filter = filter(&ctx, &params).await?;
    let list = list_by("orders", &filter);
    let page = page_request(&list, params.limit, params.cursor.as_deref())?;
    let page = orders::list_open(ctx.db(), &filter, &page, ctx.now()).await?;
    let subjects = subjects::list(ctx.db()).await?;
    let page = page.map(|order| OrderResponse::new(order, &subjects));
    Ok(ctx.answer(&Answer::ok(Listing::from(page))))
}

async fn filter(ctx: &Ctx, params: &OrderListParams) -> Result<OrderFilter, Problem> {
    let mut wrong = Violations::default();
    let format = wrong.take("format", super::tutors::format(params.format.as_deref()));
    let budget = params
        .min_budget
        .map(|budget| within(budget, 0, domain::money::MAX_PRICE_MINOR));
    let min_budget = wrong.take("min_budget", budget.transpose());
    let subject_id = match params.subject.as_deref() {
        None => None,
        Some(slug) => {
            let found = subjects::find_by_slug(ctx.db(), slug).await?;
            if found.is_none() {
                wrong.add("subject", FieldProblem::Unknown);
            }
            found.map(|subject| subject.id)
        }
    };
    wrong.into_result().map_err(Problem::invalid_query)?;
    Ok(OrderFilter {
        subject_id,
        city: params.city.as_deref().map(fold_phrase),
        format: format.flatten(),
        min_budget: min_budget.flatten(),
    })
}

/// My orders
///
/// The calling student's, newest first.
#[utoipa::path(tag = "Orders", operation_id = "list_own_orders", params(PageParams),
    responses((status = 200, body = Listing<OrderResponse>)))]
#[get("/me/orders")]
async fn list_own_orders(
    ctx: Ctx,
    Guarded(Student(who), QueryParams(params)): Guarded<Student, QueryParams<PageParams>>,
) -> Result<HttpResponse, Problem> {
    let page = params.of("my-orders")?;
    let page = orders::list_of_student(ctx.db(), who.user_id, &page, ctx.now()).await?;
    let subjects = subjects::list(ctx.db()).await?;
    let page = page.map(|order| OrderResponse::new(order, &subjects));
    Ok(ctx.answer(&Answer::ok(Listing::from(page))))
}

/// An order
///
/// For its student; for tutors while it is open, and afterwards if they applied. It never shows
/// the student's contacts.
#[utoipa::path(tag = "Orders", operation_id = "get_order", params(("id" = Uuid, Path)),
    responses((status = 200, body = OrderResponse), (status = 304, description = "Unchanged.")))]
#[get("/orders/{id}")]
async fn get_order(
    ctx: Ctx,
    VisibleOrder { order, .. }: VisibleOrder,
) -> Result<HttpResponse, Problem> {
    let version = order.version;
    let order = shown(ctx.db(), order).await?;
    Ok(ctx.answer(&Answer::ok(order).version(version)))
}

/// Change an order
///
/// While it is open. Needs the `ETag` that was read as `If-Match`. It is matched anew in the
/// background.
#[utoipa::path(tag = "Orders", operation_id = "update_order", request_body = UpdateOrderRequest,
    params(("id" = Uuid, Path), ("If-Match" = String, Header, description = "The `ETag` that was read.")),
    responses((status = 200, body = OrderResponse),
              (status = 409, description = "`invalid_state`: it isn't open."),
              (status = 412, description = "`precondition_failed`: it has changed since."),
              (status = 428, description = "`precondition_required`: no `If-Match`.")))]
#[patch("/orders/{id}")]
async fn update_order(
    ctx: Ctx,
    Guarded(OwnOrder(order), Body(body)): Guarded<OwnOrder, Body<UpdateOrderRequest>>,
) -> Result<HttpResponse, Problem> {
    let seen = ctx.seen_version();
    let order = ctx
        .write(async |tx| {
            let body = body.clone();
            let subject = body.subject.clone();
            service::update(tx, order.id, seen.clone(), subject.as_deref(), |present| {
                body.onto(present)
            })
            .await
        })
        .await?;
    let version = order.version;
    let order = shown(ctx.db(), order).await?;
    Ok(ctx.answer(&Answer::ok(order).version(version)))
}

/// Cancel an order
///
/// An open one, or one in progress: its booking is cancelled by the booking's own rules.
#[utoipa::path(tag = "Orders", operation_id = "cancel_order", params(("id" = Uuid, Path)), request_body = Option<NoBody>,
    responses((status = 200, body = OrderResponse),
              (status = 409, description = "`invalid_state`: it is over.")))]
#[post("/orders/{id}/cancel")]
async fn cancel_order(
    ctx: Ctx,
    Guarded(OwnOrder(order), Body(NoBody {})): Guarded<OwnOrder, Body<NoBody>>,
) -> Result<HttpResponse, Problem> {
    ctx.write_once(async |tx| {
        let order = service::cancel(tx, order.id).await?;
        let version = order.version;
        Ok(Answer::ok(shown(tx, order).await?).version(version))
    })
    .await
}

/// Complete an order
///
/// One in progress whose booking is completed.
#[utoipa::path(tag = "Orders", operation_id = "complete_order", params(("id" = Uuid, Path)), request_body = Option<NoBody>,
    responses((status = 200, body = OrderResponse),
              (status = 409, description = "`invalid_state`: its booking isn't completed.")))]
#[post("/orders/{id}/complete")]
async fn complete_order(
    ctx: Ctx,
    Guarded(OwnOrder(order), Body(NoBody {})): Guarded<OwnOrder, Body<NoBody>>,
) -> Result<HttpResponse, Problem> {
    ctx.write_once(async |tx| {
        let order = service::complete(tx, order.id).await?;
        let version = order.version;
        Ok(Answer::ok(shown(tx, order).await?).version(version))
    })
    .await
}
