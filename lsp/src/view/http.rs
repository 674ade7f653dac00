//! The page's addresses. A browser shows the token once and has a cookie from then on; everything else is refused,
//! and so is what comes from another page or under another name.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use runner::auth::Token;
use serde::Deserialize;
use serde_json::Value;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::BroadcastStream;

use super::page;
use super::session::Session;
use crate::check;
use crate::document::Document;

/// Only what comes with the program, nothing inline, and nobody may put the page into another. A picture is one
/// that the page itself made.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Bytes of a question.
const MOST: usize = 64 << 10;

/// What a page may ask; nothing of it writes into the text.
const COMMANDS: [&str; 10] = [
    "headwater.runBlock",
    "headwater.stopBlock",
    "headwater.runAll",
    "headwater.stopAll",
    "headwater.runAbove",
    "headwater.runBelow",
    "headwater.explainBlock",
    "headwater.setParam",
    "headwater.follow",
    "headwater.setZone",
];

pub(super) struct Site {
    host: String,
    runbook: PathBuf,
    text: Mutex<String>,
    pub(super) session: Session,
    /// In the address, for one use.
    token: Token,
    used: AtomicBool,
    cookie: Token,
}

#[derive(Deserialize)]
struct Asked {
    command: String,
    #[serde(default)]
    args: Value,
}

impl Site {
    pub(super) fn new(host: String, runbook: PathBuf, text: String, session: Session) -> Result<Site, runner::Error> {
        let (token, cookie) = (Token::random()?, Token::random()?);
        Ok(Site { host, runbook, text: Mutex::new(text), session, token, used: AtomicBool::new(false), cookie })
    }

    pub(super) fn token(&self) -> &str {
        self.token.reveal()
    }

    /// Takes the file's text where it is another. One that cannot be read just now is left as it was.
    pub(super) async fn look(&self) {
        let path = self.runbook.clone();
        let read = tokio::task::spawn_blocking(move || check::read(&path)).await;
        let Ok(Ok(text)) = read else { return };
        let changed = {
            let mut known = self.text.lock().unwrap_or_else(PoisonError::into_inner);
            let changed = *known != text;
            known.clone_from(&text);
            changed
        };
        if changed {
            self.session.change(&text).await;
        }
    }

    fn page(&self) -> String {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner).clone();
        page::page(&Document::new(text, 1, Arc::default))
    }

    /// Another name for this machine would let a page from elsewhere read what it gets.
    fn is_here(&self, headers: &HeaderMap) -> bool {
        let is = |name: &HeaderName, wanted: &str| headers.get(name).is_some_and(|value| value == wanted);
        let port = self.host.rsplit(':').next().unwrap_or_default();
        let local = format!("localhost:{port}");
        let host = is(&HOST, &self.host) || is(&HOST, &local);
        let origins = [format!("http://{}", self.host), format!("http://{local}")];
        host && (!headers.contains_key(ORIGIN) || origins.iter().any(|origin| is(&ORIGIN, origin)))
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let named = self.cookie_name();
        let mut own = cookies.flat_map(|value| value.split("; ")).filter_map(|one| one.split_once('='));
        own.any(|(name, value)| name == named && self.cookie.is(value))
    }

    /// Cookies do not know ports: two pages side by side have two names.
    fn cookie_name(&self) -> String {
        format!("headwater-{}", self.host.rsplit(':').next().unwrap_or_default())
    }
}

pub(super) fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/view.js", get(|| async { file("text/javascript", include_str!("assets/view.js")) }))
        .route("/view.css", get(|| async { file("text/css", include_str!("assets/view.css")) }))
        .route("/events", get(events))
        .route("/ask", post(ask))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&site), guard))
        .with_state(site)
}

async fn guard(State(site): State<Arc<Site>>, request: Request, next: axum::middleware::Next) -> Response {
    let headers = request.headers();
    let mut response = if !site.is_here(headers) {
        refused(StatusCode::FORBIDDEN, "this page answers to its own address only")
    } else if let Some(token) = token_of(&request) {
        // The same answer whether the token is wrong or has been used.
        if site.token.is(&token) && !site.used.swap(true, Ordering::AcqRel) {
            let cookie = format!("{}={}; HttpOnly; SameSite=Strict; Path=/", site.cookie_name(), site.cookie.reveal());
            (StatusCode::SEE_OTHER, [(SET_COOKIE, cookie), (LOCATION, "/".to_owned())]).into_response()
        } else {
            refused(StatusCode::FORBIDDEN, "this address was for one use; start `headwater view` again")
        }
    } else if !site.is_known(headers) {
        refused(StatusCode::FORBIDDEN, "open the address that `headwater view` has printed")
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, axum::http::HeaderValue::from_static(value));
    }
    response
}

fn token_of(request: &Request) -> Option<String> {
    let query = request.uri().query()?;
    query.split('&').find_map(|pair| pair.strip_prefix("token=")).map(str::to_owned)
}

fn refused(status: StatusCode, why: &str) -> Response {
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{why}\n")).into_response()
}

fn file(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, format!("{kind}; charset=utf-8"))], text).into_response()
}

async fn index(State(site): State<Arc<Site>>) -> Response {
    let made = tokio::task::spawn_blocking(move || site.page()).await;
    match made {
        Ok(page) => ([(CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response(),
        Err(_) => refused(StatusCode::INTERNAL_SERVER_ERROR, "internal error: the runbook could not be drawn"),
    }
}

async fn events(State(site): State<Arc<Site>>) -> Response {
    let (before, news) = site.session.follow();
    // Who was too slow gets the next ones: each says all of its block.
    let news = BroadcastStream::new(news).filter_map(Result::ok).map(|message| message.to_string());
    let all = tokio_stream::iter(before).chain(news).map(|message| Ok::<_, Infallible>(Event::default().data(message)));
    Sse::new(all).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response()
}

async fn ask(State(site): State<Arc<Site>>, request: Request) -> Response {
    let json = request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let body: Bytes = match to_bytes(request.into_body(), MOST).await {
        Ok(body) if json => body,
        _ => return refused(StatusCode::BAD_REQUEST, "expected JSON of at most 64 KiB"),
    };
    let asked: Asked = match serde_json::from_slice(&body) {
        Ok(asked) => asked,
        Err(error) => return refused(StatusCode::BAD_REQUEST, &format!("expected {{command, args}}: {error}")),
    };
    if !COMMANDS.contains(&asked.command.as_str()) {
        return refused(StatusCode::UNPROCESSABLE_ENTITY, "this page only reads the runbook; do that in an editor");
    }
    let args = if asked.args.is_object() { asked.args } else { Value::Object(serde_json::Map::new()) };
    match site.session.command(&asked.command, args).await {
        Ok(answer) => ([(CONTENT_TYPE, "application/json")], answer.to_string()).into_response(),
        Err(why) => refused(StatusCode::UNPROCESSABLE_ENTITY, &why),
    }
}
