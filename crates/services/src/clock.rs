//! What time it is: the clock of `timing`, under the name that use cases know.

pub use timing::{Clock, SystemClock, VirtualClock};
