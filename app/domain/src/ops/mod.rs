//! Every operation of the product, one module an area, and the one list of them.

mod account;
mod attachment;
mod audit;
mod body;
mod invitation;
mod member;
mod record;
mod session;
mod workspace;

pub use account::*;
pub use attachment::*;
pub use audit::*;
pub use body::*;
pub use invitation::*;
pub use member::*;
pub use record::*;
pub use session::*;
pub use workspace::*;

/// The one list: expands `m! { SignUp VerifyEmail … }`. Services register handlers from it, the server routes from it,
/// tests walk it.
#[macro_export]
macro_rules! for_each_operation {
    ($m:ident) => {
        $m! {
            SignUp VerifyEmail ResendVerification ForgotPassword ResetPassword
            GetProfile RenameMyself ChangePassword
            SignIn SignOut ListSessions RevokeSession RevokeOtherSessions ProveIdentity
            ListPacks ListWorkspaces CreateWorkspace GetWorkspace RenameWorkspace
            ListRecords GetRecord CreateRecord RenameRecord DescribeRecord DuplicateRecord MoveRecord ArchiveRecord
            UnarchiveRecord TrashRecord RestoreRecord
            ReadBody TakeBody AddAttachment ReadAttachment
            ListMembers SetRole SuspendMember ResumeMember RemoveMember LeaveWorkspace
            InviteMembers ResendInvitation RevokeInvitation InspectInvitation AcceptInvitation JoinByInvitation
            DeclineInvitation
            ListAuditEvents GetAuditEvent ExportAuditLog
        }
    };
}

macro_rules! metas_of {
    ($($op:ident)*) => {
        /// The META of every operation, in the order of the list.
        pub fn metas() -> Vec<&'static $crate::Meta> {
            vec![$({
                static META: $crate::Meta = <$op as $crate::Operation>::META;
                &META
            }),*]
        }
    };
}
for_each_operation!(metas_of);

#[cfg(test)]
mod tests {
    use super::metas;
    use crate::{Audited, Kind, RateClass, Scope, policy::Action};
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_well_formed() {
        let mut seen = HashSet::new();
        for meta in metas() {
            assert!(seen.insert(meta.name), "{} is declared twice", meta.name);
            let (noun, verb) = meta.name.split_once('.').expect("noun.verb");
            assert!(
                [noun, verb]
                    .iter()
                    .all(|part| part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
            );
            assert_eq!(meta.api, format!("/api/v1/{}", meta.name));
        }
    }

    #[test]
    fn metas_agree_with_themselves() {
        for meta in metas() {
            assert_eq!(
                meta.kind == Kind::Mutation,
                meta.audit == Audited::Mutation,
                "{}: a mutation is audited",
                meta.name
            );
            assert_eq!(
                meta.scope == Scope::Workspace,
                meta.action != Action::Own,
                "{}: scope and action",
                meta.name
            );
            if meta.scope == Scope::Public {
                assert!(
                    matches!(meta.rate, RateClass::Credential | RateClass::Mail),
                    "{}: what anybody may send is counted strictly",
                    meta.name
                );
            }
        }
    }
}
