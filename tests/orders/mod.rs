//! Orders: placed, read, changed, ended.

mod create;
mod life;
mod read;
mod update;
