//! Plays the story: each act as its person, at its time, through the operations and the rooms that everybody uses.

use super::{
    calendar::Calendar,
    desk,
    people::{StoryClock, caller, link},
    story::{Act, Deed, Head, RecordKey, Story},
};
use crate::refusal::Refusal;
use domain::{
    AccountId, Caller, Operation, Problem, RecordId, Secret, SessionChange, WorkspaceId,
    document::SCHEMA,
    ops::{
        ArchiveRecord, CreateRecord, CreateWorkspace, DescribeRecord, DuplicateRecord, GetProfile, GetRecord,
        GetWorkspace, InviteMembers, JoinByInvitation, MoveRecord, RemoveMember, RenameRecord, RenameWorkspace,
        SetRole, SignIn, SignOut, SignUp, SuspendMember, TrashRecord, VerifyEmail,
    },
    ports::Mailer,
};
use outbound::CapturedMailer;
use services::{Ask, Handle, Services};
use std::{collections::BTreeMap, sync::Arc};
use time::Duration;

/// What lies between two things that one person does in a row.
const BREATH: Duration = Duration::seconds(9);
/// What lies between two people who write in the same body.
const TURN: Duration = Duration::minutes(4);

/// Where the story is played.
pub(super) struct Stage<'s> {
    pub(super) services: &'s Services,
    pub(super) story: &'s Story,
    pub(super) clock: Arc<StoryClock>,
    /// Mails go here, and nowhere else.
    pub(super) mailbox: Arc<CapturedMailer>,
    /// Everybody's password.
    pub(super) password: Secret,
    pub(super) present: Present,
}

/// What has come to be so far.
#[derive(Default)]
pub(super) struct Present {
    sessions: BTreeMap<String, Secret>,
    accounts: BTreeMap<String, AccountId>,
    pub(super) workspaces: Vec<WorkspaceId>,
    records: BTreeMap<RecordKey, RecordId>,
}

/// Why an act was not done, in words for whoever mends the story.
type Why = String;

impl Stage<'_> {
    /// Plays everything.
    ///
    /// # Errors
    /// The first act that was refused.
    pub(super) async fn play(&mut self, calendar: Calendar) -> Result<(), Refusal> {
        let story = self.story;
        let on_one_date = |one: &Act, next: &Act| calendar.date(one.day) == calendar.date(next.day);
        for today in story.acts.chunk_by(on_one_date) {
            let count = i32::try_from(today.len()).unwrap_or(i32::MAX);
            for (index, act) in (0..).zip(today) {
                self.clock.reach(calendar.hour(act.day, index, count));
                self.act(act).await.map_err(|why| {
                    Refusal::new(
                        format!(
                            "The demonstration stopped on day {}, where {} {}: {why}.",
                            act.day, act.who, act.deed
                        ),
                        "Remove the data folder, and try again.",
                    )
                })?;
            }
            self.go_home().await.map_err(|why| Refusal::new(why, ""))?;
        }
        Ok(())
    }

    async fn act(&mut self, act: &Act) -> Result<(), Why> {
        match &act.deed {
            Deed::Found => self.found(act).await?,
            Deed::Join => self.join(act).await?,
            Deed::Create(key, head) => self.create(act, *key, head).await?,
            Deed::Write(key, writers) => self.write(act.place, *key, writers).await?,
            _ => {
                self.session_of(&act.who).await?;
                self.change(act).await?;
            }
        }
        self.settle().await
    }

    /// Delivers what was queued, and seals what was done, as the server does within a second.
    async fn settle(&self) -> Result<(), Why> {
        let mailer = Arc::clone(&self.mailbox) as Arc<dyn Mailer>;
        let said = |problem: Problem| problem.to_string();
        while self.services.run_due_jobs(&mailer).await.map_err(said)? > 0 {}
        self.services.seal_now().await.map(drop).map_err(said)
    }

    /// Everybody signs out.
    async fn go_home(&mut self) -> Result<(), Why> {
        for who in std::mem::take(&mut self.present.sessions) {
            self.clock.pass(BREATH);
            self.run(self.caller(&who.0, Some(&who.1)), SignOut {}).await?;
        }
        self.settle().await
    }

    fn caller(&self, who: &str, session: Option<&Secret>) -> Caller {
        caller(self.story.people.get(who), session)
    }

    async fn run<Op: Handle + Operation>(&self, caller: Caller, op: Op) -> Result<Op::Output, Why> {
        let answer = self.services.run(caller, op).await;
        answer.result.map_err(|problem| problem.to_string())
    }

    /// Runs an operation as somebody who is signed in.
    async fn as_person<Op: Handle + Operation>(&self, who: &str, op: Op) -> Result<Op::Output, Why> {
        self.clock.pass(BREATH);
        self.run(self.caller(who, self.present.sessions.get(who)), op).await
    }

    /// Runs an operation that begins a session.
    async fn begin<Op: Handle + Operation>(&mut self, who: &str, op: Op) -> Result<(), Why> {
        let answer = self.services.run(self.caller(who, None), op).await;
        answer.result.map_err(|problem| problem.to_string())?;
        let SessionChange::Set(session) = answer.session else {
            return Err("there is no session after signing in".to_owned());
        };
        self.present.sessions.insert(who.to_owned(), session);
        let profile = self.as_person(who, GetProfile {}).await?;
        self.present.accounts.insert(who.to_owned(), profile.account);
        Ok(())
    }

    /// Signs somebody in who is not yet here today; whoever has no account starts one.
    async fn session_of(&mut self, who: &str) -> Result<(), Why> {
        if self.present.sessions.contains_key(who) {
            return Ok(());
        }
        let person = self.story.people.get(who).ok_or("nobody of this name")?;
        let email = person.email.clone();
        if !self.present.accounts.contains_key(who) {
            let sign_up = SignUp {
                name: person.name.clone(),
                email: email.clone(),
                password: self.password.clone(),
            };
            self.run(self.caller(who, None), sign_up).await?;
            self.settle().await?;
            let token = link(&self.mailbox, &email, "verify").ok_or("the mail did not come")?;
            self.run(self.caller(who, None), VerifyEmail { token }).await?;
        }
        let password = self.password.clone();
        self.begin(who, SignIn { email, password }).await
    }

    async fn found(&mut self, act: &Act) -> Result<(), Why> {
        self.session_of(&act.who).await?;
        let plan = &self.story.plans[act.place];
        let op = CreateWorkspace {
            name: plan.name.clone(),
            pack: plan.pack.clone(),
        };
        let workspace = self.as_person(&act.who, op).await?.id;
        self.present.workspaces.push(workspace);
        Ok(())
    }

    async fn join(&mut self, act: &Act) -> Result<(), Why> {
        let person = self.story.people.get(&act.who).ok_or("nobody of this name")?;
        let token = link(&self.mailbox, &person.email, "invitation").ok_or("no invitation came")?;
        let op = JoinByInvitation {
            token,
            name: person.name.clone(),
            password: self.password.clone(),
        };
        self.begin(&act.who, op).await
    }

    async fn create(&mut self, act: &Act, key: RecordKey, head: &Head) -> Result<(), Why> {
        self.session_of(&act.who).await?;
        let workspace = self.present.workspaces[act.place];
        let op = CreateRecord {
            workspace,
            title: head.title.clone(),
            kind: head.kind.clone(),
            template: head.template.clone(),
        };
        let made = self.as_person(&act.who, op).await?;
        self.present.records.insert(key, made.id);
        let op = DescribeRecord {
            workspace,
            record: made.id,
            summary: head.summary.clone(),
            revision: made.revision,
        };
        self.as_person(&act.who, op).await.map(drop)
    }

    async fn write(
        &mut self,
        place: usize,
        key: RecordKey,
        writers: &[(String, domain::document::Document)],
    ) -> Result<(), Why> {
        for (who, _) in writers {
            self.session_of(who).await?;
        }
        self.clock.pass(TURN);
        let ask = Ask {
            record: self.record(key)?,
            workspace: Some(self.present.workspaces[place]),
            schema: Some(SCHEMA),
            ack: true,
            gather: false,
        };
        let seated: Vec<_> = writers
            .iter()
            .map(|(who, document)| (self.caller(who, self.present.sessions.get(who)), document))
            .collect();
        desk::write(self.services, ask, &seated, || self.clock.pass(TURN)).await
    }

    fn record(&self, key: RecordKey) -> Result<RecordId, Why> {
        self.present
            .records
            .get(&key)
            .copied()
            .ok_or_else(|| "the record is not made yet".to_owned())
    }

    /// What changes something that is there already.
    async fn change(&self, act: &Act) -> Result<(), Why> {
        let (who, workspace) = (&act.who, self.present.workspaces[act.place]);
        let account = |person: &String| self.present.accounts.get(person).copied().ok_or("nobody of this name");
        match &act.deed {
            Deed::Invite { role, person } => {
                let invited = self.story.people.get(person).ok_or("nobody of this name")?;
                let (emails, role) = (invited.email.clone(), role.clone());
                let op = InviteMembers {
                    workspace,
                    emails,
                    role,
                };
                self.as_person(who, op).await.map(drop)
            }
            Deed::NameWorkspace(name) => {
                let revision = self.as_person(who, GetWorkspace { workspace }).await?.revision;
                let op = RenameWorkspace {
                    workspace,
                    name: name.clone(),
                    revision,
                };
                self.as_person(who, op).await.map(drop)
            }
            Deed::Role { person, role } => {
                let op = SetRole {
                    workspace,
                    account: account(person)?,
                    role: role.clone(),
                };
                self.as_person(who, op).await.map(drop)
            }
            Deed::Suspend(person) => {
                let account = account(person)?;
                self.as_person(who, SuspendMember { workspace, account })
                    .await
                    .map(drop)
            }
            Deed::Remove(person) => {
                let account = account(person)?;
                self.as_person(who, RemoveMember { workspace, account }).await.map(drop)
            }
            _ => self.change_record(who, workspace, &act.deed).await,
        }
    }

    async fn change_record(&self, who: &str, workspace: WorkspaceId, deed: &Deed) -> Result<(), Why> {
        match deed {
            Deed::Move(key, state) => {
                let (record, revision) = self.found_by(who, workspace, self.record(*key)?).await?;
                let op = MoveRecord {
                    workspace,
                    record,
                    state: state.clone(),
                    revision,
                };
                self.as_person(who, op).await.map(drop)
            }
            Deed::Rename(key, title) => self.rename(who, workspace, self.record(*key)?, title).await,
            Deed::Duplicate(key, title) => {
                let record = self.record(*key)?;
                let copy = self.as_person(who, DuplicateRecord { workspace, record }).await?;
                self.rename(who, workspace, copy.id, title).await
            }
            Deed::Archive(key) => {
                let record = self.record(*key)?;
                self.as_person(who, ArchiveRecord { workspace, record }).await.map(drop)
            }
            Deed::Trash(key) => {
                let record = self.record(*key)?;
                self.as_person(who, TrashRecord { workspace, record }).await.map(drop)
            }
            _ => Err("nobody knows how to do that".to_owned()),
        }
    }

    async fn rename(&self, who: &str, workspace: WorkspaceId, record: RecordId, title: &str) -> Result<(), Why> {
        let (record, revision) = self.found_by(who, workspace, record).await?;
        let op = RenameRecord {
            workspace,
            record,
            title: title.to_owned(),
            revision,
        };
        self.as_person(who, op).await.map(drop)
    }

    /// A record as somebody finds it, with its revision.
    async fn found_by(&self, who: &str, workspace: WorkspaceId, record: RecordId) -> Result<(RecordId, u32), Why> {
        let found = self.as_person(who, GetRecord { workspace, record }).await?;
        Ok((found.id, found.revision))
    }
}
