//! Where an OTLP source listens: reads `otlp:127.0.0.1:4317?http=127.0.0.1:4318&max_message=16MiB&public=true`
//! and refuses what would be open to the network without anyone having said so.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

use syntax::literal;
use syntax::source::SourceUri;

use crate::Error;
use crate::source::params;

/// Bytes of a message at most, after decompression.
const MAX_MESSAGE: usize = 4 << 20;
/// What `?max_message=` can be at most.
const MAX_MAX_MESSAGE: i64 = 256 << 20;

/// Sources that listen at one address agree in all of this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) grpc: SocketAddr,
    /// OTLP over HTTP, unless it is off.
    pub(super) http: Option<SocketAddr>,
    pub(super) max_message: usize,
    pub(super) public: bool,
}

impl Address {
    pub(super) fn new(uri: &SourceUri) -> Result<Address, Error> {
        params::known(uri)?;
        let public = params::flag(uri, "public")?;
        let grpc = resolve(&uri.rest, "otlp:127.0.0.1:4317")?;
        let http = match uri.param("http") {
            Some("off") => None,
            Some(address) => Some(resolve(address, "?http=127.0.0.1:4318")?),
            // Port 0 is any free one.
            None if grpc.port() == 0 => Some(grpc),
            None => {
                let port = grpc.port().checked_add(1).ok_or_else(|| {
                    Error::Source(
                        "there is no port after 65535 for HTTP; say `?http=ADDRESS` or `?http=off`".to_owned(),
                    )
                })?;
                Some(SocketAddr::new(grpc.ip(), port))
            }
        };
        for address in [Some(grpc), http].into_iter().flatten() {
            if !public && !address.ip().is_loopback() {
                return Err(Error::Source(format!(
                    "`{address}` can be reached from other machines, and OTLP asks for no password; listen on \
                     127.0.0.1, or add `?public=true` if everyone who reaches this machine may send"
                )));
            }
        }
        Ok(Address { grpc, http, max_message: max_message(uri)?, public })
    }
}

fn resolve(text: &str, example: &str) -> Result<SocketAddr, Error> {
    let wrong = |why: &str| Error::Source(format!("`{text}` {why}; expected an address and a port, as in `{example}`"));
    let mut addresses: Vec<SocketAddr> =
        text.to_socket_addrs().map_err(|_| wrong("is no address that this machine knows"))?.collect();
    // `localhost` is both; exporters try IPv4 first or second, but always.
    addresses.sort_by_key(|address| matches!(address.ip(), IpAddr::V6(_)));
    addresses.first().copied().ok_or_else(|| wrong("has no address"))
}

fn max_message(uri: &SourceUri) -> Result<usize, Error> {
    let Some(text) = uri.param("max_message") else { return Ok(MAX_MESSAGE) };
    let bytes = literal::parse_size(text).or_else(|_| literal::parse_long(text)).ok();
    bytes
        .filter(|bytes| (1..=MAX_MAX_MESSAGE).contains(bytes))
        .and_then(|bytes| usize::try_from(bytes).ok())
        .ok_or_else(|| Error::Source(format!("`max_message={text}`: expected a size up to 256MiB, e.g. `16MiB`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Result<Address, String> {
        let uri = SourceUri::parse(text).expect("an OTLP address");
        Address::new(&uri).map_err(|error| error.to_string())
    }

    #[test]
    fn http_is_on_the_next_port_unless_said() {
        let http = |text| address(text).expect("right").http.map(|address| address.to_string());
        assert_eq!(http("otlp:127.0.0.1:4317").as_deref(), Some("127.0.0.1:4318"));
        assert_eq!(http("otlp:[::1]:4317").as_deref(), Some("[::1]:4318"));
        assert_eq!(http("otlp:127.0.0.1:4317?http=127.0.0.1:9000").as_deref(), Some("127.0.0.1:9000"));
        assert_eq!(http("otlp:127.0.0.1:4317?http=off"), None);
        assert_eq!(address("otlp:127.0.0.1:4317?max_message=16MiB").expect("right").max_message, 16 << 20);
    }

    #[test]
    fn what_is_wrong_is_said_with_what_would_be_right() {
        let wrong = |text| address(text).expect_err("it is wrong");
        assert!(wrong("otlp:0.0.0.0:4317").contains("add `?public=true`"));
        assert!(wrong("otlp:127.0.0.1:4317?http=0.0.0.0:4318").contains("`0.0.0.0:4318` can be reached"));
        assert!(address("otlp:0.0.0.0:4317?public=true").is_ok());
        assert!(wrong("otlp:4317").contains("as in `otlp:127.0.0.1:4317`"));
        assert!(wrong("otlp:127.0.0.1:65535").contains("no port after 65535"));
        assert!(wrong("otlp:127.0.0.1:4317?max_message=lots").contains("e.g. `16MiB`"));
        assert!(wrong("otlp:127.0.0.1:4317?max_message=4TiB").contains("up to 256MiB"));
    }
}
