//! The application: every route, wrapped alike for the server and for the tests.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse};
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::gate::cors;
use crate::middleware::{around, within};
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::{openapi, routes};

/// Which methods each path has, for the answer to a wrong one.
#[derive(Debug, Clone)]
pub struct Methods(Arc<Vec<(actix_router::ResourceDef, Vec<&'static str>)>>);

impl Methods {
    /// Those of the OpenAPI document, which is made from the mounted routes, and the pages beside
    /// it.
    #[must_use]
    pub fn of_document(document: &utoipa::openapi::OpenApi) -> Self {
        let paths = document.paths.paths.iter().map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("HEAD", item.get.is_some()),
                ("POST", item.post.is_some()),
                ("PUT", item.put.is_some()),
                ("PATCH", item.patch.is_some()),
                ("DELETE", item.delete.is_some()),
            ];
            let methods = methods
                .into_iter()
                .filter(|(_, exists)| *exists)
                .map(|(name, _)| name)
                .collect();
            (actix_router::ResourceDef::new(path.as_str()), methods)
        });
        let pages = ["/", "/docs", "/docs/{_:.*}", "/openapi.json"]
            .map(|path| (actix_router::ResourceDef::new(path), vec!["GET"]));
        Self(Arc::new(paths.chain(pages).collect()))
    }

    /// Where a path leads. A literal path stands before one with an id: the document sorts them so.
    #[must_use]
    pub fn route(&self, path: &str) -> Option<Route<'_>> {
        let (resource, methods) = self
            .0
            .iter()
            .find(|(resource, _)| resource.is_match(path))?;
        let pattern = resource.pattern()?;
        Some(Route { pattern, methods })
    }
}

/// A path that there is.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    pub pattern: &'a str,
    methods: &'a [&'static str],
}

impl Route<'_> {
    /// The methods that it has, for the answer to a wrong one.
    fn allow(&self) -> String {
        self.methods.join(", ")
    }

    /// Those of a path that is one word for word and lacks this one. The router would take the last
    /// word for an id of another path: `GET /payments/checkout` for that of a payment.
    #[must_use]
    pub fn lacks(&self, method: &Method) -> Option<String> {
        let is_literal = !self.pattern.contains('{');
        (is_literal && !self.methods.contains(&method.as_str())).then(|| self.allow())
    }
}

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
    Err(match methods.route(req.path()) {
        Some(route) => Problem::method_not_allowed(route.allow()),
        None => Problem::new(Code::NotFound),
    })
}
