//! What holds for every document.

use domain::document::{Document, generate};
use proptest::prelude::*;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;

proptest! {
    #[test]
    fn json_comes_back(document in generate::document()) {
        let again = Document::from_json(&document.to_json());
        prop_assert_eq!(again.as_ref(), Ok(&document));
        let again = Document::from_text(&document.canonical());
        prop_assert_eq!(again.as_ref(), Ok(&document));
        prop_assert_eq!(Document::new(document.blocks().to_vec()), Ok(document));
    }
}

/// Takes away what Yjs does not keep: null, and the document's own attributes.
pub(super) fn sparse(value: &mut Value, top: bool) {
    if let Some(members) = value.as_object_mut() {
        if top {
            members.remove("attrs");
        }
        members.retain(|_, member| !member.is_null());
        members.values_mut().for_each(|member| sparse(member, false));
    } else if let Some(items) = value.as_array_mut() {
        for item in items {
            sparse(item, false);
        }
    }
}

proptest! {
    #[test]
    fn what_yjs_leaves_out_is_filled_in(document in generate::document()) {
        let mut json = document.to_json();
        sparse(&mut json, true);
        prop_assert!(Document::from_json(&json).is_err());
        prop_assert_eq!(Document::from_sparse_json(&json), Ok(document));
    }
}

#[test]
fn every_word_of_the_vocabulary_is_made() {
    let seen = RefCell::new(BTreeSet::new());
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..300 {
        let made = generate::document()
            .new_tree(&mut runner)
            .expect("a document")
            .current();
        let text = made.canonical();
        let types = text.split("\"type\":\"").skip(1);
        let names = types.map(|rest| rest.split('"').next().unwrap_or_default().to_owned());
        seen.borrow_mut().extend(names);
    }
    assert_eq!(seen.borrow().len(), 29 + 11, "{:?}", seen.borrow());

    let vocabulary = generate::Vocabulary::all().without(&["table", "strong", "insertion"]);
    for _ in 0..100 {
        let made = generate::document_of(&vocabulary)
            .new_tree(&mut runner)
            .expect("a document")
            .current();
        let text = made.canonical();
        for name in ["table", "strong", "insertion"] {
            assert!(!text.contains(&format!("\"type\":\"{name}\"")), "{text}");
        }
    }
}
