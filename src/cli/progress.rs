//! A bar on stderr for whatever takes longer than a second, when somebody is looking.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::RefCell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Nothing is shown before this.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows how far a verb has come; silent into a pipe, for cron and with `--quiet`.
pub(crate) struct Progress {
    started: Instant,
    /// `None` = nobody is looking.
    state: Option<RefCell<State>>,
}

struct State {
    bar: Option<ProgressBar>,
    step: String,
}

impl Progress {
    /// Starts to count the second.
    pub(crate) fn new(quiet: bool) -> Self {
        let looking = !quiet && std::io::stderr().is_terminal();
        Self { started: Instant::now(), state: looking.then(|| RefCell::new(State { bar: None, step: String::new() })) }
    }

    /// `done` of `all` of a step; `all` = 0 when nobody knows. Cheap: called often.
    pub(crate) fn show(&self, step: &str, done: u64, all: u64) {
        let Some(state) = &self.state else { return };
        let Ok(mut state) = state.try_borrow_mut() else { return };
        if state.bar.is_none() && self.started.elapsed() < PATIENCE {
            return;
        }
        let State { bar, step: shown } = &mut *state;
        let bar = bar.get_or_insert_with(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(8)));
        if shown != step {
            *shown = step.to_owned();
            bar.set_style(style(all > 0));
            bar.set_message(shown.clone());
        }
        bar.set_length(all);
        bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.state.as_ref().and_then(|s| s.try_borrow_mut().ok()?.bar.take()) {
            bar.finish_and_clear();
        }
    }
}

fn style(known: bool) -> ProgressStyle {
    let template = if known { "{msg} {wide_bar} {human_pos}/{human_len} {eta}" } else { "{msg} {spinner} {human_pos}" };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
