//! Tutors: what they are, which nobody sees, and what they publish, which only hints at it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::lesson_format::LessonFormat;
use domain::matching::CandidateFacts;
use domain::search::{content_stems, fold_phrase};
use uuid::Uuid;

use super::hours::{HabitualHours, Hours, WeekPlan};
use super::level::{LEVELS, Level, MANNERS, Manner};
use super::place::{CITIES, City};
use super::words::subjects::{SUBJECTS, Subject, TOPICS};
use super::words::{levels, small_talk, spoken};
use crate::dice::Dice;

pub(crate) struct Tutor {
    pub facts: CandidateFacts,
    /// Bio and subjects, as they are embedded.
    pub text: String,
    pub nature: Nature,
}

/// What a tutor is really like.
pub(crate) struct Nature {
    /// Places in the list of subjects; the first is the main one.
    pub subjects: Vec<usize>,
    pub main: Level,
    pub second: Option<Level>,
    /// How well each topic of the main subject is taught, 0 to 1.
    pub topics: [f64; TOPICS],
    pub manner: Manner,
    /// How well lessons are given, 0 to 1.
    pub quality: f64,
    pub years: u32,
    /// When there is still room for a student.
    pub free: Hours,
    /// A quarter of a large city.
    pub district: u32,
}

pub(super) fn tutor(dice: &mut Dice) -> Tutor {
    let city = dice.pick_weighted(&CITIES);
    let subjects = subjects(dice);
    let main = *dice.pick_weighted(&LEVELS);
    let second = dice.percent(60).then(|| dice.pick(main.neighbours()));
    let years = years(dice);
    let quality = quality(dice, years);
    let (plan, free) = hours(dice, city);
    let (rating_sum, rating_count) = ratings(dice, years, quality);
    let strong = dice.between(1, 2);
    let topics = topics(dice, strong);
    let nature = Nature {
        main,
        second,
        topics,
        manner: dice.pick(&MANNERS),
        quality,
        years,
        free,
        district: dice.between(0, 3),
        subjects,
    };
    let text = text(dice, &nature);
    let facts = CandidateFacts {
        tutor_id: Uuid::from_u128(dice.number()),
        text: content_stems(&text).into_iter().collect(),
        hourly_rate: hourly_rate(dice, city, &nature),
        rating_sum,
        rating_count,
        experience_years: years.into(),
        formats: formats(dice),
        city_folded: Some(fold_phrase(city.name)),
        region_folded: Some(fold_phrase(city.region)),
        availability: plan.published(),
        time_zone: city.zone,
        // Bought by whoever likes: it tells nothing.
        premium_until: dice.percent(12).then_some(DateTime::<Utc>::MAX_UTC),
    };
    Tutor {
        facts,
        text,
        nature,
    }
}

impl Nature {
    /// How well a level is really taught, whatever the bio says.
    pub(crate) fn skill(&self, level: Level) -> f64 {
        if level == self.main {
            1.0
        } else if Some(level) == self.second {
            0.8
        } else if self.main.is_near(level) {
            0.45
        } else {
            0.15
        }
    }
}

fn subjects(dice: &mut Dice) -> Vec<usize> {
    let main = dice.below(SUBJECTS.len());
    let mut subjects = vec![main];
    let other = dice.below(SUBJECTS.len());
    if dice.percent(25) && other != main {
        subjects.push(other);
    }
    subjects
}

/// Many young ones, some with decades.
fn years(dice: &mut Dice) -> u32 {
    let most = dice.between(1, 30);
    dice.between(0, most)
}

/// The first years teach how to teach; most of it is talent.
fn quality(dice: &mut Dice, years: u32) -> f64 {
    let practice = f64::from(years.min(8)) / 8.0;
    (0.45 + 0.15 * practice + 0.2 * dice.bell()).clamp(0.0, 1.0)
}

fn topics(dice: &mut Dice, strong: u32) -> [f64; TOPICS] {
    let mut skills = [(); TOPICS].map(|()| dice.within(0.2, 0.6));
    for skill in skills.iter_mut().take(usize::try_from(strong).unwrap_or(1)) {
        *skill = 1.0;
    }
    dice.shuffle(&mut skills);
    skills
}

/// The published hours, and those of them that no student has taken yet. Who is good is busy.
fn hours(dice: &mut Dice, city: &City) -> (WeekPlan, Hours) {
    let habit = [
        (HabitualHours::Wide, 5),
        (HabitualHours::Daytime, 2),
        (HabitualHours::Afternoon, 2),
        (HabitualHours::Evening, 4),
    ];
    let habit = *dice.pick_weighted(&habit);
    let days = dice.between(45, 80);
    let plan = WeekPlan::new(dice, days, habit);
    let taken = dice.between(10, 60);
    let free = plan
        .hours(city)
        .into_iter()
        .filter(|_| !dice.percent(taken))
        .collect();
    (plan, free)
}

/// Stars are noisy: students are kind, and differ more than tutors do.
fn ratings(dice: &mut Dice, years: u32, quality: f64) -> (i64, i64) {
    if dice.percent(15) {
        return (0, 0);
    }
    // Few have many: of three throws the least counts.
    let most = 4 + 3 * years;
    let count = (0..3).map(|_| dice.between(0, most)).min().unwrap_or(0);
    let mut sum = 0;
    for _ in 0..count {
        let felt = 3.4 + 2.0 * quality + 0.8 * dice.bell();
        sum += [1.5, 2.5, 3.5, 4.5]
            .iter()
            .filter(|bound| felt >= **bound)
            .count()
            + 1;
    }
    (i64::try_from(sum).unwrap_or(0), count.into())
}

/// In kopecks, to full 50 roubles. Dear are levels, cities and talent, and some for no reason.
fn hourly_rate(dice: &mut Dice, city: &City, nature: &Nature) -> i64 {
    let worth = 0.75 + 0.5 * nature.quality + 0.01 * f64::from(nature.years.min(15));
    let rate = nature.main.usual_rate() * city.price_level * worth * dice.within(0.7, 1.3);
    to_kopecks(rate)
}

/// To full 50 roubles, up to 10,000.
pub(super) fn to_kopecks(roubles: f64) -> i64 {
    (1..=200_i32)
        .find(|fifties| f64::from(50 * fifties) >= roubles)
        .map_or(1_000_000, |fifties| i64::from(fifties) * 5_000)
}

fn formats(dice: &mut Dice) -> BTreeSet<LessonFormat> {
    let both = vec![LessonFormat::Online, LessonFormat::Offline];
    let offers = [
        (vec![LessonFormat::Online], 45),
        (both, 42),
        (vec![LessonFormat::Offline], 13),
    ];
    dice.pick_weighted(&offers).iter().copied().collect()
}

fn text(dice: &mut Dice, nature: &Nature) -> String {
    let subjects: Vec<&Subject> = nature
        .subjects
        .iter()
        .filter_map(|place| SUBJECTS.get(*place))
        .collect();
    let Some(main) = subjects.first() else {
        return String::new();
    };
    let mut sentences: Vec<&str> = Vec::new();
    if dice.percent(90) {
        let count = if dice.percent(50) { 2 } else { 1 };
        sentences.extend(dice.some(levels::of_level(nature.main).tutor, count));
    }
    if let Some(second) = nature.second
        && dice.percent(65)
    {
        sentences.push(dice.pick(levels::of_level(second).tutor));
    }
    if dice.percent(18) {
        sentences.push(dice.pick(&small_talk::CLAIMS_OF_EVERYTHING));
    }
    for (topic, skill) in main.topics.iter().zip(nature.topics) {
        // What is taught well is mentioned mostly, what is not, sometimes.
        if dice.percent(if skill >= 1.0 { 75 } else { 12 }) {
            sentences.push(dice.pick(&topic.tutor));
        }
    }
    if dice.percent(45) {
        sentences.push(dice.pick(levels::of_manner(nature.manner).tutor));
    }
    let chatter = if dice.percent(50) { 2 } else { 4 };
    sentences.extend(dice.some(&small_talk::OF_TUTORS, chatter));
    dice.shuffle(&mut sentences);
    let names = subjects.iter().map(|subject| subject.name);
    sentences
        .iter()
        .map(|sentence| spoken(sentence, main))
        .chain(names.map(str::to_owned))
        .collect::<Vec<_>>()
        .join(" ")
}
