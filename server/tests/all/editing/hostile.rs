//! What no client of ours sends.

use super::{
    Desk,
    peer::{message, write_integer},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_ends_that_connection_and_nobody_else_s() {
    let desk = Desk::open().await;
    let mut peer = desk.peer().await;
    peer.until_synced().await;
    peer.insert(0, "unharmed").await;
    peer.until_kept().await;
    let mut endless = vec![0, 2];
    write_integer(&mut endless, u64::MAX);
    let frames: [(&str, Vec<u8>); 7] = [
        ("synchronisation of no kind", vec![0, 9]),
        ("no content", vec![0]),
        ("a length without content", vec![0, 2, 200]),
        ("a length beyond everything", endless),
        ("an integer without end", vec![0xff; 64]),
        ("an update that is none", message(2, b"\xff\xff\xff\xff\xff\xff")),
        ("a state vector that is none", message(0, &[0xff; 11])),
    ];
    for (what, frame) in frames {
        let mut enemy = desk.peer().await;
        enemy.until_synced().await;
        enemy.send(&frame).await;
        assert_eq!(enemy.until_closed().await, 4520, "{what}");
    }
    let mut enemy = desk.peer().await;
    enemy.until_synced().await;
    enemy.say("hello").await;
    assert_eq!(enemy.until_closed().await, 4520, "text");

    // A kind that nobody knows is passed over, as y-websocket does.
    peer.send(&[99]).await;
    peer.insert(0, "still ").await;
    peer.until_kept().await;
    let mut later = desk.peer().await;
    later.until("the text", |peer| peer.read() == "still unharmed").await;
    drop((peer, later, enemy));
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_too_large_ends_the_connection_with_a_code_that_says_so() {
    let desk = Desk::open().await;
    for bytes in [(10 << 20) + 1, 12 << 20] {
        let mut peer = desk.peer().await;
        peer.until_synced().await;
        peer.send(&message(2, &vec![0; bytes])).await;
        assert_eq!(peer.until_closed().await, 4413, "{bytes} bytes");
    }
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paste_of_five_megabytes_is_kept_and_seen() {
    let desk = Desk::open().await;
    let (mut one, mut other) = (desk.peer().await, desk.peer().await);
    one.until_synced().await;
    other.until_synced().await;
    let paste = "five megabytes of it ".repeat(5 * 1024 * 1024 / 21);
    one.insert(0, &paste).await;
    one.until_kept().await;
    other.until("the paste", |peer| peer.read().len() == paste.len()).await;
    drop((one, other));
    let mut later = desk.peer().await;
    later.until("the paste", |peer| peer.read() == paste).await;
    drop(later);
    desk.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_does_not_read_is_let_go_and_holds_nobody_up() {
    let desk = Desk::open().await;
    let mut deaf = desk.peer().await;
    deaf.until_synced().await;
    let mut peer = desk.peer().await;
    peer.until_synced().await;
    let letters = "many letters ".repeat(10_000);
    for _ in 0..150 {
        peer.insert(0, &letters).await;
        peer.until_kept().await;
    }
    assert_ne!(
        deaf.until_closed().await,
        1000,
        "cut off, whatever of that it still hears"
    );
    assert!(deaf.read().len() < peer.read().len());
    drop((peer, deaf));
    desk.server.stop().await;
}
