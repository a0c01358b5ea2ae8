//! Clients of an OCSP server, each asking again as soon as it has its answer.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{BenchError, per_second};

/// Connections at once.
const CLIENTS: usize = 8;

/// Answers a second over `time`, each client asking for the `paths` in turn by GET over one connection
/// that stays open. Every answer must be 200 with a body.
///
/// # Errors
/// [`BenchError::Server`], [`BenchError::Answer`].
pub(super) fn answers_per_second(
    server: SocketAddr,
    paths: &[String],
    time: Duration,
) -> Result<f64, BenchError> {
    let done = AtomicU64::new(0);
    let started = Instant::now();
    let outcomes: Vec<Result<(), BenchError>> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let done = &done;
                scope.spawn(move || {
                    let mut client = Client::connect(server)?;
                    let first = number * paths.len() / CLIENTS;
                    for path in paths.iter().cycle().skip(first) {
                        if started.elapsed() >= time {
                            break;
                        }
                        client.get(path)?;
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                })
            })
            .collect();
        clients.into_iter().filter_map(|client| client.join().ok()).collect()
    });
    outcomes.into_iter().collect::<Result<(), BenchError>>()?;
    Ok(per_second(done.load(Ordering::Relaxed), started.elapsed()))
}

/// Asks for each of the `paths` once.
///
/// # Errors
/// As [`answers_per_second`].
pub(super) fn ask_once(server: SocketAddr, paths: &[String]) -> Result<(), BenchError> {
    let mut client = Client::connect(server)?;
    paths.iter().try_for_each(|path| client.get(path))
}

struct Client {
    stream: BufReader<TcpStream>,
    line: String,
    body: Vec<u8>,
}

impl Client {
    fn connect(server: SocketAddr) -> Result<Self, BenchError> {
        let stream = TcpStream::connect(server).map_err(BenchError::Server)?;
        stream.set_nodelay(true).map_err(BenchError::Server)?;
        Ok(Self { stream: BufReader::new(stream), line: String::new(), body: Vec::new() })
    }

    fn get(&mut self, path: &str) -> Result<(), BenchError> {
        let request = format!("GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.stream.get_mut().write_all(request.as_bytes()).map_err(BenchError::Server)?;
        self.read_line().map_err(BenchError::Server)?;
        if !self.line.starts_with("HTTP/1.1 200 ") {
            return Err(BenchError::Answer(self.line.trim_end().to_owned()));
        }
        let mut length = 0;
        while self.read_line().map_err(BenchError::Server)? > 2 {
            if let Some((name, value)) = self.line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        if length == 0 {
            return Err(BenchError::Answer("200 without a body".to_owned()));
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body).map_err(BenchError::Server)
    }

    fn read_line(&mut self) -> io::Result<usize> {
        self.line.clear();
        self.stream.read_line(&mut self.line)
    }
}
