//! Two at one document.

use super::{Desk, Place, peer::Peer};
use crate::support::live::{self, Live, Site};
use serde_json::json;
use std::time::Duration;
use yrs::{
    Doc, ReadTxn as _, StateVector, Transact as _, WriteTxn as _, XmlElementPrelim, XmlFragment as _, XmlTextPrelim,
};

#[tokio::test(flavor = "multi_thread")]
async fn two_connections_converge_and_a_third_finds_what_they_wrote() {
    let desk = Desk::open().await;
    let (mut one, mut other) = (desk.peer().await, desk.peer().await);
    one.until_synced().await;
    other.until_synced().await;
    for round in 0..10 {
        one.insert(0, &format!("a{round}")).await;
        other.insert(0, &format!("b{round}")).await;
        if round % 3 == 2 {
            one.remove(1, 2).await;
        }
    }
    one.until_kept().await;
    other.until_kept().await;
    // 40 letters were written, 6 taken out: a deletion that comes late is still to come.
    let whole = 40 - 6;
    one.until("the other's letters", |peer| peer.read().len() == whole)
        .await;
    other
        .until("the other's letters", |peer| peer.read().len() == whole)
        .await;
    assert_eq!(one.read(), other.read());

    let mut third = desk.peer().await;
    third.until_synced().await;
    third.until("the text", |peer| peer.read() == one.read()).await;
    drop((one, other, third));

    // Everybody is gone, and so is the room: what comes now is read from the database.
    let mut later = Peer::open(&desk.server, &desk.cookie, &desk.record, "").await;
    later.until("the text", |peer| peer.read().len() == whole).await;
    drop(later);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hears_of_a_change_finds_it_in_what_is_read() {
    let desk = Desk::open().await;
    let (mut writer, mut reader) = (desk.peer().await, desk.peer().await);
    writer.until_synced().await;
    reader.until_synced().await;
    let ask = json!({"workspace": desk.workspace, "record": desk.record});
    for round in 0..20 {
        let words = format!("written in round {round}");
        writer.update(&paragraph(&words)).await;
        writer.insert(0, "!").await;
        reader.until("the change", |peer| peer.read().len() > round).await;
        let (_, answer) = desk.server.call("record.read", &desk.cookie, &ask).await;
        let html = super::body(&answer)["html"].to_string();
        assert!(html.contains(&words), "{words}: {html}");
    }
    drop((writer, reader));
    desk.server.stop().await;
}

/// An update that puts a paragraph at the beginning of the text.
fn paragraph(words: &str) -> Vec<u8> {
    let doc = Doc::new();
    {
        let mut change = doc.transact_mut();
        let root = change.get_or_insert_xml_fragment("document");
        let paragraph = root.insert(&mut change, 0, XmlElementPrelim::empty("paragraph"));
        paragraph.insert(&mut change, 0, XmlTextPrelim::new(words));
    }
    doc.transact().encode_state_as_update_v1(&StateVector::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_edit_is_covered_by_an_event_of_whoever_made_it() {
    let desk = Desk::open().await;
    let mut peer = desk.peer().await;
    peer.until_synced().await;
    peer.insert(0, "one").await;
    peer.insert(3, " two").await;
    peer.until_kept().await;
    drop(peer);
    let rows = wait_for_log(&desk.place, &desk.server, 1).await;
    let text = rows[0].to_string();
    assert!(text.contains("Ada Quill"), "{text}");
    for said in ["updates", "range", "1-", "digest"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("one two"), "the log says nothing of the text: {text}");
    desk.server.stop().await;
}

/// The rows of edits, once there are so many.
pub(super) async fn wait_for_log(place: &Place, server: &Site, count: usize) -> Vec<serde_json::Value> {
    let wait = async {
        loop {
            let rows = place.log(server, "record.edited").await;
            if rows.len() >= count {
                return rows;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(super::peer::PATIENCE, wait)
        .await
        .expect("an event")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_says_goodbye_and_everything_is_kept_and_covered() {
    let desk = Desk::open().await;
    let mut peer = desk.peer().await;
    peer.until_synced().await;
    peer.insert(0, "last words").await;
    peer.until_kept().await;
    desk.server.begin_to_stop();
    assert_eq!(peer.until_closed().await, 1012);
    desk.server.stop().await;
    let server = Live::start(live::config(desk.folder.path(), ""))
        .await
        .expect("a server");
    let desk = Desk { server, ..desk };
    assert_eq!(desk.log("record.edited").await.len(), 1, "covered before the end");
    let mut later = desk.peer().await;
    later.until("the words", |peer| peer.read() == "last words").await;
    drop(later);
    desk.server.stop().await;
}
