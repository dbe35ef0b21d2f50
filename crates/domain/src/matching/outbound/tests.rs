use serde_json::json;

use super::*;

const PERSON: Person = Person {
    first_name: "Пётр",
    last_name: "Иванов",
};

fn formats() -> BTreeSet<LessonFormat> {
    BTreeSet::from([LessonFormat::Online])
}

fn candidate(bio: &str) -> CandidateData {
    let tutor = TutorCard {
        person: PERSON,
        subject_names: &["Математика", "Физика"],
        experience_years: 7,
        hourly_rate: 150_050,
        rating_sum: 14,
        rating_count: 3,
        formats: &formats(),
        bio,
    };
    candidate_data(2, &tutor)
}

#[test]
fn an_order_is_embedded_with_its_subject_and_without_its_student() {
    let text = order_text(
        "Математика для Иванова Петра",
        "Пишите\u{202e} на  petr@mail.ru\n или 8 (912) 345-67-89",
        Some("ЕГЭ в 2027"),
        "Математика",
        &PERSON,
    );
    assert_eq!(
        text,
        "Математика. Математика для [имя] [имя] Пишите на [почта] или [телефон] ЕГЭ в 2027"
    );
}

#[test]
fn a_tutor_is_embedded_with_the_subjects_and_without_the_name() {
    let text = tutor_text("Я Пётр, t.me/petr", &["Математика", "Физика"], &PERSON);
    assert_eq!(text, "Математика, Физика. Я [имя], [ссылка]");
}

#[test]
fn a_subject_is_named_even_if_its_tutor_is_called_so() {
    let person = Person {
        first_name: "Химия",
        last_name: "Физика",
    };
    assert_eq!(tutor_text("Учу", &["Физика"], &person), "Физика. Учу");
}

#[test]
fn the_same_words_are_the_same_text_however_they_are_spaced_or_hidden() {
    let text = |bio: &str| tutor_text(bio, &["Физика"], &PERSON);
    let plain = text("Учу физике детей");
    for bio in [
        "  Учу\tфизике\r\n\r\nдетей ",
        "Учу\u{a0}физике\u{3000}детей",
        "У\u{ad}чу фи\u{200b}зике\u{feff} \u{e0041}детей\u{2060}",
        "Учу\u{7} физике \u{1b}детей",
    ] {
        assert_eq!(text(bio), plain, "{bio:?}");
    }
}

#[test]
fn a_text_is_cut_at_a_character() {
    let text = tutor_text(&"жёлудь ".repeat(2_000), &["Физика"], &PERSON);
    assert_eq!(text.chars().count(), MAX_TEXT_CHARS);
    assert_eq!(
        candidate(&"ж".repeat(5_000)).about,
        "ж".repeat(MAX_ABOUT_CHARS)
    );
}

#[test]
fn a_number_that_would_be_cut_in_two_is_hidden_first() {
    let bio = format!("{} 89123456789", "ж".repeat(MAX_ABOUT_CHARS - 6));
    let about = candidate(&bio).about;
    assert!(!about.contains('8'), "{about}");
}

#[test]
fn a_number_in_groups_that_would_be_cut_in_two_is_not_shown_by_half() {
    for number in [
        "8 912 345 67 89",
        "+7, 912, 345, 67, 89",
        "8 (код 912) 345 - 67 - 89",
    ] {
        for link in 1_780..1_800 {
            let bio = format!(
                "https://{} {number} {}",
                "a".repeat(link - 9),
                "жду ".repeat(200)
            );
            let about = candidate(&bio).about;
            assert!(!about.contains(|c: char| c.is_numeric()), "{link}: {about}");
        }
    }
}

#[test]
fn an_address_in_words_that_would_be_cut_in_two_is_not_shown_by_half() {
    for link in 1_780..1_800 {
        let bio = format!("https://{} petr собака mail.ru", "a".repeat(link - 9));
        let about = candidate(&bio).about;
        assert!(!about.contains("petr"), "{link}: {about}");
    }
}

#[test]
fn no_more_of_a_text_is_masked_however_much_its_characters_stand_for() {
    for c in ["\u{fdfa}", "ж", " ж", "ж\u{301}", "\u{5b4}", "\u{200b}"] {
        let (text, is_whole) = beginning(&c.repeat(5_000), 1_000);
        assert!(text.chars().count() <= 1_000, "{c:?}");
        assert!(!is_whole, "{c:?}");
    }
}

#[test]
fn a_text_that_is_cut_is_cut_at_a_blank() {
    assert_eq!(beginning("один два", 8), ("один два".to_owned(), true));
    assert_eq!(beginning("один два", 7), ("один".to_owned(), false));
    assert_eq!(beginning("одиндва", 4), ("один".to_owned(), false));
}

#[test]
fn a_candidate_is_shown_by_handle_and_numbers() {
    let shown = serde_json::to_value(candidate("Учу. Иванов, +7 912 345 67 89")).unwrap();
    assert_eq!(
        shown,
        json!({
            "handle": "c3", "subjects": ["Математика", "Физика"], "experience_years": 7,
            "hourly_rate": 1500, "rating": 4.6, "rating_count": 3, "formats": ["online"],
            "about": "Учу. [имя], [телефон]"
        })
    );
}

#[test]
fn a_tutor_without_reviews_has_no_rating() {
    assert_eq!(mean(0, 0), None);
    assert_eq!(mean(i64::MAX, 1), None);
    assert_eq!(mean(5, 1), Some(5.0));
}

#[test]
fn an_order_is_shown_in_the_same_way() {
    let order = OrderCard {
        person: PERSON,
        subject_name: "Математика",
        title: "Нужен репетитор Иванову",
        description: "Звоните:\n 345-67-89",
        goal: None,
        budget_max: 200_000,
        formats: &formats(),
    };
    assert_eq!(
        serde_json::to_value(order_data(&order)).unwrap(),
        json!({
            "subject": "Математика", "title": "Нужен репетитор [имя]",
            "description": "Звоните: [телефон]", "goal": null, "budget_max": 2000,
            "formats": ["online"]
        })
    );
}
