//! Cities, with their clocks.

use chrono_tz::Tz;

#[derive(Debug)]
pub(super) struct City {
    pub name: &'static str,
    pub region: &'static str,
    pub zone: Tz,
    /// Ahead of UTC; clocks don't change in Russia.
    pub hours_ahead: u32,
    /// So large that the other end of it is far away.
    pub is_large: bool,
    /// How prices here compare with the country's.
    pub price_level: f64,
}

/// Each with how many people live there, roughly.
pub(super) const CITIES: [(City, u32); 8] = [
    (city(("Москва", "Москва"), Tz::Europe__Moscow, 3, 1.3), 34),
    (
        city(
            ("Санкт-Петербург", "Санкт-Петербург"),
            Tz::Europe__Moscow,
            3,
            1.15,
        ),
        18,
    ),
    (
        city(
            ("Казань", "Республика Татарстан"),
            Tz::Europe__Moscow,
            3,
            0.9,
        ),
        9,
    ),
    (
        city(
            ("Краснодар", "Краснодарский край"),
            Tz::Europe__Moscow,
            3,
            0.9,
        ),
        8,
    ),
    (
        city(
            ("Калининград", "Калининградская область"),
            Tz::Europe__Kaliningrad,
            2,
            0.9,
        ),
        4,
    ),
    (
        city(
            ("Екатеринбург", "Свердловская область"),
            Tz::Asia__Yekaterinburg,
            5,
            0.95,
        ),
        11,
    ),
    (
        city(
            ("Новосибирск", "Новосибирская область"),
            Tz::Asia__Novosibirsk,
            7,
            0.9,
        ),
        11,
    ),
    (
        city(
            ("Владивосток", "Приморский край"),
            Tz::Asia__Vladivostok,
            10,
            0.95,
        ),
        5,
    ),
];

const fn city(
    (name, region): (&'static str, &'static str),
    zone: Tz,
    hours_ahead: u32,
    price_level: f64,
) -> City {
    City {
        name,
        region,
        zone,
        hours_ahead,
        is_large: price_level > 1.0,
        price_level,
    }
}
