//! The calls to models: what a provider may do, and how often and how long it is asked.

mod breaker;
mod policy;
