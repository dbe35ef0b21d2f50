//! What is done to a server until it dies, then to its successor, and how the story ends.

use chrono::{DateTime, TimeDelta, Utc};
use persistence::{execute_for_tests, integer_for_tests};
use serde_json::{Value, json};
use services::fault_points::FaultPoint;

use super::world::{WEBHOOK_SECRET, World};
use crate::support::{Answer, id, order_body, profile_body};
use crate::walk::process::wait_for;
use crate::walk::visitor::Visitor;

const PASSWORD: &str = "сова-и-лампа";

/// Something that people or Stripe do, and do again when they got no answer.
#[derive(Debug, Clone, Copy)]
pub enum Story {
    /// A student chooses one of two bids.
    Choose,
    /// A student opens a checkout for a booking.
    PayForBooking,
    /// A tutor opens one for premium.
    PayForPremium,
    /// Stripe tells that a booking was paid.
    BookingIsPaid,
    /// Stripe tells that premium was paid.
    PremiumIsPaid,
    /// A student cancels a booking that was paid.
    Cancel,
    /// The server gives the money of a cancelled booking back by itself.
    Refund,
}

/// The stories that pass a point. One without any does not compile: there is no wildcard.
pub fn stories_of(point: FaultPoint) -> &'static [Story] {
    match point {
        FaultPoint::WebhookInserted
        | FaultPoint::WebhookSettled
        | FaultPoint::WebhookCommitted
        | FaultPoint::WebhookHealed => &[Story::BookingIsPaid, Story::PremiumIsPaid],
        FaultPoint::ChooseWritten | FaultPoint::ChooseCommitted => &[Story::Choose],
        FaultPoint::CheckoutCustomerMade
        | FaultPoint::CheckoutReserved
        | FaultPoint::CheckoutOpened
        | FaultPoint::CheckoutAttached
        | FaultPoint::CheckoutCommitted => &[Story::PayForBooking, Story::PayForPremium],
        FaultPoint::CancelDecided | FaultPoint::CancelCommitted => &[Story::Cancel],
        FaultPoint::RefundClaimed | FaultPoint::RefundSent => &[Story::Refund],
    }
}

/// One call of a story: it can be made at any server, as often as one likes.
#[derive(Clone)]
pub enum Call {
    Post {
        who: Visitor,
        path: String,
        body: Value,
    },
    Deliver(Value),
}

impl Call {
    pub async fn at(&self, site: &str) -> reqwest::Result<Answer> {
        match self {
            Self::Post { who, path, body } => {
                // The same call bears the same key, whoever is asked.
                who.at(site).try_post(path, body.clone(), path).await
            }
            Self::Deliver(event) => {
                let body = event.to_string();
                let now = Utc::now().timestamp();
                let signature = stripe_fake::sign(WEBHOOK_SECRET, now, &body);
                let stripe = Visitor::anonymous(site);
                stripe.try_deliver(body, Some(&signature)).await
            }
        }
    }
}

/// Those who take part, and what they have agreed on so far.
pub struct Told {
    story: Story,
    student: Visitor,
    tutor: Visitor,
    bid: String,
    booking: Value,
    session: Value,
    pub calls: Vec<Call>,
}

impl Story {
    /// Whether the server does it by itself, some time after the last call.
    pub fn is_the_servers_own(self) -> bool {
        matches!(self, Self::Refund)
    }

    /// Tells it up to where it becomes dangerous.
    pub async fn begin(self, world: &World, site: &Visitor) -> Told {
        let mut told = Told::introduce(self, site).await;
        told.calls = match self {
            Self::Choose => vec![told.choice()],
            Self::PayForBooking => {
                told.choose(site).await;
                vec![told.checkout()]
            }
            Self::PayForPremium => vec![told.checkout()],
            Self::BookingIsPaid | Self::PremiumIsPaid => {
                if matches!(self, Self::BookingIsPaid) {
                    told.choose(site).await;
                }
                told.open_and_pay(world, site).await;
                let events = world.fake.events();
                events.into_iter().map(Call::Deliver).collect()
            }
            Self::Cancel | Self::Refund => {
                told.choose(site).await;
                told.open_and_pay(world, site).await;
                told.deliver_all(world, site).await;
                let path = format!("/bookings/{}/cancel", id(&told.booking));
                vec![told.as_student(path, json!({}))]
            }
        };
        told
    }
}

impl Told {
    async fn introduce(story: Story, site: &Visitor) -> Self {
        let register = async |role: &str, name: &str| {
            let email = format!("{name}@example.org");
            site.register(role, &email, PASSWORD).await.visitor
        };
        let student = register("student", "student").await;
        let tutor = register("tutor", "tutor").await;
        let rival = register("tutor", "rival").await;
        let order = student.post("/orders", order_body()).await.expect(201);
        let bids = format!("/orders/{}/applications", id(&order));
        let mut bid = String::new();
        for tutor in [&rival, &tutor] {
            let profile = tutor.post("/me/tutor-profile", profile_body()).await;
            profile.expect(201);
            let body = json!({ "price": 150_000, "message": "Готова начать." });
            bid = id(&tutor.post(&bids, body).await.expect(201));
        }
        Self {
            story,
            student,
            tutor,
            bid,
            booking: Value::Null,
            session: Value::Null,
            calls: Vec::new(),
        }
    }

    fn as_student(&self, path: String, body: Value) -> Call {
        Call::Post {
            who: self.student.clone(),
            path,
            body,
        }
    }

    fn choice(&self) -> Call {
        let starts_at = Utc::now() + TimeDelta::days(30);
        let body = json!({ "starts_at": starts_at, "duration_minutes": 60 });
        self.as_student(format!("/applications/{}/choose", self.bid), body)
    }

    fn checkout(&self) -> Call {
        let (who, body) = match self.story {
            Story::PayForPremium | Story::PremiumIsPaid => {
                (&self.tutor, json!({ "type": "premium" }))
            }
            _ => {
                let body = json!({ "type": "booking", "booking_id": self.booking["id"] });
                (&self.student, body)
            }
        };
        Call::Post {
            who: who.clone(),
            path: "/payments/checkout".into(),
            body,
        }
    }

    async fn choose(&mut self, site: &Visitor) {
        self.booking = self.choice().at(&site.site).await.unwrap().expect(201);
    }

    async fn open_and_pay(&mut self, world: &World, site: &Visitor) {
        // Under another key than a story's own call, which has its answer already.
        let Call::Post { who, path, body } = self.checkout() else {
            unreachable!("a checkout is a POST");
        };
        let who = who.at(&site.site);
        self.session = who
            .try_post(&path, body, "paying")
            .await
            .unwrap()
            .expect(201);
        let session_id = self.session["session_id"].as_str().unwrap();
        world.fake.pay(session_id).await.unwrap();
    }

    async fn deliver_all(&self, world: &World, site: &Visitor) {
        for event in world.fake.events() {
            let answer = Call::Deliver(event).at(&site.site).await;
            answer.unwrap().expect(200);
        }
    }

    /// Waits until the server has sent the refund, and tells it what came of that.
    async fn get_money_back(&self, world: &World, site: &Visitor) {
        // Whoever took it on and died would have it tried again after a minute.
        let now = "UPDATE refunds SET next_try_at = created_at WHERE status = 'decided'";
        execute_for_tests(world.db(), now).await.unwrap();
        wait_for("the refund at Stripe", async || {
            let sent = "SELECT CAST(count(*) AS bigint) FROM refunds WHERE status <> 'decided'";
            let sent = integer_for_tests(world.db(), sent).await.unwrap();
            (sent == 1).then_some(())
        })
        .await;
        self.deliver_all(world, site).await;
    }

    /// Goes on from what the last answers were to the end, where everything is paid; gives how long
    /// premium lasts, in seconds from when it was paid.
    pub async fn end(&mut self, world: &World, site: &Visitor, answers: &[Answer]) -> Option<i64> {
        match self.story {
            Story::Choose => {
                self.booking = answers[0].json();
                self.open_and_pay(world, site).await;
                self.deliver_all(world, site).await;
            }
            Story::PayForBooking | Story::PayForPremium => {
                let opened = answers[0].json();
                self.open_and_pay(world, site).await;
                assert_eq!(self.session["session_id"], opened["session_id"]);
                self.deliver_all(world, site).await;
            }
            Story::Cancel | Story::Refund => self.get_money_back(world, site).await,
            Story::BookingIsPaid | Story::PremiumIsPaid => {}
        }
        let premium = self
            .tutor
            .at(&site.site)
            .get("/me/premium")
            .await
            .expect(200);
        let end: DateTime<Utc> = premium["expires_at"].as_str()?.parse().unwrap();
        let mut invoice = world.fake.events().into_iter();
        let invoice = invoice
            .rfind(|event| event["type"] == "invoice.paid")
            .unwrap();
        let paid_at = &invoice["data"]["object"]["status_transitions"]["paid_at"];
        Some(end.timestamp() - paid_at.as_i64().unwrap())
    }
}
