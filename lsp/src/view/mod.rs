//! `headwater view`: one runbook as a page in a browser, its results live. For who has no editor, and for the wall.
//!
//! The page's server is an editor to the language server, which lives in the same process: what a page may ask is
//! what an editor may ask, without what writes into the text.

mod http;
mod page;
mod session;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use runner::connections::Connections;
use tokio::net::TcpListener;

use crate::check;
use crate::server::Environment;
use http::Site;
use session::Session;

pub(crate) use page::{article, escaped};

/// How often the file is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// A page that is ready to be served.
pub(crate) struct Bound {
    listener: TcpListener,
    site: Arc<Site>,
    /// With the token, for one use.
    pub(crate) address: String,
}

/// Reads the runbook and takes the address, of this machine alone.
pub(crate) async fn bind(runbook: &Path, port: u16, environment: Environment) -> io::Result<Bound> {
    // Who shows the error names the file.
    let why = |said: String| said.split_once("`: ").map_or_else(|| said.clone(), |(_, why)| why.to_owned());
    let text = check::read_stream(runbook).map_err(|said| io::Error::other(why(said)))?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let host = listener.local_addr()?.to_string();
    let session = Session::start(runbook, &text, environment).await?;
    let site = Site::new(host.clone(), runbook.to_owned(), text, session).map_err(io::Error::other)?;
    let address = format!("http://{host}/?token={}", site.token());
    Ok(Bound { listener, site: Arc::new(site), address })
}

impl Bound {
    /// Until `stop` is done. All blocks run from the start, and end with it.
    pub(crate) async fn serve(self, stop: impl Future<Output = ()>) -> io::Result<()> {
        let Bound { listener, site, .. } = self;
        site.session.run_all().await;
        let watch = async {
            let mut looks = tokio::time::interval(LOOK);
            loop {
                looks.tick().await;
                site.look().await;
            }
        };
        let served = tokio::select! {
            served = axum::serve(Connections::new(listener), http::router(Arc::clone(&site))).into_future() => served,
            () = watch => Ok(()),
            () = stop => Ok(()),
        };
        site.session.end().await;
        served
    }
}
