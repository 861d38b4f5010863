//! Who may do what: one pure function, used by the dispatcher and the handlers to refuse, and by pages to offer. What a
//! role may do stands in its pack; what holds for everybody (a stranger sees nothing, what lies in the trash is not
//! edited) stands here.

use crate::pack::Role;
use serde::{Deserialize, Serialize};

/// What an operation needs to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Acts on one's own account only; the scope guards it.
    Own,
    /// Sees that the workspace exists, its name and one's place in it. Every member may.
    SeeWorkspace,
    /// Names and sets up the workspace.
    ManageWorkspace,
    /// Sees who belongs to the workspace.
    SeeMembers,
    /// Invites, changes roles, suspends, removes.
    ManageMembers,
    /// Reads the audit log.
    ReadAudit,
    /// Takes the audit log out.
    ExportAudit,
    /// Reads records.
    ReadRecords,
    /// Makes records.
    CreateRecords,
    /// Changes the title, the fields and the body of records, and the pictures in it.
    EditRecords,
    /// Brings records into another state.
    MoveRecords,
    /// Puts records away, and gets them back.
    ArchiveRecords,
    /// Puts records into the trash, sees what lies there, and gets it back.
    TrashRecords,
}

impl Action {
    /// Every action, for tests that enumerate.
    pub const ALL: [Self; 13] = [
        Self::Own,
        Self::SeeWorkspace,
        Self::ManageWorkspace,
        Self::SeeMembers,
        Self::ManageMembers,
        Self::ReadAudit,
        Self::ExportAudit,
        Self::ReadRecords,
        Self::CreateRecords,
        Self::EditRecords,
        Self::MoveRecords,
        Self::ArchiveRecords,
        Self::TrashRecords,
    ];
    /// What a pack may grant in the workspace, apart from records.
    pub const IN_WORKSPACE: [Self; 5] = [
        Self::ManageWorkspace,
        Self::SeeMembers,
        Self::ManageMembers,
        Self::ReadAudit,
        Self::ExportAudit,
    ];
    /// What a pack may grant on records.
    pub const ON_RECORDS: [Self; 6] = [
        Self::ReadRecords,
        Self::CreateRecords,
        Self::EditRecords,
        Self::MoveRecords,
        Self::ArchiveRecords,
        Self::TrashRecords,
    ];

    /// The name in packs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::SeeWorkspace => "workspace.see",
            Self::ManageWorkspace => "workspace.manage",
            Self::SeeMembers => "members.see",
            Self::ManageMembers => "members.manage",
            Self::ReadAudit => "audit.read",
            Self::ExportAudit => "audit.export",
            Self::ReadRecords => "read",
            Self::CreateRecords => "create",
            Self::EditRecords => "edit",
            Self::MoveRecords => "move",
            Self::ArchiveRecords => "archive",
            Self::TrashRecords => "trash",
        }
    }

    /// Whether it is about records.
    pub fn on_records(self) -> bool {
        Self::ON_RECORDS.contains(&self)
    }
}

/// Who wants to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor<'a> {
    /// Nobody of this workspace.
    Stranger,
    /// Was a member and may come back; sees nothing meanwhile.
    Suspended,
    /// A member in a role.
    Member(&'a Role),
    /// Somebody with a shell on the server: has the root key, so nothing is refused but what nobody may. On record like
    /// everybody.
    CommandLine,
}

/// What the act is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource<'a> {
    /// One's own account, or the workspace itself.
    Whole,
    /// Records in general: is there any on which it is allowed? The record itself is decided on once it is known.
    Records,
    /// One record.
    Record(Item<'a>),
}

/// A record, as far as it counts for deciding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// Its type's id.
    pub kind: &'a str,
    /// Its state's id.
    pub state: &'a str,
    /// Where it is kept.
    pub shelf: Shelf,
}

/// Where a record is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shelf {
    /// At hand.
    #[default]
    Desk,
    /// Put away: read, not changed.
    Archive,
    /// Thrown away, and can be had back.
    Trash,
}

impl Shelf {
    /// Every shelf, for tests that enumerate.
    pub const ALL: [Self; 3] = [Self::Desk, Self::Archive, Self::Trash];

    /// The name in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Archive => "archive",
            Self::Trash => "trash",
        }
    }

    /// Reads [`Shelf::word`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shelf| shelf.word() == text)
    }

    /// Whether a record there lets itself be handled so, whoever asks. Archiving and throwing away have their way back
    /// from where they lead.
    pub fn lets(self, action: Action) -> bool {
        match action {
            Action::EditRecords | Action::MoveRecords => self == Self::Desk,
            Action::ArchiveRecords => self != Self::Trash,
            _ => true,
        }
    }
}

/// The answer of [`decide`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Go on.
    Allow,
    /// The thing is visible, the act is not allowed: 403.
    Forbid,
    /// The thing is not even visible: 404, like something that does not exist.
    Hide,
}

/// Decides whether an actor may act so on a resource.
pub fn decide(actor: Actor<'_>, action: Action, resource: Resource<'_>) -> Decision {
    if action == Action::Own {
        return Decision::Allow;
    }
    match actor {
        Actor::Stranger | Actor::Suspended => Decision::Hide,
        Actor::CommandLine => allow_if(shelf_lets(action, resource)),
        Actor::Member(role) => member(role, action, resource),
    }
}

fn member(role: &Role, action: Action, resource: Resource<'_>) -> Decision {
    match resource {
        Resource::Whole => allow_if(action == Action::SeeWorkspace || role.may.contains(&action)),
        Resource::Records => allow_if(role.records.iter().any(|grant| grant.may.contains(&action))),
        Resource::Record(item) => {
            let granted = |action: Action| {
                role.records
                    .iter()
                    .any(|grant| grant.may.contains(&action) && grant.covers(item.kind, item.state))
            };
            let visible = granted(Action::ReadRecords) && (item.shelf != Shelf::Trash || granted(Action::TrashRecords));
            if visible {
                allow_if(granted(action) && item.shelf.lets(action))
            } else {
                Decision::Hide
            }
        }
    }
}

fn shelf_lets(action: Action, resource: Resource<'_>) -> bool {
    match resource {
        Resource::Record(item) => item.shelf.lets(action),
        Resource::Whole | Resource::Records => true,
    }
}

fn allow_if(allowed: bool) -> Decision {
    if allowed { Decision::Allow } else { Decision::Forbid }
}

impl Actor<'_> {
    /// Whether it may act so in the workspace as a whole, or on some record in it.
    pub fn may(self, action: Action) -> bool {
        decide(self, action, action.anywhere()) == Decision::Allow
    }
}

impl Action {
    /// The resource that is decided on before any record is known.
    pub fn anywhere(self) -> Resource<'static> {
        if self.on_records() {
            Resource::Records
        } else {
            Resource::Whole
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FieldClass, pack::Grant};

    /// Reads everything, edits drafts of one type, throws nothing away.
    fn role() -> Role {
        Role {
            may: vec![Action::SeeMembers],
            reads: FieldClass::ALL.to_vec(),
            records: vec![
                Grant {
                    types: Vec::new(),
                    states: Vec::new(),
                    may: vec![Action::ReadRecords],
                },
                Grant {
                    types: vec!["letter".to_owned()],
                    states: vec!["open".to_owned()],
                    may: vec![Action::EditRecords, Action::ArchiveRecords],
                },
            ],
            ..Role::unknown("clerk")
        }
    }

    fn item(kind: &'static str, state: &'static str, shelf: Shelf) -> Resource<'static> {
        Resource::Record(Item { kind, state, shelf })
    }

    #[test]
    fn a_member_sees_the_workspace_and_does_what_the_role_says() {
        let role = role();
        let member = Actor::Member(&role);
        for (action, expected) in [
            (Action::SeeWorkspace, true),
            (Action::SeeMembers, true),
            (Action::ManageMembers, false),
            (Action::ReadRecords, true),
            (Action::EditRecords, true),
            (Action::CreateRecords, false),
        ] {
            assert_eq!(member.may(action), expected, "{action:?}");
        }
    }

    #[test]
    fn a_record_counts_by_type_state_and_shelf() {
        let role = role();
        let on = |action, resource| decide(Actor::Member(&role), action, resource);
        let edit = Action::EditRecords;
        assert_eq!(on(edit, item("letter", "open", Shelf::Desk)), Decision::Allow);
        for resource in [
            item("letter", "sent", Shelf::Desk),
            item("note", "open", Shelf::Desk),
            item("letter", "open", Shelf::Archive),
        ] {
            assert_eq!(on(edit, resource), Decision::Forbid, "{resource:?}");
        }
        assert_eq!(
            on(Action::ArchiveRecords, item("letter", "open", Shelf::Archive)),
            Decision::Allow
        );
        assert_eq!(
            on(Action::ReadRecords, item("letter", "open", Shelf::Trash)),
            Decision::Hide
        );
    }

    #[test]
    fn who_cannot_read_a_record_does_not_learn_that_it_is_there() {
        let mut role = role();
        role.records.remove(0);
        let edit = decide(
            Actor::Member(&role),
            Action::EditRecords,
            item("letter", "open", Shelf::Desk),
        );
        assert_eq!(edit, Decision::Hide);
    }

    #[test]
    fn strangers_and_the_suspended_see_nothing_but_themselves() {
        for actor in [Actor::Stranger, Actor::Suspended] {
            for action in Action::ALL {
                let expected = if action == Action::Own {
                    Decision::Allow
                } else {
                    Decision::Hide
                };
                assert_eq!(
                    decide(actor, action, action.anywhere()),
                    expected,
                    "{actor:?} {action:?}"
                );
                let record = item("letter", "open", Shelf::Desk);
                assert_eq!(decide(actor, action, record), expected, "{actor:?} {action:?}");
            }
        }
    }

    #[test]
    fn the_command_line_is_held_by_shelves_only() {
        for shelf in Shelf::ALL {
            for action in Action::ON_RECORDS {
                let decision = decide(Actor::CommandLine, action, item("letter", "open", shelf));
                assert_eq!(decision, allow_if(shelf.lets(action)), "{action:?} {shelf:?}");
            }
        }
    }

    #[test]
    fn granting_more_never_allows_less() {
        let role = role();
        let mut more = role.clone();
        for action in Action::ON_RECORDS {
            more.records.push(Grant {
                types: Vec::new(),
                states: Vec::new(),
                may: vec![action],
            });
            for (kind, state) in [("letter", "open"), ("letter", "sent"), ("note", "open")] {
                for shelf in Shelf::ALL {
                    for asked in Action::ON_RECORDS {
                        let before = decide(Actor::Member(&role), asked, item(kind, state, shelf));
                        let after = decide(Actor::Member(&more), asked, item(kind, state, shelf));
                        assert!(
                            before != Decision::Allow || after == Decision::Allow,
                            "{asked:?} {kind} {state} {shelf:?}"
                        );
                    }
                }
            }
        }
    }
}
