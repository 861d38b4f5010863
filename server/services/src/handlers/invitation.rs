//! Inviting people: what those do who invite. (What the invited do: `invitation_redeem`.)
//!
//! Whoever invites learns nothing about an address: whether it has an account or not, the same mail goes out, the same rows
//! are written, the same answer comes back. That an address belongs to this very workspace is no secret here: the list of
//! members shows it.

use crate::{Context, Event, Handle, Prepare, failure::Failure, vault::INVITATION_EMAIL};
use domain::{
    Code, InvitationId, Problem, Secret,
    ops::{Done, InviteMembers, Invited, ResendInvitation, RevokeInvitation},
    pasted::emails_in,
    policy::Action,
};
use store::{
    TenantTx,
    invitations::{self, NewInvitation, NewLink},
    members,
};
use time::Duration;

/// A link of an invitation works this long.
pub(super) const INVITATION_FOR: Duration = Duration::days(7);
/// Most open invitations of a workspace: each is a mail to somebody who may not have asked for it.
const OPEN_MAX: usize = 500;

/// An address to invite.
pub struct Address {
    email: String,
    hash: [u8; 32],
    /// Whether it may be sent one more mail.
    may_mail: bool,
}

impl Handle for InviteMembers {
    type Tx = TenantTx;
    type Prepared = Vec<Address>;

    async fn prepare(&self, cx: &Prepare<'_>) -> Result<Vec<Address>, Problem> {
        let mut addresses = Vec::new();
        for email in emails_in(&self.emails) {
            addresses.push(Address {
                hash: cx.services.email_hash(&email).await?,
                may_mail: cx.services.may_mail(&email, true).await?,
                email,
            });
        }
        Ok(addresses)
    }

    async fn handle(self, addresses: Vec<Address>, cx: &mut Context<'_, TenantTx>) -> Result<Invited, Failure> {
        let answers = cx.begin_member_change(Action::ManageMembers).await?;
        let pack = cx.own_pack()?;
        let role = pack
            .role(&self.role)
            .ok_or_else(|| Problem::field("role", "Choose one of the list."))?;
        cx.prove_for(answers, &[role])?;
        cx.refuse_members(&addresses).await?;
        if invitations::open(&mut cx.tx).await?.len() + addresses.len() > OPEN_MAX {
            return Err(Problem::field(
                "emails",
                format!("A workspace has at most {OPEN_MAX} open invitations. Take some back first."),
            )
            .into());
        }
        if let Some(busy) = addresses.iter().find(|address| !address.may_mail) {
            return Err(Problem::new(Code::TooMany)
                .with_detail(format!(
                    "{} got several mails a moment ago. Nobody was invited.",
                    busy.email
                ))
                .with_retry_after_seconds(600)
                .into());
        }
        let mut event = Event::new().change("role", None, Some(&role.id));
        for address in &addresses {
            cx.invite(address, &role.id).await?;
            event = event.change("invited", None, Some(&address.email));
        }
        cx.record(event).await?;
        Ok(Invited {
            sent: u32::try_from(addresses.len()).unwrap_or(u32::MAX),
        })
    }
}

impl Context<'_, TenantTx> {
    /// Refuses to invite somebody who belongs to the workspace already.
    async fn refuse_members(&mut self, addresses: &[Address]) -> Result<(), Failure> {
        let ids: Vec<_> = members::list(&mut self.tx)
            .await?
            .iter()
            .map(|member| member.account)
            .collect();
        let known = self.services.addresses_of(&ids).await?;
        let here: Vec<&str> = addresses
            .iter()
            .map(|address| address.email.as_str())
            .filter(|email| known.values().any(|(_, known)| known == email))
            .collect();
        if here.is_empty() {
            return Ok(());
        }
        let verb = if here.len() == 1 { "belongs" } else { "belong" };
        Err(Problem::field(
            "emails",
            format!("{} {verb} to this workspace already.", here.join(", ")),
        )
        .into())
    }

    /// Sends an invitation, or the open one of the address again.
    async fn invite(&mut self, address: &Address, role: &str) -> Result<(), Failure> {
        let (token, link) = self.new_link();
        let by = self.actor.account();
        if let Some(open) = invitations::of_address(&mut self.tx, &address.hash).await? {
            invitations::renew(&mut self.tx, open.id, role, by, &link).await?;
        } else {
            let id = InvitationId(self.services.inner.ordered_id(self.at));
            let email = self
                .seal(INVITATION_EMAIL, id.0, id.0, address.email.as_bytes())
                .await?;
            let new = NewInvitation {
                id,
                email_hash: address.hash,
                email,
                role: role.to_owned(),
                invited_by: by,
                link,
            };
            // Changes of one workspace wait for each other, so nobody else has just invited the same address.
            if !invitations::insert(&mut self.tx, &new).await? {
                return Err(crate::failure::internal().into());
            }
        }
        self.send_invitation(&address.email, &token, &link).await
    }

    fn new_link(&self) -> (Secret, NewLink) {
        let (token, token_hash) = self.new_token();
        let link = NewLink {
            token_hash,
            at: self.at,
            expires_at: self.at + INVITATION_FOR,
        };
        (token, link)
    }

    async fn send_invitation(&mut self, email: &str, token: &Secret, link: &NewLink) -> Result<(), Failure> {
        let mail = self.services.inner.site.invitation_mail(email, token, link.expires_at);
        self.send(&mail).await
    }

    /// An open invitation.
    async fn open_invitation(&mut self, id: InvitationId) -> Result<invitations::Invitation, Failure> {
        let found = invitations::get(&mut self.tx, id).await?;
        Ok(found.ok_or_else(|| {
            Problem::new(Code::NotFound).with_detail("This invitation was taken up or taken back already.")
        })?)
    }
}

impl Handle for ResendInvitation {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        let answers = cx.begin_member_change(Action::ManageMembers).await?;
        let id = self.invitation;
        let open = cx.open_invitation(id).await?;
        let pack = cx.own_pack()?;
        if let Some(role) = pack.role(&open.role) {
            cx.prove_for(answers, &[role])?;
        }
        let email = cx.open(INVITATION_EMAIL, id.0, id.0, &open.email).await?;
        if !cx.services.may_mail(&email, true).await? {
            return Err(Problem::new(Code::TooMany)
                .with_detail("This address got several mails a moment ago.")
                .with_retry_after_seconds(600)
                .into());
        }
        let (token, link) = cx.new_link();
        let by = cx.actor.account();
        invitations::renew(&mut cx.tx, id, &open.role, by, &link).await?;
        cx.send_invitation(&email, &token, &link).await?;
        cx.record(Event::on("invitation", &id).change("invited", None, Some(&email)))
            .await?;
        Ok(Done {})
    }
}

impl Handle for RevokeInvitation {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        cx.begin_member_change(Action::ManageMembers).await?;
        let id = self.invitation;
        let open = cx.open_invitation(id).await?;
        let email = cx.open(INVITATION_EMAIL, id.0, id.0, &open.email).await?;
        invitations::revoke(&mut cx.tx, id, cx.at).await?;
        cx.record(Event::on("invitation", &id).change("invited", Some(&email), None))
            .await?;
        Ok(Done {})
    }
}
