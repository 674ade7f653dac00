//! A listener's connections: never more than may be. Whoever connects and says nothing holds a place until another needs
//! it; then the one that has been silent for the longest gives its place up. So those that are never heard of keep
//! nobody out, and nobody has to be fast.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::Sleep;
use tonic::transport::server::{Connected, TcpConnectInfo};

use crate::hub::lock;

/// A listener has so many places, and at most a quarter of the files that this process may have open.
const MOST: usize = 4096;
/// Where it is not known how many files that are.
const LEAST: usize = 64;
/// How long nothing is accepted where the process has no file left.
const PAUSE: Duration = Duration::from_millis(50);

pub struct Connections {
    listener: TcpListener,
    places: Arc<Places>,
    pause: Option<Pin<Box<Sleep>>>,
}

/// One that was accepted. It ends by an error where it has to give its place up.
pub struct Connection {
    stream: TcpStream,
    id: u64,
    heard: Arc<AtomicU64>,
    /// Gone with its place.
    gives_up: oneshot::Receiver<()>,
    places: Arc<Places>,
}

struct Places {
    most: usize,
    /// Counts whatever is heard, so that it says in which order.
    heard: AtomicU64,
    /// So many gave their places up.
    closed: AtomicU64,
    taken: Mutex<HashMap<u64, Place>>,
}

struct Place {
    heard: Arc<AtomicU64>,
    /// Its connection waits for the other end.
    _stays: oneshot::Sender<()>,
}

impl Connections {
    pub fn new(listener: TcpListener) -> Connections {
        let files = std::fs::read_to_string("/proc/self/limits").ok().and_then(|limits| open_files(&limits));
        Connections::of(listener, files.map_or(LEAST, |files| files / 4).clamp(LEAST, MOST))
    }

    fn of(listener: TcpListener, most: usize) -> Connections {
        let places = Places { most, heard: AtomicU64::new(0), closed: AtomicU64::new(0), taken: Mutex::default() };
        Connections { listener, places: Arc::new(places), pause: None }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<(Connection, SocketAddr)> {
        loop {
            if let Some(pause) = &mut self.pause {
                std::task::ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match std::task::ready!(self.listener.poll_accept(context)) {
                Ok((stream, from)) => {
                    // Answers are small.
                    drop(stream.set_nodelay(true));
                    return Poll::Ready((self.places.take(stream), from));
                }
                Err(error) => {
                    tracing::debug!(%error, "a connection was not accepted");
                    self.places.free();
                    self.pause = Some(Box::pin(tokio::time::sleep(PAUSE)));
                }
            }
        }
    }
}

/// From the kernel's table of what a process may use.
fn open_files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

impl Places {
    fn take(self: &Arc<Self>, stream: TcpStream) -> Connection {
        let id = self.heard.fetch_add(1, Ordering::Relaxed);
        let heard = Arc::new(AtomicU64::new(id));
        let (stays, gives_up) = oneshot::channel();
        if lock(&self.taken).len() >= self.most {
            self.free();
        }
        lock(&self.taken).insert(id, Place { heard: Arc::clone(&heard), _stays: stays });
        Connection { stream, id, heard, gives_up, places: Arc::clone(self) }
    }

    /// The place of the one that has been silent for the longest.
    fn free(&self) {
        let mut taken = lock(&self.taken);
        let silent = taken.iter().min_by_key(|(_, place)| place.heard.load(Ordering::Relaxed)).map(|(id, _)| *id);
        if let Some(id) = silent {
            taken.remove(&id);
            let (most, closed) = (self.most, self.closed.fetch_add(1, Ordering::Relaxed) + 1);
            // At the first, the tenth, the hundredth: whoever connects does not fill the log.
            if closed == 10_u64.pow(closed.ilog10()) {
                tracing::warn!(
                    most,
                    closed,
                    "connections that were silent for the longest were closed for others; more files that this process may \
                     have open (`ulimit -n`) let it have more"
                );
            }
        }
    }
}

impl tokio_stream::Stream for Connections {
    type Item = io::Result<Connection>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context).map(|(connection, _)| Some(Ok(connection)))
    }
}

impl axum::serve::Listener for Connections {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        poll_fn(|context| self.poll(context)).await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Connection {
    /// Wakes the connection's task when it has to give its place up.
    fn may_stay(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match Pin::new(&mut self.gives_up).poll(context) {
            Poll::Pending => Ok(()),
            Poll::Ready(_) => Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        lock(&self.places.taken).remove(&self.id);
    }
}

impl Connected for Connection {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.stream.connect_info()
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.may_stay(context)?;
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            this.heard.store(this.places.heard.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.may_stay(context)?;
        Pin::new(&mut this.stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.may_stay(context)?;
        Pin::new(&mut this.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use axum::serve::Listener;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// Four places: the silent ones go, in their order, and one that speaks stays.
    #[tokio::test]
    async fn who_is_silent_for_the_longest_gives_its_place_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let mut connections = Connections::of(listener, 4);
        let mut spoken = TcpStream::connect(address).await.expect("it listens");
        let (mut speaks, _) = connections.accept().await;
        let mut silent = Vec::new();
        for number in 0..20 {
            let other = TcpStream::connect(address).await.expect("it listens");
            silent.push((other, connections.accept().await.0));
            spoken.write_all(&[number]).await.expect("it is read");
            assert_eq!(speaks.read_u8().await.expect("it stays"), number);
            assert!(lock(&connections.places.taken).len() <= 4);
        }
        let (stay, gone) = (silent.split_off(17), silent);
        for (_, mut connection) in gone {
            let error = connection.read_u8().await.expect_err("its place is another's");
            assert_eq!(error.kind(), io::ErrorKind::ConnectionAborted);
        }
        for (mut other, mut connection) in stay {
            other.write_all(b"x").await.expect("it is read");
            assert_eq!(connection.read_u8().await.expect("it stays"), b'x');
        }
        drop(speaks);
        assert!(lock(&connections.places.taken).is_empty());
    }

    #[test]
    fn the_kernels_table_is_read() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
            Max processes             1                    2                    processes \n\
            Max open files            1024                 524288               files     \n";
        assert_eq!(open_files(limits), Some(1024));
        assert_eq!(open_files(""), None);
        assert_eq!(open_files("Max open files unlimited unlimited files\n"), None);
    }
}
