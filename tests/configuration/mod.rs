//! What the environment may say, and what is said of it.

mod openai;
mod serving;
