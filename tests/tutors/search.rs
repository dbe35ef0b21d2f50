//! Searching tutors by words.

use serde_json::json;

use super::found;
use crate::support::{TestApp, profile_body};

async fn tutor_of(app: &TestApp, city: &str, bio: &str) -> String {
    let mut profile = profile_body();
    profile["city"] = json!(city);
    profile["bio"] = json!(bio);
    app.tutor_with(profile).await.1
}

#[actix_web::test]
async fn the_case_of_letters_does_not_matter() {
    let app = TestApp::new().await;
    let muscovite = tutor_of(&app, "Москва", "Алгебра.").await;
    tutor_of(&app, "Казань", "Алгебра.").await;
    for q in ["москва", "МОСКВА", "мОсКвА"] {
        assert_eq!(found(&app, &[("q", q)]).await, [muscovite.as_str()], "{q}");
        assert_eq!(found(&app, &[("city", q)]).await, [muscovite.as_str()]);
    }
}

#[actix_web::test]
async fn the_form_of_a_word_does_not_matter() {
    let app = TestApp::new().await;
    let one = tutor_of(&app, "Казань", "Опытный репетитор.").await;
    tutor_of(&app, "Казань", "Учитель.").await;
    for q in ["репетиторы", "репетитора", "Репетиторов"] {
        assert_eq!(found(&app, &[("q", q)]).await, [one.as_str()], "{q}");
    }
}

#[actix_web::test]
async fn yo_and_ye_are_one_letter() {
    let app = TestApp::new().await;
    let one = tutor_of(&app, "Орёл", "Весёлые уроки.").await;
    let other = tutor_of(&app, "Королев", "Строгие уроки.").await;
    assert_eq!(found(&app, &[("q", "веселые")]).await, [one.as_str()]);
    assert_eq!(found(&app, &[("city", "орел")]).await, [one.as_str()]);
    assert_eq!(found(&app, &[("city", "Королёв")]).await, [other.as_str()]);
    assert_eq!(found(&app, &[("q", "королёв")]).await, [other.as_str()]);
}

#[actix_web::test]
async fn every_word_must_be_found() {
    let app = TestApp::new().await;
    let both = tutor_of(&app, "Казань", "Олимпиады и ЕГЭ.").await;
    tutor_of(&app, "Казань", "Олимпиады.").await;
    tutor_of(&app, "Москва", "ЕГЭ и олимпиады.").await;
    let q = [("q", "казань егэ олимпиады")];
    assert_eq!(found(&app, &q).await, [both.as_str()]);
    assert!(found(&app, &[("q", "казань скрипка")]).await.is_empty());
}

#[actix_web::test]
async fn a_subject_is_found_by_its_name_in_either_language() {
    let app = TestApp::new().await;
    let mut profile = profile_body();
    profile["subjects"] = json!(["nemeckij-yazyk"]);
    let (_, id) = app.tutor_with(profile).await;
    tutor_of(&app, "Казань", "Алгебра.").await;
    for q in ["немецкий", "German"] {
        assert_eq!(found(&app, &[("q", q)]).await, [id.as_str()], "{q}");
    }
}

#[actix_web::test]
async fn a_surname_that_the_card_hides_is_not_searched() {
    let app = TestApp::new().await;
    let (_, id) = app.tutor().await;
    assert_eq!(found(&app, &[("q", "Анна")]).await, [id.as_str()]);
    for q in ["Иванова", "Иванов", "Анна Иванова"] {
        assert!(found(&app, &[("q", q)]).await.is_empty(), "{q}");
    }
}

#[actix_web::test]
async fn signs_of_a_query_language_are_just_signs() {
    let app = TestApp::new().await;
    let (_, id) = app.tutor().await;
    for q in ["'", "\"", "% OR 1=1 --", "a & | ! b", "NEAR(", "*"] {
        app.anonymous()
            .get(&super::listed_by(&[("q", q)]))
            .await
            .expect(200);
    }
    let q = [("q", "геометрию\"'&")];
    assert_eq!(found(&app, &q).await, [id.as_str()]);
}

#[actix_web::test]
async fn who_renames_themself_is_found_by_the_new_name() {
    let app = TestApp::new().await;
    let (tutor, id) = app.tutor().await;
    let body = json!({ "first_name": "Клавдия" });
    tutor.patch("/me", body).await.expect(200);
    assert_eq!(found(&app, &[("q", "клавдия")]).await, [id.as_str()]);
    assert!(found(&app, &[("q", "анна")]).await.is_empty());
}
