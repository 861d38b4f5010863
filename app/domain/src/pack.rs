//! Packs: what one kind of work is made of. A pack is data (a TOML file, read by `services`); a sixth kind of work is a
//! new file, not new code. So nothing here names a role, a type of record or a state.

use crate::{FieldClass, policy::Action};
use serde::{Deserialize, Serialize};

/// One kind of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Its name in the database, such as `therapy`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whose work it is, in one sentence.
    pub about: String,
    /// What its records are, in the order of the pages. At least one.
    pub types: Vec<RecordType>,
    /// Who works with them, in the order of the pages. At least one answers for the workspace.
    pub roles: Vec<Role>,
}

impl Pack {
    /// The role of an id.
    pub fn role(&self, id: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == id)
    }

    /// The role of those who make a workspace: the first that answers for it.
    pub fn owning_role(&self) -> Option<&Role> {
        self.roles.iter().find(|role| role.owner)
    }

    /// The role that is offered first to who is invited: the first that does not answer for the workspace.
    pub fn usual_role(&self) -> Option<&Role> {
        self.roles.iter().find(|role| !role.owner).or(self.owning_role())
    }

    /// The type of an id.
    pub fn record_type(&self, id: &str) -> Option<&RecordType> {
        self.types.iter().find(|kind| kind.id == id)
    }

    /// The name, as others choose a pack by it.
    pub fn head(&self) -> PackHead {
        PackHead {
            id: self.id.clone(),
            name: self.name.clone(),
            about: self.about.clone(),
        }
    }
}

/// A pack by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackHead {
    /// Its name in the database.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whose work it is, in one sentence.
    pub about: String,
}

/// A type of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordType {
    /// Its name in the database, such as `script`.
    pub id: String,
    /// What people call one, such as `Script`.
    pub name: String,
    /// What people call several.
    pub many: String,
    /// What it is for, in one sentence.
    pub about: String,
    /// Its fields. One is the title.
    pub fields: Vec<Field>,
    /// The states it can be in; a new record is in the first.
    pub states: Vec<State>,
    /// How it gets from one state to another.
    pub moves: Vec<Move>,
    /// What a new one may begin with.
    pub templates: Vec<Template>,
}

impl RecordType {
    /// The state of an id.
    pub fn state(&self, id: &str) -> Option<&State> {
        self.states.iter().find(|state| state.id == id)
    }

    /// The state of a new record.
    pub fn first_state(&self) -> &str {
        self.states.first().map_or("", |state| state.id.as_str())
    }

    /// The moves that begin in a state.
    pub fn moves_from<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a Move> {
        self.moves.iter().filter(move |step| step.from == state)
    }

    /// The template of an id.
    pub fn template(&self, id: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.id == id)
    }

    /// The field of an id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }
}

/// The field that every type has.
pub const TITLE: &str = "title";
/// The field for a few lines about a record.
pub const SUMMARY: &str = "summary";

/// A field of a type of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name: [`TITLE`] or [`SUMMARY`].
    pub id: String,
    /// What it is called.
    pub label: String,
    /// What helps to fill it in.
    pub hint: String,
    /// Who sees it.
    pub class: FieldClass,
}

/// A state of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Its name in the database.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The sheet that shows it.
    pub look: Look,
}

/// The sheet closing: how a state is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// A dashed sheet.
    Draft,
    /// Half of it.
    Review,
    /// Two halves.
    Approved,
    /// Closed, ticked.
    Effective,
    /// Half, and a mark.
    Due,
    /// Struck.
    Obsolete,
}

impl Look {
    /// Every look.
    pub const ALL: [Self; 6] = [
        Self::Draft,
        Self::Review,
        Self::Approved,
        Self::Effective,
        Self::Due,
        Self::Obsolete,
    ];

    /// The name in packs and of the icon.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Review => "review",
            Self::Approved => "approved",
            Self::Effective => "effective",
            Self::Due => "due",
            Self::Obsolete => "obsolete",
        }
    }
}

/// A way from one state to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// The verb on its button.
    pub name: String,
}

/// What a new record may begin with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its name.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is good for, in one sentence.
    pub about: String,
    /// The body: canonical JSON of a document. Stays on the server.
    #[serde(skip)]
    pub body: String,
}

/// What somebody does in a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its name in the database.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is for, in one sentence.
    pub about: String,
    /// Whether it answers for the workspace: one member in such a role always remains.
    pub owner: bool,
    /// The classes of fields it sees.
    pub reads: Vec<FieldClass>,
    /// What it may do in the workspace, apart from records.
    pub may: Vec<Action>,
    /// What it may do with which records.
    pub records: Vec<Grant>,
}

impl Role {
    /// A role that its pack no longer has: sees that the workspace exists, and nothing in it.
    pub fn unknown(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            about: String::new(),
            owner: false,
            reads: Vec::new(),
            may: Vec::new(),
            records: Vec::new(),
        }
    }
}

/// What a role may do with some records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Only with records of these types; none: of every type.
    pub types: Vec<String>,
    /// Only in these states; none: in every state.
    pub states: Vec<String>,
    /// What it may do.
    pub may: Vec<Action>,
}

impl Grant {
    /// Whether it is about records of this type in this state.
    pub fn covers(&self, kind: &str, state: &str) -> bool {
        let names = |list: &[String], name: &str| list.is_empty() || list.iter().any(|known| known == name);
        names(&self.types, kind) && names(&self.states, state)
    }
}
