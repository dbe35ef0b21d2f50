//! Tutors and students.

use std::collections::BTreeMap;

use super::dice::Dice;
use super::words::people::{MEN, SURNAMES, WOMEN, of_woman};
use super::words::places::{CITIES, City};
use super::words::sentences::{BACKGROUNDS, METHODS, WAYS};
use super::words::spoken;
use super::words::subjects::{SUBJECTS, SubjectWords};
use crate::fixture::{Student, Tutor};

/// Each subject is dealt out this many times before chance decides, to a tutor whom every student
/// can afford and meet.
const DEALT: usize = 3;
const AFFORDABLE: i64 = 150_000;

struct Person {
    first_name: String,
    last_name: String,
    email: String,
    is_woman: bool,
}

/// `key` tells the address from all others of the seed, and the seed from other seeds.
fn person(dice: &mut Dice, seed: u64, key: &str, women: u32) -> Person {
    let is_woman = dice.percent(women);
    let first = dice.pick(if is_woman { &WOMEN } else { &MEN });
    let surname = *dice.pick(&SURNAMES);
    let (last_name, latin) = if is_woman {
        of_woman(surname)
    } else {
        (surname.0.to_owned(), surname.1.to_owned())
    };
    Person {
        first_name: first.0.to_owned(),
        last_name,
        email: format!("{}.{latin}.{key}@seed{seed}.example.org", first.1),
        is_woman,
    }
}

pub(super) fn tutor(dice: &mut Dice, seed: u64, index: usize) -> Tutor {
    let key = format!("t{}", index + 1);
    let person = person(dice, seed, &key, 62);
    let is_dealt = index < DEALT * SUBJECTS.len();
    let main = match SUBJECTS.get(index % SUBJECTS.len()) {
        Some(subject) if is_dealt => subject,
        _ => dice.pick_weighted(&SUBJECTS, |subject| subject.weight),
    };
    let experience_years = dice.between(1, 25).min(dice.between(1, 35));
    let city = dice.pick_weighted(&CITIES, |city| city.weight);
    let formats = formats(dice, is_dealt);
    Tutor {
        bio: bio(dice, person.is_woman, main),
        first_name: person.first_name,
        last_name: person.last_name,
        email: person.email,
        hourly_rate: rate(dice, experience_years, is_dealt),
        experience_years,
        subjects: subjects(dice, main),
        city: Some(city.name.to_owned()),
        region: Some(city.region.to_owned()),
        time_zone: city.time_zone.to_owned(),
        formats,
        availability: week(dice),
        verified: is_dealt || dice.percent(80),
        premium: dice.percent(12),
        // Those who were dealt out have been here long enough to have a past.
        joined_day: day(dice, if is_dealt { 320 } else { 20 }, 700),
        key,
    }
}

fn bio(dice: &mut Dice, is_woman: bool, subject: &SubjectWords) -> String {
    let (one, other) = (dice.pick(&subject.topics), dice.pick(&subject.topics));
    let topics = if one == other {
        format!("Любимая тема — {one}.")
    } else {
        format!("Чаще всего разбираем темы «{one}» и «{other}».")
    };
    let parts = [
        *dice.pick(&BACKGROUNDS),
        *dice.pick(&METHODS),
        &topics,
        *dice.pick(&WAYS),
    ];
    spoken(&parts.join(" "), is_woman, subject)
}

/// Kopecks an hour, in steps of 50 roubles.
fn rate(dice: &mut Dice, experience_years: i64, is_affordable: bool) -> i64 {
    const STEP: i64 = 5_000;
    let rate = STEP * (dice.between(14, 36) + experience_years * dice.between(0, 12) / 10);
    if is_affordable {
        rate.min(AFFORDABLE - STEP * dice.between(0, 6))
    } else {
        rate
    }
}

fn subjects(dice: &mut Dice, main: &SubjectWords) -> Vec<String> {
    let mut slugs = vec![main.slug.to_owned()];
    for chance in [30, 8] {
        let another = dice.pick(&SUBJECTS).slug;
        if dice.percent(chance) && !slugs.iter().any(|slug| slug == another) {
            slugs.push(another.to_owned());
        }
    }
    slugs
}

fn formats(dice: &mut Dice, is_online: bool) -> Vec<String> {
    let online = is_online || dice.percent(85);
    let offline = !online || dice.percent(50);
    [(online, "online"), (offline, "offline")]
        .into_iter()
        .filter(|(is_offered, _)| *is_offered)
        .map(|(_, format)| format.to_owned())
        .collect()
}

/// Evenings of some weekdays, and half a day of some weekends.
pub(super) fn week(dice: &mut Dice) -> BTreeMap<String, Vec<String>> {
    const DAYS: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    const EVENINGS: [&str; 5] = [
        "15:00-19:00",
        "16:00-20:00",
        "17:00-21:00",
        "16:00-21:00",
        "18:00-22:00",
    ];
    const HALF_DAYS: [&str; 4] = ["10:00-14:00", "09:00-13:00", "11:00-16:00", "12:00-18:00"];
    let mut week = BTreeMap::new();
    for (i, day) in DAYS.iter().enumerate() {
        let is_weekend = i >= 5;
        if dice.percent(if is_weekend { 45 } else { 60 }) {
            let hours = *dice.pick(if is_weekend {
                &HALF_DAYS[..]
            } else {
                &EVENINGS
            });
            week.insert((*day).to_owned(), vec![hours.to_owned()]);
        }
    }
    if week.is_empty() {
        week.insert("saturday".to_owned(), vec!["10:00-14:00".to_owned()]);
    }
    week
}

/// A student, and where they live: orders for lessons in person name the city.
pub(super) struct Resident {
    pub(super) student: Student,
    pub(super) city: &'static City,
}

pub(super) fn student(dice: &mut Dice, seed: u64, index: usize) -> Resident {
    let key = format!("s{}", index + 1);
    let person = person(dice, seed, &key, 55);
    let city = dice.pick_weighted(&CITIES, |city| city.weight);
    Resident {
        student: Student {
            key,
            email: person.email,
            first_name: person.first_name,
            last_name: person.last_name,
            time_zone: city.time_zone.to_owned(),
            joined_day: day(dice, 1, 300),
        },
        city,
    }
}

/// So many days before the day of loading.
fn day(dice: &mut Dice, least: i64, most: i64) -> i16 {
    i16::try_from(-dice.between(least, most)).unwrap_or(i16::MIN)
}
