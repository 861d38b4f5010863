//! From the document model to Yjs: the update of somebody who wrote the whole document at once.
//!
//! It is written directly (`yjs/src/structs/Item.js`, `write`): building the same in the library takes time that grows with the
//! square of the number of neighbours.

use super::ROOT;
use crate::wire::{write_buffer, write_integer};
use bytes::Bytes;
use domain::document::Document;
use serde_json::Value;

const HAS_ORIGIN: u8 = 0x80;
const HAS_PARENT_SUB: u8 = 0x20;
const STRING: u8 = 4;
const FORMAT: u8 = 6;
const TYPE: u8 = 7;
const ANY: u8 = 8;
const ELEMENT: u8 = 3;
const TEXT: u8 = 6;

/// The document as one update. `client` becomes the Yjs client id of whoever wrote it: below 2^53, and never used before in
/// the same body.
pub fn write(document: &Document, client: u64) -> Bytes {
    let mut writer = Writer {
        client,
        clock: 0,
        blocks: 0,
        out: Vec::new(),
    };
    let document = document.to_json();
    writer.children(None, content(&document));
    let mut update = vec![1];
    write_integer(&mut update, writer.blocks);
    write_integer(&mut update, client);
    write_integer(&mut update, 0);
    update.append(&mut writer.out);
    update.push(0);
    update.into()
}

fn content(node: &Value) -> &[Value] {
    node["content"].as_array().map_or(&[], Vec::as_slice)
}

struct Writer {
    client: u64,
    clock: u64,
    blocks: u64,
    out: Vec<u8>,
}

impl Writer {
    /// Begins a block behind `left`, or as the first in `parent` (none: the root); returns its clock.
    fn block(&mut self, kind: u8, left: Option<u64>, parent: Option<u64>, name: Option<&str>, length: u64) -> u64 {
        let clock = self.clock;
        self.clock += length;
        self.blocks += 1;
        let origin = if left.is_some() { HAS_ORIGIN } else { 0 };
        let sub = if name.is_some() { HAS_PARENT_SUB } else { 0 };
        self.out.push(kind | origin | sub);
        match (left, parent) {
            (Some(left), _) => self.id(left),
            (None, Some(parent)) => {
                self.out.push(0);
                self.id(parent);
            }
            (None, None) => {
                self.out.push(1);
                self.text(ROOT);
            }
        }
        if let (None, Some(name)) = (left, name) {
            self.text(name);
        }
        clock
    }

    fn id(&mut self, clock: u64) {
        write_integer(&mut self.out, self.client);
        write_integer(&mut self.out, clock);
    }

    fn text(&mut self, text: &str) {
        write_buffer(&mut self.out, text.as_bytes());
    }

    fn children(&mut self, parent: Option<u64>, nodes: &[Value]) {
        let mut left = None;
        let mut nodes = nodes;
        while let Some(first) = nodes.first() {
            let texts = nodes.iter().take_while(|node| node["type"] == "text").count();
            if texts > 0 {
                let clock = self.block(TYPE, left, parent, None, 1);
                self.out.push(TEXT);
                self.letters(clock, &nodes[..texts]);
                left = Some(clock);
            } else {
                left = Some(self.element(left, parent, first));
            }
            nodes = &nodes[texts.max(1)..];
        }
    }

    fn element(&mut self, left: Option<u64>, parent: Option<u64>, node: &Value) -> u64 {
        let clock = self.block(TYPE, left, parent, None, 1);
        self.out.push(ELEMENT);
        self.text(node["type"].as_str().unwrap_or_default());
        for (name, value) in node["attrs"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_null())
        {
            self.block(ANY, None, Some(clock), Some(name), 1);
            self.out.push(1);
            self.value(value);
        }
        self.children(Some(clock), content(node));
        clock
    }

    /// A run of texts: each mark is switched on before the first that has it and off behind the last.
    fn letters(&mut self, parent: u64, texts: &[Value]) {
        let mut left = None;
        let mut on: Vec<(&str, &Value)> = Vec::new();
        for node in texts {
            let marks = node["marks"].as_array().map_or(&[][..], Vec::as_slice);
            let marks: Vec<_> = marks
                .iter()
                .map(|mark| (mark["type"].as_str().unwrap_or_default(), &mark["attrs"]))
                .collect();
            for (name, _) in on
                .iter()
                .filter(|(name, _)| !marks.iter().any(|(other, _)| other == name))
            {
                left = Some(self.format(left, parent, name, "null"));
            }
            for (name, attrs) in marks.iter().filter(|mark| !on.contains(mark)) {
                let attrs = if attrs.is_null() {
                    "{}".to_owned()
                } else {
                    attrs.to_string()
                };
                left = Some(self.format(left, parent, name, &attrs));
            }
            let text = node["text"].as_str().unwrap_or_default();
            let length = text.encode_utf16().count() as u64;
            let clock = self.block(STRING, left, Some(parent), None, length);
            self.text(text);
            left = Some(clock + length - 1);
            on = marks;
        }
        for (name, _) in on {
            left = Some(self.format(left, parent, name, "null"));
        }
    }

    fn format(&mut self, left: Option<u64>, parent: u64, name: &str, value: &str) -> u64 {
        let clock = self.block(FORMAT, left, Some(parent), None, 1);
        self.text(name);
        self.text(value);
        clock
    }

    /// A value in lib0's `any` encoding (`lib0/encoding.js`, `writeAny`).
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.out.push(126),
            Value::Bool(value) => self.out.push(if *value { 120 } else { 121 }),
            Value::Number(number) => {
                if let Some(number) = number.as_i64().and_then(|number| i32::try_from(number).ok()) {
                    self.signed(number);
                } else {
                    self.out.push(123);
                    self.out.extend(number.as_f64().unwrap_or_default().to_be_bytes());
                }
            }
            Value::String(text) => {
                self.out.push(119);
                self.text(text);
            }
            Value::Array(values) => {
                self.out.push(117);
                write_integer(&mut self.out, values.len() as u64);
                for value in values {
                    self.value(value);
                }
            }
            Value::Object(entries) => {
                self.out.push(118);
                write_integer(&mut self.out, entries.len() as u64);
                for (name, value) in entries {
                    self.text(name);
                    self.value(value);
                }
            }
        }
    }

    /// A whole number: its sign and 6 bits first, then 7 bits a byte.
    fn signed(&mut self, number: i32) {
        let magnitude = number.unsigned_abs();
        let sign = if number < 0 { 0x40 } else { 0 };
        let more = if magnitude > 0x3f { 0x80 } else { 0 };
        self.out.push(125);
        self.out.push(u8::try_from(magnitude & 0x3f).unwrap_or(0) | sign | more);
        if more > 0 {
            write_integer(&mut self.out, u64::from(magnitude >> 6));
        }
    }
}
