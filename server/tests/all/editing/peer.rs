//! A client of the protocol, as small as it can be: a Yjs document, and what the server said.

use crate::support::live::Site;
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message, client::IntoClientRequest as _, protocol::frame::coding::CloseCode},
};
use yrs::{
    Doc, GetString as _, ReadTxn as _, StateVector, Text as _, TextRef, Transact as _, Update,
    updates::{decoder::Decode as _, encoder::Encode as _},
};

/// As long as anything is waited for: a busy machine is slow, and a test that hangs says nothing.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody at a document.
pub(crate) struct Peer {
    socket: WebSocketStream<TcpStream>,
    doc: Doc,
    text: TextRef,
    /// How many update messages were sent.
    pub(crate) sent: u64,
    /// How many of them the server has said to be kept.
    pub(crate) kept: u64,
    /// Whether the server answered the first question.
    pub(crate) synced: bool,
    /// Kinds and values of notices.
    pub(crate) notices: Vec<(u64, u64)>,
    /// What the server said to a client that takes no notices.
    pub(crate) denied: bool,
    /// How it ended.
    pub(crate) closed: Option<u16>,
    /// The members others said they are.
    pub(crate) awareness: Vec<String>,
}

/// Why there is no socket: the status of the answer.
pub(crate) type Refused = u16;

impl Peer {
    /// Connects to a record of a server.
    pub(crate) async fn open(server: &Site, cookie: &str, record: &str, query: &str) -> Self {
        let origin = format!("http://localhost:{}", server.address.port());
        Self::connect(
            server.address,
            &format!("{record}{query}"),
            &[("cookie", cookie), ("origin", &origin)],
        )
        .await
        .expect("a socket")
    }

    /// Connects with headers of one's choice.
    pub(crate) async fn connect(address: SocketAddr, room: &str, headers: &[(&str, &str)]) -> Result<Self, Refused> {
        let doc = Doc::new();
        Self::connect_with(doc, address, room, headers).await
    }

    /// The same, with a document that was used before.
    pub(crate) async fn connect_with(
        doc: Doc,
        address: SocketAddr,
        room: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, Refused> {
        let socket = socket(address, &format!("/ws/records/{room}"), headers).await?;
        let text = doc.get_or_insert_text("t");
        let mut peer = Self {
            socket,
            doc,
            text,
            sent: 0,
            kept: 0,
            synced: false,
            notices: Vec::new(),
            denied: false,
            closed: None,
            awareness: Vec::new(),
        };
        let vector = peer.doc.transact().state_vector().encode_v1();
        peer.send(&message(0, &vector)).await;
        Ok(peer)
    }

    /// The document, to go on with elsewhere.
    pub(crate) fn into_doc(self) -> Doc {
        self.doc
    }

    /// The text.
    pub(crate) fn read(&self) -> String {
        self.text.get_string(&self.doc.transact())
    }

    /// Puts text in.
    pub(crate) async fn insert(&mut self, at: u32, text: &str) {
        let update = {
            let mut change = self.doc.transact_mut();
            self.text.insert(&mut change, at, text);
            change.encode_update_v1()
        };
        self.update(&update).await;
    }

    /// Takes text out.
    pub(crate) async fn remove(&mut self, at: u32, count: u32) {
        let update = {
            let mut change = self.doc.transact_mut();
            self.text.remove_range(&mut change, at, count);
            change.encode_update_v1()
        };
        self.update(&update).await;
    }

    /// Sends an update message.
    pub(crate) async fn update(&mut self, update: &[u8]) {
        self.sent += 1;
        self.send(&message(2, update)).await;
    }

    /// Sends a binary message as it is.
    pub(crate) async fn send(&mut self, frame: &[u8]) {
        // What cannot be sent shows when the end is read.
        let _ = self.socket.send(Message::Binary(Bytes::copy_from_slice(frame))).await;
    }

    /// Sends a text message.
    pub(crate) async fn say(&mut self, text: &str) {
        let _ = self.socket.send(Message::text(text.to_owned())).await;
    }

    /// Takes in messages until something is so.
    pub(crate) async fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let wait = async {
            while !so(self) {
                assert!(self.closed.is_none(), "{what}: closed with {:?}", self.closed);
                self.hear().await;
            }
        };
        let done = tokio::time::timeout(PATIENCE, wait).await;
        assert!(done.is_ok(), "{what} does not come; the text is {:?}", self.read());
    }

    /// Waits until the first answer is in.
    pub(crate) async fn until_synced(&mut self) {
        self.until("the first answer", |peer| peer.synced).await;
    }

    /// Waits until everything that was sent is kept.
    pub(crate) async fn until_kept(&mut self) {
        self.until("acknowledgement", |peer| peer.kept == peer.sent).await;
    }

    /// Waits until everything that was sent is kept, or for the end; its code then.
    pub(crate) async fn until_kept_or_closed(&mut self) -> Option<u16> {
        self.until_or_closed(|peer| peer.kept == peer.sent).await
    }

    /// Waits until something is so, or for the end; its code then.
    pub(crate) async fn until_or_closed(&mut self, so: impl Fn(&Self) -> bool) -> Option<u16> {
        let wait = async {
            while self.closed.is_none() && !so(self) {
                self.hear().await;
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .expect("the end, or what was waited for");
        self.closed
    }

    /// Waits for the end; its code.
    pub(crate) async fn until_closed(&mut self) -> u16 {
        let wait = async {
            while self.closed.is_none() {
                self.hear().await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("the end");
        self.closed.unwrap_or_default()
    }

    /// Takes in one message.
    async fn hear(&mut self) {
        match self.socket.next().await {
            Some(Ok(Message::Binary(frame))) => self.take(&frame).await,
            Some(Ok(Message::Close(frame))) => {
                self.closed = Some(frame.map_or(1005, |frame| CloseCode::into(frame.code)));
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => self.closed = Some(self.closed.unwrap_or(1006)),
        }
    }

    async fn take(&mut self, frame: &[u8]) {
        let mut rest = frame;
        match integer(&mut rest) {
            0 => {
                let kind = integer(&mut rest);
                let content = buffer(&mut rest).to_vec();
                if kind == 0 {
                    let theirs = StateVector::decode_v1(&content).expect("a state vector");
                    let missing = self.doc.transact().encode_diff_v1(&theirs);
                    self.sent += 1;
                    self.send(&message(1, &missing)).await;
                    return;
                }
                self.synced |= kind == 1;
                let update = Update::decode_v1(&content).expect("an update");
                self.doc
                    .transact_mut()
                    .apply_update(update)
                    .expect("an update that fits");
            }
            1 => self.awareness.push(String::from_utf8_lossy(rest).into_owned()),
            2 => self.denied = true,
            100 => self.kept = integer(&mut rest),
            101 => {
                let kind = integer(&mut rest);
                self.notices.push((kind, integer(&mut rest)));
            }
            other => panic!("the server said {other}"),
        }
    }
}

/// Opens a socket with headers of one's choice.
pub(crate) async fn socket(
    address: SocketAddr,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<WebSocketStream<TcpStream>, Refused> {
    let mut request = format!("ws://localhost:{}{path}", address.port())
        .into_client_request()
        .expect("a request");
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        let name: http::HeaderName = name.parse().expect("a name");
        request.headers_mut().insert(name, value.parse().expect("a value"));
    }
    let stream = TcpStream::connect(address).await.map_err(|_| 0_u16)?;
    match client_async(request, stream).await {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
        Err(_) => Err(0),
    }
}

/// A message of synchronisation.
pub(crate) fn message(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut frame = vec![0, kind];
    write_integer(&mut frame, content.len() as u64);
    frame.extend_from_slice(content);
    frame
}

/// Writes an integer as lib0 does.
pub(crate) fn write_integer(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    into.push(value.to_le_bytes()[0]);
}

fn integer(rest: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    while let Some((byte, others)) = rest.split_first() {
        *rest = others;
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

fn buffer<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let length = usize::try_from(integer(rest)).expect("a length");
    let (content, others) = rest.split_at(length);
    *rest = others;
    content
}
