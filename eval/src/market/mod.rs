//! A made-up market: people with needs and talents that nobody sees, and what they publish.
//!
//! Everything that a score reads is derived here from the hidden side with noise: ratings are samples
//! of how well somebody teaches, published hours include those that are taken, bios leave out what is
//! true and claim what is not. No rule of `domain::matching` has a part in it.

mod hours;
pub(crate) mod level;
pub(crate) mod order;
mod place;
pub(crate) mod tutor;
mod words;

use domain::matching::{CandidateFacts, OrderFacts};

use crate::Plan;
use crate::dice::{Dice, Purpose};
use order::Order;
use tutor::Tutor;

pub(crate) struct Market {
    pub tutors: Vec<Tutor>,
    pub orders: Vec<Order>,
}

impl Market {
    pub(crate) fn new(plan: Plan) -> Self {
        let mut of_tutors = Dice::new(plan.seed, Purpose::Tutors);
        let mut of_orders = Dice::new(plan.seed, Purpose::Orders);
        Self {
            tutors: (0..plan.tutors)
                .map(|_| tutor::tutor(&mut of_tutors))
                .collect(),
            orders: (0..plan.orders)
                .map(|_| order::order(&mut of_orders))
                .collect(),
        }
    }
}

/// What a score reads of a made-up market, without its hidden side: all orders and all tutors.
#[must_use]
pub fn published(plan: Plan) -> (Vec<OrderFacts>, Vec<CandidateFacts>) {
    let market = Market::new(plan);
    let orders = market.orders.into_iter().map(|order| order.facts);
    let tutors = market.tutors.into_iter().map(|tutor| tutor.facts);
    (orders.collect(), tutors.collect())
}
