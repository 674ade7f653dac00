//! `headwater serve`: a runner for several people, or a private one for one editor.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use runner::Flows;
use runner::auth::Token;
use runner::config::Config;
use runner::serve::reload::Changes;
use runner::serve::{self, Listen, metrics};
use tokio::io::AsyncReadExt;

use super::args::ServeArgs;
use super::connect::load;
use super::console::Console;
use super::signals::Signals;
use super::{Environment, Failure, Outcome};
use crate::git;

/// In a private runner's folder.
const SOCKET: &str = "runner.sock";

/// Of a private runner's folder.
const PREFIX: &str = "headwater-";

const DEFAULT_LISTEN: &str = "127.0.0.1:7411";

pub(super) fn serve(args: &ServeArgs, console: Console, environment: &Environment) -> Result<Outcome, Failure> {
    let config = with_sources(load(args.config.as_deref(), Path::new("."))?, args)?;
    if args.private {
        return super::block_on(private(&config, environment));
    }
    let listen = match (&args.listen, &config.listen) {
        (Some(said), _) => said.clone(),
        (None, Some(written)) => on_this_machine(written, &config)?,
        (None, None) => DEFAULT_LISTEN.to_owned(),
    };
    super::block_on(async {
        let mut signals = Signals::new()?;
        let (listen, token_file) = match listen.strip_prefix("unix:") {
            Some(path) => (Listen::Unix(PathBuf::from(path)), None),
            None => {
                let file = token_file(args, &config, environment)?;
                expect_untracked(&file)?;
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
        let (stop, stopped) = tokio::sync::watch::channel(());
        let mut beside = tokio::task::JoinSet::new();
        if let Some(address) = args.metrics.as_ref().or(config.metrics.as_ref()) {
            let metrics = metrics::bind(address).await?;
            console.line(&format!("metrics on http://{}/metrics", metrics.address));
            beside.spawn(metrics.serve(bound.flows(), ended(stopped.clone())));
        }
        if let Some(path) = config.path.clone() {
            let changes = Changes::of(&path)?;
            let (args, flows) = (args.clone(), bound.flows());
            beside.spawn(async move {
                tokio::select! {
                    () = reload(changes, &path, &args, console, &flows) => {}
                    () = ended(stopped) => {}
                }
                Ok(())
            });
        }
        bound.serve(async move { signals.next().await }).await?;
        drop(stop);
        while let Some(result) = beside.join_next().await {
            result.map_err(|error| Failure::Message(format!("internal error: {error}")))??;
        }
        Ok(Outcome::Clean)
    })
}

/// A file that came with a repository opens nothing to others: that is said by who starts the server.
fn on_this_machine(address: &str, config: &Config) -> Result<String, Failure> {
    let host = address.rsplit_once(':').map_or("", |(host, _)| host.trim_matches(['[', ']']));
    let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if address.starts_with("unix:") || local {
        return Ok(address.to_owned());
    }
    let file = config.path.as_deref().unwrap_or(Path::new("headwater.toml")).display();
    Err(Failure::Message(format!(
        "`{file}` says `listen = \"{address}\"`, which opens this runner to other machines; a file alone does not do that: \
         say `--listen {address}`"
    )))
}

/// A token that a repository holds is known to all who can read that.
fn expect_untracked(file: &Path) -> Result<(), Failure> {
    if !git::tracks(file) {
        return Ok(());
    }
    Err(Failure::Message(format!(
        "the token file `{}` is in a git repository, so all who can read that know the token; remove it there (`git rm`), \
         and say `--token-file FILE` of another place",
        file.display()
    )))
}

/// Those of the command line stand over those of the file.
fn with_sources(mut config: Config, args: &ServeArgs) -> Result<Config, Failure> {
    for (name, uri) in &args.source {
        config.set_source(name, uri)?;
    }
    Ok(config)
}

/// Takes the file's sources anew whenever it changes. A file that is wrong changes nothing.
async fn reload(mut changes: Changes, path: &Path, args: &ServeArgs, console: Console, flows: &Arc<Flows>) {
    loop {
        changes.next().await;
        let loaded = Config::load(path).map_err(Failure::from).and_then(|config| with_sources(config, args));
        let config = match loaded {
            Ok(config) => config,
            Err(failure) => {
                console.warning(&format!("{failure}; the sources stay as they were"));
                continue;
            }
        };
        let flows = Arc::clone(flows);
        // Opening a listener may block for a moment.
        let failed = tokio::task::spawn_blocking(move || flows.reload(&config)).await.unwrap_or_default();
        for error in &failed {
            console.warning(&error.to_string());
        }
        console.line(&format!("sources from {}, changed", path.display()));
    }
}

async fn ended(mut stopped: tokio::sync::watch::Receiver<()>) {
    // The error is the end: the sender is gone.
    while stopped.changed().await.is_ok() {}
}

/// The token outlives the server, so that clients need not be told a new one.
fn token_file(args: &ServeArgs, config: &Config, environment: &Environment) -> Result<PathBuf, Failure> {
    let named = args.token_file.clone().or_else(|| config.token_file.clone());
    let default = || environment.state_home.as_ref().map(|home| home.join("headwater/token"));
    named.or_else(default).ok_or_else(|| Failure::Message("there is no home folder; say --token-file FILE".to_owned()))
}

/// Removes the folders of private runners that were killed: the socket is there, and nobody answers.
fn sweep(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        let socket = entry.path().join(SOCKET);
        let answer = std::os::unix::net::UnixStream::connect(&socket);
        if answer.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
            && std::fs::remove_file(&socket).is_ok()
        {
            // Whatever else is in there is not ours to remove.
            drop(std::fs::remove_dir(entry.path()));
        }
    }
}

/// A socket in a folder of its own, which is named on stdout and gone when stdin ends.
async fn private(config: &Config, environment: &Environment) -> Result<Outcome, Failure> {
    let mut signals = Signals::new()?;
    if let Some(parent) = environment.runtime_dir.clone().or_else(|| Some(std::env::temp_dir())) {
        sweep(&parent);
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).permissions(std::fs::Permissions::from_mode(0o700));
    let folder = match &environment.runtime_dir {
        // A folder that is gone or not ours is no reason not to run.
        Some(parent) => builder.tempdir_in(parent).or_else(|_| builder.tempdir())?,
        None => builder.tempdir()?,
    };
    let bound = serve::bind(config, &Listen::Unix(folder.path().join(SOCKET))).await?;
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
