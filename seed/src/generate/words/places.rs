//! Cities with their regions and time zones.

pub(crate) struct City {
    pub(crate) name: &'static str,
    pub(crate) region: &'static str,
    pub(crate) time_zone: &'static str,
    /// How many of the market's people live there, relative to the others.
    pub(crate) weight: u32,
}

const fn city(
    name: &'static str,
    region: &'static str,
    time_zone: &'static str,
    weight: u32,
) -> City {
    City {
        name,
        region,
        time_zone,
        weight,
    }
}

pub(crate) const CITIES: [City; 28] = [
    city("Москва", "Москва", "Europe/Moscow", 130),
    city("Санкт-Петербург", "Санкт-Петербург", "Europe/Moscow", 56),
    city(
        "Новосибирск",
        "Новосибирская область",
        "Asia/Novosibirsk",
        16,
    ),
    city(
        "Екатеринбург",
        "Свердловская область",
        "Asia/Yekaterinburg",
        15,
    ),
    city("Казань", "Республика Татарстан", "Europe/Moscow", 13),
    city(
        "Нижний Новгород",
        "Нижегородская область",
        "Europe/Moscow",
        12,
    ),
    city("Красноярск", "Красноярский край", "Asia/Krasnoyarsk", 12),
    city("Челябинск", "Челябинская область", "Asia/Yekaterinburg", 12),
    city("Самара", "Самарская область", "Europe/Samara", 11),
    city("Уфа", "Республика Башкортостан", "Asia/Yekaterinburg", 11),
    city("Ростов-на-Дону", "Ростовская область", "Europe/Moscow", 11),
    city("Краснодар", "Краснодарский край", "Europe/Moscow", 11),
    city("Омск", "Омская область", "Asia/Omsk", 11),
    city("Воронеж", "Воронежская область", "Europe/Moscow", 10),
    city("Пермь", "Пермский край", "Asia/Yekaterinburg", 10),
    city("Волгоград", "Волгоградская область", "Europe/Volgograd", 10),
    city("Саратов", "Саратовская область", "Europe/Saratov", 9),
    city("Тюмень", "Тюменская область", "Asia/Yekaterinburg", 8),
    city("Барнаул", "Алтайский край", "Asia/Barnaul", 6),
    city("Ижевск", "Удмуртская Республика", "Europe/Samara", 6),
    city("Иркутск", "Иркутская область", "Asia/Irkutsk", 6),
    city("Хабаровск", "Хабаровский край", "Asia/Vladivostok", 6),
    city("Ярославль", "Ярославская область", "Europe/Moscow", 6),
    city("Владивосток", "Приморский край", "Asia/Vladivostok", 6),
    city("Томск", "Томская область", "Asia/Tomsk", 5),
    city(
        "Калининград",
        "Калининградская область",
        "Europe/Kaliningrad",
        5,
    ),
    city("Тула", "Тульская область", "Europe/Moscow", 5),
    city("Орёл", "Орловская область", "Europe/Moscow", 3),
];
