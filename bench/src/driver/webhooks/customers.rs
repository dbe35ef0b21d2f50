//! Tutors who have opened a checkout each: copies of the rows that the server wrote for the first.

use std::cell::Cell;

use anyhow::{Context, Result, ensure};
use sqlx::PgPool;
use uuid::Uuid;

use super::deliveries::Purchase;

/// Numbers of copies: all have ten digits, so that they stand anywhere in a UUID.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    pub first: u64,
    /// The first that isn't in it.
    pub end: u64,
}

pub struct Customers<'a> {
    pool: &'a PgPool,
    /// One statement a table, for the numbers from $1 to before $2.
    copying: Vec<String>,
    next: Cell<u64>,
}

/// The first UUIDs of this stem, by what they are of: 0, 1, 2 …
pub fn uuid_stem(kind: usize) -> String {
    format!("0193f2c4-{kind:04x}-7000-8000-00")
}

impl<'a> Customers<'a> {
    /// Learns from the first purchase what a customer's rows look like.
    pub async fn new(pool: &'a PgPool, purchase: &mut Purchase) -> Result<Self> {
        let found: (Uuid, Uuid, String) = sqlx::query_as(
            "SELECT user_id, tutor_id, customer_id FROM payments WHERE provider_ref = $1",
        )
        .bind(&purchase.session_id)
        .fetch_one(pool)
        .await?;
        let (user_id, tutor_id, customer_id) = found;
        let payment_id = purchase.payment_id.clone();
        let ids = [user_id.to_string(), tutor_id.to_string(), payment_id];
        for (kind, id) in ids.iter().enumerate() {
            purchase.call(id, uuid_stem(kind));
        }
        let [user, tutor, payment] = [0, 1, 2].map(uuid_stem);
        let session = purchase.stem(&purchase.session_id)?;
        let customer = purchase.stem(&customer_id)?;
        let copy = |table: &str, key: &str, id: &str, changes: &[(&str, String)]| {
            let changes: Vec<String> = changes
                .iter()
                .map(|(column, stem)| format!("'{column}', '{stem}' || n"))
                .collect();
            let changes = changes.join(", ");
            format!(
                "INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object({changes}))).* \
                 FROM {table} t, generate_series($1::bigint, $2::bigint - 1) AS n WHERE t.{key} = '{id}'"
            )
        };
        let (user_id, tutor_id) = (user_id.to_string(), tutor_id.to_string());
        let of_user = ("user_id", user.clone());
        let of_customer = ("customer_id", customer.to_owned());
        let copying = vec![
            copy(
                "users",
                "id",
                &user_id,
                &[("id", user.clone()), ("email", "tutor-".into())],
            ),
            copy(
                "tutor_profiles",
                "id",
                &tutor_id,
                &[
                    ("id", tutor.clone()),
                    of_user.clone(),
                    ("stripe_customer_id", customer.to_owned()),
                ],
            ),
            copy(
                "stripe_customers",
                "customer_id",
                &customer_id,
                &[of_customer.clone(), of_user.clone()],
            ),
            copy(
                "payments",
                "id",
                &purchase.payment_id,
                &[
                    ("id", payment),
                    of_user,
                    ("tutor_id", tutor),
                    of_customer,
                    ("provider_ref", session.to_owned()),
                    ("idempotency_key", "checkout:".into()),
                ],
            ),
        ];
        Ok(Self {
            pool,
            copying,
            next: Cell::new(1_000_000_000),
        })
    }

    /// Makes so many more.
    pub async fn make(&self, count: u64) -> Result<Range> {
        let first = self.next.get();
        let end = first + count;
        self.next.set(end);
        for statement in &self.copying {
            sqlx::query(sqlx::AssertSqlSafe(statement.as_str()))
                .bind(i64::try_from(first)?)
                .bind(i64::try_from(end)?)
                .execute(self.pool)
                .await?;
        }
        Ok(Range { first, end })
    }

    /// So that no slice pays for the rows that were made for it.
    pub async fn settle_down(&self) -> Result<()> {
        for statement in ["VACUUM ANALYZE", "CHECKPOINT"] {
            sqlx::query(statement).execute(self.pool).await?;
        }
        Ok(())
    }

    /// Whether so many purchases of a range have had all their effects: a baseline that doesn't do
    /// the work is none.
    pub async fn check(&self, range: Range, count: u64) -> Result<()> {
        let stem = uuid_stem(1);
        let active: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM tutor_profiles t JOIN payments p ON p.tutor_id = t.id \
             JOIN ledger_transactions l ON l.payment_id = p.id \
             WHERE p.status = 'completed' AND t.premium_until IS NOT NULL \
             AND t.id BETWEEN ($1 || $2)::uuid AND ($1 || $3)::uuid",
        )
        .bind(stem)
        .bind(range.first.to_string())
        .bind((range.end - 1).to_string())
        .fetch_one(self.pool)
        .await
        .context("the effects can't be counted")?;
        ensure!(
            u64::try_from(active)? == count,
            "of {count} purchases only {active} have had their effects"
        );
        Ok(())
    }
}
