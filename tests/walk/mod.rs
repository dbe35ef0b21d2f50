//! The walk: the built binary in a fresh folder, used over real HTTP as a new user would.

mod canaries;
mod commands;
mod demo;
mod evaluating;
mod money_commands;
pub mod process;
mod readme;
mod seeding;
mod serving;
mod story;
mod stripe_commands;
pub mod visitor;
mod working;
