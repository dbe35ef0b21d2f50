//! Orders: what the student needs, and what of it is written down.

use std::collections::BTreeSet;

use domain::lesson_format::LessonFormat;
use domain::matching::OrderFacts;
use domain::search::{content_stems, fold_phrase};

use super::hours::{HabitualHours, Hours, WeekPlan};
use super::level::{LEVELS, Level, MANNERS, Manner};
use super::place::CITIES;
use super::tutor::to_kopecks;
use super::words::subjects::{SUBJECTS, Subject, TOPICS};
use super::words::{levels, small_talk, spoken};
use crate::dice::Dice;

pub(crate) struct Order {
    pub facts: OrderFacts,
    /// Title, description, goal and subject, as they are embedded.
    pub text: String,
    pub need: Need,
}

/// What the student really wants.
pub(crate) struct Need {
    /// Place in the list of subjects.
    pub subject: usize,
    pub level: Level,
    pub topic: usize,
    /// None: any will do.
    pub manner: Option<Manner>,
    /// Whether a cheaper lesson pleases, or money is no matter within the budget.
    pub is_thrifty: bool,
    /// Whether years of experience are trusted for themselves.
    pub trusts_years: bool,
    /// Of those who take both: would rather sit at one table.
    pub prefers_offline: bool,
    pub hours: Hours,
    pub lessons_a_week: usize,
    /// Can move what is in the way.
    pub is_flexible: bool,
    pub district: u32,
    pub is_city_large: bool,
}

pub(super) fn order(dice: &mut Dice) -> Order {
    let city = dice.pick_weighted(&CITIES);
    let subject = dice.below(SUBJECTS.len());
    let level = *dice.pick_weighted(&LEVELS);
    let habit = match level {
        Level::Adults => HabitualHours::Evening,
        Level::University if dice.percent(50) => HabitualHours::Daytime,
        _ => HabitualHours::Afternoon,
    };
    let plan = WeekPlan::new(dice, 45, habit);
    let manner = dice.percent(50).then(|| dice.pick(&MANNERS));
    let formats = formats(dice);
    let need = Need {
        subject,
        level,
        topic: dice.below(TOPICS),
        manner,
        is_thrifty: dice.percent(45),
        trusts_years: dice.percent(30),
        prefers_offline: formats.len() > 1 && dice.percent(60),
        hours: plan.hours(city),
        lessons_a_week: if dice.percent(65) { 1 } else { 2 },
        is_flexible: dice.percent(35),
        district: dice.between(0, 3),
        is_city_large: city.is_large,
    };
    let text = text(dice, &need);
    let budget = level.usual_rate() * city.price_level * dice.within(0.85, 1.7);
    let facts = OrderFacts {
        text: content_stems(&text).into_iter().collect(),
        budget_max: to_kopecks(budget),
        formats,
        city_folded: Some(fold_phrase(city.name)),
        region_folded: Some(fold_phrase(city.region)),
        availability: dice.percent(70).then(|| plan.published()),
        time_zone: Some(city.zone),
    };
    Order { facts, text, need }
}

fn formats(dice: &mut Dice) -> BTreeSet<LessonFormat> {
    let wishes = [
        (vec![LessonFormat::Online], 50),
        (vec![LessonFormat::Online, LessonFormat::Offline], 32),
        (vec![LessonFormat::Offline], 18),
    ];
    dice.pick_weighted(&wishes).iter().copied().collect()
}

fn text(dice: &mut Dice, need: &Need) -> String {
    let Some(subject): Option<&Subject> = SUBJECTS.get(need.subject) else {
        return String::new();
    };
    let level = levels::of_level(need.level);
    let mut sentences: Vec<&str> = Vec::new();
    if dice.percent(95) {
        let count = if dice.percent(35) { 2 } else { 1 };
        sentences.extend(dice.some(level.order, count));
    }
    if let Some(topic) = subject.topics.get(need.topic)
        && dice.percent(65)
    {
        sentences.push(dice.pick(&topic.order));
    }
    if let Some(manner) = need.manner
        && dice.percent(60)
    {
        sentences.push(dice.pick(levels::of_manner(manner).order));
    }
    if need.trusts_years && dice.percent(60) {
        sentences.push(dice.pick(&small_talk::WANTS_EXPERIENCE));
    }
    let chatter = if dice.percent(50) { 1 } else { 3 };
    sentences.extend(dice.some(&small_talk::OF_ORDERS, chatter));
    dice.shuffle(&mut sentences);
    sentences.insert(0, dice.pick(&small_talk::TITLES));
    if dice.percent(45) {
        let goal = match need.manner {
            Some(manner) if dice.percent(20) => levels::of_manner(manner).goal,
            _ => level.goal,
        };
        sentences.push(dice.pick(goal));
    }
    sentences.push("{name}");
    let spoken: Vec<String> = sentences.iter().map(|s| spoken(s, subject)).collect();
    spoken.join(" ")
}
