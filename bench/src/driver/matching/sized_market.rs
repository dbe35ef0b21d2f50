//! A generated market of so many tutors: whose orders are matched, and by how many.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use super::provider::{DIMENSIONS, MODEL};
use crate::connection::{Call, Connection};
use crate::market::Market;
use crate::server::Server;

/// How many orders are matched in turn, each of another student.
const ORDERS: i64 = 60;

pub struct SizedMarket {
    pub tutors: u32,
    pub url: String,
    pub pool: PgPool,
    market: Market,
    orders: Vec<Order>,
}

struct Order {
    id: Uuid,
    email: String,
    candidates: i64,
}

impl SizedMarket {
    pub async fn open(tutors: u32, url: &str, password: &str) -> Result<Self> {
        let pool = PgPool::connect(url).await?;
        let market = Market::open(url, password.to_owned()).await?;
        // The filters of a match. No model is asked about the order of a single tutor.
        let orders: Vec<(Uuid, String, i64)> = sqlx::query_as(
            "SELECT DISTINCT ON (u.id) o.id, u.email, n.candidates \
             FROM orders o JOIN users u ON u.id = o.student_id, LATERAL ( \
             SELECT count(*) AS candidates FROM tutor_candidates c \
             WHERE c.subject_id = o.subject_id AND c.hourly_rate_minor <= o.budget_max_minor * 110 / 100 \
             AND (o.wants_online AND c.teaches_online OR o.wants_offline AND c.teaches_offline \
             AND (o.city_folded IS NULL OR c.city_folded = o.city_folded))) n \
             WHERE o.status = 'open' AND o.expires_at > now() AND n.candidates > 1 \
             ORDER BY u.id, o.id LIMIT $1",
        )
        .bind(ORDERS)
        .fetch_all(&pool)
        .await?;
        ensure!(!orders.is_empty(), "the market has no order to match");
        let order = |(id, email, candidates)| Order {
            id,
            email,
            candidates,
        };
        Ok(Self {
            tutors,
            url: url.to_owned(),
            pool,
            market,
            orders: orders.into_iter().map(order).collect(),
        })
    }

    /// How many tutors a match considers that looks at so many at most, on average over the orders.
    pub fn candidates(&self, most: i64) -> f64 {
        let of_all: i64 = self
            .orders
            .iter()
            .map(|order| order.candidates.min(most))
            .sum();
        of_all as f64 / self.orders.len() as f64
    }

    /// A match for each order, by its student, who signs in for it.
    pub async fn calls(&self, server: &Server, budget_ms: u32) -> Result<Vec<Call>> {
        let mut connection = Connection::open(server.address).await?;
        let body = json!({ "limit": 3, "budget_ms": budget_ms }).to_string();
        let mut calls = Vec::new();
        for order in &self.orders {
            let student = self.market.sign_in(&mut connection, &order.email).await?;
            let path = format!("/orders/{}/matches", order.id);
            calls.push(Call::post(path, body.clone()).by(&student.access_token));
        }
        Ok(calls)
    }

    /// What the database keeps in its own memory: an index of vectors that has no room there is read
    /// from the system's cache, page by page.
    pub async fn shared_buffers(&self) -> Result<String> {
        let setting = sqlx::query_scalar("SELECT current_setting('shared_buffers')");
        Ok(setting.fetch_one(&self.pool).await?)
    }

    /// So that the provider has to be asked for the vectors of orders again.
    pub async fn forget_vectors_of_orders(&self) -> Result<()> {
        sqlx::query("DELETE FROM embedding_cache")
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// How many tutors wait to be embedded.
    pub async fn pending(&self) -> Result<i64> {
        sqlx::query_scalar(
            "SELECT count(*) FROM tutor_profiles \
             WHERE is_verified AND hidden_at IS NULL AND deleted_at IS NULL \
             AND embedded_with IS DISTINCT FROM $1",
        )
        .bind(format!("{MODEL}/{DIMENSIONS}"))
        .fetch_one(&self.pool)
        .await
        .context("who is embedded can't be counted")
    }
}
