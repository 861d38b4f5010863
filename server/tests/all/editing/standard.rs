//! The client everybody has: npm's y-websocket as it is.

use super::Desk;
use std::path::Path;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn an_unmodified_y_websocket_provider_with_a_cookie_joins_and_converges() {
    let desk = Desk::open().await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/all/editing/standard.mjs");
    let server = format!("ws://localhost:{}", desk.server.address.port());
    let output = Command::new("node")
        .arg(script)
        .args([server.as_str(), &desk.record, &desk.cookie])
        .kill_on_drop(true)
        .output()
        .await
        .expect("node, with the packages of package.json");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut peer = desk.peer().await;
    peer.until_synced().await;
    assert_eq!(peer.read(), said.trim_end_matches('\n'));
    drop(peer);
    desk.server.stop().await;
}
