//! Pictures in bodies: kept encrypted and for good, shown to those who read the body and to nobody else, taken along into
//! copies.

use crate::{
    editing::{self, Desk, desk},
    house::{House, Person, code, seat},
    samples::PICTURE,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use crypto::{KeyContext, Place, RootKey};
use domain::{
    AttachmentId, Code, Problem, RecordId, WorkspaceId,
    document::{Block, Document},
    ops::{
        ATTACHMENT_MAX, ATTACHMENTS_MAX, AddAttachment, ArchiveRecord, AttachmentContent, AttachmentView, CreateRecord,
        CreateWorkspace, DuplicateRecord, MoveRecord, PictureKind, ReadAttachment, TakeBody,
    },
    ports::KeyStore as _,
};
use store::{
    Placement, Scoped as _, StoreError,
    attachments::{self, Sharing},
};

fn add(workspace: WorkspaceId, record: RecordId, bytes: &[u8]) -> AddAttachment {
    AddAttachment {
        workspace,
        record,
        content: STANDARD.encode(bytes),
    }
}

fn point() -> Vec<u8> {
    STANDARD.decode(PICTURE).expect("base64")
}

async fn read(
    house: &House,
    person: &Person,
    workspace: WorkspaceId,
    attachment: AttachmentId,
) -> Result<AttachmentContent, Problem> {
    house.act(person, ReadAttachment { workspace, attachment }).await
}

impl Desk {
    async fn add(&self, bytes: &[u8]) -> Result<AttachmentView, Problem> {
        self.house
            .act(&self.owner, add(self.workspace, self.record, bytes))
            .await
    }

    async fn copy(&self) -> RecordId {
        self.copy_of(self.record).await
    }

    async fn copy_of(&self, record: RecordId) -> RecordId {
        let workspace = self.workspace;
        let copied = self.house.act(&self.owner, DuplicateRecord { workspace, record }).await;
        copied.expect("copied").id
    }

    /// The pictures that a body names, in order.
    async fn pictures_of(&self, record: RecordId) -> Vec<AttachmentId> {
        let workspace = self.workspace;
        let body = self.house.act(&self.owner, TakeBody { workspace, record }).await;
        let body = body.expect("a body").document;
        let named = body.split("attachment:").skip(1);
        named.map(|rest| rest[..36].parse().expect("an id")).collect()
    }

    /// Writes a body in which these pictures stand, one of them in a list.
    async fn show(&self, pictures: &[AttachmentId]) {
        let figure = |id: &AttachmentId| Block::Figure {
            src: format!("attachment:{id}"),
            alt: "A lamp".to_owned(),
            width: None,
            id: String::new(),
            caption: Vec::new(),
        };
        let mut blocks: Vec<Block> = pictures.iter().map(figure).collect();
        let last = blocks.pop().expect("a picture");
        blocks.push(Block::Blockquote { content: vec![last] });
        let sitting = self.seat(&self.house.services).await;
        let document = Document::new(blocks).expect("a document");
        sitting.seat.frame(editing::message(&document, 7));
        editing::kept(&sitting, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_is_kept_encrypted_and_shown_whether_or_not_the_body_names_it() {
    let desk = desk().await;
    let (house, owner, workspace) = (&desk.house, &desk.owner, desk.workspace);
    let added = desk.add(&point()).await.expect("added");
    assert_eq!((added.kind, added.size as usize), (PictureKind::Png, point().len()));
    let hex = hex::encode(b"PNG");
    let plain = format!("select count(*) from shared.attachments where encode(content, 'hex') like '%{hex}%'");
    assert_eq!(house.database.number(&plain).await, 0);
    // As where its history names it, and the text no more.
    let shown = read(house, owner, workspace, added.id).await.expect("shown");
    assert_eq!(shown.content, PICTURE);
    desk.show(&[added.id]).await;
    let body = house.act(owner, desk.read()).await.expect("a body").html;
    let address = format!("src=\"/attachments/{workspace}/{}\"", added.id);
    assert!(body.contains(&address), "{body}");
    let shown = read(house, owner, workspace, added.id).await.expect("shown");
    assert_eq!((shown.kind, shown.content.as_str()), (PictureKind::Png, PICTURE));
    assert_eq!(house.events("attachment.add").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_picture_or_too_large_is_refused_and_leaves_nothing() {
    let desk = desk().await;
    let mut largest = b"GIF89a".to_vec();
    largest.resize(ATTACHMENT_MAX, 7);
    let too_large = [largest.as_slice(), b"."].concat();
    for bytes in [
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".as_slice(),
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"MZ",
        &too_large,
    ] {
        let refused = desk.add(bytes).await.expect_err("refused");
        assert_eq!(refused.code, Code::Invalid);
        assert!(refused.about("content").is_some(), "{refused}");
    }
    let letters = AddAttachment {
        content: "no base64!".to_owned(),
        ..add(desk.workspace, desk.record, b"")
    };
    assert_eq!(code(desk.house.act(&desk.owner, letters).await), Code::Invalid);
    let count = "select count(*) from shared.attachments";
    assert_eq!(desk.house.database.number(count).await, 0);
    assert_eq!(desk.house.events("attachment.add").await, 0);
    let kept = desk.add(&largest).await.expect("the largest there may be");
    let shown = read(&desk.house, &desk.owner, desk.workspace, kept.id)
        .await
        .expect("shown");
    assert_eq!(shown.content, STANDARD.encode(&largest));
}

/// A PNG's head that promises so many points; nothing is behind it.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend_from_slice(&width.to_be_bytes());
    bytes.extend_from_slice(&height.to_be_bytes());
    bytes.extend_from_slice(b"\x08\x02\0\0\0");
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_unpack_to_more_than_a_browser_bears_is_refused_by_its_head() {
    let desk = desk().await;
    let gif = |size: [u8; 4]| [b"GIF89a".as_slice(), &size, b"\0\0\0;"].concat();
    let jpeg = |size: [u8; 4]| {
        [
            b"\xff\xd8\xff\xc0\0\x11\x08".as_slice(),
            &size,
            b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01",
        ]
        .concat()
    };
    let webp = |size: [u8; 6]| [b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".as_slice(), &size, &[0; 8]].concat();
    for (bomb, size) in [
        (png(60_000, 60_000), "60000 by 60000"),
        (png(u32::MAX, u32::MAX), "4294967295 by 4294967295"),
        (png(40_000_001, 1), "40000001 by 1"),
        (gif([0xff; 4]), "65535 by 65535"),
        (jpeg([0xff; 4]), "65535 by 65535"),
        (webp([0xff, 0x3f, 0, 0xff, 0x3f, 0]), "16384 by 16384"),
    ] {
        let refused = desk.add(&bomb).await.expect_err("refused");
        assert_eq!(refused.code, Code::Invalid);
        assert!(
            refused.about("content").is_some_and(|said| said.contains(size)),
            "{refused}"
        );
    }
    for nothing in [
        png(0, 10),
        png(10, 0),
        gif([0; 4]),
        png(10, 10)[..20].to_vec(),
        b"\xff\xd8\xff".to_vec(),
        b"RIFF\x1e\0\0\0WEBPVP8X".to_vec(),
        b"GIF89a".to_vec(),
    ] {
        let refused = desk.add(&nothing).await.expect_err("refused");
        assert!(
            refused.about("content").is_some_and(|said| said.contains("no picture")),
            "{nothing:?}: {refused}"
        );
    }
    let count = "select count(*) from shared.attachments";
    assert_eq!(desk.house.database.number(count).await, 0);
    for fits in [png(40_000_000, 1), png(8_000, 5_000), jpeg([0, 1, 0, 1]), webp([0; 6])] {
        desk.add(&fits).await.expect("as large as there may be");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_of_another_workspace_or_record_lead_nowhere() {
    let desk = desk().await;
    let (house, here) = (&desk.house, desk.workspace);
    let stranger = house.person("stranger@keep.example").await;
    let elsewhere = house.workspace(&stranger, "Elsewhere").await.id;
    let theirs = house.record(&stranger, elsewhere, "Lamps").await.id;
    let picture = desk.add(&point()).await.expect("added").id;
    for workspace in [here, elsewhere] {
        assert_eq!(code(read(house, &stranger, workspace, picture).await), Code::NotFound);
    }
    for (workspace, record) in [(here, theirs), (elsewhere, desk.record), (here, desk.record)] {
        let refused = house.act(&stranger, add(workspace, record, &point())).await;
        assert_eq!(code(refused), Code::NotFound);
    }
    assert_eq!(code(read(house, &desk.owner, elsewhere, picture).await), Code::NotFound);
    assert!(read(house, &desk.owner, here, picture).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_with_the_database_swaps_does_not_open() {
    let desk = desk().await;
    let (house, owner, workspace) = (&desk.house, &desk.owner, desk.workspace);
    let (one, two) = (
        desk.add(&point()).await.expect("added").id,
        desk.add(&point()).await.expect("added").id,
    );
    desk.show(&[one, two]).await;
    let copy = desk.copy().await;
    let copied = desk.pictures_of(copy).await;
    let run = async |sql: &str| house.database.run(sql).await;
    run("create table public.kept as select * from shared.attachments").await;
    for (from, column, into) in [
        (one, "key", two),
        (one, "content", two),
        (copied[0], "key", copied[1]),
        (copied[0], "content_of", copied[1]),
        (one, "key", copied[0]),
    ] {
        run(&format!(
            "update shared.attachments set {column} = (select {column} from public.kept where id = '{from}')
             where id = '{into}'"
        ))
        .await;
        let refused = read(house, owner, workspace, into).await;
        assert_eq!(code(refused), Code::Unavailable, "{column} of {from} in {into}");
        run(
            "update shared.attachments a set key = k.key, content = k.content, content_of = k.content_of
             from public.kept k where k.id = a.id",
        )
        .await;
        assert!(read(house, owner, workspace, into).await.is_ok(), "as it was");
    }
    // All of it together under another id.
    let moved = AttachmentId(testkit::id());
    let sql = format!(
        "update shared.attachments set id = '{moved}' where id = '{}'",
        copied[0]
    );
    house.database.run(&sql).await;
    assert_eq!(code(read(house, owner, workspace, moved).await), Code::Unavailable);
    assert_eq!(code(read(house, owner, workspace, copied[0]).await), Code::NotFound);
}

#[tokio::test]
async fn who_reads_no_bodies_sees_no_pictures_and_who_only_reads_adds_none() {
    let house = House::new().await;
    let chef = house.person("chef@keep.example").await;
    let kitchen = CreateWorkspace {
        pack: "kitchen".to_owned(),
        ..CreateWorkspace::usual("The Quay")
    };
    let workspace = house.act(&chef, kitchen).await.expect("a kitchen").id;
    let made = house
        .act(&chef, CreateRecord::blank(workspace, "Broth"))
        .await
        .expect("made");
    let record = made.id;
    let picture = house
        .act(&chef, add(workspace, record, &point()))
        .await
        .expect("added")
        .id;
    let serve = MoveRecord {
        workspace,
        record,
        state: "served".to_owned(),
        revision: made.revision,
    };
    house.act(&chef, serve).await.expect("served");
    let (cook, waiter) = (
        house.person("cook@keep.example").await,
        house.person("waiter@keep.example").await,
    );
    house.stand(&cook, workspace, &seat("cook")).await;
    house.stand(&waiter, workspace, &seat("waiter")).await;
    // The waiter reads what is on the menu, and not how it is made; the cook changes nothing that is served.
    assert_eq!(code(read(&house, &waiter, workspace, picture).await), Code::NotFound);
    assert!(read(&house, &cook, workspace, picture).await.is_ok());
    for person in [&cook, &waiter] {
        let adding = house.act(person, add(workspace, record, &point())).await;
        assert_eq!(code(adding), Code::Forbidden);
    }
    house
        .act(&chef, ArchiveRecord { workspace, record })
        .await
        .expect("archived");
    assert_eq!(
        code(house.act(&chef, add(workspace, record, &point())).await),
        Code::Forbidden
    );
    assert!(
        read(&house, &chef, workspace, picture).await.is_ok(),
        "what is put away is read"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_has_pictures_of_its_own_which_share_the_bytes_and_not_the_key() {
    let desk = desk().await;
    let (house, workspace) = (&desk.house, desk.workspace);
    let (one, two) = (
        desk.add(&point()).await.expect("added").id,
        desk.add(&point()).await.expect("added").id,
    );
    let gone = AttachmentId(testkit::id());
    desk.show(&[one, gone, one, two]).await;
    let copy = desk.copy().await;
    let rows = format!("select count(*) from shared.attachments where record_id = '{copy}' and content is null");
    assert_eq!(
        house.database.number(&rows).await,
        2,
        "each picture once, however often it stands there"
    );
    let ids = desk.pictures_of(copy).await;
    assert_eq!((ids.len(), ids[0] == ids[2], ids[1]), (4, true, gone));
    for id in [ids[0], ids[3]] {
        assert!(id != one && id != two);
    }
    let again = desk.copy_of(copy).await;
    let bytes = "select count(*) from shared.attachments where content is not null";
    assert_eq!(house.database.number(bytes).await, 2, "the bytes are there once");
    let further = desk.pictures_of(again).await;
    // Whatever ends the key of the original's body, and the first copy's, ends nothing of the second copy.
    let of_two = format!("record_id in ('{}', '{copy}')", desk.record);
    let end = format!("delete from shared.data_keys where class = 'record.body' and {of_two}");
    house.database.run(&end).await;
    let services = house.restarted();
    let look = |attachment| {
        let caller = crate::house::caller(Some(&desk.owner.token));
        services.run(caller, ReadAttachment { workspace, attachment })
    };
    for ended in [one, two, ids[0], ids[3]] {
        assert_eq!(code(look(ended).await.result), Code::Unavailable);
    }
    for own in [further[0], further[3]] {
        assert_eq!(look(own).await.result.expect("its own").content, PICTURE);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_of_the_release_before_opens_and_so_do_its_copies() {
    let desk = desk().await;
    let (house, owner, workspace) = (&desk.house, &desk.owner, desk.workspace);
    let picture = desk.add(&point()).await.expect("added").id;
    desk.show(&[picture]).await;
    // As that release kept it: under the record's own key, which seals the body as well.
    let wrapped = format!(
        "select encode(wrapped, 'hex') from shared.data_keys where class = 'record.body' and record_id = '{}'",
        desk.record
    );
    let wrapped = hex::decode(house.database.texts(&wrapped).await.remove(0)).expect("hex");
    let root = RootKey::from_bytes([7; 32]);
    let workspace_key = root
        .unwrap(workspace.0, &house.keys.load(workspace).expect("a key"))
        .expect("the house's root key");
    let context = KeyContext {
        workspace: workspace.0,
        record: desk.record.0,
        class: "record.body",
        version: 1,
    };
    let place = Place {
        workspace: workspace.0,
        table: "attachments",
        column: "content",
        row: picture.0,
        key_version: 1,
    };
    let key = workspace_key.unwrap_data_key(&context, &wrapped).expect("a data key");
    let bytes = hex::encode(key.seal(&place, [5; 12], &point()));
    let sql = format!("update shared.attachments set key = null, content = decode('{bytes}', 'hex')");
    house.database.run(&sql).await;
    let copy = desk.copy().await;
    let again = desk.copy_of(copy).await;
    for id in [
        picture,
        desk.pictures_of(copy).await[0],
        desk.pictures_of(again).await[0],
    ] {
        let shown = read(house, owner, workspace, id).await.expect("shown");
        assert_eq!(shown.content, PICTURE);
    }
    // It has no key of its own, and a copy's none either: both end with that of the record it was added to.
    let end = format!(
        "delete from shared.data_keys where class = 'record.body' and record_id = '{}'",
        desk.record
    );
    house.database.run(&end).await;
    let attachment = desk.pictures_of(copy).await[0];
    let caller = crate::house::caller(Some(&owner.token));
    let services = house.restarted();
    let ended = services.run(caller, ReadAttachment { workspace, attachment });
    assert_eq!(code(ended.await.result), Code::Unavailable);
}

/// What the handlers never ask for: bytes that are nowhere, or another workspace's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_not_there_are_shared_with_nobody() {
    let desk = desk().await;
    let house = &desk.house;
    let theirs = house.workspace(&desk.owner, "Elsewhere").await.id;
    let record = house.record(&desk.owner, theirs, "Lamps").await.id;
    let picture = house
        .act(&desk.owner, add(theirs, record, &point()))
        .await
        .expect("added");
    let own = desk.add(&point()).await.expect("added").id;
    let before = house.database.number("select count(*) from shared.attachments").await;
    for of in [picture.id, AttachmentId(testkit::id())] {
        let scope = testkit::scope(&Placement::shared(desk.workspace), Some(desk.owner.account));
        let mut tx = house.database.db.begin(&scope).await.expect("begin");
        let sharing = [own, of].map(|of| Sharing {
            id: AttachmentId(testkit::id()),
            of,
            key: None,
        });
        let shared = attachments::share(&mut tx, desk.record, &sharing, testkit::EPOCH).await;
        assert!(matches!(shared, Err(StoreError::Bug(_))), "{shared:?}");
        tx.rollback().await.expect("rolled back");
    }
    let after = house.database.number("select count(*) from shared.attachments").await;
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_has_so_many_pictures_and_a_copy_takes_only_those_of_its_text() {
    let desk = desk().await;
    let first = desk.add(&point()).await.expect("added").id;
    desk.show(&[first]).await;
    let fill = format!(
        "insert into shared.attachments (workspace_id, id, record_id, class, kind, size, content_of, added_at)
         select workspace_id, gen_random_uuid(), record_id, class, kind, size, id, added_at
         from shared.attachments, generate_series(3, {ATTACHMENTS_MAX})"
    );
    desk.house.database.run(&fill).await;
    desk.add(&point()).await.expect("the last there may be");
    let refused = desk.add(&point()).await.expect_err("one too many");
    assert_eq!(refused.code, Code::Invalid);
    assert!(
        refused
            .about("content")
            .is_some_and(|said| said.contains("A copy of it")),
        "{refused}"
    );
    let count = "select count(*) from shared.attachments";
    assert_eq!(desk.house.database.number(count).await, i64::from(ATTACHMENTS_MAX));
    let copy = desk.copy().await;
    let added = desk.house.act(&desk.owner, add(desk.workspace, copy, &point())).await;
    assert!(added.is_ok(), "the copy has one picture");
    assert_eq!(desk.house.database.number(count).await, i64::from(ATTACHMENTS_MAX) + 2);
}
