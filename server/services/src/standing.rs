//! How a caller stands in a workspace: the stored place, in the light of the workspace's pack.

use crate::Services;
use domain::{
    Code, FieldClass, Problem,
    pack::{Pack, Role},
    policy::Actor,
};
use std::sync::Arc;
use store::members::Seat;

/// How a caller stands in a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nobody of this workspace, or outside of any.
    Stranger,
    /// Was a member and may come back.
    Suspended,
    /// A member in a role.
    Member(Role),
    /// Somebody with a shell on the server.
    CommandLine,
}

impl Standing {
    /// The caller, as the policy knows it.
    pub(crate) fn actor(&self) -> Actor<'_> {
        match self {
            Self::Stranger => Actor::Stranger,
            Self::Suspended => Actor::Suspended,
            Self::Member(role) => Actor::Member(role),
            Self::CommandLine => Actor::CommandLine,
        }
    }

    /// The role, for a member.
    pub(crate) fn role(&self) -> Option<&Role> {
        match self {
            Self::Member(role) => Some(role),
            Self::Stranger | Self::Suspended | Self::CommandLine => None,
        }
    }

    /// The classes of fields that a transaction of the caller's may see.
    pub(crate) fn classes(&self) -> Vec<FieldClass> {
        match self {
            Self::Member(role) => role.reads.clone(),
            Self::CommandLine => FieldClass::ALL.to_vec(),
            Self::Stranger | Self::Suspended => Vec::new(),
        }
    }
}

/// The role of a place. One that an earlier release gave knows owners and others only.
pub(crate) fn role_of(pack: &Pack, seat: &Seat) -> Role {
    let stored = match &seat.role {
        Some(id) => pack.role(id).cloned().or_else(|| Some(Role::unknown(id))),
        None if seat.owned => pack.owning_role().cloned(),
        None => pack.usual_role().cloned(),
    };
    stored.unwrap_or_else(|| Role::unknown(""))
}

impl Services {
    /// The pack of a workspace.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when this server does not have it.
    pub(crate) fn pack(&self, id: &str) -> Result<Arc<Pack>, Problem> {
        self.inner.packs.get(id).cloned().ok_or_else(|| {
            tracing::error!(pack = id, "a workspace has a pack that this server does not know");
            Problem::new(Code::Unavailable).with_detail(format!(
                "The pack `{id}` of this workspace is not installed on this server."
            ))
        })
    }

    /// How somebody with this place, or none, stands in a workspace with this pack.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when this server does not have the pack.
    pub(crate) fn standing_of(&self, pack: Option<&str>, seat: Option<&Seat>) -> Result<Standing, Problem> {
        let (Some(pack), Some(seat)) = (pack, seat) else {
            return Ok(Standing::Stranger);
        };
        if seat.suspended {
            return Ok(Standing::Suspended);
        }
        Ok(Standing::Member(role_of(&*self.pack(pack)?, seat)))
    }
}
