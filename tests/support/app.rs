//! The application under test.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::Data;
use api::access::AccessTokens;
use api::app::{self, Parts};
use api::gate::{AllowedHosts, RateLimits, Site};
use api::state::AppState;
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use mailer::Mailer;
use ml::External;
use payments::{Stripe, StripeConfig};
use persistence::{Actor, Db, Patience, Scope, execute_for_tests};
use secrecy::SecretString;
use serde_json::json;
use services::accounts;
use services::checkout::Checkout;
use services::clock::{Clock, VirtualClock};
use services::mail::PostOffice;
use services::matching::KnownTutors;
use services::passwords::{Passwords, Turn};
use services::secrets::SigningSecrets;
use stripe_fake::{DeliveryPolicy, StripeFake, StripeFakeConfig};
use uuid::Uuid;

use super::client::{Answer, Call, Client, HOST};
use super::database::TestDatabase;
use super::logs::{assert_nothing_leaked, keep_errors};
use super::openai::models_at;

pub const WEBHOOK_SECRET: &str = "whsec_of_the_tests";
/// Where links lead.
pub const FRONTEND: &str = "https://tutors.example.org";
pub const PASSWORD: &str = "сова-и-лампа";

/// How an application is deployed.
pub struct Deployment {
    pub site: Site,
    pub rate_limits: bool,
    /// Whose secret signs first; the others are believed.
    pub secrets: Vec<&'static str>,
    pub mailer: Mailer,
}

impl Default for Deployment {
    /// Under one name, in plain text, and nobody asks too often.
    fn default() -> Self {
        Self {
            site: Site {
                allowed_hosts: AllowedHosts::parse([HOST, "127.0.0.1"]).unwrap(),
                has_secure_cookies: true,
                ..Site::default()
            },
            rate_limits: false,
            secrets: vec!["a secret of at least thirty-two bytes"],
            mailer: Mailer::Off,
        }
    }
}

/// An application on a database of its own, at a time of its own.
pub struct TestApp {
    pub clock: Arc<VirtualClock>,
    pub fake: Option<StripeFake>,
    call: Call,
    state: Data<AppState>,
    statements: Arc<AtomicUsize>,
    // Dropped last: the pools above are closed by then.
    database: Rc<TestDatabase>,
}

impl TestApp {
    /// With a Stripe that cannot be reached.
    pub async fn new() -> Self {
        Self::build(None, Patience::SERVING).await
    }

    /// With a Stripe of its own, which delivers nothing by itself: see [`Self::deliver_events`].
    pub async fn with_stripe() -> Self {
        install_tls();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let config = StripeFakeConfig {
            secret_key: "sk_test_of_the_tests".into(),
            webhook_url: "http://127.0.0.1:9/".into(),
            webhook_secret: WEBHOOK_SECRET.into(),
            public_base: None,
        };
        let fake = stripe_fake::start(config, listener).await.unwrap();
        fake.set_delivery(DeliveryPolicy::Manual);
        Self::build(Some(fake), Patience::SERVING).await
    }

    /// With models behind this address: that of a fake, or one where nobody is.
    pub async fn with_models(base_url: &str) -> Self {
        Self::build_with(
            None,
            Patience::SERVING,
            Some(base_url),
            Deployment::default(),
        )
        .await
    }

    /// With somebody who takes letters.
    pub async fn with_mailer(mailer: Mailer) -> Self {
        Self::deployed(Deployment {
            mailer,
            ..Deployment::default()
        })
        .await
    }

    /// Deployed in its own way: behind proxies, with HTTPS forced, with limits on requests.
    pub async fn deployed(deployment: Deployment) -> Self {
        Self::build_with(None, Patience::SERVING, None, deployment).await
    }

    /// One that waits for a lock for no more than a moment.
    pub async fn impatient() -> Self {
        let patience = Patience {
            lock: std::time::Duration::from_millis(20),
            ..Patience::SERVING
        };
        Self::build(None, patience).await
    }

    async fn build(fake: Option<StripeFake>, patience: Patience) -> Self {
        Self::build_with(fake, patience, None, Deployment::default()).await
    }

    async fn build_with(
        fake: Option<StripeFake>,
        patience: Patience,
        models: Option<&str>,
        deployment: Deployment,
    ) -> Self {
        install_tls();
        keep_errors();
        let database = Rc::new(TestDatabase::with(patience).await);
        // The Stripe of the tests lives in real time, so that is where the clock begins.
        let clock = Arc::new(VirtualClock::at(Utc::now().trunc_subsecs(0)));
        Self::on(database, clock, fake, models, deployment).await
    }

    /// The same database at the same time, under other secrets.
    pub async fn restarted(&self, secrets: &[&'static str]) -> Self {
        let deployment = Deployment {
            secrets: secrets.to_vec(),
            ..Deployment::default()
        };
        let (database, clock) = (Rc::clone(&self.database), Arc::clone(&self.clock));
        Self::on(database, clock, None, None, deployment).await
    }

    async fn on(
        database: Rc<TestDatabase>,
        clock: Arc<VirtualClock>,
        fake: Option<StripeFake>,
        models: Option<&str>,
        deployment: Deployment,
    ) -> Self {
        let base = fake
            .as_ref()
            .map_or("http://127.0.0.1:9/", |fake| fake.base_url());
        let stripe = Stripe::new(&StripeConfig {
            secret_key: "sk_test_of_the_tests".into(),
            api_base: Some(base.parse().unwrap()),
            call_timeout: std::time::Duration::from_secs(5),
        })
        .unwrap();
        let secrets = signing_secrets(&deployment.secrets);
        let statements = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&statements);
        let state = Data::new(AppState {
            db: database.db.clone().heard_by(move |_| {
                counter.fetch_add(1, Ordering::Relaxed);
            }),
            clock: clock.clone(),
            passwords: Passwords::new(2).unwrap(),
            tokens: AccessTokens::new(&secrets).unwrap(),
            post: PostOffice {
                mailer: deployment.mailer,
                secrets: secrets.clone(),
                frontend_url: FRONTEND.into(),
            },
            secrets,
            checkout: Checkout {
                stripe,
                frontend_url: FRONTEND.into(),
                livemode: false,
            },
            webhook_secrets: vec![WEBHOOK_SECRET.into()],
            external: models.map_or(External::Off, |base_url| models_at(base_url, &clock)),
            known_tutors: KnownTutors::default(),
            site: deployment.site,
            limits: RateLimits::new(clock.clone(), deployment.rate_limits),
        });
        let service = Rc::new(init_service(app::build(&Parts::new(state.clone()).unwrap())).await);
        let call: Call = Rc::new(move |request: TestRequest| {
            let service = Rc::clone(&service);
            Box::pin(async move {
                let response = service.call(request.to_request()).await.unwrap();
                let status = response.status().as_u16();
                let headers = response
                    .headers()
                    .iter()
                    .map(|(name, value)| {
                        (
                            name.to_string(),
                            value.to_str().unwrap_or_default().to_owned(),
                        )
                    })
                    .collect();
                let body = to_bytes(response.into_body()).await;
                let body = body.unwrap_or_else(|_| panic!("the body could not be read"));
                Answer {
                    status,
                    headers,
                    text: String::from_utf8(body.to_vec()).unwrap(),
                }
            })
        });
        Self {
            clock,
            fake,
            call,
            state,
            statements,
            database,
        }
    }

    pub fn db(&self) -> &Db {
        &self.state.db
    }

    pub(super) fn state(&self) -> &Data<AppState> {
        &self.state
    }

    /// What the application signs with.
    pub fn secrets(&self) -> &SigningSecrets {
        &self.state.secrets
    }

    /// The application's post office with another mailer.
    pub fn post_office(&self, mailer: Mailer) -> PostOffice {
        PostOffice {
            mailer,
            secrets: self.state.secrets.clone(),
            frontend_url: FRONTEND.into(),
        }
    }

    /// How many statements the database has been asked so far.
    pub fn statements(&self) -> usize {
        self.statements.load(Ordering::Relaxed)
    }

    /// How often a password was hashed or compared with a hash so far.
    pub fn passwords_hashed(&self) -> u64 {
        self.state.passwords.hashed()
    }

    /// Every place among those who wait for a hash, taken until it is dropped.
    pub fn crowd(&self) -> Vec<Turn> {
        std::iter::from_fn(|| self.state.passwords.turn().ok()).collect()
    }

    /// Where the database is, for somebody with connections of their own.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// A scope for calling a use case directly.
    pub fn scope(&self) -> Scope {
        Scope::new(self.now(), Actor::Command)
    }

    pub fn anonymous(&self) -> Client {
        Client::anonymous(Rc::clone(&self.call))
    }

    /// A new student, signed in.
    pub async fn student(&self) -> Client {
        self.register("student").await
    }

    /// A new tutor without a profile, signed in.
    pub async fn newcomer(&self) -> Client {
        self.register("tutor").await
    }

    /// A new administrator, signed in.
    pub async fn admin(&self) -> Client {
        let email = format!("admin-{}@example.org", Uuid::now_v7().simple());
        accounts::create_admin(
            self.db(),
            &self.scope(),
            &self.state.passwords,
            &email,
            PASSWORD.into(),
        )
        .await
        .unwrap();
        let body = json!({ "email": email, "password": PASSWORD });
        self.signed_in(self.anonymous().post("/auth/login", body).await.expect(200))
    }

    /// Somebody whom a seed made, given a password and signed in.
    pub async fn take_over(&self, email: &str) -> Client {
        let user = persistence::users::find_by_email(self.db(), email).await;
        let user_id = user.unwrap().unwrap().id;
        let (scope, passwords) = (self.scope(), &self.state.passwords);
        accounts::set_password(self.db(), &scope, passwords, user_id, PASSWORD.into())
            .await
            .unwrap();
        let body = json!({ "email": email, "password": PASSWORD });
        self.signed_in(self.anonymous().post("/auth/login", body).await.expect(200))
    }

    async fn register(&self, role: &str) -> Client {
        let email = format!("{role}-{}@example.org", Uuid::now_v7().simple());
        let body = json!({
            "email": email, "password": PASSWORD, "role": role,
            "first_name": "Анна", "last_name": "Иванова",
        });
        let body = self.anonymous().post("/auth/register", body).await;
        let signed_in = self.signed_in(body.expect(201));
        // Nobody reads these people's letters, and their jobs would be in others' way.
        let sql = "DELETE FROM jobs WHERE kind = 'send_mail'";
        execute_for_tests(self.db(), sql).await.unwrap();
        signed_in
    }

    fn signed_in(&self, body: serde_json::Value) -> Client {
        let mut client = self
            .anonymous()
            .with_token(body["access_token"].as_str().unwrap());
        client.email = body["user"]["email"].as_str().unwrap().to_owned();
        client.user_id = body["user"]["id"].as_str().unwrap().to_owned();
        client
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_nothing_leaked();
        }
    }
}

pub fn signing_secrets(texts: &[&str]) -> SigningSecrets {
    let mut secrets = texts.iter().map(|&text| SecretString::from(text));
    SigningSecrets::new(secrets.next().unwrap(), secrets).unwrap()
}

pub(super) fn install_tls() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
