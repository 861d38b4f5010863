//! A copy of a body in the hands of somebody who writes in it, as an editor has one: what is changed there becomes an update
//! for the others.

use super::{ROOT, mended};
use crate::{
    body::BodyError,
    yjs::{apply, empty_of},
};
use bytes::Bytes;
use domain::document::Document;
use serde_json::Value;
use std::sync::Arc;
use yrs::{
    Any, Doc, Text, Transact, TransactionMut, WriteTxn, Xml, XmlElementPrelim, XmlElementRef, XmlFragment,
    XmlTextPrelim, types::Attrs,
};

/// Somebody's own copy of a body.
pub struct Replica {
    doc: Doc,
}

impl Replica {
    /// A copy of what these updates make. `client` is the Yjs client id of whoever writes in it: below 2^53, and never used
    /// before in the same body.
    ///
    /// # Errors
    /// [`BodyError::Unfit`] when the updates do not fit together.
    pub fn open(client: u64, updates: &[Bytes]) -> Result<Self, BodyError> {
        let doc = empty_of(client);
        apply(&doc, updates.iter()).map_err(|()| BodyError::Unfit)?;
        Ok(Self { doc })
    }

    /// Makes the body this document, and answers with the update that does so. Blocks at its top that are the same at the
    /// beginning and at the end stay as they are, those between are replaced; so two people who write in different places
    /// at once do not undo each other.
    pub fn change(&mut self, document: &Document) -> Bytes {
        let new = document.to_json();
        let new = content(&new);
        let old = mended(&self.doc).document.to_json();
        let mut transaction = self.doc.transact_mut();
        let root = transaction.get_or_insert_xml_fragment(ROOT);
        let count = root.len(&transaction);
        // What had to be mended is not block by block what stands there; nothing of it is taken for the same.
        let old = Some(content(&old)).filter(|old| old.len() == count as usize);
        let same = |pair: &(&Value, &Value)| pair.0 == pair.1;
        let old = old.unwrap_or_default();
        let front = old.iter().zip(new).take_while(same).count();
        let back = old[front..].iter().rev().zip(new[front..].iter().rev());
        let back = back.take_while(same).count();
        let front_index = u32::try_from(front).unwrap_or(count);
        let gone = count - front_index - u32::try_from(back).unwrap_or(0);
        if gone > 0 {
            root.remove_range(&mut transaction, front_index, gone);
        }
        for (index, node) in (front_index..).zip(&new[front..new.len() - back]) {
            insert(&root, &mut transaction, index, node);
        }
        transaction.encode_update_v1().into()
    }
}

fn content(node: &Value) -> &[Value] {
    node["content"].as_array().map_or(&[], Vec::as_slice)
}

fn insert(parent: &impl XmlFragment, transaction: &mut TransactionMut<'_>, index: u32, node: &Value) {
    let tag = node["type"].as_str().unwrap_or_default();
    let element: XmlElementRef = parent.insert(transaction, index, XmlElementPrelim::empty(tag));
    let attributes = node["attrs"].as_object().into_iter().flatten();
    for (name, value) in attributes.filter(|(_, value)| !value.is_null()) {
        element.insert_attribute(transaction, name.as_str(), any(value));
    }
    let mut nodes = content(node);
    let mut index = 0;
    while let Some(first) = nodes.first() {
        let texts = nodes.iter().take_while(|node| node["type"] == "text").count();
        if texts > 0 {
            let text = element.insert(transaction, index, XmlTextPrelim::new(""));
            for node in &nodes[..texts] {
                let end = text.len(transaction);
                let letters = node["text"].as_str().unwrap_or_default();
                text.insert_with_attributes(transaction, end, letters, marks(node));
            }
        } else {
            insert(&element, transaction, index, first);
        }
        nodes = &nodes[texts.max(1)..];
        index += 1;
    }
}

fn marks(text: &Value) -> Attrs {
    let marks = text["marks"].as_array().into_iter().flatten();
    marks
        .map(|mark| {
            let attributes = match &mark["attrs"] {
                Value::Null => Any::Map(Arc::default()),
                attributes => any(attributes),
            };
            (mark["type"].as_str().unwrap_or_default().into(), attributes)
        })
        .collect()
}

fn any(value: &Value) -> Any {
    match value {
        Value::Null => Any::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.into(),
            None => number.as_f64().unwrap_or_default().into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(values) => Any::Array(values.iter().map(any).collect()),
        Value::Object(entries) => {
            let entries = entries.iter().map(|(name, value)| (name.clone(), any(value)));
            Any::Map(Arc::new(entries.collect()))
        }
    }
}
