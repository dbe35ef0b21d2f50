//! What happened, in the order in which it happened.
//!
//! A fixture is written by subject; rules look at the clock. So each thing that was done is taken
//! out with its moment, and all of them are sorted by it. What has no moment in a fixture (a
//! verification, a withdrawal, a reply …) gets one here, from those around it.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use domain::validation::FieldProblem;

use crate::error::{SeedError, entry_name};
use crate::fixture::{Application, Booking, Fixture, Moment, Order, Review, Student, Tutor};

/// One thing that was done.
#[derive(Debug)]
pub(crate) struct Step<'f> {
    pub(crate) at: DateTime<Utc>,
    /// Where the fixture tells it.
    pub(crate) entry: String,
    pub(crate) action: Action<'f>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Action<'f> {
    JoinAsTutor(&'f Tutor),
    VerifyTutor(&'f Tutor),
    BuyPremium(&'f Tutor),
    JoinAsStudent(&'f Student),
    PlaceOrder(&'f Order),
    Apply(&'f Order, &'f Application),
    Withdraw(&'f Order, &'f Application),
    CancelOrder(&'f Order),
    Choose(&'f Order, &'f Booking),
    Pay(&'f Order),
    CompleteBooking(&'f Order, &'f Booking),
    Review(&'f Order, &'f Review),
    Reply(&'f Order, &'f Booking, &'f str),
    CompleteOrder(&'f Order),
    CancelBooking(&'f Order),
}

/// The steps of a fixture loaded at `now`, oldest first; at the same moment as written.
///
/// # Errors
/// Something that has yet to happen.
pub(crate) fn steps(
    fixture: &Fixture,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Vec<Step<'_>>, SeedError> {
    let mut history = History {
        today,
        now,
        steps: Vec::new(),
    };
    let mut premium_tutors = 0;
    for (i, tutor) in fixture.tutors.iter().enumerate() {
        history.tutor(
            &entry_name("tutors", i, Some(&tutor.key)),
            tutor,
            premium_tutors,
        )?;
        premium_tutors += u64::from(tutor.premium);
    }
    for (i, student) in fixture.students.iter().enumerate() {
        let entry = entry_name("students", i, Some(&student.key));
        let joined = at_eight(student.joined_day);
        history.tell(
            &entry,
            "/joined_day",
            joined,
            Action::JoinAsStudent(student),
        )?;
    }
    for (i, order) in fixture.orders.iter().enumerate() {
        history.order(&entry_name("orders", i, Some(&order.key)), order)?;
    }
    history.steps.sort_by_key(|step| step.at);
    Ok(history.steps)
}

fn at_eight(day: i16) -> Moment {
    let time = NaiveTime::MIN + TimeDelta::hours(8);
    Moment { day, time }
}

struct History<'f> {
    today: NaiveDate,
    now: DateTime<Utc>,
    steps: Vec<Step<'f>>,
}

impl<'f> History<'f> {
    /// Adds what the fixture dates.
    fn tell(
        &mut self,
        entry: &str,
        pointer: &str,
        moment: Moment,
        action: Action<'f>,
    ) -> Result<DateTime<Utc>, SeedError> {
        let at = moment.on(self.today);
        if at > self.now {
            let future = FieldProblem::Conflicts { other: "now" };
            return Err(SeedError::invalid(entry, pointer, future));
        }
        self.add(at, entry, action);
        Ok(at)
    }

    /// Adds what follows from something else, now at the latest.
    fn add(&mut self, at: DateTime<Utc>, entry: &str, action: Action<'f>) {
        self.steps.push(Step {
            at: at.min(self.now),
            entry: entry.to_owned(),
            action,
        });
    }

    /// `rank` is the number of premium tutors before this one.
    fn tutor(&mut self, entry: &str, tutor: &'f Tutor, rank: u64) -> Result<(), SeedError> {
        let joined = at_eight(tutor.joined_day);
        let joined = self.tell(entry, "/joined_day", joined, Action::JoinAsTutor(tutor))?;
        if tutor.verified {
            let verified = joined + TimeDelta::hours(26);
            self.add(verified, entry, Action::VerifyTutor(tutor));
        }
        if tutor.premium {
            let bought = premium_bought(self.today, rank).max(joined + TimeDelta::hours(1));
            self.add(
                bought,
                &format!("{entry}: premium"),
                Action::BuyPremium(tutor),
            );
        }
        Ok(())
    }

    fn order(&mut self, entry: &str, order: &'f Order) -> Result<(), SeedError> {
        self.tell(entry, "/placed", order.placed, Action::PlaceOrder(order))?;
        for (i, application) in order.applications.iter().enumerate() {
            let entry = format!("{entry}: applications[{i}]");
            let action = Action::Apply(order, application);
            let sent = self.tell(&entry, "/sent", application.sent, action)?;
            if order.withdrawn.contains(&application.tutor) {
                let at = self.withdrawn_at(order, sent);
                self.add(at, &entry, Action::Withdraw(order, application));
            }
        }
        if let Some(cancelled) = order.cancelled {
            self.tell(entry, "/cancelled", cancelled, Action::CancelOrder(order))?;
        }
        match &order.booking {
            Some(booking) => self.booking(&format!("{entry}: booking"), order, booking),
            None => Ok(()),
        }
    }

    /// After an hour, but before anything was decided.
    fn withdrawn_at(&self, order: &Order, sent: DateTime<Utc>) -> DateTime<Utc> {
        let chosen = order.booking.as_ref().map(|booking| booking.chosen);
        let decided = chosen
            .or(order.cancelled)
            .map_or(self.now, |moment| moment.on(self.today));
        sent + TimeDelta::hours(1).min((decided - sent) / 2)
    }

    fn booking(
        &mut self,
        entry: &str,
        order: &'f Order,
        booking: &'f Booking,
    ) -> Result<(), SeedError> {
        self.tell(
            entry,
            "/chosen",
            booking.chosen,
            Action::Choose(order, booking),
        )?;
        if let Some(paid) = booking.paid {
            self.tell(entry, "/paid", paid, Action::Pay(order))?;
        }
        let mut order_completed = None;
        if let Some(completed) = booking.completed {
            let action = Action::CompleteBooking(order, booking);
            let completed = self.tell(entry, "/completed", completed, action)?;
            order_completed = Some(completed + TimeDelta::hours(1));
        }
        if let Some(review) = &booking.review {
            let entry = format!("{entry}.review");
            let action = Action::Review(order, review);
            let written = self.tell(&entry, "/written", review.written, action)?;
            order_completed = order_completed.map(|_| written + TimeDelta::minutes(1));
            if let Some(reply) = &review.reply {
                let action = Action::Reply(order, booking, reply);
                self.add(written + TimeDelta::hours(3), &entry, action);
            }
        }
        if let Some(at) = order_completed {
            self.add(at, entry, Action::CompleteOrder(order));
        }
        if let Some(cancelled) = booking.cancelled {
            self.tell(entry, "/cancelled", cancelled, Action::CancelBooking(order))?;
        }
        Ok(())
    }
}

/// When a tutor who is premium today bought it: 3 to 20 days ago, so that the month that they paid
/// for is not over, and not everybody on the same day.
fn premium_bought(today: NaiveDate, rank: u64) -> DateTime<Utc> {
    let days_ago = Days::new(3 + rank * 7 % 18);
    let day = today.checked_sub_days(days_ago).unwrap_or(today);
    day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(12)
}
