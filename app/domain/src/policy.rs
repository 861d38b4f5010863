//! Who may do what: one pure function, used by the dispatcher to refuse and by pages to offer.
//!
//! Until packs bring roles of their own, a member stands in a workspace as its owner or as a plain member; owning is a
//! property of the tenant and not of a kind of work, so it stays outside the packs.

use serde::{Deserialize, Serialize};

/// What an operation needs to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Acts on one's own account only; the scope guards it.
    Own,
    /// Sees that the workspace exists, its name and one's place in it.
    SeeWorkspace,
    /// Reads records.
    ReadRecords,
    /// Makes and changes records.
    WriteRecords,
    /// Names and sets up the workspace.
    ManageWorkspace,
    /// Reads the audit log.
    ReadAudit,
    /// Takes the audit log out.
    ExportAudit,
}

impl Action {
    /// Every action, for tests that enumerate.
    pub const ALL: [Self; 7] = [
        Self::Own,
        Self::SeeWorkspace,
        Self::ReadRecords,
        Self::WriteRecords,
        Self::ManageWorkspace,
        Self::ReadAudit,
        Self::ExportAudit,
    ];
}

/// How an account stands in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Answers for the workspace.
    Owner,
    /// Works in it.
    Member,
    /// Was a member and may come back; sees nothing meanwhile.
    Suspended,
}

impl Standing {
    /// Every standing, for tests that enumerate.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Member, Self::Suspended];

    /// The name the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
            Self::Suspended => "suspended",
        }
    }

    /// Reads [`Standing::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.as_str() == text)
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

/// Decides whether somebody who stands so (`None`: no member) may act so.
pub fn decide(standing: Option<Standing>, action: Action) -> Decision {
    match (standing, action) {
        (_, Action::Own)
        | (Some(Standing::Owner), _)
        | (Some(Standing::Member), Action::SeeWorkspace | Action::ReadRecords | Action::WriteRecords) => {
            Decision::Allow
        }
        (Some(Standing::Member), Action::ManageWorkspace | Action::ReadAudit | Action::ExportAudit) => Decision::Forbid,
        (None | Some(Standing::Suspended), _) => Decision::Hide,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    #[test]
    fn every_standing_and_action_decides_as_the_golden_table_says() {
        let mut table = String::new();
        for standing in [
            None,
            Some(Standing::Owner),
            Some(Standing::Member),
            Some(Standing::Suspended),
        ] {
            for action in Action::ALL {
                let name = standing.map_or("nobody", Standing::as_str);
                let _ = writeln!(table, "{name} {action:?} {:?}", decide(standing, action));
            }
        }
        let golden = include_str!("policy.golden");
        assert_eq!(
            table, golden,
            "the matrix changed; if that is meant, write it into policy.golden"
        );
    }
}
