//! The roles of a pack, and what they may do.

use super::{
    error::PackError,
    table::{Table, Word, must_be_in, must_be_new, one_of},
};
use domain::{
    FieldClass,
    pack::{Grant, RecordType, Role},
    policy::Action,
};

/// Reads the roles.
pub(super) fn roles(root: &Table<'_>, types: &[RecordType]) -> Result<Vec<Role>, PackError> {
    let mut roles: Vec<Role> = Vec::new();
    for table in root.tables("role", &["id", "name", "about", "answers", "reads", "may", "records"])? {
        let id = table.id("id")?;
        let ids: Vec<String> = roles.iter().map(|role| role.id.clone()).collect();
        must_be_new(root.source, &id, "roles", &ids)?;
        let role = role(&table, id, types)?;
        roles.push(role);
    }
    if roles.iter().all(|role| !role.owner) {
        return Err(root.wrong(
            "No role answers for the workspace.",
            "Give one of them answers = true; whoever makes a workspace gets it.",
        ));
    }
    Ok(roles)
}

fn role(table: &Table<'_>, id: Word, types: &[RecordType]) -> Result<Role, PackError> {
    let owner = table.flag("answers")?;
    let may = actions(table, "act in a workspace", &Action::IN_WORKSPACE)?;
    if owner {
        // Without these nobody could ever put right who belongs to the workspace.
        for needed in [Action::ManageWorkspace, Action::SeeMembers, Action::ManageMembers] {
            if !may.contains(&needed) {
                return Err(table.source.wrong(
                    &id.at,
                    format!(
                        "The role `{}` answers for the workspace, but may not `{}`.",
                        id.text,
                        needed.word()
                    ),
                    format!("Add \"{}\" to its `may`.", needed.word()),
                ));
            }
        }
    }
    let mut reads = Vec::new();
    for word in table.words("reads")? {
        reads.push(one_of(
            table.source,
            &word,
            "class of fields",
            &FieldClass::ALL,
            FieldClass::word,
        )?);
    }
    let mut records = Vec::new();
    for entry in table.tables("records", &["types", "states", "may"])? {
        records.push(grant(&entry, types)?);
    }
    let role = Role {
        id: id.text,
        name: table.text("name")?.text,
        about: table.text("about")?.text,
        owner,
        reads,
        may,
        records,
    };
    sees_what_it_handles(table, &role)?;
    Ok(role)
}

fn grant(table: &Table<'_>, types: &[RecordType]) -> Result<Grant, PackError> {
    let kinds = table.words("types")?;
    let known: Vec<&str> = types.iter().map(|kind| kind.id.as_str()).collect();
    for word in &kinds {
        must_be_in(table.source, word, "type of record", &known)?;
    }
    let states = table.words("states")?;
    let known: Vec<&str> = types
        .iter()
        .filter(|kind| kinds.is_empty() || kinds.iter().any(|word| word.text == kind.id))
        .flat_map(|kind| kind.states.iter().map(|state| state.id.as_str()))
        .collect();
    for word in &states {
        must_be_in(table.source, word, "state of these types", &known)?;
    }
    let may = actions(table, "act on records", &Action::ON_RECORDS)?;
    if may.is_empty() {
        return Err(table.wrong("This grant allows nothing.", "Add may = [\"read\"], or take it out."));
    }
    let texts = |words: Vec<Word>| words.into_iter().map(|word| word.text).collect();
    Ok(Grant {
        types: texts(kinds),
        states: texts(states),
        may,
    })
}

fn actions(table: &Table<'_>, what: &str, all: &[Action]) -> Result<Vec<Action>, PackError> {
    let mut actions = Vec::new();
    for word in table.words("may")? {
        actions.push(one_of(table.source, &word, what, all, Action::word)?);
    }
    Ok(actions)
}

/// Whoever handles records reads them, and reads their titles: a list without titles is of no use, and a change of what
/// one does not see cannot be answered for.
fn sees_what_it_handles(table: &Table<'_>, role: &Role) -> Result<(), PackError> {
    let acts = |action| role.records.iter().any(|grant| grant.may.contains(&action));
    let handles = Action::ON_RECORDS.into_iter().any(acts);
    if handles && !acts(Action::ReadRecords) {
        return Err(table.wrong(
            format!("The role `{}` handles records that it never reads.", role.id),
            "Add \"read\" to a [[role.records]].",
        ));
    }
    if handles && !role.reads.contains(&FieldClass::Title) {
        return Err(table.wrong(
            format!("The role `{}` reads records, but not their titles.", role.id),
            "Add \"title\" to its `reads`.",
        ));
    }
    let writes = acts(Action::EditRecords) || acts(Action::CreateRecords);
    if writes && role.reads.len() != FieldClass::ALL.len() {
        return Err(table.wrong(
            format!(
                "The role `{}` writes records of which it does not see everything.",
                role.id
            ),
            "Write reads = [\"title\", \"general\", \"body\"], or let it only read.",
        ));
    }
    Ok(())
}
