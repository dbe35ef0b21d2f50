//! Somebody who calls the API from outside, over real HTTP.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{Answer, Exchange};

#[derive(Clone)]
pub struct Visitor {
    http: reqwest::Client,
    /// Scheme, host and port.
    pub site: String,
    token: Option<String>,
}

/// What signing in or registering gave.
pub struct SignedIn {
    pub visitor: Visitor,
    pub refresh_token: String,
    pub user: Value,
}

impl Visitor {
    pub fn anonymous(site: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            http,
            site: site.to_owned(),
            token: None,
        }
    }

    /// The same person, where the server has moved to.
    pub fn at(&self, site: &str) -> Self {
        Self {
            site: site.to_owned(),
            ..self.clone()
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body))
            .await
    }

    /// A POST that may be repeated, to somebody who may die of it.
    pub async fn try_post(&self, path: &str, body: Value, key: &str) -> reqwest::Result<Answer> {
        let request = self.request(Method::POST, path).json(&body);
        self.try_send(request.header("idempotency-key", key)).await
    }

    /// Anything at all, with headers of one's own.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = self.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// A GET of any address, as a browser's, without a token.
    pub async fn open(&self, address: &str) -> Answer {
        self.send(self.http.get(address)).await
    }

    /// The fake's page is paid by one POST: as `curl -X POST` does it.
    pub async fn pay(&self, checkout: &Value) -> Value {
        let address = checkout["checkout_url"].as_str().unwrap();
        self.send(self.http.post(address)).await.expect(200)
    }

    /// A delivery of Stripe's, signed or not.
    pub async fn deliver(&self, body: String, signature: Option<&str>) -> Answer {
        self.try_deliver(body, signature).await.unwrap()
    }

    /// As [`Self::deliver`], to somebody who may die of it.
    pub async fn try_deliver(
        &self,
        body: String,
        signature: Option<&str>,
    ) -> reqwest::Result<Answer> {
        let mut request = self.request(Method::POST, "/payments/webhook");
        request = request
            .header("content-type", "application/json")
            .body(body);
        if let Some(signature) = signature {
            request = request.header("stripe-signature", signature);
        }
        self.try_send(request).await
    }

    /// A new account of this role.
    pub async fn register(&self, role: &str, email: &str, password: &str) -> SignedIn {
        let body = json!({
            "email": email, "password": password, "role": role,
            "first_name": "Вера", "last_name": "Соколова",
        });
        self.signed_in(self.post("/auth/register", body).await.expect(201))
    }

    pub async fn login(&self, email: &str, password: &str) -> SignedIn {
        self.signed_in(self.try_login(email, password).await.expect(200))
    }

    pub async fn try_login(&self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.post("/auth/login", body).await
    }

    pub async fn refresh(&self, refresh_token: &str) -> Answer {
        let body = json!({ "refresh_token": refresh_token });
        self.post("/auth/refresh", body).await
    }

    pub fn signed_in(&self, body: Value) -> SignedIn {
        SignedIn {
            visitor: Self {
                token: Some(body["access_token"].as_str().unwrap().to_owned()),
                ..self.clone()
            },
            refresh_token: body["refresh_token"].as_str().unwrap().to_owned(),
            user: body["user"].clone(),
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = format!("{}/api/v1{path}", self.site);
        let request = self.http.request(method, address);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn send(&self, request: RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap()
    }

    async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let request = request.build().unwrap();
        let (method, url) = (request.method().clone(), request.url().clone());
        let response = self.http.execute(request).await?;
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .map(|(name, value)| {
                    let value = value.to_str().unwrap_or_default().to_owned();
                    (name.to_string(), value)
                })
                .collect(),
            text: response.text().await?,
        };
        // The pages of the fake Stripe are not ours.
        if let Some(target) = url.as_str().strip_prefix(&self.site) {
            let exchange = Exchange {
                method: method.as_str(),
                target,
                sent: None,
                answer: &answer,
            };
            exchange.check();
        }
        Ok(answer)
    }
}
