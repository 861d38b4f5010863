//! The OpenAPI document (3.1), made from the registry: what it says is what the doors take.

use crate::{Entry, describe::describe, entries};
use domain::{Code, Kind, Problem, Scope, validate};
use serde_json::{Map, Value, json};

/// The document of the public JSON API.
pub fn openapi() -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for entry in entries() {
        // A type that cannot be described fails a test of the registry, so this never happens in a running server.
        let Ok([input, output]) = (entry.describe)() else {
            continue;
        };
        let id = entry.meta.name.replace('.', "_");
        let mut takes = input.schema;
        close(&mut takes);
        measure(entry, &input.sample, &mut takes, &mut String::new());
        schemas.insert(format!("{id}_input"), takes);
        schemas.insert(format!("{id}_output"), output.schema);
        paths.insert(
            entry.meta.api.to_owned(),
            json!({"post": operation(entry, &id, &input.sample)}),
        );
    }
    schemas.insert("Problem".to_owned(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Scriptkeep",
            "version": "1",
            "summary": "What the pages themselves use: one POST for each operation.",
            "description": "Every answer that is not a success is problem+json (RFC 9457). A session's cookie is set by \
                `session.sign_in`; requests come from the same origin. A mutation takes an idempotency key: the same key \
                with the same request is done once and answered alike.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session"},
            },
        },
    })
}

/// The longest text that is tried, in characters: longer ones do not fit into a request.
const LONGEST: usize = 100_000;

/// Lengths that are tried first; every text but a list of addresses takes one of them in one of its [`SHAPES`].
const USUAL: [usize; 2] = [1, validate::TOKEN_LENGTH];

/// Texts of a length, for what takes any letters, a new password, an address.
const SHAPES: [fn(usize) -> String; 3] = [
    |length| "a".repeat(length),
    |length| {
        let tides = (0..).map(|number| format!("{number} tides "));
        tides
            .flat_map(String::into_bytes)
            .take(length)
            .map(char::from)
            .collect()
    },
    address,
];

/// An address of a length, as far as there are such; a host's labels end at 63 letters.
fn address(length: usize) -> String {
    let host = (0..length.saturating_sub(4)).map(|at| if at % 50 == 49 { '.' } else { 'a' });
    let mut host: String = host.collect();
    if host.ends_with('.') {
        host.replace_range(host.len() - 1.., "a");
    }
    format!("a@{host}.a")
}

/// Says of every text of a schema how short and how long it may be, by trying what the operation's own `validate` takes; so
/// the document cannot say anything else. A text that takes none of the [`SHAPES`], or several addresses, is left alone.
fn measure(entry: &Entry, sample: &Value, schema: &mut Value, path: &mut String) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, property) in properties {
        let length = path.len();
        path.push('/');
        path.push_str(name);
        let takes = |text: String| {
            let mut tried = sample.clone();
            if let Some(place) = tried.pointer_mut(path) {
                *place = json!(text);
            }
            (entry.faults)(tried).is_some_and(|faults| faults.iter().all(|fault| fault.field != *name))
        };
        if property["type"] == "string"
            && property.get("format").is_none()
            && let Some((shape, good)) = SHAPES
                .iter()
                .flat_map(|shape| USUAL.map(|length| (shape, length)))
                .find(|(shape, length)| takes(shape(*length)))
        {
            if !takes(shape(0)) {
                property["minLength"] = json!(last(good, 0, |length| takes(shape(length))));
            }
            let free = takes(SHAPES[1](validate::TOKEN_LENGTH));
            let several = !free && takes(format!("{}\n{}", address(20), address(21)));
            if !takes(shape(LONGEST)) && !several {
                property["maxLength"] = json!(last(good, LONGEST, |length| takes(shape(length))));
            }
        }
        measure(entry, sample, property, path);
        path.truncate(length);
    }
}

/// The last length that is taken on the way from one that is to one that is not.
fn last(mut good: usize, mut bad: usize, takes: impl Fn(usize) -> bool) -> usize {
    while bad.abs_diff(good) > 1 {
        let middle = usize::midpoint(good, bad);
        if takes(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
}

/// Says of every object of a schema that it takes no other members, as the door does.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("type").is_some_and(|kind| kind == "object") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// What the door answers to any request before an operation is looked for: statuses that no code stands for.
const BY_THE_DOOR: [(&str, &str); 3] = [
    ("408", "The request did not arrive in time."),
    ("421", "The request is for another host."),
    ("431", "The address or the headers are too long."),
];

fn operation(entry: &Entry, id: &str, sample: &Value) -> Value {
    let meta = entry.meta;
    let reference = |part: &str| json!({"$ref": format!("#/components/schemas/{id}_{part}")});
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        json!({"description": "Done.", "content": {"application/json": {"schema": reference("output")}}}),
    );
    let codes = Code::ALL.into_iter().filter(|code| may_answer(entry, *code));
    let said = codes.map(|code| (code.status().to_string(), code.title()));
    let by_the_door = BY_THE_DOOR.map(|(status, title)| (status.to_owned(), title));
    for (status, title) in said.chain(by_the_door) {
        responses.entry(status).or_insert_with(|| {
            json!({
                "description": title,
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            })
        });
    }
    let mut operation = json!({
        "operationId": meta.name,
        "summary": meta.summary,
        "tags": [meta.name.split('.').next()],
        "requestBody": {
            "required": true,
            "content": {"application/json": {"schema": reference("input"), "example": sample}},
        },
        "responses": responses,
        "security": if meta.scope == Scope::Public { json!([]) } else { json!([{"session": []}]) },
        "x-audited": meta.audit,
        "x-rate-class": meta.rate,
        "x-step-up": meta.step_up,
    });
    if meta.kind == Kind::Mutation {
        operation["parameters"] = json!([{
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "schema": {"type": "string", "minLength": 1, "maxLength": crate::IDEMPOTENCY_KEY_MAX},
        }]);
    }
    operation
}

/// Whether an operation can answer with a code at all.
fn may_answer(entry: &Entry, code: Code) -> bool {
    let meta = entry.meta;
    match code {
        Code::SignedOut => meta.scope != Scope::Public,
        Code::WrongCredentials => matches!(
            meta.name,
            "session.sign_in" | "session.prove" | "account.change_password"
        ),
        Code::StepUpRequired => meta.step_up,
        Code::Forbidden | Code::NotFound => meta.scope == Scope::Workspace || meta.name == "session.revoke",
        Code::Stale | Code::KeyReused => meta.kind == Kind::Mutation,
        Code::LinkSpent => matches!(meta.name, "account.verify" | "account.reset_password"),
        Code::ForeignOrigin
        | Code::Malformed
        | Code::Invalid
        | Code::MethodNotAllowed
        | Code::TooLarge
        | Code::UnsupportedMedia
        | Code::TooMany
        | Code::Internal
        | Code::Unavailable => true,
    }
}

/// RFC 9457, with our members: the code for programs, the fields, the time to wait, the request.
fn problem_schema() -> Value {
    let codes: Vec<_> = Code::ALL.into_iter().map(|code| json!(code)).collect();
    let mut schema = describe::<Problem>().map(|problem| problem.schema).unwrap_or_default();
    schema["properties"]["code"] = json!({"type": "string", "enum": codes});
    schema["properties"]["type"] = json!({"type": "string", "format": "uri-reference"});
    schema["properties"]["status"] = json!({"type": "integer", "minimum": 400, "maximum": 599});
    schema["properties"]["request"] = json!({"type": "string", "format": "uuid"});
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::password;

    #[test]
    fn the_document_names_every_operation_and_every_reference_leads_somewhere() {
        let document = openapi();
        let paths = document["paths"].as_object().expect("paths");
        assert_eq!(paths.len(), entries().len());
        for entry in entries() {
            let post = &paths[entry.meta.api]["post"];
            assert_eq!(post["operationId"], entry.meta.name);
            let schema = &document["components"]["schemas"][format!("{}_input", entry.meta.name.replace('.', "_"))];
            assert_eq!(schema["additionalProperties"], false, "{}", entry.meta.name);
        }
        let mut references = Vec::new();
        collect(&document, &mut references);
        assert!(references.len() > entries().len() * 2);
        for reference in references {
            let pointer = reference.strip_prefix('#').expect("within the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }

    #[test]
    fn texts_are_as_long_as_the_rules_say() {
        let document = openapi();
        let at = |operation: &str, path: &str| {
            let text = document
                .pointer(&format!("/components/schemas/{operation}_input/properties/{path}"))
                .unwrap_or_else(|| panic!("{operation} {path}"));
            [&text["minLength"], &text["maxLength"]].map(Value::as_u64)
        };
        let max = |characters: usize| u64::try_from(characters).ok();
        for (operation, path, expected) in [
            ("account_rename", "name", [Some(1), max(validate::NAME_MAX)]),
            ("workspace_create", "name", [Some(1), max(validate::WORKSPACE_NAME_MAX)]),
            ("record_rename", "title", [Some(1), max(validate::TITLE_MAX)]),
            ("record_describe", "summary", [None, max(validate::SUMMARY_MAX)]),
            (
                "audit_list",
                "filter/properties/search",
                [None, max(validate::SEARCH_MAX)],
            ),
            ("session_sign_in", "password", [Some(1), max(password::MAX)]),
            ("session_sign_in", "email", [Some(5), max(validate::EMAIL_MAX)]),
            ("account_sign_up", "email", [Some(5), max(validate::EMAIL_MAX)]),
            ("account_sign_up", "password", [max(password::MIN), max(password::MAX)]),
            (
                "account_reset_password",
                "password",
                [max(password::MIN), max(password::MAX)],
            ),
            ("account_reset_password", "token", [max(validate::TOKEN_LENGTH); 2]),
            ("member_invite", "emails", [Some(5), None]),
            ("account_verify", "token", [max(validate::TOKEN_LENGTH); 2]),
        ] {
            assert_eq!(at(operation, path), expected, "{operation} {path}");
        }
    }

    fn collect(value: &Value, references: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        Value::String(text) if name == "$ref" => references.push(text.clone()),
                        _ => collect(member, references),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
            _ => {}
        }
    }

    #[test]
    fn the_problem_is_described_as_it_is_serialised() {
        let schema = problem_schema();
        assert_eq!(schema["required"], json!(["code", "title"]));
        assert_eq!(
            schema["properties"]["code"]["enum"].as_array().map(Vec::len),
            Some(Code::ALL.len())
        );
    }
}
