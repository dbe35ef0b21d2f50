//! Proof by violence: processes are killed in the middle of things, and what they leave behind is
//! what a life without an accident would have left.

mod many;
mod points;
mod state;
mod story;
mod world;
