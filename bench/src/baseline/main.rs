//! The baseline of the benchmark: a bare actix-web and sqlx that sends the same statements and
//! answers the same bytes, and does nothing else.
//!
//! No middleware, no checks, no ETag, no query builder: what this server takes is what the work
//! itself takes. It reads rows and writes JSON honestly, and keeps nothing between requests. The
//! driver compares statements and bodies with the real server's before it measures.

mod cards;
mod statements;
mod subjects;
mod tutors;

use std::net::SocketAddr;

use actix_web::web::Data;
use actix_web::{App, HttpServer};
use anyhow::{Context, Result};
use clap::Parser;
use sqlx::postgres::PgPoolOptions;

#[derive(Debug, Parser)]
struct Args {
    #[arg(long)]
    address: SocketAddr,
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// What the real server calls the list in its cursors: which filters it stands for is its secret
    #[arg(long)]
    list: String,
    /// As many connections as the real server holds
    #[arg(long, default_value_t = 20)]
    connections: u32,
}

#[actix_web::main]
async fn main() -> Result<()> {
    env_logger::init();
    let args = Args::parse();
    let pool = PgPoolOptions::new()
        .max_connections(args.connections)
        .test_before_acquire(false)
        .connect(&args.database_url)
        .await
        .context("the database can't be reached")?;
    let pool = Data::new(pool);
    let list = Data::new(tutors::ListName(args.list));
    HttpServer::new(move || {
        App::new()
            .app_data(pool.clone())
            .app_data(list.clone())
            .service(tutors::list)
            .service(tutors::get)
            .service(subjects::list)
    })
    .bind(args.address)?
    .run()
    .await?;
    Ok(())
}
