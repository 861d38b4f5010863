//! Who may sit at a body, and whether they may write. One place decides it: when somebody comes, and again when anything
//! changed.

use crate::{Actor, Person, Services, context::answered, dispatch, standing::Standing};
use collab::Access;
use domain::{
    Caller, Code, FieldClass, Operation, Problem, RecordId, WorkspaceId,
    ops::{GetRecord, GetWorkspace, ListWorkspaces},
    policy::{Action, Decision, Resource, decide},
};
use store::{
    Placement, Reason, Scoped, TenantScope, members,
    records::{self, ItemRow},
};

/// What a client asks for when it connects.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    /// The record whose body it is.
    pub record: RecordId,
    /// The workspace it is in, if the client knows it.
    pub workspace: Option<WorkspaceId>,
    /// The client's version of the document schema, if it says so.
    pub schema: Option<u32>,
    /// Whether it wants to be told what is kept.
    pub ack: bool,
    /// Whether it takes several messages in one frame.
    pub gather: bool,
}

/// Somebody who may come in.
pub(crate) struct Admission {
    pub(crate) person: Person,
    pub(crate) placement: Placement,
    /// The workspace's count of changes when this was decided.
    pub(crate) epoch: i64,
    pub(crate) access: Access,
}

/// What somebody who stands so may do with the body of a record; `None` for nothing.
pub(crate) fn access_of(standing: &Standing, record: Option<&ItemRow>) -> Option<Access> {
    let item = record?.item();
    let may = |action| decide(standing.actor(), action, Resource::Record(item)) == Decision::Allow;
    if !may(Action::ReadRecords) || !standing.classes().contains(&FieldClass::Body) {
        return None;
    }
    Some(if may(Action::EditRecords) {
        Access::Write
    } else {
        Access::Read
    })
}

/// Whether somebody who stands so may see anything of the workspace at all.
pub(crate) fn sees(standing: &Standing) -> bool {
    let action = GetWorkspace::META.action;
    decide(standing.actor(), action, action.anywhere()) == Decision::Allow
}

/// What the policy wants to know of a record.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn item(
    services: &Services,
    placement: &Placement,
    record: RecordId,
) -> Result<Option<ItemRow>, Problem> {
    let scope = TenantScope {
        placement: placement.clone(),
        actor: None,
        classes: Vec::new(),
    };
    let mut tx = answered(services.inner.db.begin(&scope).await)?;
    let item = answered(records::item(&mut tx, record).await)?;
    answered(tx.finish().await)?;
    Ok(item)
}

/// Decides whether a caller may come in, and finds the record's workspace if the caller does not name it.
///
/// # Errors
/// [`Code::SignedOut`]; [`Code::NotFound`] for whatever is not there or not visible; or that the database does not answer.
pub(crate) async fn admit(services: &Services, caller: &Caller, ask: &Ask) -> Result<Admission, Problem> {
    if let Some(workspace) = ask.workspace {
        return within(services, caller, workspace, ask.record).await;
    }
    let admitted = dispatch::admit(services, caller, &ListWorkspaces::META, None, None).await?;
    let account = person(&admitted.actor)?.account;
    let mut tx = answered(services.inner.db.system(Reason::Edit, Some(account)).await)?;
    let memberships = answered(members::of_account(&mut tx, account).await)?;
    answered(tx.finish().await)?;
    for membership in memberships {
        match within(services, caller, membership.placement.workspace, ask.record).await {
            Err(problem) if matches!(problem.code, Code::NotFound | Code::Forbidden) => {}
            found => return found,
        }
    }
    Err(Problem::new(Code::NotFound))
}

async fn within(
    services: &Services,
    caller: &Caller,
    workspace: WorkspaceId,
    record: RecordId,
) -> Result<Admission, Problem> {
    let admitted = dispatch::admit(services, caller, &GetRecord::META, Some(workspace), None).await?;
    let person = person(&admitted.actor)?.clone();
    let found = item(services, &admitted.scope.placement, record).await?;
    let access = access_of(&admitted.standing, found.as_ref()).ok_or_else(|| Problem::new(Code::NotFound))?;
    Ok(Admission {
        person,
        placement: admitted.scope.placement,
        epoch: admitted.epoch,
        access,
    })
}

/// The person who acts.
///
/// # Errors
/// [`Code::SignedOut`] for anybody else.
pub(crate) fn person(actor: &Actor) -> Result<&Person, Problem> {
    match actor {
        Actor::Person(person) => Ok(person),
        Actor::Visitor | Actor::CommandLine => Err(Problem::new(Code::SignedOut)),
    }
}
