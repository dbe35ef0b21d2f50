//! How good a match is, measured: rankings of a made-up market against what its students really want.
//!
//! A market is made up whose people have hidden needs and talents ([`market`]); from these alone
//! follows how well each tutor suits each order ([`truth`]), and from them, with noise, what both
//! publish. Rankings see only the latter. docs/matching.md tells what the figures show and what not.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        reason = "a test that panics has failed, which is what it is for"
    )
)]

mod bootstrap;
mod dice;
mod judged;
mod market;
mod ndcg;
mod old_platform;
pub mod page;
mod rankings;
mod report;
mod table;
mod truth;

use serde::Serialize;

pub use bootstrap::Estimate;
pub use judged::{Judged, JudgedOrder, judge};
pub use market::published;
pub use ndcg::ndcg;
pub use report::{Line, Report, evaluate};

/// A student is shown three tutors at first, and ten are as many as anybody looks at.
pub const CUTOFFS: [usize; 2] = [3, 10];

/// What is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Plan {
    pub seed: u64,
    pub tutors: u32,
    pub orders: u32,
    /// Whether ours is measured without each of its features, too.
    #[serde(skip)]
    pub ablation: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 42,
            tutors: 600,
            orders: 400,
            ablation: false,
        }
    }
}
