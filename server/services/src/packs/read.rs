//! Reads a pack file: TOML in, [`Pack`] out, or the first thing that is wrong.

use super::{
    check,
    error::{PackError, Source},
    grants,
    table::{Table, Word, must_be_in, must_be_new, one_of},
};
use domain::{
    FieldClass,
    pack::{Field, Look, Move, Pack, RecordType, SUMMARY, State, TITLE, Template},
};
use toml::de::DeTable;

/// The mend of what no TOML reader takes.
const NOT_TOML: &str = "Look at that place and the line before it: a quote, a bracket or an equals sign is missing there, or one \
                        too many.";

/// Reads and checks a pack.
///
/// # Errors
/// The first thing that is wrong, with its line and column, and the mend.
pub fn read(file: &str, text: &str) -> Result<Pack, PackError> {
    let source = Source { name: file, text };
    let parsed = DeTable::parse(text).map_err(|error| {
        let at = error.span().unwrap_or(0..0);
        source.wrong(&at, format!("This is not TOML: {}.", error.message()), NOT_TOML)
    })?;
    let known = ["id", "name", "about", "type", "role"];
    let root = Table::new(source, 0..0, parsed.get_ref(), &known)?;
    let id = root.id("id")?;
    let stem = std::path::Path::new(file).file_stem().unwrap_or_default();
    if stem != id.text.as_str() {
        return Err(source.wrong(
            &id.at,
            format!("The pack `{}` stands in a file with another name.", id.text),
            format!("Call the file {}.toml.", id.text),
        ));
    }
    let mut types: Vec<RecordType> = Vec::new();
    let known = ["id", "name", "many", "about", "field", "state", "move", "template"];
    for table in root.tables("type", &known)? {
        let kind = record_type(&table, &types)?;
        types.push(kind);
    }
    if types.is_empty() {
        return Err(root.wrong("The pack has no type of record.", "Add a [[type]]."));
    }
    let roles = grants::roles(&root, &types)?;
    Ok(Pack {
        id: id.text,
        name: root.text("name")?.text,
        about: root.text("about")?.text,
        types,
        roles,
    })
}

fn record_type(table: &Table<'_>, before: &[RecordType]) -> Result<RecordType, PackError> {
    let id = table.id("id")?;
    let ids: Vec<String> = before.iter().map(|kind| kind.id.clone()).collect();
    must_be_new(table.source, &id, "types", &ids)?;
    let states = states(table)?;
    Ok(RecordType {
        id: id.text,
        name: table.text("name")?.text,
        many: table.text("many")?.text,
        about: table.text("about")?.text,
        fields: fields(table)?,
        moves: moves(table, &states)?,
        states,
        templates: templates(table)?,
    })
}

/// The fields of a type. What a record can keep is its title and a summary, each in a class of its own.
fn fields(table: &Table<'_>) -> Result<Vec<Field>, PackError> {
    let mut fields: Vec<Field> = Vec::new();
    for entry in table.tables("field", &["id", "label", "hint", "class"])? {
        let id = entry.id("id")?;
        must_be_in(table.source, &id, "field", &[TITLE, SUMMARY])?;
        let ids: Vec<String> = fields.iter().map(|field| field.id.clone()).collect();
        must_be_new(table.source, &id, "fields", &ids)?;
        let word = entry.text("class")?;
        let class = one_of(
            table.source,
            &word,
            "class of fields",
            &FieldClass::ALL,
            FieldClass::word,
        )?;
        let expected = if id.text == TITLE {
            FieldClass::Title
        } else {
            FieldClass::General
        };
        if class != expected {
            return Err(table.source.wrong(
                &word.at,
                format!("The field `{}` is kept in the class `{}`.", id.text, expected.word()),
                format!("Write class = \"{}\".", expected.word()),
            ));
        }
        fields.push(Field {
            id: id.text,
            label: entry.text("label")?.text,
            hint: entry.optional("hint")?.map(|hint| hint.text).unwrap_or_default(),
            class,
        });
    }
    if fields.iter().all(|field| field.id != TITLE) {
        return Err(table.wrong(
            "The type has no title.",
            "Add a [[type.field]] with id = \"title\" and class = \"title\".",
        ));
    }
    Ok(fields)
}

fn states(table: &Table<'_>) -> Result<Vec<State>, PackError> {
    let mut states: Vec<State> = Vec::new();
    for entry in table.tables("state", &["id", "name", "look"])? {
        let id = entry.id("id")?;
        let ids: Vec<String> = states.iter().map(|state| state.id.clone()).collect();
        must_be_new(table.source, &id, "states", &ids)?;
        states.push(State {
            id: id.text,
            name: entry.text("name")?.text,
            look: one_of(table.source, &entry.text("look")?, "look", &Look::ALL, Look::word)?,
        });
    }
    if states.is_empty() {
        return Err(table.wrong(
            "The type has no state.",
            "Add a [[type.state]]; new records are in the first.",
        ));
    }
    Ok(states)
}

fn moves(table: &Table<'_>, states: &[State]) -> Result<Vec<Move>, PackError> {
    let known: Vec<&str> = states.iter().map(|state| state.id.as_str()).collect();
    let mut moves: Vec<Move> = Vec::new();
    for entry in table.tables("move", &["from", "to", "name"])? {
        let (from, to) = (entry.text("from")?, entry.text("to")?);
        for end in [&from, &to] {
            must_be_in(table.source, end, "state", &known)?;
        }
        if from.text == to.text {
            return Err(table
                .source
                .wrong(&to.at, "This move ends where it begins.", "Name another state."));
        }
        if moves.iter().any(|step| step.from == from.text && step.to == to.text) {
            let what = format!("There are two moves from `{}` to `{}`.", from.text, to.text);
            return Err(table.source.wrong(&from.at, what, "Take one out."));
        }
        moves.push(Move {
            from: from.text,
            to: to.text,
            name: entry.text("name")?.text,
        });
    }
    check::every_state_is_reached(table, states, &moves)?;
    Ok(moves)
}

fn templates(table: &Table<'_>) -> Result<Vec<Template>, PackError> {
    let mut templates: Vec<Template> = Vec::new();
    for entry in table.tables("template", &["id", "name", "about", "body"])? {
        let id = entry.id("id")?;
        let ids: Vec<String> = templates.iter().map(|template| template.id.clone()).collect();
        must_be_new(table.source, &id, "templates", &ids)?;
        let body: Word = entry
            .raw("body")?
            .ok_or_else(|| entry.wrong("`body` is missing.", "Add body = '''{\"type\": \"doc\", …}'''."))?;
        templates.push(Template {
            id: id.text,
            name: entry.text("name")?.text,
            about: entry.text("about")?.text,
            body: check::document(table.source, &body)?,
        });
    }
    Ok(templates)
}
