//! A market written at once: rows that a generator has made up, whole and in agreement with each
//! other. Everything else writes through the aggregates' own files.

use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::applications::{self, Application};
use crate::bookings::{self, Booking};
use crate::ledger::{self, Posting};
use crate::orders::{self, Order};
use crate::payments::{self, Payment};
use crate::payouts::{self, Payout};
use crate::reviews::{self, Review};
use crate::stripe_customers::{self, StripeCustomer};
use crate::stripe_facts::{self, StripeFact};
use crate::tutor_hours::{self, TutorHours};
use crate::tutor_search::{self, TutorSearch};
use crate::tutor_subjects::{self, TutorSubject};
use crate::tutors::{self, TutorProfile};
use crate::users::{self, User};
use crate::webhook_events::{self, WebhookEvent};
use crate::{Stamp, StoreError, Tx, rows};

/// The rows of a market.
#[derive(Debug, Default)]
pub struct MarketRows {
    pub users: Vec<User>,
    pub tutors: Vec<TutorProfile>,
    pub tutor_subjects: Vec<TutorSubject>,
    pub tutor_hours: Vec<TutorHours>,
    pub tutor_search: Vec<TutorSearch>,
    pub orders: Vec<Order>,
    pub applications: Vec<Application>,
    pub bookings: Vec<Booking>,
    pub customers: Vec<StripeCustomer>,
    pub payments: Vec<Payment>,
    pub events: Vec<WebhookEvent>,
    pub facts: Vec<StripeFact>,
    pub postings: Vec<(Stamp, Posting)>,
    pub payouts: Vec<Payout>,
    pub reviews: Vec<Review>,
}

/// Adds all rows; `on_progress` is told how many of how many are there.
///
/// # Errors
/// The database failed, or refuses a row.
pub async fn insert(
    tx: &Tx,
    market: MarketRows,
    on_progress: impl FnMut(usize, usize),
) -> Result<(), StoreError> {
    let (mut transactions, mut entries) = (Vec::new(), Vec::new());
    for (stamp, posting) in &market.postings {
        let (transaction, its_entries) = posting.rows(*stamp)?;
        transactions.push(transaction);
        entries.extend(its_entries);
    }
    let total = market.len() + transactions.len() + entries.len();
    let mut writer = Writer {
        tx,
        on_progress,
        done: 0,
        total,
    };
    // Each after those that it refers to.
    writer.add::<users::ActiveModel, _>(market.users).await?;
    writer.add::<tutors::ActiveModel, _>(market.tutors).await?;
    writer
        .add::<tutor_subjects::ActiveModel, _>(market.tutor_subjects)
        .await?;
    writer
        .add::<tutor_hours::ActiveModel, _>(market.tutor_hours)
        .await?;
    writer
        .add::<tutor_search::ActiveModel, _>(market.tutor_search)
        .await?;
    writer.add::<orders::ActiveModel, _>(market.orders).await?;
    writer
        .add::<applications::ActiveModel, _>(market.applications)
        .await?;
    writer
        .add::<bookings::ActiveModel, _>(market.bookings)
        .await?;
    writer
        .add::<stripe_customers::ActiveModel, _>(market.customers)
        .await?;
    writer
        .add::<payments::ActiveModel, _>(market.payments)
        .await?;
    writer
        .add::<webhook_events::ActiveModel, _>(market.events)
        .await?;
    writer
        .add::<stripe_facts::ActiveModel, _>(market.facts)
        .await?;
    writer
        .add::<ledger::transaction::ActiveModel, _>(transactions)
        .await?;
    writer.add::<ledger::entry::ActiveModel, _>(entries).await?;
    writer
        .add::<payouts::ActiveModel, _>(market.payouts)
        .await?;
    writer.add::<reviews::ActiveModel, _>(market.reviews).await
}

impl MarketRows {
    /// How many rows there are, those of the ledger apart.
    fn len(&self) -> usize {
        self.users.len()
            + self.tutors.len()
            + self.tutor_subjects.len()
            + self.tutor_hours.len()
            + self.tutor_search.len()
            + self.orders.len()
            + self.applications.len()
            + self.bookings.len()
            + self.customers.len()
            + self.payments.len()
            + self.events.len()
            + self.facts.len()
            + self.payouts.len()
            + self.reviews.len()
    }
}

struct Writer<'a, F> {
    tx: &'a Tx,
    on_progress: F,
    done: usize,
    total: usize,
}

/// How many rows are written between two reports.
const REPORTED: usize = 2_000;

impl<F: FnMut(usize, usize)> Writer<'_, F> {
    async fn add<A, M>(&mut self, rows: Vec<M>) -> Result<(), StoreError>
    where
        A: ActiveModelTrait,
        M: IntoActiveModel<A>,
    {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let some: Vec<M> = rows.by_ref().take(REPORTED).collect();
            let count = some.len();
            rows::insert_many::<A, _>(self.tx, some).await?;
            self.done += count;
            (self.on_progress)(self.done, self.total);
        }
        Ok(())
    }
}
