//! Markets that are made up: any number of tutors and orders, the same for the same seed.
//!
//! What comes out is a [`Fixture`] like a written one, so that the same rules hold for it and the
//! same history follows from it. Nothing here knows a database.

mod calendar;
mod dice;
mod lessons;
mod orders;
mod people;
mod words;

use chrono::NaiveDate;

use crate::fixture::Fixture;
use calendar::Calendar;
use dice::Dice;
use orders::Planner;

/// How large a market is made up, and from what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketPlan {
    pub tutors: usize,
    pub orders: usize,
    pub seed: u64,
    /// The day, at 00:00 UTC, on which all of it has happened.
    pub as_of: NaiveDate,
}

/// How many orders a student places on average.
const ORDERS_A_STUDENT: usize = 3;

/// Makes up a market. Equal plans give equal markets. From 50 tutors on, every subject has at least
/// three verified tutors who teach online for 150,000 kopecks an hour or less.
#[must_use]
pub fn generate(plan: MarketPlan) -> Fixture {
    let mut dice = Dice::new(plan.seed, 0);
    let tutors: Vec<_> = (0..plan.tutors)
        .map(|i| people::tutor(&mut dice, plan.seed, i))
        .collect();
    let mut dice = Dice::new(plan.seed, 1);
    let mut students: Vec<_> = (0..plan.orders.div_ceil(ORDERS_A_STUDENT))
        .map(|i| people::student(&mut dice, plan.seed, i))
        .collect();
    let calendar = Calendar::new(&tutors, plan.as_of);
    let mut planner = Planner::new(Dice::new(plan.seed, 2), &tutors, &students, calendar);
    let orders = (0..plan.orders).map(|i| planner.order(i)).collect();
    planner.let_join(&mut students);
    Fixture {
        tutors,
        students: students.into_iter().map(|joined| joined.student).collect(),
        orders,
    }
}
