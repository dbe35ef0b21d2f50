//! The application: every route, wrapped alike for the server and for the tests.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse};
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::gate::cors;
use crate::methods::Methods;
use crate::middleware::{around, within};
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::{openapi, routes};

/// What every worker builds its application from.
#[derive(Clone)]
pub struct Parts {
    pub state: Data<AppState>,
    document: Arc<str>,
    methods: Methods,
}

impl Parts {
    /// # Errors
    /// The OpenAPI document can't be written as JSON.
    pub fn new(state: Data<AppState>) -> Result<Self, serde_json::Error> {
        Ok(Self {
            state,
            document: openapi::json()?.into(),
            methods: Methods::of_document(&openapi::document()),
        })
    }
}

/// The application of the public listener.
pub fn build(
    parts: &Parts,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    let document = Arc::clone(&parts.document);
    let (app, _) = App::new()
        .into_utoipa_app()
        .app_data(parts.state.clone())
        .app_data(Data::new(parts.methods.clone()))
        .service(utoipa_actix_web::scope(routes::BASE).configure(routes::mount))
        .split_for_parts();
    app.route(
        "/openapi.json",
        web::get().to(move || {
            let document = Arc::clone(&document);
            async move {
                HttpResponse::Ok()
                    .content_type("application/json")
                    .body(document.to_string())
            }
        }),
    )
    .route("/docs", web::get().to(|| async { to_docs() }))
    .route("/", web::get().to(|| async { to_docs() }))
    .service(
        SwaggerUi::new("/docs/{_:.*}")
            .config(Config::from("/openapi.json").try_it_out_enabled(true)),
    )
    .default_service(web::to(nothing_here))
    // The last is the outermost.
    .wrap(from_fn(within))
    .wrap(cors(&parts.state.site.cors_origins))
    .wrap(from_fn(around))
}

fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((actix_web::http::header::LOCATION, "/docs/"))
        .finish()
}

/// A path that isn't there, or a method that a path doesn't have.
async fn nothing_here(req: HttpRequest, methods: Data<Methods>) -> Result<HttpResponse, Problem> {
    // With its escapes undone, as the router has read it.
    Err(match methods.route(req.match_info().as_str()) {
        Some(route) => Problem::method_not_allowed(route.allow()),
        None => Problem::new(Code::NotFound),
    })
}
