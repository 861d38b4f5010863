//! What happens to an act while it is under way: its actor is put out, gets another role, or only others do.

use crate::house::{House, Person, WRITER, code, seat};
use domain::{
    AccountId, Code, Problem, WorkspaceId,
    ops::{
        ArchiveRecord, CreateRecord, RecordView, RemoveMember, ResumeMember, SetRole, SuspendMember, UnarchiveRecord,
    },
};
use testkit::OWNER;

/// A workspace with its owner and a member who writes.
struct Place {
    house: House,
    ilse: Person,
    bea: Person,
    workspace: WorkspaceId,
}

impl Place {
    async fn new() -> Self {
        let house = House::new().await;
        let ilse = house.person("ilse@ternhouse.example").await;
        let bea = house.person("bea@ternhouse.example").await;
        let workspace = house.workspace(&ilse, "Tern House").await.id;
        house.stand(&bea, workspace, &seat(WRITER)).await;
        Self {
            house,
            ilse,
            bea,
            workspace,
        }
    }

    /// Has the member write a record, which was decided and then waits; does something meanwhile; and lets it go on.
    async fn written_while(&self, meanwhile: impl AsyncFnOnce()) -> Result<RecordView, Problem> {
        self.acted_while(CreateRecord::blank(self.workspace, "Tide tables".to_owned()), meanwhile)
            .await
    }

    async fn acted_while<Op: services::Handle>(
        &self,
        op: Op,
        meanwhile: impl AsyncFnOnce(),
    ) -> Result<Op::Output, Problem> {
        let lock = self.house.database.hold("lock table shared.records").await;
        let act = Box::pin(self.house.act(&self.bea, op));
        let hindered = Box::pin(async {
            self.house.database.until_somebody_waits().await;
            meanwhile().await;
            drop(lock);
        });
        tokio::join!(act, hindered).0
    }

    /// Gives the member another role.
    async fn give(&self, role: &str) {
        let set = SetRole {
            workspace: self.workspace,
            account: self.bea.account,
            role: role.to_owned(),
        };
        self.house.act(&self.ilse, set).await.expect("set");
    }

    async fn suspend(&self, account: AccountId) {
        let workspace = self.workspace;
        self.house
            .act(&self.ilse, SuspendMember { workspace, account })
            .await
            .expect("suspended");
    }

    async fn resume(&self, account: AccountId) {
        let workspace = self.workspace;
        self.house
            .act(&self.ilse, ResumeMember { workspace, account })
            .await
            .expect("back");
    }
}

#[tokio::test]
async fn who_is_put_out_while_they_write_has_written_nothing() {
    let place = Place::new().await;
    let (workspace, account, house) = (place.workspace, place.bea.account, &place.house);
    let suspended = place.written_while(async || place.suspend(account).await).await;
    assert_eq!(code(suspended), Code::NotFound);
    place.resume(account).await;
    let reader = place.written_while(async || place.give("reader").await).await;
    assert_eq!(code(reader), Code::Forbidden);
    place.give(WRITER).await;
    let owner = place.written_while(async || place.give(OWNER).await).await;
    assert_eq!(
        code(owner),
        Code::Forbidden,
        "what was decided for another role is not kept either"
    );
    let remove = async || {
        house
            .act(&place.ilse, RemoveMember { workspace, account })
            .await
            .expect("removed");
    };
    assert_eq!(code(place.written_while(remove).await), Code::NotFound);
    assert_eq!(house.database.number("select count(*) from shared.records").await, 0);
    assert_eq!(house.events("record.create").await, 0);
}

#[tokio::test]
async fn what_changes_about_others_hinders_nobody() {
    let place = Place::new().await;
    let (workspace, house) = (place.workspace, &place.house);
    let cay = house.person("cay@ternhouse.example").await;
    house.stand(&cay, workspace, &seat(WRITER)).await;
    let cay = cay.account;
    let record = place.written_while(async || place.suspend(cay).await).await;
    let record = record.expect("written").id;
    // Acts that count as a change themselves, so that others look again.
    let archived = place
        .acted_while(ArchiveRecord { workspace, record }, async || place.resume(cay).await)
        .await;
    assert_eq!(archived.expect("put away").id, record);
    let own = place.bea.account;
    let put_out = place
        .acted_while(UnarchiveRecord { workspace, record }, async || place.suspend(own).await)
        .await;
    assert_eq!(code(put_out), Code::NotFound);
    assert_eq!(
        (
            house.events("record.archive").await,
            house.events("record.unarchive").await
        ),
        (1, 0)
    );
}
