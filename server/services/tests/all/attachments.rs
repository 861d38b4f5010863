//! Pictures in bodies: kept encrypted, shown to those who read the body and to nobody else, taken along into copies, removed.

use crate::{
    editing::{self, Desk, desk},
    house::{House, Person, code, seat},
    samples::PICTURE,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    AttachmentId, Code, Problem, RecordId, WorkspaceId,
    document::{Block, Document},
    ops::{
        ATTACHMENT_MAX, AddAttachment, ArchiveRecord, AttachmentContent, AttachmentView, CreateRecord, CreateWorkspace,
        DuplicateRecord, MoveRecord, PictureKind, ReadAttachment, ReadBody, RemoveAttachment, TakeBody,
    },
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
async fn a_picture_is_kept_encrypted_shown_in_its_body_and_removed_for_good() {
    let desk = desk().await;
    let (house, owner, workspace) = (&desk.house, &desk.owner, desk.workspace);
    let added = desk.add(&point()).await.expect("added");
    assert_eq!((added.kind, added.size as usize), (PictureKind::Png, point().len()));
    let hex = hex::encode(b"PNG");
    let plain = format!("select count(*) from shared.attachments where encode(content, 'hex') like '%{hex}%'");
    assert_eq!(house.database.number(&plain).await, 0);
    desk.show(&[added.id]).await;
    let body = house.act(owner, desk.read()).await.expect("a body").html;
    let address = format!("src=\"/attachments/{workspace}/{}\"", added.id);
    assert!(body.contains(&address), "{body}");
    let shown = read(house, owner, workspace, added.id).await.expect("shown");
    assert_eq!((shown.kind, shown.content.as_str()), (PictureKind::Png, PICTURE));
    let attachment = added.id;
    house
        .act(owner, RemoveAttachment { workspace, attachment })
        .await
        .expect("removed");
    assert_eq!(code(read(house, owner, workspace, attachment).await), Code::NotFound);
    assert_eq!(
        code(house.act(owner, RemoveAttachment { workspace, attachment }).await),
        Code::NotFound
    );
    assert_eq!(
        house.database.number("select count(*) from shared.attachments").await,
        0
    );
    for action in ["attachment.add", "attachment.remove"] {
        assert_eq!(house.events(action).await, 1, "{action}");
    }
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
        let remove = RemoveAttachment {
            workspace,
            attachment: picture,
        };
        assert_eq!(code(house.act(&stranger, remove).await), Code::NotFound);
    }
    for (workspace, record) in [(here, theirs), (elsewhere, desk.record), (here, desk.record)] {
        let refused = house.act(&stranger, add(workspace, record, &point())).await;
        assert_eq!(code(refused), Code::NotFound);
    }
    assert_eq!(code(read(house, &desk.owner, elsewhere, picture).await), Code::NotFound);
    assert!(read(house, &desk.owner, here, picture).await.is_ok());
    // Moved by somebody with the database: to another id, and to another record.
    let moved = AttachmentId(testkit::id());
    house
        .database
        .run(&format!("update shared.attachments set id = '{moved}'"))
        .await;
    assert_eq!(code(read(house, &desk.owner, here, moved).await), Code::Unavailable);
    assert_eq!(code(read(house, &desk.owner, here, picture).await), Code::NotFound);
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
    let remove = RemoveAttachment {
        workspace,
        attachment: picture,
    };
    for person in [&cook, &waiter] {
        let adding = house.act(person, add(workspace, record, &point())).await;
        assert_eq!(code(adding), Code::Forbidden);
    }
    assert_eq!(code(house.act(&cook, remove.clone()).await), Code::Forbidden);
    house
        .act(&chef, ArchiveRecord { workspace, record })
        .await
        .expect("archived");
    assert_eq!(
        code(house.act(&chef, add(workspace, record, &point())).await),
        Code::Forbidden
    );
    assert_eq!(code(house.act(&chef, remove).await), Code::Forbidden);
    assert!(
        read(&house, &chef, workspace, picture).await.is_ok(),
        "what is put away is read"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_has_pictures_of_its_own() {
    let desk = desk().await;
    let (house, owner, workspace) = (&desk.house, &desk.owner, desk.workspace);
    let (one, two) = (
        desk.add(&point()).await.expect("added").id,
        desk.add(&point()).await.expect("added").id,
    );
    let gone = AttachmentId(testkit::id());
    desk.show(&[one, gone, one, two]).await;
    let duplicate = DuplicateRecord {
        workspace,
        record: desk.record,
    };
    let copy = house.act(owner, duplicate).await.expect("copied").id;
    let rows = format!("select count(*) from shared.attachments where record_id = '{copy}'");
    assert_eq!(
        house.database.number(&rows).await,
        2,
        "each picture once, however often it stands there"
    );
    for attachment in [one, two] {
        house
            .act(owner, RemoveAttachment { workspace, attachment })
            .await
            .expect("removed");
    }
    let take = TakeBody {
        workspace,
        record: copy,
    };
    let body = house.act(owner, take).await.expect("a body").document;
    let ids: Vec<AttachmentId> = body
        .split("attachment:")
        .skip(1)
        .map(|rest| rest[..36].parse().expect("an id"))
        .collect();
    assert_eq!((ids.len(), ids[0] == ids[2], ids[1]), (4, true, gone));
    for id in [ids[0], ids[3]] {
        assert!(id != one && id != two);
        let shown = read(house, owner, workspace, id).await.expect("its own");
        assert_eq!(shown.content, PICTURE);
    }
    let read = ReadBody {
        workspace,
        record: copy,
    };
    assert!(
        house
            .act(owner, read)
            .await
            .expect("a body")
            .html
            .contains(&ids[3].to_string())
    );
}
