//! The HTTP server: Stripe's API under `/v1`, the pages under `/pay` and `/portal`, and what
//! no Stripe has, `/control`.

use std::{io, net::TcpListener, time::Duration};

use actix_web::{
    App, HttpRequest, HttpServer, ResponseError,
    middleware::from_fn,
    web::{self, Data},
};
use tokio::time;

use crate::{
    api_error::ApiError, charges, config::StripeFakeConfig, control::StripeFake, control_api,
    customers, disputes, events, fake::Fake, faults::misbehave, invoice_payments, invoices,
    pay_page, payment_intents, portal, portal_page, refunds, session_api, subscription_api,
};

/// How often the fake looks for what time alone has brought about.
const TICK: Duration = Duration::from_secs(1);

/// Starts a fake Stripe on `listener`, inside the current tokio (or actix) runtime. The webhook
/// may not be there yet.
pub async fn start(config: StripeFakeConfig, listener: TcpListener) -> io::Result<StripeFake> {
    let base_url = format!("http://{}/", listener.local_addr()?);
    let public_base = config.public_base.as_deref().unwrap_or(&base_url);
    let public_base = format!("{}/", public_base.trim_end_matches('/'));
    let fake = Data::new(Fake::new(config, public_base).map_err(io::Error::other)?);

    let shared = fake.clone();
    let server = HttpServer::new(move || App::new().app_data(shared.clone()).configure(routes))
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?
        .run();
    let handle = server.handle();
    tokio::spawn(server);
    let clockwork = tokio::spawn(keep_time(fake.clone()));
    Ok(StripeFake {
        fake,
        base_url,
        server: handle,
        clockwork,
    })
}

fn routes(config: &mut web::ServiceConfig) {
    let api = web::scope("/v1")
        .configure(customers::configure)
        .configure(session_api::configure)
        .configure(subscription_api::configure)
        .configure(invoices::configure)
        .configure(invoice_payments::configure)
        .configure(payment_intents::configure)
        .configure(charges::configure)
        .configure(refunds::configure)
        .configure(disputes::configure)
        .configure(portal::configure)
        .configure(events::configure)
        .default_service(web::to(unknown_url))
        .wrap(from_fn(misbehave));
    config
        .service(api)
        .configure(pay_page::configure)
        .configure(portal_page::configure)
        .configure(control_api::configure)
        .default_service(web::to(unknown_url));
}

async fn unknown_url(request: HttpRequest) -> impl actix_web::Responder {
    ApiError::unknown_url(request.method().as_str(), request.path()).error_response()
}

/// A session that nobody touches still expires.
async fn keep_time(fake: Data<Fake>) {
    let mut ticks = time::interval(TICK);
    loop {
        ticks.tick().await;
        fake.transact(|_| ());
    }
}
