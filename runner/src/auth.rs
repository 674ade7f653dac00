//! Who may call: a bearer token, checked in one layer over every method.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use subtle::ConstantTimeEq;
use tonic::{Request, Status};

use crate::Error;

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
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::rejected(format!("cannot read the token file `{}`: {error}", path.display())))?;
        match text.trim() {
            "" => Err(Error::rejected(format!("the token file `{}` is empty", path.display()))),
            token => Ok(Token(token.to_owned())),
        }
    }

    /// The token of the file; makes one, readable by its owner only, where there is none.
    pub fn read_or_create(path: &Path) -> Result<Token, Error> {
        if path.exists() {
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
