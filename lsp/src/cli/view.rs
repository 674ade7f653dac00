//! `headwater view`: a runbook in a browser.

use super::args::ViewArgs;
use super::console::Console;
use super::signals::Signals;
use super::{Failure, Outcome};
use crate::server::Environment;

pub(super) fn view(args: &ViewArgs, console: Console) -> Result<Outcome, Failure> {
    let program = std::env::current_exe()?;
    super::block_on(async {
        let mut signals = Signals::new()?;
        let of_file =
            |error: std::io::Error| Failure::Message(format!("cannot show `{}`: {error}", args.runbook.display()));
        let bound = crate::view::bind(&args.runbook, args.port, Environment { program }).await.map_err(of_file)?;
        console.line(&format!("open {}", bound.address));
        console.line("the address is for one browser; Ctrl-C ends the page and what it runs");
        bound.serve(async move { signals.next().await }).await?;
        Ok(Outcome::Clean)
    })
}
