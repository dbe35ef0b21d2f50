//! What is paid for: reserved as a checkout does it, and settled by the events that a provider
//! would have sent.
//!
//! No provider knows these payments, nor the customers that they name. So the customers are
//! forgotten once all is told, and a person who pays for something later gets a real one.

use domain::account::{Principal, Role};
use persistence::{Actor, Tx};
use services::ServiceError;
use services::checkout::{self, Purchase};
use services::webhooks::{self, Receipt};
use uuid::Uuid;

use crate::fixture::{Order, Tutor};
use crate::stripe_events::Paid;
use crate::teller::Teller;

impl Teller<'_> {
    pub(crate) async fn pay(&mut self, tx: &mut Tx, order: &Order) -> Result<(), ServiceError> {
        let booking_id = self.booking(order, "/paid")?;
        let student_id = self.act_as_student(tx, order, "/paid")?;
        let payer = Payer {
            user_id: student_id,
            role: Role::Student,
            key: &order.student,
        };
        self.buy(tx, payer, Purchase::Booking(booking_id), &order.key)
            .await
    }

    pub(crate) async fn buy_premium(
        &mut self,
        tx: &mut Tx,
        tutor: &Tutor,
    ) -> Result<(), ServiceError> {
        let payer = Payer {
            user_id: self.tutor(&tutor.key, "/premium")?.user_id,
            role: Role::Tutor,
            key: &tutor.key,
        };
        self.buy(tx, payer, Purchase::Premium, &tutor.key).await
    }

    /// `key` tells the payment from the others of the run.
    async fn buy(
        &mut self,
        tx: &mut Tx,
        payer: Payer<'_>,
        purchase: Purchase,
        key: &str,
    ) -> Result<(), ServiceError> {
        let run = self.seed_run_id.simple();
        let customer_id = format!("cus_seed_{run}_{}", payer.key);
        let session_id = format!("cs_seed_{run}_{key}");
        tx.move_to(tx.now(), Actor::User(payer.user_id));
        let payment =
            checkout::reserve_for_seed(tx, payer.principal(), purchase, &customer_id, &session_id)
                .await?;
        self.payers.insert((payer.user_id, customer_id));
        let paid = Paid {
            payment: &payment,
            id: format!("seed_{run}_{key}"),
            at: tx.now(),
        };
        tx.move_to(tx.now(), Actor::Stripe);
        for event in paid.events()? {
            match webhooks::record(tx, &event).await? {
                Receipt::Applied => {}
                _ => return Err(ServiceError::Internal("the payment was not settled")),
            }
        }
        Ok(())
    }

    pub(crate) async fn forget_customers(&self, tx: &Tx) -> Result<(), ServiceError> {
        for (user_id, customer_id) in &self.payers {
            checkout::forget_customer(tx, *user_id, customer_id).await?;
        }
        Ok(())
    }
}

struct Payer<'a> {
    user_id: Uuid,
    role: Role,
    key: &'a str,
}

impl Payer<'_> {
    fn principal(&self) -> Principal {
        Principal {
            user_id: self.user_id,
            role: self.role,
            // Nobody is signed in.
            session_id: Uuid::nil(),
        }
    }
}
