//! A database and a Stripe that outlive the server, and the server, which is killed.

use persistence::Db;
use services::fault_points::{self, FaultPoint};
use stripe_fake::{DeliveryPolicy, StripeFake, StripeFakeConfig};

use crate::support::{Answer, TestDatabase};
use crate::walk::process::{Running, wait_for};
use crate::walk::visitor::Visitor;

pub const WEBHOOK_SECRET: &str = "whsec_of_the_crashes";
const SECRET_KEY: &str = "sk_test_of_the_crashes";

/// What a crash doesn't take with it.
pub struct World {
    pub fake: StripeFake,
    folder: tempfile::TempDir,
    database: TestDatabase,
}

impl World {
    pub async fn new() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let config = StripeFakeConfig {
            secret_key: SECRET_KEY.into(),
            webhook_url: "http://127.0.0.1:9/".into(),
            webhook_secret: WEBHOOK_SECRET.into(),
            public_base: None,
        };
        let fake = stripe_fake::start(config, listener).await.unwrap();
        fake.set_delivery(DeliveryPolicy::Manual);
        Self {
            fake,
            folder: tempfile::tempdir().unwrap(),
            database: TestDatabase::new().await,
        }
    }

    pub fn db(&self) -> &Db {
        &self.database.db
    }

    /// A server, which stops at a point if one is named.
    pub async fn serve(&self, fault: Option<FaultPoint>) -> Server {
        let mut env = vec![
            ("DEBUG", "true"),
            ("STRIPE_SECRET_KEY", SECRET_KEY),
            ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("STRIPE_API_BASE", self.fake.base_url()),
            ("JWT_SECRET", "a secret of at least thirty-two bytes"),
            ("BIND_ADDR", "127.0.0.1:0"),
            ("OPS_ADDR", "127.0.0.1:0"),
            ("DATABASE_URL", self.database.url()),
        ];
        if let Some(point) = fault {
            env.push(("FAULT_POINT", domain::text_enum::TextEnum::as_str(point)));
        }
        let mut process = Running::start(self.folder.path(), &["serve"], &env);
        Server {
            site: process.logged_address().await,
            process,
        }
    }
}

/// A server of this world.
pub struct Server {
    pub site: String,
    process: Running,
}

impl Server {
    pub fn visitor(&self) -> Visitor {
        Visitor::anonymous(&self.site)
    }

    /// Waits for the server's answer, or until it stops at its point: then it is killed there, with
    /// the connection still open, so that nothing but the kill ends its transaction.
    pub async fn answer_or_death(
        self,
        call: impl Future<Output = reqwest::Result<Answer>>,
    ) -> Result<Self, Killed> {
        let mut call = std::pin::pin!(call);
        let said = self.stopped();
        tokio::select! {
            () = said => {}
            answer = &mut call => {
                let answer = answer.unwrap();
                assert!((200..300).contains(&answer.status), "{}", answer.text);
                return Ok(self);
            }
        }
        self.process.kill().await;
        assert!(call.await.is_err(), "a dead server has answered");
        Err(Killed)
    }

    async fn stopped(&self) {
        wait_for("a fault point", async || {
            let log = self.process.log();
            log.contains(fault_points::REACHED).then_some(())
        })
        .await;
    }

    /// Waits until the server stops at its point by itself, and kills it there.
    pub async fn death(self) {
        self.stopped().await;
        self.process.kill().await;
    }

    pub async fn kill(self) {
        self.process.kill().await;
    }
}

/// The server that was called is no more.
pub struct Killed;
