//! The members of a workspace: their roles, and how they come and go. (Those who are invited: `invitation`.)
//!
//! Changes of one workspace wait for each other ([`members::begin_change`]), and what was decided before is decided again
//! behind that line: so two owners cannot take each other out at the same time.

use crate::{
    Actor, Context, Event, Handle, Prepare, actor::PROOF_FRESH, failure::Failure, standing::role_of,
    vault::INVITATION_EMAIL,
};
use domain::{
    AccountId, Code, Problem,
    ops::{
        Done, InvitationLine, LeaveWorkspace, ListMembers, MemberView, People, RemoveMember, ResumeMember, SetRole,
        SuspendMember,
    },
    pack::{Pack, Role},
    policy::{Action, Decision, decide},
};
use std::collections::HashMap;
use store::{
    TenantTx, invitations,
    members::{self, Seat},
};

impl Handle for ListMembers {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<People, Failure> {
        let pack = cx.own_pack()?;
        let rows = members::list(&mut cx.tx).await?;
        let ids: Vec<AccountId> = rows.iter().map(|row| row.account).collect();
        let known = cx.services.addresses_of(&ids).await?;
        let names: HashMap<AccountId, String> = known
            .iter()
            .map(|(account, (name, _))| (*account, name.clone()))
            .collect();
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let role = role_of(&pack, &row.seat);
            let (name, email) = known.get(&row.account).cloned().unwrap_or_default();
            views.push(MemberView {
                account: row.account,
                name,
                email,
                role: role.id,
                role_name: role.name,
                owner: role.owner,
                suspended: row.seat.suspended,
                current: Some(row.account) == cx.actor.account(),
                since: row.since,
            });
        }
        let manages = cx.standing.actor().may(Action::ManageMembers);
        let invitations = if manages {
            cx.invited(&pack, names).await?
        } else {
            Vec::new()
        };
        Ok(People {
            members: views,
            invitations,
            roles: pack.roles.clone(),
            usual_role: pack.usual_role().map(|role| role.id.clone()).unwrap_or_default(),
        })
    }
}

impl Context<'_, TenantTx> {
    /// The open invitations; `names` are of the members there are.
    async fn invited(
        &mut self,
        pack: &Pack,
        mut names: HashMap<AccountId, String>,
    ) -> Result<Vec<InvitationLine>, Failure> {
        let open = invitations::open(&mut self.tx).await?;
        let gone: Vec<AccountId> = open
            .iter()
            .filter_map(|invitation| invitation.invited_by)
            .filter(|account| !names.contains_key(account))
            .collect();
        names.extend(self.services.names_of(&gone).await?);
        let keys: Vec<_> = open.iter().map(|invitation| invitation.id.0).collect();
        self.vault.fetch(&mut self.tx, &[INVITATION_EMAIL], &keys).await?;
        let mut lines = Vec::with_capacity(open.len());
        for invitation in open {
            let id = invitation.id;
            let sent_by = match invitation.invited_by {
                Some(account) => names.get(&account).cloned().unwrap_or_default(),
                None => "the command line".to_owned(),
            };
            lines.push(InvitationLine {
                id,
                email: self.open(INVITATION_EMAIL, id.0, id.0, &invitation.email).await?,
                role_name: pack
                    .role(&invitation.role)
                    .map_or(invitation.role, |role| role.name.clone()),
                sent_by,
                sent_at: invitation.sent_at,
                expires_at: invitation.expires_at,
                expired: invitation.expires_at <= self.at,
            });
        }
        Ok(lines)
    }

    /// Begins a change of who belongs to the workspace. From here on nobody else changes it; whether the actor still may
    /// is decided anew, because it may have changed while this waited. Answers whether the actor is one of those who answer
    /// for the workspace, or has a shell.
    pub(super) async fn begin_member_change(&mut self, action: Action) -> Result<bool, Failure> {
        let epoch = members::begin_change(&mut self.tx).await?;
        let Some(account) = self.actor.account() else {
            return Ok(true);
        };
        self.epoch = Some(epoch);
        let seat = members::seat_of(&mut self.tx, account).await?;
        let standing = self.services.standing_of(self.pack, seat.as_ref())?;
        match decide(standing.actor(), action, action.anywhere()) {
            Decision::Allow => Ok(standing.role().is_some_and(|role| role.owner)),
            Decision::Forbid => Err(Code::Forbidden.into()),
            Decision::Hide => Err(Code::NotFound.into()),
        }
    }

    /// A member's place and role.
    async fn member(&mut self, pack: &Pack, account: AccountId) -> Result<(Seat, Role), Failure> {
        let seat = members::seat_of(&mut self.tx, account).await?;
        let seat = seat.ok_or_else(|| {
            Problem::new(Code::NotFound).with_detail("This person does not belong to the workspace, or not any more.")
        })?;
        let role = role_of(pack, &seat);
        Ok((seat, role))
    }

    /// Where it is about those who answer for the workspace, only they decide (else who manages members could make
    /// themselves one of them), and only with a fresh proof of identity. `answers` is what
    /// [`Self::begin_member_change`] said of the actor.
    pub(super) fn prove_for(&self, answers: bool, roles: &[&Role]) -> Result<(), Problem> {
        if !roles.iter().any(|role| role.owner) {
            return Ok(());
        }
        if !answers {
            return Err(Problem::new(Code::Forbidden)
                .with_detail("Only those who answer for the workspace give this role, or take it away."));
        }
        match self.actor {
            Actor::Person(person) if (self.at - person.proven_at).abs() > PROOF_FRESH => {
                Err(Problem::new(Code::StepUpRequired))
            }
            _ => Ok(()),
        }
    }

    /// Refuses what has left the workspace without anybody who answers for it, because this member, in this role, was the only
    /// one. Call it after the change: it undoes that.
    async fn somebody_answers(&mut self, pack: &Pack, account: AccountId, role: &Role) -> Result<(), Failure> {
        let owning: Vec<String> = pack
            .roles
            .iter()
            .filter(|role| role.owner)
            .map(|role| role.id.clone())
            .collect();
        if members::count_in_roles(&mut self.tx, &owning).await? > 0 {
            return Ok(());
        }
        let who = match self.actor.account() {
            Some(actor) if actor == account => "You are",
            _ => "This member is",
        };
        let problem = Problem {
            title: format!("{who} the only {} of this workspace.", role.name),
            ..Problem::new(Code::Forbidden)
        };
        Err(problem
            .with_detail("Somebody else must be given this role first. Nothing was changed.")
            .into())
    }

    /// Gives a member another place, or none.
    async fn reseat(
        &mut self,
        answers: bool,
        account: AccountId,
        change: impl FnOnce(&Seat) -> Option<Seat>,
        event: Event,
    ) -> Result<Done, Failure> {
        let pack = self.own_pack()?;
        let (before, role) = self.member(&pack, account).await?;
        let after = change(&before);
        let new_role = after.as_ref().map(|seat| role_of(&pack, seat));
        if Some(account) != self.actor.account() || new_role.is_some() {
            let roles: Vec<&Role> = new_role.iter().chain([&role]).collect();
            self.prove_for(answers, &roles)?;
        }
        match &after {
            Some(seat) => members::set_seat(&mut self.tx, account, seat).await?,
            None => members::remove(&mut self.tx, account).await?,
        };
        self.somebody_answers(&pack, account, &role).await?;
        self.record(event).await?;
        Ok(Done {})
    }
}

impl Handle for SetRole {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        let answers = cx.begin_member_change(Action::ManageMembers).await?;
        let pack = cx.own_pack()?;
        let role = pack
            .role(&self.role)
            .ok_or_else(|| Problem::field("role", "Choose one of the list."))?;
        let (_, before) = cx.member(&pack, self.account).await?;
        let event = Event::on("account", &self.account).change("role", Some(&before.id), Some(&role.id));
        let change = |seat: &Seat| {
            Some(Seat {
                suspended: seat.suspended,
                ..Seat::in_role(&role.id, role.owner)
            })
        };
        cx.reseat(answers, self.account, change, event).await
    }
}

impl Handle for SuspendMember {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        let answers = cx.begin_member_change(Action::ManageMembers).await?;
        cx.suspend(answers, self.account, true).await
    }
}

impl Handle for ResumeMember {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        let answers = cx.begin_member_change(Action::ManageMembers).await?;
        cx.suspend(answers, self.account, false).await
    }
}

impl Context<'_, TenantTx> {
    async fn suspend(&mut self, answers: bool, account: AccountId, suspended: bool) -> Result<Done, Failure> {
        let words = |suspended| if suspended { "yes" } else { "no" };
        let event = Event::on("account", &account).change("suspended", Some(words(!suspended)), Some(words(suspended)));
        let pack = self.own_pack()?;
        let change = |seat: &Seat| {
            // A place that an earlier release gave gets its role now: what that release reads says only that it is
            // suspended.
            let role = role_of(&pack, seat);
            Some(Seat {
                suspended,
                ..Seat::in_role(&role.id, role.owner)
            })
        };
        self.reseat(answers, account, change, event).await
    }
}

impl Handle for RemoveMember {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        let answers = cx.begin_member_change(Action::ManageMembers).await?;
        cx.let_go(answers, self.account).await
    }
}

impl Handle for LeaveWorkspace {
    type Tx = TenantTx;
    type Prepared = ();

    async fn prepare(&self, _: &Prepare<'_>) -> Result<(), Problem> {
        Ok(())
    }

    async fn handle(self, (): (), cx: &mut Context<'_, TenantTx>) -> Result<Done, Failure> {
        let account = cx.actor.account().ok_or_else(|| {
            Problem::new(Code::Forbidden).with_detail("A command line belongs to no workspace, so it leaves none.")
        })?;
        let answers = cx.begin_member_change(Action::SeeWorkspace).await?;
        cx.let_go(answers, account).await
    }
}

impl Context<'_, TenantTx> {
    async fn let_go(&mut self, answers: bool, account: AccountId) -> Result<Done, Failure> {
        let pack = self.own_pack()?;
        let (_, role) = self.member(&pack, account).await?;
        let event = Event::on("account", &account).change("role", Some(&role.id), None);
        self.reseat(answers, account, |_| None, event).await
    }
}
