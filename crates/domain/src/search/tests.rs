use proptest::prelude::*;

use super::*;

fn one_stem(forms: &[&str]) {
    let all: BTreeSet<Vec<String>> = forms.iter().map(|form| stems(form)).collect();
    assert_eq!(all.len(), 1, "{forms:?} have stems {all:?}");
}

fn tutor() -> SearchDocument {
    SearchDocument::new(
        "Мария И.",
        ["Математика", "Mathematics"],
        Some("Казань"),
        "Готовлю к ЕГЭ по математике, физике; жила в Москве",
    )
}

fn relevance_of(query: &str) -> i64 {
    relevance(&query_stems(query), &tutor())
}

#[test]
fn case_and_yo_do_not_matter() {
    one_stem(&["москва", "МОСКВА", "Москва"]);
    one_stem(&["всё", "все", "ВСЁ", "все\u{308}"]);
    one_stem(&["Пётр", "петр"]);
    one_stem(&["ёлка", "Ёлки", "елка"]);
}

#[test]
fn forms_of_a_russian_word_share_a_stem() {
    one_stem(&["репетитор", "репетиторы", "репетиторов", "репетитору"]);
    one_stem(&["математика", "математике", "математику", "Математики"]);
    one_stem(&["физика", "физике", "физикой"]);
    one_stem(&["москва", "москве", "москвы"]);
}

#[test]
fn forms_of_an_english_word_share_a_stem() {
    one_stem(&["tutor", "Tutors", "TUTORING"]);
    one_stem(&["lesson", "lessons"]);
}

#[test]
fn a_letter_written_as_two_characters_is_the_same_letter() {
    assert_eq!(fold("и\u{306}од"), "йод");
    assert_eq!(fold("И\u{306}ОД"), "йод");
    assert_eq!(fold("за\u{301}мок"), "замок");
    assert_eq!(fold("мате\u{ad}матика"), "математика");
}

#[test]
fn words_are_runs_of_letters_and_digits() {
    assert_eq!(
        words("Санкт-Петербург, 11-класс; ЕГЭ/ОГЭ (B2)"),
        ["санкт", "петербург", "11", "класс", "егэ", "огэ", "b2"]
    );
    assert_eq!(words(" — … !"), Vec::<String>::new());
}

#[test]
fn stems_keep_their_order_and_their_repetitions() {
    assert_eq!(stems("физика и Физике"), ["физик", "и", "физик"]);
}

#[test]
fn spellings_of_a_place_are_alike() {
    assert_eq!(
        fold_phrase(" Санкт-Петербург "),
        fold_phrase("САНКТ  петербург")
    );
    assert_eq!(fold_phrase("Орёл"), fold_phrase("орел"));
}

#[test]
fn a_query_is_made_of_distinct_words_that_say_something() {
    assert_eq!(
        query_stems("опыт по физике, по физике"),
        stems("опыт физика")
    );
    assert_eq!(query_stems("репетитор по физике"), stems("физика"));
    assert_eq!(query_stems("ваш репетиторы"), stems("ваш"));
    assert_eq!(query_stems("репетиторы для"), stems("репетитор"));
    assert_eq!(query_stems("В на"), stems("в на"));
    assert_eq!(query_stems("  "), Vec::<String>::new());
}

#[test]
fn a_long_query_is_cut() {
    let query: Vec<String> = (0..100).map(|n| format!("слово{n}")).collect();
    assert_eq!(query_stems(&query.join(" ")).len(), MAX_QUERY_STEMS);
}

#[test]
fn a_name_or_a_subject_weighs_more_than_the_city_and_the_city_more_than_the_bio() {
    let (name, subject) = (relevance_of("мария"), relevance_of("mathematics"));
    let (city, bio) = (relevance_of("казани"), relevance_of("физика"));
    assert!(name > city + bio && subject > city + bio && city > bio && bio > 0);
    assert_eq!(relevance_of("химия"), 0);
    assert_eq!(relevance_of("математика"), SUBJECT_WEIGHT + BIO_WEIGHT);
}

#[test]
fn repeating_a_word_gains_nothing() {
    let twice = [stems("математика"), stems("математику")].concat();
    assert_eq!(relevance(&twice, &tutor()), relevance_of("математика"));
    let stuffed = SearchDocument::new("", [], None, &"физика ".repeat(100));
    assert_eq!(relevance(&query_stems("физика"), &stuffed), BIO_WEIGHT);
}

fn stored(text: &str) -> Vec<String> {
    let field: BTreeSet<String> = stems(text).into_iter().collect();
    let field = format!(" {} ", field.into_iter().collect::<Vec<_>>().join(" "));
    stored_content_stems(&field).map(str::to_owned).collect()
}

#[test]
fn what_is_stored_has_the_content_stems_of_its_text() {
    let text = "Для ЕГЭ по математике, the best of Физика";
    let mut content = content_stems(text);
    content.sort();
    assert_eq!(stored(text), content);
}

#[test]
fn a_stem_that_a_stop_word_shares_is_not_taken_for_content() {
    // МО is a region, and the stem of «мой».
    assert_eq!(content_stems("мой МО"), ["мо"]);
    assert_eq!(stored("мой МО"), [""; 0]);
}

#[test]
fn an_empty_field_has_no_stems() {
    assert_eq!(stored_content_stems(" ").count(), 0);
}

proptest! {
    #[test]
    fn folding_twice_changes_nothing_more(text in any::<String>()) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn folding_twice_changes_nothing_more_around_the_special_letters(
        text in "[иИйЙеЕёЁςΣİa\u{306}\u{308}\u{301}\u{ad}\u{200d}]{0,12}",
    ) {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn any_text_has_stems_that_can_be_stored(text in any::<String>()) {
        for stem in stems(&text) {
            prop_assert!(!stem.is_empty() && stem.len() <= 2046, "{stem:?}");
        }
    }

    #[test]
    fn any_russian_or_english_word_has_a_stem(word in "[а-яё]{1,80}|[a-z]{1,80}") {
        prop_assert_eq!(stems(&word).len(), 1);
    }

    #[test]
    fn a_query_in_capitals_is_the_same_query(query in "[а-яёa-z ]{0,40}") {
        prop_assert_eq!(query_stems(&query.to_uppercase()), query_stems(&query));
    }

    #[test]
    fn relevance_is_the_sum_of_the_stored_weights(
        query in "(физика|казань|мария|москва|математика|химия| ){0,8}",
    ) {
        let document = tutor();
        let weights = document.weighted_stems();
        let query = query_stems(&query);
        let sum: i64 = query.iter().filter_map(|stem| weights.get(stem.as_str())).sum();
        prop_assert_eq!(relevance(&query, &document), sum);
    }

    #[test]
    fn nothing_is_taken_for_content_that_the_text_does_not_have(
        text in "(для|мой|эта|есть|мо|физика|ЕГЭ|the|and|[а-яё]{1,6}|[a-z]{1,6}| ){0,12}",
    ) {
        let content = content_stems(&text);
        for stem in stored(&text) {
            prop_assert!(content.contains(&stem), "{stem} of {text}");
        }
    }
}
