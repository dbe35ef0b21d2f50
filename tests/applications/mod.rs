//! Applications: sent, read, changed, withdrawn, chosen.

mod bid;
mod choose;
mod parallel;
mod read;
mod slots;
mod states;
