//! The HTTP face of the platform: routes, extractors, middleware, OpenAPI, and the `tutors` binary
//! with its commands.

pub mod access;
pub mod app;
pub mod cli;
pub mod config;
pub mod gate;
pub mod housekeeping;
pub mod logging;
mod methods;
pub mod metrics;
mod middleware;
pub mod openapi;
pub mod problem;
pub mod request;
mod request_id;
pub mod routes;
pub mod server;
pub mod state;
mod worker;
