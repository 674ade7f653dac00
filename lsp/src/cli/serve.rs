//! `headwater serve`: a runner for several people, or a private one for one editor.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use runner::auth::Token;
use runner::config::Config;
use runner::serve::{self, Listen};
use tokio::io::AsyncReadExt;

use super::args::ServeArgs;
use super::connect::load;
use super::console::Console;
use super::signals::Signals;
use super::{Environment, Failure, Outcome};

const DEFAULT_LISTEN: &str = "127.0.0.1:7411";

pub(super) fn serve(args: &ServeArgs, console: Console, environment: &Environment) -> Result<Outcome, Failure> {
    let mut config = load(args.config.as_deref(), Path::new("."))?;
    for (name, uri) in &args.source {
        config.set_source(name, uri)?;
    }
    if args.private {
        return super::block_on(private(&config, environment));
    }
    let listen = args.listen.clone().or_else(|| config.listen.clone()).unwrap_or_else(|| DEFAULT_LISTEN.to_owned());
    super::block_on(async {
        let mut signals = Signals::new()?;
        let (listen, token_file) = match listen.strip_prefix("unix:") {
            Some(path) => (Listen::Unix(PathBuf::from(path)), None),
            None => {
                let file = token_file(args, &config, environment)?;
                let token = Token::read_or_create(&file)?;
                (Listen::Tcp { address: listen, token }, Some(file))
            }
        };
        let bound = serve::bind(&config, &listen).await?;
        console.line(&format!("listening on {}", bound.address));
        if let Some(file) = token_file {
            console.line(&format!("token in {}", file.display()));
        }
        if bound.address.parse().is_ok_and(|address: SocketAddr| !address.ip().is_loopback()) {
            console.warning("calls are not encrypted, the token included; put a TLS proxy before this address");
        }
        match &config.path {
            Some(path) => console.line(&format!("sources from {}", path.display())),
            None => console.line("sources: the simulated shop (there is no headwater.toml)"),
        }
        bound.serve(async move { signals.next().await }).await?;
        Ok(Outcome::Clean)
    })
}

/// The token outlives the server, so that clients need not be told a new one.
fn token_file(args: &ServeArgs, config: &Config, environment: &Environment) -> Result<PathBuf, Failure> {
    let named = args.token_file.clone().or_else(|| config.token_file.clone());
    let default = || environment.state_home.as_ref().map(|home| home.join("headwater/token"));
    named.or_else(default).ok_or_else(|| Failure::Message("there is no home folder; say --token-file FILE".to_owned()))
}

/// A socket in a folder of its own, which is named on stdout and gone when stdin ends.
async fn private(config: &Config, environment: &Environment) -> Result<Outcome, Failure> {
    let mut signals = Signals::new()?;
    let mut builder = tempfile::Builder::new();
    builder.prefix("headwater-").permissions(std::fs::Permissions::from_mode(0o700));
    let folder = match &environment.runtime_dir {
        // A folder that is gone or not ours is no reason not to run.
        Some(parent) => builder.tempdir_in(parent).or_else(|_| builder.tempdir())?,
        None => builder.tempdir()?,
    };
    let bound = serve::bind(config, &Listen::Unix(folder.path().join("runner.sock"))).await?;
    let mut out = io::stdout().lock();
    writeln!(out, "{}", serde_json::json!({ "listen": bound.address }))?;
    out.flush()?;
    drop(out);
    let editor_gone = async {
        let mut input = tokio::io::stdin();
        let mut ignored = [0; 256];
        while input.read(&mut ignored).await.is_ok_and(|read| read > 0) {}
    };
    let shutdown = async move {
        tokio::select! {
            () = signals.next() => {}
            () = editor_gone => {}
        }
    };
    bound.serve(shutdown).await?;
    Ok(Outcome::Clean)
}
