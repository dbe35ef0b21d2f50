//! Recorded statements as a script of pgbench's, in which every purchase is another one.
//!
//! A value that holds the recorded purchase's number holds `:n` instead; a UUID that the server made
//! up becomes another one with each `:n`; everything else stays as it was. What is put together in
//! this way costs PostgreSQL a call of `replace`, which is nothing beside the statement.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result, ensure};
use sqlx::PgPool;
use uuid::Uuid;

use super::customers::uuid_stem;
use super::recording::Statement;

/// Stands for the number until PostgreSQL replaces it.
const NUMBER: &str = "~n~";
/// Those before are customers' own.
const FIRST_KIND: usize = 16;

/// The script; `recorded` is the number of the purchase that was recorded.
pub async fn write(pool: &PgPool, statements: &[Statement], recorded: u64) -> Result<String> {
    let mut script = Script {
        recorded: recorded.to_string(),
        made_up: BTreeMap::new(),
        text: String::from("\\set i :i + 1\n\\set n :first + :client_id * :each + :i - 1\n"),
    };
    for statement in statements {
        let types = types(pool, statement).await?;
        script.add(statement, &types)?;
    }
    Ok(script.text)
}

/// The types of a statement's parameters.
async fn types(pool: &PgPool, statement: &Statement) -> Result<Vec<String>> {
    if statement.parameters.is_empty() {
        return Ok(Vec::new());
    }
    let mut connection = pool.acquire().await?;
    let prepare = format!("PREPARE recorded AS {}", statement.sql);
    sqlx::raw_sql(sqlx::AssertSqlSafe(prepare))
        .execute(&mut *connection)
        .await
        .with_context(|| statement.sql.clone())?;
    let types: Vec<String> = sqlx::query_scalar(
        "SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = 'recorded'",
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::raw_sql("DEALLOCATE recorded")
        .execute(&mut *connection)
        .await?;
    Ok(types)
}

struct Script {
    recorded: String,
    /// The stems of UUIDs that the server made up.
    made_up: BTreeMap<String, String>,
    text: String,
}

impl Script {
    fn add(&mut self, statement: &Statement, types: &[String]) -> Result<()> {
        ensure!(
            types.len() == statement.parameters.len(),
            "{} has {} parameters and not {}",
            statement.sql,
            types.len(),
            statement.parameters.len()
        );
        let mut sql = String::new();
        let mut rest = statement.sql.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, after) = after.split_at_checked(digits).context("a placeholder")?;
            let place = number.parse::<usize>()?.checked_sub(1);
            let place = place.context("parameters count from one")?;
            let value = statement
                .parameters
                .get(place)
                .context("no such parameter")?;
            let kind = types.get(place).context("no such type")?;
            sql.push_str(before);
            sql.push_str(&self.expression(value.as_deref(), kind));
            rest = after;
        }
        sql.push_str(rest);
        writeln!(self.text, "{};", sql.replace('\n', " "))?;
        Ok(())
    }

    fn expression(&mut self, value: Option<&str>, kind: &str) -> String {
        let Some(value) = value else {
            return format!("NULL::{kind}");
        };
        if Uuid::parse_str(value).is_ok() && !value.contains(&self.recorded) {
            let made_up = FIRST_KIND + self.made_up.len();
            let stem = || uuid_stem(made_up);
            self.made_up.entry(value.to_owned()).or_insert_with(stem);
        }
        let mut varying = value.replace(&self.recorded, NUMBER);
        for (made_up, stem) in &self.made_up {
            varying = varying.replace(made_up.as_str(), &format!("{stem}{NUMBER}"));
        }
        let literal = literal(&varying);
        if varying.contains(NUMBER) {
            format!("replace({literal}, '{NUMBER}', :n)::{kind}")
        } else {
            format!("{literal}::{kind}")
        }
    }
}

/// pgbench looks for its variables within quotes too, so no colon may be seen.
fn literal(value: &str) -> String {
    let escaped = value
        .replace('\\', "\\\\")
        .replace('\'', "''")
        .replace('\n', "\\n")
        .replace(':', "\\x3A");
    format!("E'{escaped}'")
}
