//! The bodies that `/control` takes: JSON objects, empty where all has a default. What is unknown or
//! out of bounds is refused with a reason.

use std::time::Duration;

use actix_web::{HttpResponse, ResponseError, http::StatusCode, web::Bytes};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use crate::{
    config::{DeliveryPolicy, Disorder},
    control_error::ControlError,
    faults::Fault,
};

const DAY_S: u64 = 24 * 60 * 60;
/// Ten years: a subscription by the day then has as many renewals as a memory likes to hold.
const FURTHEST_S: u64 = 3_653 * DAY_S;
const LONGEST_WAIT_S: u64 = 3_600;
const MOST: u32 = 1_000;

/// A refusal in the shape of the fake's other errors, `{"error": {"code", "message"}}`.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message)
    }
}

impl From<ControlError> for Refusal {
    fn from(error: ControlError) -> Self {
        let (status, code) = match error {
            ControlError::NoSuch { .. } => (StatusCode::NOT_FOUND, "no_such"),
            ControlError::NotNow(_) => (StatusCode::CONFLICT, "not_now"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let error = json!({"error": {"code": self.code, "message": self.message}});
        HttpResponse::build(self.status).json(error)
    }
}

/// No body is an empty object; the type of the content does not matter.
pub fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    let text: &[u8] = match body.trim_ascii() {
        [] => b"{}",
        text => text,
    };
    serde_json::from_slice(text).map_err(|error| {
        let message = error.to_string();
        match error.classify() {
            serde_json::error::Category::Data => Refusal::invalid(message),
            _ => Refusal::new(StatusCode::BAD_REQUEST, "not_json", message),
        }
    })
}

/// How far the clock is moved: all of it together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    #[serde(default)]
    days: u64,
    #[serde(default)]
    hours: u64,
    #[serde(default)]
    seconds: u64,
}

impl Advance {
    pub fn duration(&self) -> Result<Duration, Refusal> {
        let days = self.days.saturating_mul(DAY_S);
        let hours = self.hours.saturating_mul(3_600);
        let all = days.saturating_add(hours).saturating_add(self.seconds);
        match all {
            1..=FURTHEST_S => Ok(Duration::from_secs(all)),
            _ => Err(Refusal::invalid(
                "give days, hours or seconds: from one second to ten years",
            )),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cards {
    pub decline: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refunds {
    pub hold: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDispute {
    /// Or whatever led to it: a payment intent, a session, an invoice, a subscription.
    pub charge: String,
    #[serde(default)]
    pub inquiry: bool,
    pub amount: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    #[serde(default)]
    pub at_period_end: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PolicyName {
    Automatic,
    Manual,
    Disorderly,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    policy: PolicyName,
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    delay_ms: u64,
    #[serde(default)]
    repeats: u32,
    #[serde(default)]
    window: u32,
    #[serde(default)]
    dropped_percent: u8,
}

impl Delivery {
    pub fn policy(&self) -> Result<DeliveryPolicy, Refusal> {
        let bounded = self.delay_ms <= LONGEST_WAIT_S * 1_000
            && self.repeats <= MOST
            && self.window <= MOST
            && self.dropped_percent <= 100;
        if !bounded {
            return Err(Refusal::invalid(
                "at most an hour of delay, 1000 repeats, a window of 1000, 100 percent dropped",
            ));
        }
        Ok(match self.policy {
            PolicyName::Automatic => DeliveryPolicy::Automatic,
            PolicyName::Manual => DeliveryPolicy::Manual,
            PolicyName::Disorderly => DeliveryPolicy::Disorderly(Disorder {
                seed: self.seed,
                delay: Duration::from_millis(self.delay_ms),
                repeats: self.repeats,
                window: usize::try_from(self.window).unwrap_or_default(),
                dropped_percent: self.dropped_percent,
            }),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FaultName {
    ServerError,
    RateLimited,
    Hang,
    LostAnswer,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFault {
    fault: FaultName,
    /// How many calls; one unless told.
    count: Option<u32>,
    pub path: Option<String>,
    /// How long a call hangs; ten unless told.
    seconds: Option<u64>,
}

impl NewFault {
    pub fn plan(&self) -> Result<(Fault, u32), Refusal> {
        let (count, seconds) = (self.count.unwrap_or(1), self.seconds.unwrap_or(10));
        if !(1..=MOST).contains(&count) || seconds > LONGEST_WAIT_S {
            return Err(Refusal::invalid(
                "from 1 to 1000 calls, and no longer than an hour",
            ));
        }
        let known = |path: &String| path.starts_with("/v1/");
        if !self.path.as_ref().is_none_or(known) {
            return Err(Refusal::invalid("a path begins with /v1/"));
        }
        let fault = match self.fault {
            FaultName::ServerError => Fault::ServerError,
            FaultName::RateLimited => Fault::RateLimited,
            FaultName::Hang => Fault::Hang(Duration::from_secs(seconds)),
            FaultName::LostAnswer => Fault::LostAnswer,
        };
        Ok((fault, count))
    }
}
