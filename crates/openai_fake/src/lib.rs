//! OpenAI's protocol offline.

pub mod trigrams;
