//! The HTTP server in front of a responder (RFC 6960 §A, RFC 5019 §5 and §6). The one place with async.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use super::path;
use super::responder::{Reply, Responder, SignedReply, Step};
use super::{ErrorStatus, LONGEST_REQUEST};
use crate::base::clock::Timestamp;

/// What clients may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once; more wait.
    pub connections: usize,
    /// For the head of a request, also the next one on an open connection.
    pub head: Duration,
    /// For its body.
    pub body: Duration,
    /// For requests under way when the server ends.
    pub end: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            end: Duration::from_secs(5),
        }
    }
}

/// Request heads are short: the longest part is the request itself in the path of a GET.
const LONGEST_HEAD: usize = 24 * 1024;

/// How many signatures are waited for at once; clients behind them wait for their turn.
const SIGNING: usize = 32;

/// How long nothing is accepted after an accept that failed, such as for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// What may be posted (W3C Linked Data Platform §7.1.2).
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const REQUEST_TYPE: &str = "application/ocsp-request";
const RESPONSE_TYPE: HeaderValue = HeaderValue::from_static("application/ocsp-response");

/// Serves until what `stop` gives is done; then open requests are answered, and no more are taken.
/// `ready` is called when the server would hear of that.
///
/// # Errors
/// [`io::Error`] when the threads or the listener cannot be used, or from `stop` or `ready`.
pub fn serve<S: Future<Output = ()>>(
    listener: TcpListener,
    responder: Arc<Responder>,
    limits: Limits,
    stop: impl FnOnce() -> io::Result<S>,
    ready: impl FnOnce() -> io::Result<()>,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(SIGNING)
        .thread_name("ocsp")
        .build()?;
    let ended = runtime.block_on(async {
        let stop = stop()?;
        ready()?;
        accept(listener, responder, limits, stop).await
    });
    runtime.shutdown_timeout(limits.end);
    ended
}

/// Until SIGTERM or SIGINT, which end the process no longer by themselves; for [`serve`].
///
/// # Errors
/// [`io::Error`] when the signals cannot be waited for.
pub fn signalled() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Until something comes through the channel, or its other end is gone; for [`serve`].
pub async fn told(by: Receiver<()>) {
    let _ = tokio::task::spawn_blocking(move || by.recv()).await;
}

async fn accept(
    listener: TcpListener,
    responder: Arc<Responder>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let next = async {
            // Closed never: it lives as long as this function.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let responder = Arc::clone(&responder);
        let service = service_fn(move |request| {
            let responder = Arc::clone(&responder);
            async move { Ok::<_, std::convert::Infallible>(respond(request, &responder, limits).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(LONGEST_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%peer, %error, "a connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    // Who is still there after that is cut off.
    let _ = tokio::time::timeout(limits.end, graceful.shutdown()).await;
    Ok(())
}

async fn respond(
    request: Request<Incoming>,
    responder: &Arc<Responder>,
    limits: Limits,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let asked = match head.method {
        Method::GET => match path::decode(head.uri.path()) {
            Some(asked) => Bytes::from(asked),
            None => return error(StatusCode::BAD_REQUEST, ErrorStatus::MalformedRequest),
        },
        Method::POST if !is_ocsp_request(&head.headers) => {
            return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, ACCEPT_POST, REQUEST_TYPE);
        }
        Method::POST => match read(body, limits.body).await {
            Ok(asked) => asked,
            Err(status) => return plain(status, header::CONNECTION, "close"),
        },
        _ => return plain(StatusCode::METHOD_NOT_ALLOWED, header::ALLOW, "GET, POST"),
    };
    let reply = match responder.begin(&asked) {
        Step::Ready(reply) => reply,
        Step::Sign(pending) => {
            let responder = Arc::clone(responder);
            let signing = tokio::task::spawn_blocking(move || responder.sign(pending));
            signing.await.unwrap_or(Reply::Error(ErrorStatus::InternalError))
        }
    };
    match reply {
        Reply::Error(status) => error(StatusCode::OK, status),
        Reply::Signed(signed) => answer(&signed, responder.now(), &head.headers),
    }
}

fn is_ocsp_request(headers: &HeaderMap) -> bool {
    let found = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let found = found.and_then(|value| value.split(';').next());
    found.is_some_and(|value| value.trim().eq_ignore_ascii_case(REQUEST_TYPE))
}

async fn read(body: Incoming, within: Duration) -> Result<Bytes, StatusCode> {
    let most = u64::try_from(LONGEST_REQUEST).unwrap_or(u64::MAX);
    if body.size_hint().lower() > most {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match tokio::time::timeout(within, Limited::new(body, LONGEST_REQUEST).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// A signed response, with what caches must know (RFC 5019 §6.2).
fn answer(signed: &SignedReply, now: Timestamp, asked: &HeaderMap) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(&signed.der)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, RESPONSE_TYPE);
    let Some(until) = signed.fresh_until else {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        return response;
    };
    let tag = format!("\"{}\"", hex::encode(signed.sha256));
    // Nobody keeps it for longer than we do ourselves, so that a new status is not long in coming.
    let age = until.as_unix().saturating_sub(now.as_unix());
    for (name, value) in [
        (header::CACHE_CONTROL, format!("max-age={age}, public, no-transform, must-revalidate")),
        (header::LAST_MODIFIED, date(signed.this_update)),
        (header::EXPIRES, date(signed.next_update)),
        (header::ETAG, tag.clone()),
    ] {
        // All of them are ASCII without controls.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    if known.flat_map(|value| value.split(',')).any(|known| known.trim() == tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Full::default();
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response
}

/// An unsigned response: what stands in it today may be otherwise tomorrow.
fn error(status: StatusCode, error: ErrorStatus) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(&error.to_der())));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, RESPONSE_TYPE);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A refusal of HTTP's own.
fn plain(status: StatusCode, name: HeaderName, value: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}

/// An HTTP date (RFC 9110 §5.6.7).
fn date(at: Timestamp) -> String {
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(at.as_unix()))
}

/// Listens on `address`; with port 0 on any that is free.
///
/// # Errors
/// [`io::Error`].
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
}
