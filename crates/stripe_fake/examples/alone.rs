//! The offline Stripe by itself, for clients other than ours: `scripts/independent` drives it with
//! Stripe's own library.
//!
//! ```sh
//! cargo run -p stripe_fake --example alone -- http://127.0.0.1:8000/webhook whsec_1 sk_test_1
//! ```
//!
//! It prints its address, listens on a free port of this machine, and runs until it is killed.
#![expect(clippy::print_stdout, reason = "its address is its result")]

use std::{error::Error, future, net::TcpListener};

use stripe_fake::StripeFakeConfig;

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &str| arguments.next().ok_or(format!("{name} is missing"));
    let config = StripeFakeConfig {
        webhook_url: next("the webhook's address")?,
        webhook_secret: next("the webhook's secret")?,
        secret_key: next("the secret key")?,
        public_base: None,
    };
    let fake = stripe_fake::start(config, TcpListener::bind("127.0.0.1:0")?).await?;
    println!("{}", fake.base_url());
    future::pending().await
}
