//! What leaves for the provider: no name, no e-mail, no phone, no id.

use serde_json::{Value, json};

use super::provider::Market;
use super::verified;
use crate::support::{id, order_body, profile_body};

/// What nobody outside may read: in any case, and also with the blanks of a phone left out.
const SECRETS: [&str; 14] = [
    "анна",
    "анне",
    "анну",
    "иванов",
    "anna.ivanova",
    "репетитор-анна",
    "912 345",
    "9123456789",
    "345-67-89",
    "495 123",
    "t.me",
    "vk.com",
    "@anna_ege",
    "example.org",
];

fn letter() -> &'static str {
    "Меня зовут Анна Иванова, Анне Ивановой можно писать на anna.ivanova@example.org или \
     репетитор-анна@почта.рф, звонить 8 (912) 345-67-89, +7 912 345 67 89, +79123456789 или (495) 123-45-67; \
     t.me/anna_ege, https://vk.com/anna.ege?x=1, @anna_ege. Готовлю к ЕГЭ по математике."
}

fn with_letter(mut body: Value, fields: &[&str]) -> Value {
    for field in fields {
        body[*field] = json!(letter());
    }
    body
}

#[actix_web::test]
async fn no_name_e_mail_phone_or_id_is_ever_in_an_outbound_body() {
    let market = Market::of(2).await;
    let app = &market.app;
    let (tutor, tutor_id) = verified(app, with_letter(profile_body(), &["bio"])).await;
    let order = with_letter(order_body(), &["description", "goal"]);
    let mut order = market.student.post("/orders", order).await.expect(201);
    let order_id = id(&order);
    app.run_jobs().await;
    let path = format!("/orders/{order_id}/matches");
    order = market.student.act(&path).await.expect(200);
    assert_eq!(order["engine"], "llm");
    let requests = market.fake.requests();
    assert!(
        requests.len() >= 3,
        "the tutor, the order, and a ranking or two"
    );
    let people = [&market.student, &tutor];
    for request in &requests {
        let said = format!("{} {}", request.target, request.body).to_lowercase();
        for secret in SECRETS {
            assert!(!said.contains(secret), "{secret} in {said}");
        }
        let ids = people.iter().flat_map(|who| [&who.user_id, &who.email]);
        for secret in ids.chain([&tutor_id, &order_id]) {
            assert!(!said.contains(secret), "{secret} in {said}");
        }
    }
    let all: String = requests
        .iter()
        .map(|request| request.body.as_str())
        .collect();
    assert!(
        all.contains("Готовлю к ЕГЭ по математике"),
        "what matters is said"
    );
}
