//! Every operation × everybody × the own, the foreign and the missing: the exact status, by the
//! table.

use std::collections::BTreeMap;

use actix_web::http::Method;
use chrono::TimeDelta;
use domain::access::{Refusal, Right, Tie, admit, allow, right_of};
use domain::account::Role;

use serde_json::json;

use super::contents;
use super::fields::Fields;
use crate::support::{
    Answer, Client, Operation, Ready, Side, TestApp, UNKNOWN, example_of, operations,
};

/// Somebody who calls, and the side that they are on.
struct Caller {
    name: &'static str,
    role: Option<Role>,
    side: Option<usize>,
    client: Client,
}

/// Whose the thing is that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Thing {
    /// The operation is of no particular thing.
    None,
    /// That of a side.
    Of(usize),
    Missing,
}

/// Phones and last names of those on the sides, in their order.
const PRIVATE: [(&str, &str); 4] = [
    ("+79160000001", "Шереметьева"),
    ("+79160000002", "Воротынская"),
    ("+79160000003", "Трубецкая"),
    ("+79160000004", "Голицына"),
];

struct World {
    app: TestApp,
    sides: [Side; 2],
    admin: Client,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::with_stripe().await;
        let sides = Side::two(&app).await;
        for (person, (phone, last_name)) in sides.iter().flat_map(Side::people).zip(PRIVATE) {
            let body = json!({ "phone": phone, "last_name": last_name });
            person.patch("/me", body).await.expect(200);
        }
        for side in &sides {
            app.verify(&side.tutor_id).await;
        }
        for side in &sides {
            let path = format!("/orders/{}/matches", side.order);
            side.student.act(&path).await.expect(200);
        }
        let admin = app.admin().await;
        Self { app, sides, admin }
    }

    fn callers(&self) -> Vec<Caller> {
        let [one, other] = &self.sides;
        let caller = |name, role, side, client: &Client| Caller {
            name,
            role,
            side,
            client: client.clone(),
        };
        vec![
            caller("nobody", None, None, &self.app.anonymous()),
            caller("student", Some(Role::Student), Some(0), &one.student),
            caller("tutor", Some(Role::Tutor), Some(0), &one.tutor),
            caller("admin", Some(Role::Admin), None, &self.admin),
            caller(
                "other student",
                Some(Role::Student),
                Some(1),
                &other.student,
            ),
            caller("other tutor", Some(Role::Tutor), Some(1), &other.tutor),
        ]
    }

    /// What is known of others to nobody but administrators.
    fn assert_tells_nothing_private(&self, caller: &Caller, answer: &Answer) {
        let people = self.sides.iter().flat_map(Side::people);
        for (person, (phone, last_name)) in people.zip(PRIVATE) {
            let is_themself = person.user_id == caller.client.user_id;
            for private in [person.email.as_str(), phone, last_name] {
                let is_told = answer.text.contains(private);
                let may = is_themself || caller.role == Some(Role::Admin);
                assert!(may || !is_told, "{} is told: {}", caller.name, answer.text);
            }
        }
    }

    fn path(&self, operation: &Operation, thing: Thing) -> String {
        match thing {
            Thing::Of(side) => self.sides[side].path(operation),
            Thing::None | Thing::Missing => operation.path.replace("{id}", UNKNOWN),
        }
    }
}

/// How near a caller is to a thing of one of the sides.
fn tie(operation: &Operation, caller: &Caller, side: usize) -> Tie {
    let is_own_side = caller.side == Some(side);
    match (operation.thing(), caller.role, is_own_side) {
        ("orders", Some(Role::Student), true)
        | ("applications", Some(Role::Tutor), true)
        | ("documents", Some(Role::Tutor), true)
        | ("payments" | "sessions", Some(Role::Student), true) => Tie::Own,
        ("applications", Some(Role::Student), true)
        | ("bookings", Some(_), true)
        | ("reviews", Some(Role::Tutor), true) => Tie::Party,
        // Orders of the sides are open, and their tutors are seen.
        ("orders", Some(Role::Tutor), _) | ("tutors", _, _) => Tie::Visible,
        _ => Tie::Foreign,
    }
}

/// Who sees an answer: the role, and how near it is to the thing.
fn audience(operation: &Operation, caller: &Caller, thing: Thing) -> String {
    let role = caller
        .role
        .map_or_else(|| "nobody".to_owned(), |role| role.to_string());
    match thing {
        Thing::Of(side) => match tie(operation, caller, side) {
            tie @ (Tie::Own | Tie::Party) => format!("{role} ({tie})"),
            Tie::Visible | Tie::Foreign => role,
        },
        Thing::None | Thing::Missing => role,
    }
}

fn verdict(operation: &Operation, caller: &Caller, thing: Thing) -> Result<(), Refusal> {
    let right: Right = right_of(&operation.id).unwrap();
    match thing {
        Thing::None => admit(caller.role, right),
        Thing::Of(side) => allow(caller.role, tie(operation, caller, side), right),
        Thing::Missing => admit(caller.role, right).and(Err(Refusal::Hidden)),
    }
}

fn things(operation: &Operation) -> &'static [Thing] {
    if operation.path.contains('{') {
        &[Thing::Of(0), Thing::Of(1), Thing::Missing]
    } else {
        &[Thing::None]
    }
}

async fn asked(world: &World, operation: &Operation, caller: &Caller, thing: Thing) -> Answer {
    let client = caller.client.with("if-match", "*");
    let (path, body) = (
        world.path(operation, thing),
        example_of(&world.app, operation),
    );
    client.send(operation.method.clone(), &path, body).await
}

/// Does it to something that nothing has been done to yet.
async fn done(app: &TestApp, operation: &Operation, caller: &Caller) -> Answer {
    let today = app.now();
    let role = caller
        .role
        .map_or_else(String::new, |role| role.to_string());
    let ready = Ready::of_role(app, operation, &role).await;
    let method = operation.method.clone();
    let answer = ready.client.send(method, &ready.path, ready.body).await;
    app.advance(today - app.now());
    answer
}

fn cells(callers: &[Caller]) -> impl Iterator<Item = (&'static Operation, &Caller, Thing)> {
    let operations = operations().iter().filter(|o| !o.is_webhook());
    operations.flat_map(move |operation| {
        callers.iter().flat_map(move |caller| {
            let things = things(operation).iter();
            things.map(move |thing| (operation, caller, *thing))
        })
    })
}

/// How many cells were answered so, for whoever reads the output of the test.
fn print(counts: &BTreeMap<(&str, &str), usize>) {
    for ((caller, answer), count) in counts {
        println!("{caller:14} {answer:4} {count:4}");
    }
    let operations = operations().len() - 1;
    let cells: usize = counts.values().sum();
    println!("{operations} operations, {cells} cells; Stripe's webhook apart");
}

#[actix_web::test]
async fn everybody_gets_what_the_table_says_and_no_more() {
    let world = World::new().await;
    let callers = world.callers();
    let before = contents(&world.app).await;
    let mut counts = BTreeMap::new();
    let mut allowed = Vec::new();
    let mut fields = Fields::default();
    for (operation, caller, thing) in cells(&callers) {
        let what = format!("{} as {}, {thing:?}", operation.name(), caller.name);
        let expected = match verdict(operation, caller, thing) {
            Ok(()) => {
                allowed.push((operation, caller, thing));
                continue;
            }
            Err(Refusal::Unauthenticated) => (401, "unauthenticated"),
            Err(Refusal::Forbidden) => (403, "forbidden"),
            Err(Refusal::Hidden) => (404, "not_found"),
        };
        let answer = asked(&world, operation, caller, thing).await;
        assert_eq!(answer.status, expected.0, "{what}: {}", answer.text);
        answer.refused(expected.0, expected.1);
        let status = match expected.0 {
            401 => "401",
            403 => "403",
            _ => "404",
        };
        *counts.entry((caller.name, status)).or_default() += 1;
    }
    assert_eq!(
        contents(&world.app).await,
        before,
        "a refusal changed something"
    );
    for (operation, caller, thing) in allowed {
        let what = format!("{} as {}, {thing:?}", operation.name(), caller.name);
        let answer = if operation.method == Method::GET {
            asked(&world, operation, caller, thing).await
        } else {
            done(&world.app, operation, caller).await
        };
        assert!(
            answer.status < 300,
            "{what}: {} {}",
            answer.status,
            answer.text
        );
        world.assert_tells_nothing_private(caller, &answer);
        fields.note(operation, &audience(operation, caller, thing), &answer);
        *counts.entry((caller.name, "2xx")).or_default() += 1;
    }
    print(&counts);
    fields.check();
}

#[actix_web::test]
async fn an_order_that_is_taken_is_hidden_from_tutors_who_have_not_applied() {
    let world = World::new().await;
    let [one, other] = &world.sides;
    let path = format!("/orders/{}", one.order);
    other.tutor.get(&path).await.expect(200);
    let time = world.app.now() + TimeDelta::days(9);
    let choose = format!("/applications/{}/choose", one.application);
    let body = serde_json::json!({ "starts_at": time });
    one.student.post(&choose, body).await.expect(201);
    one.tutor.get(&path).await.expect(200);
    for hidden in [path.clone(), format!("{path}/applications")] {
        other.tutor.get(&hidden).await.refused(404, "not_found");
    }
}
