//! Matching an order in the background, and telling the tutors whom it suits.

use std::time::Duration;

use domain::order::OrderStatus;
use persistence::orders::{self, Order};
use persistence::outbox::{self, NotificationType};
use persistence::{Actor, Scope, Tx, order_match_notices, tutors, users, write};
use serde_json::json;
use uuid::Uuid;

use crate::matching::{self, Matches, Wanted};
use crate::overtaken::lock_current;
use crate::{ServiceError, Tools};

/// How many tutors are matched, and told.
const LIMIT: usize = 10;
/// As much as anybody may ask for: nobody waits.
const BUDGET: Duration = Duration::from_secs(5);

/// Matches an order that is still open. One that isn't, or is gone, needs no tutors any more.
pub(super) async fn match_order(
    tools: Tools<'_>,
    job_id: Uuid,
    order_id: Uuid,
) -> Result<(), ServiceError> {
    let now = || Scope {
        // What is logged and audited of it is found by the job.
        request_id: Some(format!("job-{job_id}")),
        ..Scope::new(tools.clock.now(), Actor::Job)
    };
    let scope = now();
    let Some(order) = orders::find(tools.db, order_id, scope.now).await? else {
        return Ok(());
    };
    if *order.status != OrderStatus::Open {
        return Ok(());
    }
    let wanted = Wanted {
        limit: LIMIT,
        arrived: tools.clock.instant(),
        budget: BUDGET,
    };
    let matches = matching::compute(tools, &scope, &order, wanted).await?;
    write(tools.db, &now(), async |tx| {
        tell_tutors(tx, &order, &matches).await
    })
    .await
}

/// Tells the tutors that an order suits them: each once an order, ever.
async fn tell_tutors(tx: &Tx, matched: &Order, matches: &Matches) -> Result<(), ServiceError> {
    // A tutor who takes another name locks the account, then the profile.
    let accounts = matches.places.iter().map(|(_, card)| card.profile.user_id);
    users::keep(tx, accounts).await?;
    let ids = matches.places.iter().map(|(place, _)| place.tutor_id);
    let user_ids = tutors::keep_visible(tx, ids).await?;
    let order = lock_current(tx, matched.id).await?;
    if order.version != matched.version {
        // They would be told of an order that is no more: whoever edited it has queued a job.
        return Ok(());
    }
    for (place, _) in &matches.places {
        let Some(&user_id) = user_ids.get(&place.tutor_id) else {
            continue;
        };
        if order_match_notices::insert_unless_there(tx, order.id, place.tutor_id).await? {
            let data = json!({ "order_id": order.id, "rank": place.rank, "score": place.score });
            outbox::tell(tx, user_id, NotificationType::NewOrderMatch, data).await?;
        }
    }
    Ok(())
}
