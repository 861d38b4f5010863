//! The server refuses what the browser refuses, in the same words: both are fed the same table.

use crate::{
    house::{House, caller},
    matrix::send,
    samples::World,
};
use domain::{Code, Scope, ops::metas};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Case {
    op: String,
    input: Value,
    errors: BTreeMap<String, String>,
}

#[tokio::test]
async fn the_dispatcher_validates_by_the_table_of_domain() {
    let table: Vec<Case> =
        serde_json::from_str(include_str!("../../../../app/domain/tests/validate.json")).expect("the table");
    assert!(table.len() > 50);
    let house = House::new().await;
    let world = World::new(&house, "validation").await;
    for Case { op, mut input, errors } in table {
        let meta = metas().into_iter().find(|meta| meta.name == op).expect("an operation");
        if meta.scope == Scope::Workspace {
            input["workspace"] = json!(world.workspace.id);
        }
        let session = (meta.scope != Scope::Public).then_some(&world.owner.token);
        let answer = send(&house.services, meta, caller(session), &input).await;
        let found: BTreeMap<String, String> = match answer {
            Err(problem) if problem.code == Code::Invalid => problem
                .fields
                .into_iter()
                .map(|error| (error.field, error.message))
                .collect(),
            _ => BTreeMap::new(),
        };
        assert_eq!(found, errors, "{op}: {input}");
    }
}
