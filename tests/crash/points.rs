//! A server that is killed at a point leaves what one that lives would have left, once the same was
//! asked of its successor.

use std::time::Instant;

use domain::text_enum::TextEnum;
use services::fault_points::FaultPoint;

use super::state;
use super::story::{Story, stories_of};
use super::world::{Killed, World};
use crate::support::Answer;
use crate::walk::process::run;

/// What a story has come to.
#[derive(Debug, PartialEq)]
struct Outcome {
    lines: Vec<String>,
    statuses: Vec<u16>,
    premium_seconds: Option<i64>,
    customers: usize,
    sessions: usize,
}

/// Tells a story to servers that are killed whenever they come to the point, or to one that lives;
/// how often one was killed beside what it came to.
async fn tell(story: Story, point: Option<FaultPoint>) -> (Outcome, usize) {
    let world = World::new().await;
    let mut server = Some(world.serve(point).await);
    let mut told = {
        let site = server.as_ref().unwrap().visitor();
        story.begin(&world, &site).await
    };
    let mut deaths = 0;
    for call in &told.calls {
        let alive = match server.take() {
            Some(server) => server,
            None => world.serve(point).await,
        };
        let site = alive.site.clone();
        match alive.answer_or_death(call.at(&site)).await {
            Ok(alive) => server = Some(alive),
            Err(Killed) => deaths += 1,
        }
    }
    if let Some(server) = server {
        if point.is_some() && story.is_the_servers_own() {
            server.death().await;
            deaths += 1;
        } else {
            server.kill().await;
        }
    }
    let server = world.serve(None).await;
    let site = server.visitor();
    let mut answers: Vec<Answer> = Vec::new();
    for call in &told.calls {
        answers.push(call.at(&site.site).await.unwrap());
    }
    let premium_seconds = told.end(&world, &site, &answers).await;
    let outcome = Outcome {
        lines: state::lines(world.db()).await,
        statuses: answers.iter().map(|answer| answer.status).collect(),
        premium_seconds,
        customers: world.fake.customers(),
        sessions: world.fake.sessions(),
    };
    (outcome, deaths)
}

/// Kills at each of the points, and compares with a life without an accident.
async fn kill_at_each(points: impl Fn(&FaultPoint) -> bool) {
    let mut lives: Vec<(Story, Outcome)> = Vec::new();
    for point in FaultPoint::ALL.iter().copied().filter(points) {
        for &story in stories_of(point) {
            let began = Instant::now();
            let same = |(known, _): &&(Story, _)| format!("{known:?}") == format!("{story:?}");
            if !lives.iter().any(|life| same(&life)) {
                lives.push((story, tell(story, None).await.0));
            }
            let (_, expected) = lives.iter().find(same).unwrap();
            let (found, deaths) = tell(story, Some(point)).await;
            assert!(deaths > 0, "{story:?} does not come to {point}");
            let (more, less) = (without(&found, expected), without(expected, &found));
            assert!(
                &found == expected,
                "{story:?}, killed at {point}, has {more:?} and not {less:?}: {found:#?}"
            );
            let took = began.elapsed();
            println!("{point}: {story:?}, killed {deaths} times, {took:.1?}");
        }
    }
}

/// The lines of one that another doesn't have, or not so often.
fn without(outcome: &Outcome, other: &Outcome) -> Vec<String> {
    let mut others = other.lines.clone();
    let mut lines = outcome.lines.clone();
    lines.retain(|line| match others.iter().position(|known| known == line) {
        Some(place) => {
            others.swap_remove(place);
            false
        }
        None => true,
    });
    lines
}

fn is_of(resource: &'static str) -> impl Fn(&FaultPoint) -> bool {
    move |point| point.as_str().starts_with(resource)
}

#[actix_web::test]
async fn a_kill_anywhere_in_a_webhook_changes_nothing() {
    kill_at_each(is_of("webhook.")).await;
}

#[actix_web::test]
async fn a_kill_anywhere_in_a_checkout_changes_nothing() {
    kill_at_each(is_of("checkout.")).await;
}

#[actix_web::test]
async fn a_kill_anywhere_else_changes_nothing() {
    let elsewhere = |point: &FaultPoint| !is_of("webhook.")(point) && !is_of("checkout.")(point);
    kill_at_each(elsewhere).await;
}

#[actix_web::test]
async fn a_server_that_is_not_for_debugging_has_no_fault_points() {
    let folder = tempfile::tempdir().unwrap();
    let env = [
        ("FAULT_POINT", "webhook.inserted"),
        ("FRONTEND_URL", "https://tutors.example.org"),
        ("JWT_SECRET", "a secret of at least thirty-two bytes"),
        ("STRIPE_SECRET_KEY", "sk_test_1"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_1"),
        ("BIND_ADDR", "127.0.0.1:0"),
    ];
    let ended = run(folder.path(), &["serve"], &env).await;
    let complaint = ended.failed();
    assert!(
        complaint.contains("FAULT_POINT: ") && complaint.contains("DEBUG=true"),
        "{complaint}"
    );
}

#[actix_web::test]
async fn a_fault_point_that_does_not_exist_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let env = [
        ("DEBUG", "true"),
        ("STRIPE", "fake"),
        ("FAULT_POINT", "nowhere"),
    ];
    let ended = run(folder.path(), &["serve"], &env).await;
    let complaint = ended.failed();
    assert!(complaint.contains("webhook.settled"), "{complaint}");
    assert!(!complaint.contains("nowhere"), "{complaint}");
}
