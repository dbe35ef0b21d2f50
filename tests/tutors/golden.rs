//! What people really type, and whom they must find first: forty queries to the demo's tutors.

use std::collections::HashMap;

use crate::support::TestApp;

/// The query, the tutors that must come first, and how many are found in all.
const GOLDEN: [(&str, &[&str], usize); 40] = [
    // Case, ё and е, the form of a word.
    ("москва", &["t01"], 9),
    ("МОСКВА", &["t01"], 9),
    ("в Москве", &["t01"], 9),
    ("Петр", &["t06"], 1),
    ("Пётр", &["t06"], 1),
    ("артём", &["t04"], 1),
    ("сочинение", &["t37", "t32"], 2),
    ("сочинения", &["t37", "t32"], 2),
    ("дробь", &["t05"], 1),
    ("физику", &["t02"], 7),
    // A subject and nothing else finds its tutors, and before those who only mention it.
    ("математика", &["t50"], 11),
    ("химия", &["t15"], 5),
    ("немецкий язык", &["t24"], 5),
    ("русский язык", &["t34", "t37", "t32"], 6),
    ("обществознание", &["t43", "t40"], 8),
    ("философия", &["t57", "t58", "t59"], 3),
    ("German", &["t29"], 5),
    ("chemistry", &["t15"], 5),
    // Everybody here is a tutor and gives lessons: that word narrows nothing.
    ("репетитор по математике", &["t50"], 11),
    ("репетиторы по математике в Казани", &["t02"], 1),
    ("учитель физики", &["t02"], 7),
    ("подготовка к ЕГЭ по химии", &["t17", "t13", "t16"], 3),
    // Each further word narrows the list.
    ("математика казань", &["t02"], 1),
    ("физика Екатеринбург", &["t06"], 1),
    ("нижний новгород физика", &["t12"], 1),
    ("география иркутск", &["t46"], 1),
    ("олимпиадная математика", &["t03"], 1),
    ("олимпиады по информатике", &["t49"], 1),
    ("химия и биология", &["t14", "t17"], 2),
    ("история и обществознание", &["t40", "t42", "t39"], 3),
    ("английский для детей", &["t22"], 1),
    ("для взрослых немецкий", &["t29", "t27"], 2),
    ("собеседование на английском", &["t23"], 2),
    ("информатика ОГЭ", &["t52"], 1),
    ("теория игр", &["t54"], 1),
    ("кандидатский минимум", &["t57"], 1),
    // Latin words, and places of several.
    ("ielts", &["t26", "t21"], 2),
    ("Python", &["t50"], 3),
    ("санкт петербург", &["t23"], 6),
    ("ростов-на-дону", &["t05", "t40"], 2),
];

#[actix_web::test]
async fn forty_queries_find_first_whom_they_must() {
    let app = TestApp::new().await;
    let demo = seed::parse(include_str!("../../seed/demo_data.json")).unwrap();
    let (today, now) = (app.now().date_naive(), app.now());
    seed::load(app.db(), &demo, "golden", today, now, |_, _| {})
        .await
        .unwrap();
    let keys: HashMap<&str, &str> = demo
        .tutors
        .iter()
        .map(|tutor| (tutor.bio.as_str(), tutor.key.as_str()))
        .collect();
    let mut wrong = Vec::new();
    for (q, first, count) in GOLDEN {
        let path = super::listed_by(&[("q", q), ("limit", "100")]);
        let body = app.anonymous().get(&path).await.expect(200);
        let items = body["items"].as_array().unwrap();
        let found: Vec<&str> = items
            .iter()
            .map(|item| keys[item["bio"].as_str().unwrap()])
            .collect();
        if found.len() != count || !found.starts_with(first) {
            wrong.push(format!("{q}: {found:?}, not {count} from {first:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
