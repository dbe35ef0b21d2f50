//! A webhook endpoint that reads events as strictly as Stripe's own reader does.

use std::{
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;

pub const SECRET: &str = "whsec_fake_for_tests";

#[derive(Clone)]
pub struct Webhook {
    received: Arc<Mutex<Vec<Value>>>,
    status: Arc<AtomicU16>,
}

impl Webhook {
    pub fn new() -> Self {
        Self {
            received: Arc::default(),
            status: Arc::new(AtomicU16::new(200)),
        }
    }

    pub fn listen(&self, listener: TcpListener) {
        let webhook = web::Data::new(self.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(webhook.clone())
                .route("/hook", web::post().to(receive))
        });
        tokio::spawn(
            server
                .workers(1)
                .disable_signals()
                .listen(listener)
                .unwrap()
                .run(),
        );
    }

    pub fn answer_with(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// Types in the order of arrival.
    pub fn kinds(&self) -> Vec<String> {
        let received = self.received.lock().unwrap();
        received
            .iter()
            .map(|event| event["type"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// 400 for a bad signature or for an object that the generated types cannot read.
async fn receive(webhook: web::Data<Webhook>, request: HttpRequest, body: String) -> HttpResponse {
    let signature = request
        .headers()
        .get("Stripe-Signature")
        .unwrap()
        .to_str()
        .unwrap();
    match stripe_webhook::Webhook::construct_event(&body, signature, SECRET) {
        Ok(event) => {
            let unread = matches!(event.data.object, stripe_webhook::EventObject::Unknown(_));
            assert!(!unread, "{body}");
        }
        Err(error) => return HttpResponse::BadRequest().body(error.to_string()),
    }
    let status = webhook.status.load(Ordering::SeqCst);
    if status == 200 {
        webhook
            .received
            .lock()
            .unwrap()
            .push(serde_json::from_str(&body).unwrap());
    }
    HttpResponse::build(actix_web::http::StatusCode::from_u16(status).unwrap()).body("{}")
}
