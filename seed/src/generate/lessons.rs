//! Lessons that were chosen from applications, and what was said of them.

use super::calendar::{DAY, Minute};
use super::orders::{Fate, Planner, moment};
use super::words::reviews::{FIVE, FOUR, ONE, REGRETS, THANKS, THREE, TWO};
use crate::fixture::{Booking, Review};

impl Planner<'_> {
    /// The choice of somebody who has time, and what follows.
    pub(super) fn booking(
        &mut self,
        applied: &[usize],
        fate: Fate,
        placed: Minute,
    ) -> Option<Booking> {
        let minutes = *self.dice.pick(&[60, 60, 60, 90]);
        let days = match fate {
            Fate::Done => (placed.div_euclid(DAY) + 4, placed.div_euclid(DAY) + 14),
            _ => (2, 12),
        };
        for &index in applied {
            let Some(tutor) = self.tutors.get(index) else {
                continue;
            };
            let Some(starts) = self.calendar.book(&mut self.dice, index, days, minutes) else {
                continue;
            };
            // The day of the applications is over, and a day is left before the lesson.
            let latest = (starts - DAY).min(-12 * 60);
            let chosen = self
                .dice
                .between(placed + DAY, latest.min(placed + 3 * DAY));
            let paid = chosen + self.dice.between(5, 10 * 60);
            let mut booking = Booking {
                tutor: tutor.key.clone(),
                chosen: moment(chosen),
                starts: Some(moment(starts)),
                duration_minutes: Some(minutes),
                paid: Some(moment(paid)),
                completed: None,
                review: None,
                cancelled: None,
            };
            match fate {
                Fate::Done => self.complete(&mut booking, starts + minutes),
                Fate::Reopened => {
                    booking.paid = None;
                    booking.cancelled = Some(moment(paid));
                }
                _ => {}
            }
            return Some(booking);
        }
        None
    }

    fn complete(&mut self, booking: &mut Booking, ended: Minute) {
        let completed = ended + self.dice.between(5, 12 * 60);
        booking.completed = Some(moment(completed));
        if self.dice.percent(78) {
            booking.review = Some(self.review(&booking.tutor, completed));
        }
    }

    fn review(&mut self, tutor: &str, completed: Minute) -> Review {
        // Some tutors are better than others, and stay so.
        let luck: u32 = tutor.bytes().map(u32::from).sum::<u32>() % 5;
        let weights = [
            (5, 40 + 12 * luck),
            (4, 30),
            (3, 14 - 2 * luck),
            (2, 6 - luck),
            (1, 5 - luck),
        ];
        let rating = self.dice.pick_weighted(&weights, |(_, weight)| *weight).0;
        let texts: &[&str] = match rating {
            5 => &FIVE,
            4 => &FOUR,
            3 => &THREE,
            2 => &TWO,
            _ => &ONE,
        };
        let text = *self.dice.pick(texts);
        let answers: &[&str] = if rating >= 4 { &THANKS } else { &REGRETS };
        let answer = *self.dice.pick(answers);
        let written = completed + self.dice.between(30, 2 * DAY);
        Review {
            rating,
            text: self.dice.percent(88).then(|| text.to_owned()),
            written: moment(written.min(-1)),
            reply: self.dice.percent(30).then(|| answer.to_owned()),
        }
    }
}
