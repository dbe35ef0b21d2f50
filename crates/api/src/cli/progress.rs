//! How far long work has come: a bar on a terminal, a line at every tenth elsewhere.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};

pub(super) struct Progress {
    what: &'static str,
    /// None where there is no terminal.
    bar: Option<ProgressBar>,
    tenths: usize,
}

impl Progress {
    /// `what` is done and to what: `writing rows`.
    pub(super) fn new(what: &'static str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
            let bar = ProgressBar::new(0).with_message(what);
            match style {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Self {
            what,
            bar,
            tenths: 0,
        }
    }

    /// So much of so much is done. Work that begins anew begins from the start here too.
    pub(super) fn show(&mut self, done: usize, total: usize) {
        if let Some(bar) = &self.bar {
            bar.set_length(total.try_into().unwrap_or(u64::MAX));
            bar.set_position(done.try_into().unwrap_or(u64::MAX));
            if done == total {
                bar.finish_and_clear();
            }
            return;
        }
        let tenths = 10 * done / total.max(1);
        if tenths != self.tenths {
            self.tenths = tenths;
            // A log that can't be written to is no reason to stop.
            let _ = writeln!(std::io::stderr(), "{}: {done} of {total}", self.what);
        }
    }
}
