//! An open page of a workspace: nothing is said over its socket but that it is over.

use super::{
    Desk, id_in,
    peer::{PATIENCE, Refused, socket},
};
use crate::support::live::Site;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Bytes, Message, protocol::frame::coding::CloseCode},
};

/// The socket of an open page.
pub(crate) struct OpenPage(WebSocketStream<TcpStream>);

impl OpenPage {
    /// As a browser opens it.
    pub(crate) async fn open(site: &Site, cookie: &str, workspace: &str) -> Self {
        let origin = site.origin();
        Self::connect(site.address, workspace, &[("cookie", cookie), ("origin", &origin)])
            .await
            .expect("a socket")
    }

    /// With headers of one's choice.
    async fn connect(address: SocketAddr, workspace: &str, headers: &[(&str, &str)]) -> Result<Self, Refused> {
        socket(address, &format!("/ws/workspaces/{workspace}"), headers)
            .await
            .map(Self)
    }

    /// Waits for the end; its code. Nothing is said before.
    pub(crate) async fn until_closed(&mut self) -> u16 {
        let said = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("the end");
        match said {
            Some(Ok(Message::Close(frame))) => frame.map_or(1005, |frame| CloseCode::into(frame.code)),
            Some(Ok(message)) => panic!("the server said {message:?}"),
            Some(Err(_)) | None => 1006,
        }
    }

    /// That it is open: the server answers.
    pub(crate) async fn expect_open(&mut self, what: &str) {
        let content = Bytes::from_static(b"there?");
        let _ = self.0.send(Message::Ping(content.clone())).await;
        let said = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("an answer");
        assert_eq!(
            said.expect("an answer").expect("an answer"),
            Message::Pong(content),
            "{what}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_members_pages_are_watched_over_and_only_our_own() {
    let desk = Desk::open().await;
    let stranger = desk.server.session("bea@example.com").await;
    let workspace = desk.workspace.as_str();
    let elsewhere = id_in(
        &desk.server,
        &stranger,
        "workspace.create",
        &json!({"name": "Elsewhere"}),
    )
    .await;
    let none = "01890000-0000-7000-8000-000000000000";
    let mine = ("cookie", desk.cookie.as_str());
    let hers = ("cookie", stranger.as_str());
    for (what, workspace, headers, expected) in [
        ("nobody", workspace, vec![], Ok(4401)),
        (
            "an old cookie",
            workspace,
            vec![("cookie", "__Host-session=aaaa")],
            Ok(4401),
        ),
        ("nobody, nowhere", none, vec![], Ok(4401)),
        ("a stranger", workspace, vec![hers], Ok(4404)),
        ("a workspace that is not there", none, vec![hers], Ok(4404)),
        ("somebody else's", &elsewhere, vec![mine], Ok(4404)),
        ("no workspace", "tides", vec![mine], Err(404)),
        (
            "another site's page",
            workspace,
            vec![mine, ("origin", "https://evil.example")],
            Err(403),
        ),
        (
            "a page without an origin",
            workspace,
            vec![mine, ("origin", "null")],
            Err(403),
        ),
        (
            "another site's page, of nobody",
            workspace,
            vec![("origin", "https://evil.example")],
            Err(403),
        ),
    ] {
        let page = OpenPage::connect(desk.server.address, workspace, &headers).await;
        let end = match page {
            Ok(mut page) => Ok(page.until_closed().await),
            Err(status) => Err(status),
        };
        assert_eq!(end, expected, "{what}");
    }
    let path = format!("/ws/workspaces/{workspace}");
    let (status, answer) = desk.server.send("GET", &path, &[mine], "").await;
    assert_eq!(status, 400, "no socket was asked for");
    assert!(answer.contains("opened as a WebSocket"), "{answer}");
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_says_anything_is_closed_and_one_that_is_left_open_ends_with_the_server() {
    let desk = Desk::open().await;
    let open = || OpenPage::open(&desk.server, &desk.cookie, &desk.workspace);
    let mut stays = open().await;
    for message in [
        Message::text("x"),
        Message::binary([0].as_slice()),
        Message::text(""),
        Message::binary([].as_slice()),
    ] {
        let mut page = open().await;
        page.expect_open("before").await;
        let _ = page.0.send(message.clone()).await;
        assert_eq!(page.until_closed().await, 4413, "{message:?}");
    }
    // Who goes by themselves is said goodbye to.
    let mut goes = open().await;
    let _ = goes.0.close(None).await;
    assert_eq!(goes.until_closed().await, 1000);
    stays.expect_open("nobody else went").await;
    let ((), end) = tokio::join!(desk.server.stop(), stays.until_closed());
    assert_eq!(end, 1012, "the server restarts");
}
