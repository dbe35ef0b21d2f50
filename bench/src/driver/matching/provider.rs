//! The offline OpenAI, on a thread of its own: neither shall the load wait for what it computes, nor
//! it for the load.

use std::future;
use std::io;
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use anyhow::Result;
use openai_fake::{Fault, OpenAiFake, OpenAiFakeConfig, Operation};

use crate::server::OpenAi;

const API_KEY: &str = "sk-bench";

/// What its vectors are kept under: the server's defaults.
pub const MODEL: &str = "text-embedding-3-small";
pub const DIMENSIONS: u16 = 512;

pub struct Provider {
    pub fake: OpenAiFake,
    pub settings: OpenAi,
}

impl Provider {
    pub fn start() -> Result<Self> {
        let (tell, told) = mpsc::channel();
        thread::spawn(move || run(&tell));
        let fake = told.recv()??;
        let settings = OpenAi {
            api_key: API_KEY,
            base_url: fake.base_url(),
        };
        Ok(Self { fake, settings })
    }

    /// One that embeds, and whose chat refuses every request: matches are by meaning, and no model
    /// has a say in them. A refusal is the request's own fault, so the circuit stays closed.
    pub async fn without_chat() -> Result<Self> {
        let provider = Self::start()?;
        let refusal = Fault::Status {
            status: 400,
            retry_after: None,
            code: None,
        };
        provider.fake.fail(refusal, Some(Operation::Chat)).await?;
        Ok(provider)
    }
}

fn run(tell: &mpsc::Sender<io::Result<OpenAiFake>>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(async {
            let config = OpenAiFakeConfig {
                api_key: API_KEY.to_owned(),
            };
            let fake = TcpListener::bind(("127.0.0.1", 0))
                .and_then(|listener| openai_fake::start(config, listener));
            // Who no longer listens has ended, and the process with it.
            let _ = tell.send(fake);
            future::pending().await
        }),
        Err(error) => {
            let _ = tell.send(Err(error));
        }
    }
}
