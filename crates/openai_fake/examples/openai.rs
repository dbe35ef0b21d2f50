//! The offline OpenAI by itself, for whatever client.
//!
//! ```sh
//! OPENAI_FAKE_PORT=8181 OPENAI_API_KEY=sk-fake cargo run -p openai_fake --example openai
//! ```
//!
//! It prints its addresses, listens on that port (a free one by default) of this machine, and runs
//! until it is killed.
#![expect(clippy::print_stdout, reason = "its addresses are its result")]

use std::{
    env,
    error::Error,
    future,
    net::{Ipv4Addr, TcpListener},
};

use openai_fake::OpenAiFakeConfig;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("OPENAI_FAKE_PORT").map_or(Ok(0), |port| port.parse())?;
    let api_key = env::var("OPENAI_API_KEY").unwrap_or_else(|_| "sk-fake".into());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let fake = openai_fake::start(OpenAiFakeConfig { api_key }, listener)?;
    println!("OPENAI_BASE_URL={}", fake.base_url());
    println!("control: {}", fake.control_url());
    future::pending().await
}
