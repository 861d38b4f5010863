//! Learns the JSON form of a type from its `Deserialize`, for the OpenAPI document: nothing is written twice, so nothing
//! can drift.
//!
//! A tracing deserializer offers sample values and notes what the type asks for. Text has three samples (words, an id,
//! a moment); when a type refuses one, the trace starts again with the next, so that an id or a moment is recognised by
//! what it accepts. Which fields may be left out is found by leaving each out.

use serde::{
    de::{
        DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess,
        SeqAccess, VariantAccess, Visitor, value::Error,
    },
    forward_to_deserialize_any,
};
use serde_json::{Value, json};

/// Samples of text: what it is called in a schema, and one of its kind.
const TEXTS: [(Option<&str>, &str); 3] = [
    (None, "text"),
    (Some("uuid"), "5c21b7ee-0000-4000-8000-000000000002"),
    (Some("date-time"), "2026-11-22T04:40:00Z"),
];
/// Most texts in one type: a bound for the trace, far above what any operation holds.
const TEXTS_MAX: usize = 100;

/// A type's JSON form.
pub(crate) struct Described {
    /// Its schema (JSON Schema 2020-12).
    pub(crate) schema: Value,
    /// A value that fits it.
    pub(crate) sample: Value,
}

/// Describes a type.
///
/// # Errors
/// When the type asks for something that no operation or view has: a map, a float, an enum with content.
pub(crate) fn describe<T: DeserializeOwned>() -> Result<Described, Error> {
    let mut choices = vec![0; TEXTS_MAX];
    // Each failing round moves one text on to its next sample, so the rounds are bounded.
    for _ in 0..TEXTS_MAX * TEXTS.len() {
        let mut texts = 0;
        let mut shape = Shape::Unseen;
        let node = Node {
            choices: &choices,
            texts: &mut texts,
            shape: &mut shape,
        };
        let Err(error) = T::deserialize(node) else {
            let sample = shape.sample();
            let mut optional = Vec::new();
            find_optional::<T>(&shape, &mut String::new(), &sample, &mut optional);
            return Ok(Described {
                schema: shape.schema(&mut String::new(), &optional),
                sample,
            });
        };
        // A refusal comes at once, so the text offered last is the one refused.
        let refused = texts.checked_sub(1).and_then(|last| choices.get_mut(last));
        match refused {
            Some(choice) if *choice + 1 < TEXTS.len() => *choice += 1,
            _ => return Err(error),
        }
    }
    Err(Error::custom("the type holds too many texts"))
}

/// What a type asked for.
enum Shape {
    Unseen,
    Text(usize),
    Integer { unsigned: bool },
    Flag,
    Maybe(Box<Shape>),
    List(Box<Shape>),
    Tuple(Vec<Shape>),
    Struct(Vec<(&'static str, Shape)>),
    OneOf(&'static [&'static str]),
}

impl Shape {
    fn sample(&self) -> Value {
        match self {
            Self::Unseen => Value::Null,
            Self::Text(kind) => json!(TEXTS[*kind].1),
            Self::Integer { .. } => json!(1),
            Self::Flag => json!(true),
            Self::Maybe(inner) => inner.sample(),
            Self::List(inner) => json!([inner.sample()]),
            Self::Tuple(parts) => parts.iter().map(Self::sample).collect(),
            Self::Struct(fields) => fields
                .iter()
                .map(|(name, field)| ((*name).to_owned(), field.sample()))
                .collect(),
            Self::OneOf(names) => json!(names[0]),
        }
    }

    fn schema(&self, path: &mut String, optional: &[String]) -> Value {
        match self {
            Self::Unseen => json!({}),
            Self::Text(kind) => match TEXTS[*kind].0 {
                None => json!({"type": "string"}),
                Some(format) => json!({"type": "string", "format": format}),
            },
            Self::Integer { unsigned: true } => json!({"type": "integer", "minimum": 0}),
            Self::Integer { unsigned: false } => json!({"type": "integer"}),
            Self::Flag => json!({"type": "boolean"}),
            Self::Maybe(inner) => json!({"anyOf": [inner.schema(path, optional), {"type": "null"}]}),
            Self::List(inner) => within(
                path,
                "0",
                |path| json!({"type": "array", "items": inner.schema(path, optional)}),
            ),
            Self::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| part.schema(path, optional)).collect();
                json!({"type": "array", "minItems": parts.len(), "maxItems": parts.len(), "prefixItems": parts})
            }
            Self::Struct(fields) => {
                let mut properties = serde_json::Map::new();
                let mut required = Vec::new();
                for (name, field) in fields {
                    within(path, name, |path| {
                        properties.insert((*name).to_owned(), field.schema(path, optional));
                        if !optional.contains(path) {
                            required.push(*name);
                        }
                    });
                }
                json!({"type": "object", "properties": properties, "required": required})
            }
            Self::OneOf(names) => json!({"type": "string", "enum": names}),
        }
    }
}

/// Runs `f` with a JSON pointer one step longer.
fn within<R>(path: &mut String, step: &str, f: impl FnOnce(&mut String) -> R) -> R {
    let length = path.len();
    path.push('/');
    path.push_str(step);
    let result = f(path);
    path.truncate(length);
    result
}

/// Collects the JSON pointers of the fields without which the type still reads the sample.
fn find_optional<T: DeserializeOwned>(shape: &Shape, path: &mut String, sample: &Value, optional: &mut Vec<String>) {
    match shape {
        Shape::Maybe(inner) => find_optional::<T>(inner, path, sample, optional),
        Shape::List(inner) => within(path, "0", |path| find_optional::<T>(inner, path, sample, optional)),
        Shape::Struct(fields) => {
            for (name, field) in fields {
                let mut without = sample.clone();
                if let Some(Value::Object(members)) = without.pointer_mut(path) {
                    members.remove(*name);
                }
                within(path, name, |path| {
                    if serde_json::from_value::<T>(without).is_ok() {
                        optional.push(path.clone());
                    }
                    find_optional::<T>(field, path, sample, optional);
                });
            }
        }
        Shape::Unseen | Shape::Text(_) | Shape::Integer { .. } | Shape::Flag | Shape::Tuple(_) | Shape::OneOf(_) => {}
    }
}

/// One place in the type: answers with a sample and notes what was asked.
struct Node<'a> {
    choices: &'a [usize],
    texts: &'a mut usize,
    shape: &'a mut Shape,
}

impl Node<'_> {
    fn child<'b>(&'b mut self, shape: &'b mut Shape) -> Node<'b> {
        Node {
            choices: self.choices,
            texts: self.texts,
            shape,
        }
    }
}

macro_rules! integers {
    ($unsigned:literal: $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            *self.shape = Shape::Integer { unsigned: $unsigned };
            visitor.visit_u8(1)
        }
    )*};
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("operations and views hold no such type"))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let kind = *self
            .choices
            .get(*self.texts)
            .ok_or_else(|| Error::custom("the type holds too many texts"))?;
        *self.texts += 1;
        *self.shape = Shape::Text(kind);
        visitor.visit_str(TEXTS[kind].1)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.shape = Shape::Flag;
        visitor.visit_bool(true)
    }

    integers!(true: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
    integers!(false: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64);

    fn deserialize_option<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let mut inner = Shape::Unseen;
        let value = visitor.visit_some(self.child(&mut inner))?;
        *self.shape = Shape::Maybe(Box::new(inner));
        Ok(value)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let mut inner = Shape::Unseen;
        let value = visitor.visit_seq(Items {
            node: self.child(&mut Shape::Unseen),
            shapes: std::slice::from_mut(&mut inner).iter_mut(),
        })?;
        *self.shape = Shape::List(Box::new(inner));
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(mut self, length: usize, visitor: V) -> Result<V::Value, Error> {
        let mut parts: Vec<Shape> = (0..length).map(|_| Shape::Unseen).collect();
        let value = visitor.visit_seq(Items {
            node: self.child(&mut Shape::Unseen),
            shapes: parts.iter_mut(),
        })?;
        *self.shape = Shape::Tuple(parts);
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut fields: Vec<_> = names.iter().map(|name| (*name, Shape::Unseen)).collect();
        let value = visitor.visit_map(Fields {
            node: self.child(&mut Shape::Unseen),
            rest: fields.iter_mut(),
            current: None,
        })?;
        *self.shape = Shape::Struct(fields);
        Ok(value)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let first = names.first().ok_or_else(|| Error::custom("an enum without variants"))?;
        *self.shape = Shape::OneOf(names);
        visitor.visit_enum(Variant(first))
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple_struct map identifier ignored_any
    }
}

struct Items<'a, I> {
    node: Node<'a>,
    shapes: I,
}

impl<'de, 'b, I: Iterator<Item = &'b mut Shape>> SeqAccess<'de> for Items<'_, I> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        match self.shapes.next() {
            None => Ok(None),
            Some(shape) => seed.deserialize(self.node.child(shape)).map(Some),
        }
    }
}

struct Fields<'a, 'b> {
    node: Node<'a>,
    rest: std::slice::IterMut<'b, (&'static str, Shape)>,
    current: Option<&'b mut Shape>,
}

impl<'de> MapAccess<'de> for Fields<'_, '_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some((name, shape)) = self.rest.next() else {
            return Ok(None);
        };
        self.current = Some(shape);
        seed.deserialize((*name).into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let shape = self
            .current
            .take()
            .ok_or_else(|| Error::custom("a value without its name"))?;
        seed.deserialize(self.node.child(shape))
    }
}

struct Variant(&'static str);

impl<'de> EnumAccess<'de> for Variant {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        Ok((seed.deserialize(self.0.into_deserializer())?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, _: S) -> Result<S::Value, Error> {
        Err(Error::custom("an enum with content"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("an enum with content"))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, Error> {
        Err(Error::custom("an enum with content"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its form matters")]
    struct Sample {
        id: domain::WorkspaceId,
        #[serde(with = "time::serde::rfc3339")]
        at: time::OffsetDateTime,
        #[serde(default)]
        note: String,
        position: Option<u64>,
        shelf: domain::policy::Shelf,
        path: Vec<(String, String)>,
        inner: Vec<Inner>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its form matters")]
    struct Inner {
        secret: domain::Secret,
        #[serde(default)]
        refused: bool,
    }

    #[test]
    fn a_type_is_described_as_it_reads() {
        let described = describe::<Sample>().expect("described");
        let text = json!({"type": "string"});
        assert_eq!(
            described.schema,
            json!({
                "type": "object",
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "at": {"type": "string", "format": "date-time"},
                    "note": text,
                    "position": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
                    "shelf": {"type": "string", "enum": ["desk", "archive", "trash"]},
                    "path": {"type": "array", "items":
                        {"type": "array", "minItems": 2, "maxItems": 2, "prefixItems": [text, text]}},
                    "inner": {"type": "array", "items": {
                        "type": "object",
                        "properties": {"secret": text, "refused": {"type": "boolean"}},
                        "required": ["secret"],
                    }},
                },
                "required": ["id", "at", "shelf", "path", "inner"],
            })
        );
        assert!(serde_json::from_value::<Sample>(described.sample).is_ok());
    }

    #[test]
    fn a_type_that_no_operation_should_hold_is_refused() {
        assert!(describe::<f64>().is_err());
        assert!(describe::<std::collections::BTreeMap<String, String>>().is_err());
    }
}
