//! Several servers on one database, one of which is killed every second and started again, and a
//! Stripe that delivers until it is heard.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use chrono::Utc;
use futures_util::future::{join_all, select};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde_json::Value;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::crash::world::{Server, WEBHOOK_SECRET, World};
use crate::support::Answer;
use crate::walk::visitor::Visitor;

const SERVERS: usize = 4;
const CONNECTIONS: usize = 24;
/// Every event is delivered so many times, with success.
pub const TIMES: usize = 3;
/// Of one customer.
pub const EVENTS: usize = 10;
/// How soon a delivery that got no 2xx is tried again. Stripe waits longer.
const PAUSE: Duration = Duration::from_millis(20);

/// Where the servers are now.
type Sites = RefCell<Vec<String>>;

/// What the storm came to.
#[derive(Debug, Default)]
pub struct Storm {
    pub deaths: usize,
    /// Answers that were no 2xx, by status; 0 is none at all.
    pub refused: BTreeMap<u16, usize>,
    /// How often each event was answered otherwise than `duplicate`.
    pub effects: Vec<usize>,
}

/// Delivers every event as often as it must be, in an order of its own, to all servers at once.
pub async fn storm(world: &World, events: &[Value], seed: u64) -> Storm {
    let mut rng = StdRng::seed_from_u64(seed);
    let queue = queue(events.len(), &mut rng);
    let servers = join_all((0..SERVERS).map(|_| world.serve(None))).await;
    let sites: Sites = RefCell::new(servers.iter().map(|server| server.site.clone()).collect());
    let storm = RefCell::new(Storm {
        effects: vec![0; events.len()],
        ..Storm::default()
    });
    let next = Cell::new(0);
    let post = join_all((0..CONNECTIONS).map(|first| {
        let mut postman = Postman {
            visitor: Visitor::anonymous(""),
            server: first,
            sites: &sites,
            storm: &storm,
        };
        let (queue, next) = (&queue, &next);
        async move {
            while let Some(&event) = queue.get(next.replace(next.get() + 1)) {
                let outcome = postman.deliver(&events[event]).await;
                if outcome["outcome"] != "duplicate" {
                    postman.storm.borrow_mut().effects[event] += 1;
                }
            }
        }
    }));
    let kill = kill_for_ever(world, servers, &sites, &storm, rng);
    // Whoever kills never ends; it ends with the last delivery.
    drop(select(Box::pin(post), Box::pin(kill)).await);
    storm.into_inner()
}

/// All deliveries, in the order in which they are made. Two of each event's come close together with
/// those of few customers, so that many are about one of them at the same moment; the third comes at
/// any time after.
fn queue(events: usize, rng: &mut StdRng) -> Vec<usize> {
    const NEIGHBOURS: f64 = 1.5;
    let customers = events / EVENTS;
    let mut places: Vec<usize> = (0..customers).collect();
    places.shuffle(rng);
    let mut queue: Vec<(f64, usize)> = Vec::new();
    for event in 0..events {
        for time in 0..TIMES {
            let place = places[event / EVENTS] as f64;
            let width = match time {
                0 => customers as f64 - place,
                _ => NEIGHBOURS,
            };
            queue.push((place + rng.random::<f64>() * width, event));
        }
    }
    queue.sort_by(|a, b| a.0.total_cmp(&b.0));
    queue.into_iter().map(|(_, event)| event).collect()
}

async fn kill_for_ever(
    world: &World,
    servers: Vec<Server>,
    sites: &Sites,
    storm: &RefCell<Storm>,
    mut rng: StdRng,
) {
    let mut servers: Vec<Option<Server>> = servers.into_iter().map(Some).collect();
    let mut beat = interval(Duration::from_secs(1));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.tick().await;
    loop {
        beat.tick().await;
        let victim = rng.random_range(0..SERVERS);
        servers[victim].take().unwrap().kill().await;
        storm.borrow_mut().deaths += 1;
        let server = world.serve(None).await;
        sites.borrow_mut()[victim] = server.site.clone();
        servers[victim] = Some(server);
    }
}

/// One connection of Stripe's.
struct Postman<'a> {
    visitor: Visitor,
    server: usize,
    sites: &'a Sites,
    storm: &'a RefCell<Storm>,
}

impl Postman<'_> {
    /// Delivers an event to one server after the other until it is answered 2xx.
    async fn deliver(&mut self, event: &Value) -> Value {
        let body = event.to_string();
        loop {
            self.server += 1;
            let site = self.sites.borrow()[self.server % SERVERS].clone();
            let signature = stripe_fake::sign(WEBHOOK_SECRET, Utc::now().timestamp(), &body);
            let stripe = self.visitor.at(&site);
            let status = match stripe.try_deliver(body.clone(), Some(&signature)).await {
                Ok(answer) if answer.status == 200 => return answer.json(),
                Ok(Answer { status, text, .. }) => {
                    assert!(status >= 500, "{status}: {text}");
                    status
                }
                Err(_) => 0,
            };
            *self.storm.borrow_mut().refused.entry(status).or_default() += 1;
            sleep(PAUSE).await;
        }
    }
}
