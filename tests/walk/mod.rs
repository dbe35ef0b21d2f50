//! The walk: the built binary in a fresh folder, used over real HTTP as a new user would.

mod commands;
mod demo;
mod process;
mod seeding;
mod serving;
mod story;
mod visitor;
