//! Plain HTTP to the fake: the API without the client, the pages, and what the events hold.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::shop::{KEY, Shop, browser};

/// A status and the JSON under it.
pub type Answer = (u16, Value);

pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text);
    (status, body.unwrap_or_else(|_| panic!("not JSON: {text}")))
}

impl Shop {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        browser()
            .request(method, format!("{}{path}", self.fake.base_url()))
            .bearer_auth(KEY)
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// A form, as Stripe takes it.
    pub async fn post(&self, path: &str, form: &str) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        answer(request).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path)).await
    }

    /// The types of the events since `mark`, oldest first.
    pub fn kinds_since(&self, mark: usize) -> Vec<String> {
        let events = self.fake.events();
        events[mark..]
            .iter()
            .map(|event| event["type"].as_str().unwrap().to_owned())
            .collect()
    }

    /// How many events there are: a mark for [`Shop::kinds_since`].
    pub fn mark(&self) -> usize {
        self.fake.events().len()
    }

    /// The newest event of the type.
    pub fn event(&self, kind: &str) -> Value {
        let events = self.fake.events();
        let event = events.iter().rfind(|event| event["type"] == kind);
        event.unwrap_or_else(|| panic!("no {kind}")).clone()
    }

    /// The object of the newest event of the type.
    pub fn object(&self, kind: &str) -> Value {
        self.event(kind)["data"]["object"].clone()
    }

    pub async fn advance_hours(&self, hours: u64) -> bool {
        self.fake.advance(Duration::from_secs(hours * 3_600)).await
    }

    /// A paid lesson's charge.
    pub async fn paid_lesson(&self) -> Value {
        let session = self.lesson().await;
        self.fake.pay(&session.id).await.unwrap();
        self.object("charge.succeeded")
    }

    /// The id of a subscription that has just begun.
    pub async fn subscriber(&self) -> String {
        let session = self.premium().await;
        self.fake.pay(&session.id).await.unwrap();
        let created = self.object("customer.subscription.created");
        created["id"].as_str().unwrap().to_owned()
    }
}
