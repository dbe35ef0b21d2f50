//! Orders: placed, read, changed, ended.

mod clock;
mod create;
mod histories;
mod life;
mod parallel;
mod read;
mod states;
mod sweep;
mod update;
