//! A good request for each operation, made for one world. A new operation without a sample fails every test that walks
//! the list.

use crate::house::{House, PASSWORD, Person, WRITER};
use domain::{
    AttachmentId, EventId, InvitationId, Meta, Secret, SessionId, WorkspaceId,
    ops::{
        AddAttachment, ForgotPassword, InviteMembers, ListAuditEvents, ListMembers, ListSessions, RecordView,
        TrashRecord, WorkspaceView,
    },
};
use serde_json::{Value, json};

/// A picture of one point.
pub(crate) const PICTURE: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// People and things for one request.
pub(crate) struct World {
    /// Owns the workspace.
    pub(crate) owner: Person,
    pub(crate) workspace: WorkspaceView,
    pub(crate) record: RecordView,
    pub(crate) event: EventId,
    /// Another session of the owner's.
    pub(crate) other_session: SessionId,
    /// An address that was signed up and not proven.
    pub(crate) unproven: String,
    /// Answers for the workspace too.
    pub(crate) colleague: Person,
    /// An invitation of somebody new.
    invitation: InvitationId,
    /// A picture of the record.
    picture: AttachmentId,
    /// A record in the trash.
    thrown_away: RecordView,
    verify: Secret,
    reset: Secret,
    join: Secret,
    accept: Secret,
}

impl World {
    /// A fresh world; `name` keeps its addresses apart from those of others.
    pub(crate) async fn new(house: &House, name: &str) -> Self {
        let name = name.replace(['.', '_'], "-");
        let (email, unproven) = (
            format!("owner-{name}@keep.example"),
            format!("unproven-{name}@keep.example"),
        );
        let owner = house.person(&email).await;
        let second = house.sign_in(&email).await;
        let sessions = house.act(&second, ListSessions {}).await.expect("sessions");
        let other_session = sessions.iter().find(|session| session.current).expect("its own").id;
        let workspace = house.workspace(&owner, "Tern House").await;
        let record = house.record(&owner, workspace.id, "Tide tables").await;
        let list = ListAuditEvents {
            workspace: workspace.id,
            filter: domain::ops::AuditFilter::default(),
        };
        let event = house.act(&owner, list).await.expect("a log").rows[0].id;
        let add = AddAttachment {
            workspace: workspace.id,
            record: record.id,
            content: PICTURE.to_owned(),
        };
        let picture = house.act(&owner, add).await.expect("a picture").id;
        let thrown_away = house.record(&owner, workspace.id, "Old lamps").await;
        let op = TrashRecord {
            workspace: workspace.id,
            record: thrown_away.id,
        };
        house.act(&owner, op).await.expect("thrown away");
        let colleague = house.person(&format!("colleague-{name}@keep.example")).await;
        house
            .stand(
                &colleague,
                workspace.id,
                &store::members::Seat::in_role(testkit::OWNER, true),
            )
            .await;
        let elsewhere = house.workspace(&colleague, "Elsewhere").await;
        invite(house, &colleague, elsewhere.id, &email).await;
        let accept = house.link(&email, "invitation").await;
        let invited = format!("invited-{name}@keep.example");
        invite(house, &owner, workspace.id, &invited).await;
        let join = house.link(&invited, "invitation").await;
        let list = ListMembers {
            workspace: workspace.id,
        };
        let invitation = house.act(&owner, list).await.expect("people").invitations[0].id;
        house.sign_up(&unproven).await;
        let verify = house.link(&unproven, "verify").await;
        house
            .visit(ForgotPassword { email: email.clone() })
            .await
            .expect("on its way");
        let reset = house.link(&email, "reset").await;
        Self {
            owner,
            workspace,
            record,
            event,
            other_session,
            unproven,
            colleague,
            invitation,
            picture,
            thrown_away,
            verify,
            reset,
            join,
            accept,
        }
    }

    /// A good request.
    pub(crate) fn request(&self, meta: &Meta) -> Value {
        let (workspace, record) = (self.workspace.id, self.record.id);
        let new_password = "another tide came in at night";
        match meta.name {
            "account.sign_up" => {
                json!({"name": "Bea", "email": format!("new-{}", self.unproven), "password": PASSWORD})
            }
            "account.verify" => json!({"token": self.verify}),
            "account.resend_verification" => json!({"email": self.unproven}),
            "account.forgot_password" => json!({"email": self.owner.email}),
            "account.reset_password" => json!({"token": self.reset, "password": new_password}),
            "account.get"
            | "session.sign_out"
            | "session.list"
            | "session.revoke_others"
            | "workspace.list"
            | "pack.list" => json!({}),
            "account.rename" => json!({"name": "Ilse B.", "revision": 1}),
            "account.change_password" => json!({"current": PASSWORD, "password": new_password}),
            "session.sign_in" => json!({"email": self.owner.email, "password": PASSWORD}),
            "session.revoke" => json!({"session": self.other_session}),
            "session.prove" => json!({"password": PASSWORD}),
            "workspace.create" => json!({"name": "A second one"}),
            "workspace.get" | "record.list" | "audit.list" | "audit.export" | "member.list" | "member.leave" => {
                json!({"workspace": workspace})
            }
            "workspace.rename" => {
                json!({"workspace": workspace, "name": "Ebb House", "revision": self.workspace.revision})
            }
            "record.get" | "record.read" | "record.body" | "record.duplicate" | "record.archive"
            | "record.unarchive" | "record.trash" => json!({"workspace": workspace, "record": record}),
            "record.restore" => json!({"workspace": workspace, "record": self.thrown_away.id}),
            "record.move" => {
                json!({"workspace": workspace, "record": record, "state": "in_use", "revision": self.record.revision})
            }
            "member.set_role" => json!({"workspace": workspace, "account": self.colleague.account, "role": WRITER}),
            "member.suspend" | "member.resume" | "member.remove" => {
                json!({"workspace": workspace, "account": self.colleague.account})
            }
            "member.invite" => {
                json!({"workspace": workspace, "emails": format!("more-{}", self.unproven), "role": WRITER})
            }
            "invitation.resend" | "invitation.revoke" => {
                json!({"workspace": workspace, "invitation": self.invitation})
            }
            "invitation.inspect" | "invitation.decline" => json!({"token": self.join}),
            "attachment.add" => json!({"workspace": workspace, "record": record, "content": PICTURE}),
            "attachment.read" => json!({"workspace": workspace, "attachment": self.picture}),
            "invitation.accept" => json!({"token": self.accept}),
            "invitation.join" => json!({"token": self.join, "name": "Bea", "password": PASSWORD}),
            "record.create" => json!({"workspace": workspace, "title": "Lamps"}),
            "record.rename" => {
                json!({"workspace": workspace, "record": record, "title": "Ebb", "revision": self.record.revision})
            }
            "record.describe" => {
                json!({"workspace": workspace, "record": record, "summary": "When.", "revision": self.record.revision})
            }
            "audit.get" => json!({"workspace": workspace, "event": self.event}),
            other => panic!("{other} has no sample here: give it one"),
        }
    }
}

async fn invite(house: &House, person: &Person, workspace: WorkspaceId, email: &str) {
    let op = InviteMembers {
        workspace,
        emails: email.to_owned(),
        role: WRITER.to_owned(),
    };
    house.act(person, op).await.expect("invited");
}
