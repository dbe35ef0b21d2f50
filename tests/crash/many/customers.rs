//! Customers in the middle of a checkout, as rows: five hundred of them could not register in the
//! time that a test has, their passwords alone would take half a minute.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::account::Role;
use domain::application::{ApplicationStatus, Bid};
use domain::money::{Money, PREMIUM_MONTH_MINOR};
use domain::order::{OrderDraft, OrderStatus, OrderTerms};
use domain::payment::{PaymentStatus, PaymentType};
use domain::registration::RegistrationDraft;
use domain::text_enum::TextEnum;
use domain::tutor::{TutorProfileDraft, TutorProfileTerms};
use persistence::market::{self, MarketRows};
use persistence::payments::STRIPE;
use persistence::stripe_customers::StripeCustomer;
use persistence::{Actor, Db, Scope, Stamp, StoreError, Stored, subjects, write};
use serde_json::json;
use services::checkout::{PayableItem, new_payment};
use services::{accounts, applications, orders, tutors};
use uuid::Uuid;

use crate::payments::events::{Opened, Shape};

/// Rows that are to be written at once, each made as the use cases make theirs.
pub struct Customers {
    rows: MarketRows,
    subject_id: Uuid,
    profile: TutorProfileTerms,
    order: OrderTerms,
    now: DateTime<Utc>,
    /// Who teaches everybody that books a lesson.
    teacher: Option<Uuid>,
}

/// Somebody who pays.
pub struct Payer {
    pub user_id: Uuid,
    pub customer_id: String,
    /// Their profile, if they are a tutor.
    pub tutor_id: Option<Uuid>,
}

impl Customers {
    pub async fn new(db: &Db, now: DateTime<Utc>) -> Self {
        let catalogue = subjects::list_with_tutor_count(db).await.unwrap();
        Self {
            rows: MarketRows::default(),
            subject_id: catalogue[0].0.id,
            profile: profile(),
            order: order(now),
            now,
            teacher: None,
        }
    }

    fn stamp(&self) -> Stamp {
        Stamp {
            id: Uuid::now_v7(),
            at: self.now,
            seed_run_id: None,
        }
    }

    /// A tutor with a profile.
    pub fn tutor(&mut self) -> Payer {
        let mut payer = self.payer(Role::Tutor);
        let profile = tutors::new_profile(self.stamp(), payer.user_id, &self.profile);
        let mut profile = profile.unwrap();
        profile.stripe_customer_id = Some(payer.customer_id.clone());
        payer.tutor_id = Some(profile.id);
        self.rows.tutors.push(profile);
        payer
    }

    fn teacher(&mut self) -> Uuid {
        if let Some(teacher) = self.teacher {
            return teacher;
        }
        let teacher = self.tutor().tutor_id.unwrap();
        self.teacher = Some(teacher);
        teacher
    }

    pub fn student(&mut self) -> Payer {
        self.payer(Role::Student)
    }

    fn payer(&mut self, role: Role) -> Payer {
        let stamp = self.stamp();
        let account = RegistrationDraft {
            email: format!("{}@example.org", stamp.id.simple()),
            password: String::new().into(),
            role: role.as_str().to_owned(),
            first_name: "Анна".into(),
            last_name: "Иванова".into(),
            time_zone: None,
            locale: None,
            consents: Vec::new(),
        };
        let account = account.parse_without_password().unwrap();
        let user = accounts::new_user(stamp, &account, None);
        let customer_id = format!("cus_{}", user.id.simple());
        self.rows.customers.push(StripeCustomer {
            customer_id: customer_id.clone(),
            provider: STRIPE.to_owned(),
            user_id: user.id,
            created_at: self.now,
            deleted_at: None,
        });
        let user_id = user.id;
        self.rows.users.push(user);
        Payer {
            user_id,
            customer_id,
            tutor_id: None,
        }
    }

    /// A checkout for premium, opened at a time; `pending`, or given up by us in the meantime.
    pub fn premium(&mut self, payer: &Payer, at: DateTime<Utc>, status: PaymentStatus) -> Opened {
        let item = PayableItem {
            kind: PaymentType::Premium,
            subject_id: payer.tutor_id.unwrap(),
            amount: Money::rub(PREMIUM_MONTH_MINOR),
        };
        self.checkout(payer, item, at, status)
    }

    /// A checkout for a booking that waits for its payment; the booking beside it.
    pub fn booking(&mut self, payer: &Payer, price: i64) -> (Opened, Uuid) {
        let teacher = self.teacher();
        let order = orders::new_order(self.stamp(), payer.user_id, self.subject_id, &self.order);
        let mut order = order.unwrap();
        order.status = Stored(OrderStatus::InProgress);
        let bid = Bid::parse(price, "Готова начать.").unwrap();
        let mut chosen = applications::new_application(self.stamp(), order.id, teacher, &bid);
        chosen.status = Stored(ApplicationStatus::Chosen);
        let zone = self.profile.time_zone.clone();
        let booking = applications::new_booking(self.stamp(), &order, &chosen, zone, None);
        let item = PayableItem {
            kind: PaymentType::Booking,
            subject_id: booking.id,
            amount: booking.total(),
        };
        let booking_id = booking.id;
        self.rows.orders.push(order);
        self.rows.applications.push(chosen);
        self.rows.bookings.push(booking);
        let opened = self.checkout(payer, item, self.now, PaymentStatus::Pending);
        (opened, booking_id)
    }

    fn checkout(
        &mut self,
        payer: &Payer,
        item: PayableItem,
        at: DateTime<Utc>,
        status: PaymentStatus,
    ) -> Opened {
        let mut payment = new_payment(self.stamp(), payer.user_id, item, &payer.customer_id);
        let session_id = format!("cs_{}", payment.id.simple());
        payment.provider_ref = Some(session_id.clone());
        payment.status = Stored(status);
        let subject = match item.kind {
            PaymentType::Premium => "tutor_profile_id",
            PaymentType::Booking => "booking_id",
        };
        let opened = Opened {
            payment_id: payment.id,
            session_id,
            customer_id: payer.customer_id.clone(),
            subscription_id: format!("sub_{}", payment.id.simple()),
            amount: item.amount.minor,
            at,
            shape: Shape::Since2025,
            user_id: payer.user_id.to_string(),
            metadata: json!({
                "type": item.kind.as_str(), subject: item.subject_id,
                "payment_id": payment.id, "user_id": payer.user_id,
            }),
        };
        self.rows.payments.push(payment);
        opened
    }

    pub async fn write(self, db: &Db) {
        let scope = Scope::new(self.now, Actor::Command);
        let rows = std::cell::RefCell::new(Some(self.rows));
        write(db, &scope, async |tx| {
            let rows = rows.borrow_mut().take().unwrap();
            market::insert(tx, rows, |_, _| {}).await?;
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    }
}

fn profile() -> TutorProfileTerms {
    let draft = TutorProfileDraft {
        bio: "Готовлю к ЕГЭ по математике.".into(),
        experience_years: 7,
        hourly_rate: 150_000,
        subjects: vec!["matematika".into()],
        city: None,
        region: None,
        time_zone: "Europe/Moscow".into(),
        formats: vec!["online".into()],
        availability: BTreeMap::new(),
    };
    draft.parse().unwrap()
}

fn order(now: DateTime<Utc>) -> OrderTerms {
    let draft = OrderDraft {
        title: "ЕГЭ по математике".into(),
        description: "Нужна геометрия.".into(),
        goal: None,
        budget_min: 100_000,
        budget_max: 180_000,
        currency: None,
        formats: vec!["online".into()],
        city: None,
        region: None,
        availability: None,
        time_zone: None,
        expires_at: Some(now + TimeDelta::days(20)),
    };
    draft.parse(now, "Europe/Moscow").unwrap()
}
