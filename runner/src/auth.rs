//! Who may call: a bearer token, checked in one layer over every method.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use subtle::ConstantTimeEq;
use tonic::{Request, Status};

use crate::{Error, files};

/// Bytes of a token file at most.
const MAX_BYTES: u64 = 4096;

/// A secret that is never printed.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// 256 random bits.
    pub fn random() -> Result<Token, Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| Error::Internal(format!("no random bytes: {error}")))?;
        let mut text = String::with_capacity(64);
        for byte in bytes {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Token(text))
    }

    /// The token of the file, for a client.
    pub fn read(path: &Path) -> Result<Token, Error> {
        let text = files::text(path, None, MAX_BYTES)
            .map_err(|error| Error::rejected(format!("cannot read the token file `{}`: {error}", path.display())))?;
        match text.trim() {
            "" => Err(Error::rejected(format!("the token file `{}` is empty", path.display()))),
            token => Ok(Token(token.to_owned())),
        }
    }

    /// The token of the file; makes one, readable by its owner only, where there is none.
    pub fn read_or_create(path: &Path) -> Result<Token, Error> {
        if path.exists() {
            Token::expect_private(path)?;
            return Token::read(path);
        }
        let token = Token::random()?;
        let write = || {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            writeln!(file, "{}", token.0)
        };
        write()
            .map_err(|error| Error::rejected(format!("cannot write the token file `{}`: {error}", path.display())))?;
        Ok(token)
    }

    /// Whoever knows the token may call: the file belongs to the user, and nobody else can read it.
    fn expect_private(path: &Path) -> Result<(), Error> {
        let refused = |why: &str| {
            let path = path.display();
            Err(Error::rejected(format!(
                "the token file `{path}` {why}; write `chmod 600 {path}`, or remove it to get a new one"
            )))
        };
        let meta = path.metadata();
        let mode = meta.map(|meta| meta.permissions().mode() & 0o777).unwrap_or(0);
        if !files::is_users(path) {
            return refused("does not belong to you");
        }
        if mode & 0o077 != 0 {
            return refused(&format!("can be read by others (its mode is {mode:03o}, expected 600)"));
        }
        Ok(())
    }

    /// For the one place where its owner is told it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// In constant time.
    pub fn is(&self, text: &str) -> bool {
        self.0.as_bytes().ct_eq(text.as_bytes()).into()
    }

    pub(crate) fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }

    fn matches(&self, header: &[u8]) -> bool {
        self.header().as_bytes().ct_eq(header).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Lets a call through that carries the token; all of them where the transport itself is private.
#[derive(Clone, Debug)]
pub(crate) struct Gate(pub(crate) Option<Token>);

impl tonic::service::Interceptor for Gate {
    fn call(&mut self, request: Request<()>) -> Result<Request<()>, Status> {
        let Some(token) = &self.0 else { return Ok(request) };
        match request.metadata().get("authorization") {
            Some(header) if token.matches(header.as_bytes()) => Ok(request),
            Some(_) => Err(Status::unauthenticated("the token is another runner's; read this runner's token file")),
            None => Err(Status::unauthenticated("a token is needed; the runner wrote it to its token file")),
        }
    }
}
