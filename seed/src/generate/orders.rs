//! Orders, who applied for them, and what became of each.

use std::collections::HashMap;

use chrono::{NaiveTime, TimeDelta};

use super::calendar::{Calendar, DAY, Minute};
use super::dice::Dice;
use super::people::{Resident, week};
use super::words::places::City;
use super::words::sentences::{MESSAGES, WISHES};
use super::words::spoken;
use super::words::subjects::{SUBJECTS, SubjectWords};
use crate::fixture::{Application, Moment, Order, Tutor};

/// What becomes of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Open,
    /// Paid, and the lesson lies ahead.
    Ahead,
    /// The lesson took place.
    Done,
    /// Taken back before anything was chosen.
    Cancelled,
    /// Chosen, taken back unpaid, open again.
    Reopened,
    Expired,
}

const FATES: [(Fate, u32); 6] = [
    (Fate::Open, 28),
    (Fate::Ahead, 14),
    (Fate::Done, 44),
    (Fate::Cancelled, 6),
    (Fate::Reopened, 3),
    (Fate::Expired, 5),
];

/// More people want to apply than this only in one case of a thousand.
const MAX_APPLICATIONS: i64 = 6;

pub(super) struct Planner<'a> {
    pub(super) dice: Dice,
    pub(super) tutors: &'a [Tutor],
    by_subject: HashMap<&'a str, Vec<usize>>,
    /// The city and the earliest order of each student.
    students: Vec<(&'static City, i16)>,
    pub(super) calendar: Calendar,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        dice: Dice,
        tutors: &'a [Tutor],
        students: &[Resident],
        calendar: Calendar,
    ) -> Self {
        let mut by_subject: HashMap<&str, Vec<usize>> = HashMap::new();
        for (i, tutor) in tutors.iter().enumerate() {
            for slug in &tutor.subjects {
                by_subject.entry(slug).or_default().push(i);
            }
        }
        let students = students.iter().map(|s| (s.city, 0)).collect();
        Self {
            dice,
            tutors,
            by_subject,
            students,
            calendar,
        }
    }

    /// Nobody asks for anything before they have joined.
    pub(super) fn let_join(&mut self, students: &mut [Resident]) {
        for (resident, (_, first_order)) in students.iter_mut().zip(&self.students) {
            if *first_order < 0 {
                let before = i16::try_from(self.dice.between(1, 20)).unwrap_or(1);
                resident.student.joined_day = first_order - before;
            }
        }
    }

    pub(super) fn order(&mut self, index: usize) -> Order {
        let fate = self.dice.pick_weighted(&FATES, |(_, weight)| *weight).0;
        let placed = self.placed(fate);
        let subject = self.dice.pick_weighted(&SUBJECTS, |s| s.weight);
        let mut order = self.blank(index, subject, placed);
        let applied = self.apply(&mut order, subject, fate, placed);
        match fate {
            Fate::Open => {}
            Fate::Expired => {
                order.expires = Some(moment(placed + DAY * self.dice.between(7, 14)));
            }
            Fate::Cancelled => {
                let decided = placed + 2 * DAY;
                order.cancelled = Some(moment(decided + self.dice.between(0, 2 * DAY)));
            }
            Fate::Ahead | Fate::Done | Fate::Reopened => {
                order.booking = self.booking(&applied, fate, placed);
                // Whom nobody can teach finds nobody: what was long ago has expired since.
                if order.booking.is_none() && fate == Fate::Done {
                    order.expires = Some(moment(placed + 14 * DAY));
                }
            }
        }
        order
    }

    /// When an order was placed that came to this: long enough ago for all of it to have happened.
    fn placed(&mut self, fate: Fate) -> Minute {
        let (least, most) = match fate {
            Fate::Open => (2, 14),
            Fate::Ahead | Fate::Reopened => (5, 12),
            Fate::Done => (20, 300),
            Fate::Cancelled => (6, 200),
            Fate::Expired => (20, 120),
        };
        let days_ago = self.dice.between(least, most);
        self.dice.between(8 * 60, 21 * 60) - DAY * days_ago
    }

    fn blank(&mut self, index: usize, subject: &SubjectWords, placed: Minute) -> Order {
        let student = self.dice.below(self.students.len());
        let mut home = None;
        if let Some((city, first_order)) = self.students.get_mut(student) {
            *first_order = moment(placed).day.min(*first_order);
            home = Some(*city);
        }
        let (title, description, goal) = *self.dice.pick(&WISHES);
        let is_offline = self.dice.percent(25);
        let is_online = !is_offline || self.dice.percent(50);
        let formats = [(is_online, "online"), (is_offline, "offline")];
        let budget_max = 5_000 * self.dice.between(18, 44);
        let place = home.filter(|_| is_offline || self.dice.percent(30));
        let topic = self.dice.pick(&subject.topics);
        Order {
            key: format!("o{}", index + 1),
            student: format!("s{}", student + 1),
            subject: subject.slug.to_owned(),
            title: spoken(title, false, subject),
            description: format!(
                "{} Особенно трудно даётся тема «{topic}».",
                spoken(description, false, subject)
            ),
            goal: self.dice.percent(70).then(|| goal.to_owned()),
            budget_min: budget_max * self.dice.between(5, 8) / 10,
            budget_max,
            formats: formats
                .into_iter()
                .filter(|(is_wanted, _)| *is_wanted)
                .map(|(_, format)| format.to_owned())
                .collect(),
            city: place.map(|city| city.name.to_owned()),
            region: place.map(|city| city.region.to_owned()),
            availability: self.dice.percent(50).then(|| week(&mut self.dice)),
            time_zone: None,
            placed: moment(placed),
            expires: None,
            applications: Vec::new(),
            withdrawn: Vec::new(),
            booking: None,
            cancelled: None,
        }
    }

    /// Lets tutors of the subject apply within the first day: those who were there by then, and who
    /// can be met as the order wants. Gives those whose applications stand.
    fn apply(
        &mut self,
        order: &mut Order,
        subject: &SubjectWords,
        fate: Fate,
        placed: Minute,
    ) -> Vec<usize> {
        let Some(able) = self.by_subject.get(subject.slug) else {
            return Vec::new();
        };
        let least = i64::from(matches!(fate, Fate::Ahead | Fate::Done | Fate::Reopened));
        let wanted = self.dice.between(least, MAX_APPLICATIONS);
        let mut applied: Vec<usize> = Vec::new();
        for _ in 0..wanted * 4 {
            let candidate = *self.dice.pick(able);
            let Some(tutor) = self.tutors.get(candidate) else {
                continue;
            };
            let fits = tutor.joined_day + 3 < order.placed.day
                && !applied.contains(&candidate)
                && can_meet(tutor, order);
            if fits && i64::try_from(applied.len()).is_ok_and(|count| count < wanted) {
                applied.push(candidate);
            }
        }
        applied.retain(|&candidate| {
            let Some(tutor) = self.tutors.get(candidate) else {
                return false;
            };
            let sent = placed + self.dice.between(15, DAY - 30);
            order.applications.push(Application {
                tutor: tutor.key.clone(),
                price: price(&mut self.dice, tutor.hourly_rate),
                message: spoken(self.dice.pick::<&str>(&MESSAGES), is_woman(tutor), subject),
                sent: moment(sent),
            });
            let is_withdrawn = order.applications.len() > 1 && self.dice.percent(4);
            if is_withdrawn {
                order.withdrawn.push(tutor.key.clone());
            }
            !is_withdrawn
        });
        applied
    }
}

/// Of the surnames, only women's end like this.
fn is_woman(tutor: &Tutor) -> bool {
    tutor.last_name.ends_with('а')
}

fn can_meet(tutor: &Tutor, order: &Order) -> bool {
    tutor.formats.iter().any(|format| {
        order.formats.contains(format) && (format == "online" || tutor.city == order.city)
    })
}

/// What a tutor asks for an hour of theirs, give or take a tenth, in steps of 50 roubles.
fn price(dice: &mut Dice, hourly_rate: i64) -> i64 {
    const STEP: i64 = 5_000;
    (hourly_rate * dice.between(90, 110) / 100 / STEP).max(1) * STEP
}

pub(super) fn moment(minute: Minute) -> Moment {
    Moment {
        day: i16::try_from(minute.div_euclid(DAY)).unwrap_or(i16::MIN),
        time: NaiveTime::MIN + TimeDelta::minutes(minute.rem_euclid(DAY)),
    }
}
