//! Records of types: made from templates, listed, moved from state to state and shelf to shelf, and hidden where a role
//! does not read them.

use crate::house::{House, Person, WRITER, code, seat};
use domain::{
    Code, RecordId, WorkspaceId,
    ops::{
        ArchiveRecord, CreateRecord, DuplicateRecord, GetRecord, ListRecords, MoveRecord, RECORD_PAGE_ROWS,
        RecordFilter, RecordPage, RecordSort, RecordView, RenameRecord, RestoreRecord, TrashRecord, UnarchiveRecord,
    },
    policy::Shelf,
};

async fn list(house: &House, person: &Person, workspace: WorkspaceId, filter: RecordFilter) -> RecordPage {
    house
        .act(person, ListRecords { workspace, filter })
        .await
        .expect("a list")
}

fn titles(page: &RecordPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.record.title.as_str()).collect()
}

fn rename(workspace: WorkspaceId, record: &RecordView) -> RenameRecord {
    RenameRecord {
        workspace,
        record: record.id,
        title: "Ebb".to_owned(),
        revision: record.revision,
    }
}

fn to(workspace: WorkspaceId, record: &RecordView, state: &str) -> MoveRecord {
    MoveRecord {
        workspace,
        record: record.id,
        state: state.to_owned(),
        revision: record.revision,
    }
}

#[tokio::test]
async fn lists_search_filter_sort_and_page() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    for number in 0..RECORD_PAGE_ROWS + 3 {
        house.clock.advance(time::Duration::SECOND);
        house.record(&ilse, workspace, &format!("Tide {number:03}")).await;
    }
    let note = CreateRecord {
        kind: "session_note".to_owned(),
        ..CreateRecord::blank(workspace, "A quiet Lamp")
    };
    house.act(&ilse, note).await.expect("made");
    let all = RecordFilter::default();
    let first = list(&house, &ilse, workspace, all.clone()).await;
    assert_eq!((first.found, first.total), (RECORD_PAGE_ROWS + 4, RECORD_PAGE_ROWS + 4));
    assert_eq!(titles(&first)[0], "A quiet Lamp", "last changed first");
    assert_eq!(
        first.kinds.iter().map(|kind| kind.records).collect::<Vec<_>>(),
        [RECORD_PAGE_ROWS + 3, 1]
    );
    assert_eq!(
        first.rows[0].changed_by.as_ref().map(|person| person.account),
        Some(ilse.account)
    );
    let rest = RecordFilter {
        from: first.next.expect("more"),
        ..all.clone()
    };
    let second = list(&house, &ilse, workspace, rest).await;
    assert_eq!((second.rows.len(), second.next), (4, None));
    let by_title = RecordFilter {
        sort: RecordSort::Title,
        ..all.clone()
    };
    assert_eq!(
        titles(&list(&house, &ilse, workspace, by_title).await)[..2],
        ["A quiet Lamp", "Tide 000"]
    );
    let search = |words: &str| RecordFilter {
        search: words.to_owned(),
        ..RecordFilter::default()
    };
    assert_eq!(
        titles(&list(&house, &ilse, workspace, search("LAMP quiet")).await),
        ["A quiet Lamp"]
    );
    assert_eq!(list(&house, &ilse, workspace, search("nothing")).await.found, 0);
    let kind = RecordFilter {
        kind: "session_note".to_owned(),
        ..RecordFilter::default()
    };
    assert_eq!(list(&house, &ilse, workspace, kind).await.found, 1);
    let restarted = house.restarted();
    let cold = restarted
        .run(crate::house::caller(Some(&ilse.token)), ListRecords::first(workspace))
        .await;
    assert_eq!(
        cold.result.expect("a list"),
        first,
        "with nothing at hand it is the same"
    );
}

#[tokio::test]
async fn a_renamed_record_is_found_by_its_new_title_only() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let record = house.record(&ilse, workspace, "Tide").await;
    assert_eq!(
        titles(&list(&house, &ilse, workspace, RecordFilter::default()).await),
        ["Tide"]
    );
    house.act(&ilse, rename(workspace, &record)).await.expect("renamed");
    assert_eq!(
        titles(&list(&house, &ilse, workspace, RecordFilter::default()).await),
        ["Ebb"]
    );
    let old = RecordFilter {
        search: "tide".to_owned(),
        ..RecordFilter::default()
    };
    assert_eq!(list(&house, &ilse, workspace, old).await.found, 0);
}

#[tokio::test]
async fn shelves_lead_there_and_back_and_hold_what_is_on_them() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let made = house.record(&ilse, workspace, "Tide").await;
    let record = made.id;
    let on = |shelf| RecordFilter {
        shelf,
        ..RecordFilter::default()
    };
    let archived = house
        .act(&ilse, ArchiveRecord { workspace, record })
        .await
        .expect("archived");
    assert_eq!((archived.shelf, archived.revision), (Shelf::Archive, 2));
    assert_eq!(list(&house, &ilse, workspace, on(Shelf::Desk)).await.total, 0);
    assert_eq!(list(&house, &ilse, workspace, on(Shelf::Archive)).await.total, 1);
    assert_eq!(
        code(house.act(&ilse, rename(workspace, &archived)).await),
        Code::Forbidden
    );
    assert_eq!(
        code(house.act(&ilse, RestoreRecord { workspace, record }).await),
        Code::Forbidden
    );
    house
        .act(&ilse, UnarchiveRecord { workspace, record })
        .await
        .expect("back");
    house
        .act(&ilse, TrashRecord { workspace, record })
        .await
        .expect("thrown away");
    for refused in [
        house.act(&ilse, ArchiveRecord { workspace, record }).await,
        house.act(&ilse, UnarchiveRecord { workspace, record }).await,
    ] {
        assert_eq!(code(refused), Code::Forbidden);
    }
    assert_eq!(list(&house, &ilse, workspace, on(Shelf::Trash)).await.total, 1);
    let back = house
        .act(&ilse, RestoreRecord { workspace, record })
        .await
        .expect("restored");
    assert_eq!((back.shelf, back.title.as_str()), (Shelf::Desk, "Tide"));
    house.act(&ilse, rename(workspace, &back)).await.expect("changed again");
}

#[tokio::test]
async fn states_are_left_by_the_packs_moves_only_and_decide_who_may_write() {
    let house = House::new().await;
    let (ilse, bea, cy) = (
        house.person("ilse@ternhouse.example").await,
        house.person("bea@ternhouse.example").await,
        house.person("cy@ternhouse.example").await,
    );
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    house.stand(&bea, workspace, &seat(WRITER)).await;
    house.stand(&cy, workspace, &seat("reader")).await;
    let made = house.record(&bea, workspace, "Tide").await;
    let get = || GetRecord {
        workspace,
        record: made.id,
    };
    assert_eq!(
        code(house.act(&cy, get()).await),
        Code::NotFound,
        "a reader sees no drafts"
    );
    assert_eq!(list(&house, &cy, workspace, RecordFilter::default()).await.total, 0);
    assert_eq!(
        code(house.act(&bea, to(workspace, &made, "retired")).await),
        Code::Invalid
    );
    assert_eq!(
        code(house.act(&cy, to(workspace, &made, "in_use")).await),
        Code::Forbidden
    );
    let used = house.act(&bea, to(workspace, &made, "in_use")).await.expect("moved");
    assert_eq!(house.act(&cy, get()).await.expect("visible").title, "Tide");
    assert_eq!(list(&house, &cy, workspace, RecordFilter::default()).await.total, 1);
    assert_eq!(code(house.act(&bea, rename(workspace, &used)).await), Code::Forbidden);
    assert_eq!(code(house.act(&bea, to(workspace, &made, "in_use")).await), Code::Stale);
    let trash = RecordFilter {
        shelf: Shelf::Trash,
        ..RecordFilter::default()
    };
    let hidden = house
        .act(
            &cy,
            ListRecords {
                workspace,
                filter: trash,
            },
        )
        .await;
    assert_eq!(code(hidden), Code::Forbidden);
}

#[tokio::test]
async fn records_begin_with_templates_and_are_copied_with_their_words() {
    let house = House::new().await;
    let ilse = house.person("ilse@ternhouse.example").await;
    let workspace = house.workspace(&ilse, "Tern House").await.id;
    let of = |kind: &str, template: &str| CreateRecord {
        kind: kind.to_owned(),
        template: template.to_owned(),
        ..CreateRecord::blank(workspace, "Rest")
    };
    assert_eq!(code(house.act(&ilse, of("sop", "")).await), Code::Invalid);
    assert_eq!(code(house.act(&ilse, of("script", "sop")).await), Code::Invalid);
    let made = house.act(&ilse, of("script", "relaxation")).await.expect("made");
    let rows = async |record: RecordId| {
        let sql = format!("select count(*) from shared.document_updates where record_id = '{record}'");
        house.database.number(&sql).await
    };
    assert_eq!(rows(made.id).await, 1, "the template's words are the first of the log");
    let duplicate = DuplicateRecord {
        workspace,
        record: made.id,
    };
    let copy = house.act(&ilse, duplicate).await.expect("copied");
    assert_eq!((copy.title.as_str(), copy.state.as_str()), ("Rest, copy", "draft"));
    assert_eq!(rows(copy.id).await, 1);
    let blank = house.record(&ilse, workspace, "Blank").await;
    assert_eq!(rows(blank.id).await, 0);
}
