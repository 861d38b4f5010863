//! A value whose type is not known yet, and how serde reads a type from it.

use super::Unreadable;
use serde::{
    Deserializer,
    de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor},
    forward_to_deserialize_any,
};
use std::vec::IntoIter;

/// What JSON can say, and a form.
#[derive(Debug)]
pub(super) enum Tree {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number, as it is written.
    Number(String),
    /// A text.
    Text(String),
    /// A form's field: what it says depends on who reads it.
    Field(String),
    /// Values in an order.
    Array(Vec<Self>),
    /// Values with names.
    Object(Vec<(String, Self)>),
}

/// A number, if a number may be read here.
macro_rules! numbers {
    ($($method:ident $visit:ident $number:ty,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            match self {
                Tree::Number(written) | Tree::Field(written) => visitor.$visit(whole::<$number>(&written)?),
                _ => Err(Unreadable),
            }
        }
    )*};
}

fn whole<N: std::str::FromStr>(written: &str) -> Result<N, Unreadable> {
    written.parse().map_err(|_| Unreadable)
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Unreadable;

    numbers! {
        deserialize_i8 visit_i64 i64,
        deserialize_i16 visit_i64 i64,
        deserialize_i32 visit_i64 i64,
        deserialize_i64 visit_i64 i64,
        deserialize_u8 visit_u64 u64,
        deserialize_u16 visit_u64 u64,
        deserialize_u32 visit_u64 u64,
        deserialize_u64 visit_u64 u64,
    }

    /// Nothing that is read here describes itself: each type says what it wants.
    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Unreadable> {
        Err(Unreadable)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::Bool(yes) => visitor.visit_bool(yes),
            Self::Field(text) => visitor.visit_bool(whole(&text)?),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::Text(text) | Self::Field(text) => visitor.visit_string(text),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_string(visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::Null => visitor.visit_unit(),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::Null => visitor.visit_none(),
            some => visitor.visit_some(some),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::Array(items) if items.len() == length => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::Object(fields) => visitor.visit_map(Fields {
                rest: fields.into_iter(),
                value: None,
            }),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        let (name, value) = match self {
            Self::Text(name) | Self::Field(name) => (name, None),
            Self::Object(mut fields) if fields.len() == 1 => {
                let (name, value) = fields.remove(0);
                (name, Some(value))
            }
            _ => return Err(Unreadable),
        };
        visitor.visit_enum(Variant { name, value })
    }

    forward_to_deserialize_any! { i128 u128 f32 f64 char bytes byte_buf unit_struct tuple_struct }
}

struct Items(IntoIter<Tree>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Fields {
    rest: IntoIter<(String, Tree)>,
    value: Option<Tree>,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        let Some((name, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(Tree::Text(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(self.value.take().ok_or(Unreadable)?)
    }
}

struct Variant {
    name: String,
    value: Option<Tree>,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unreadable;
    type Variant = Payload;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Payload), Unreadable> {
        Ok((seed.deserialize(Tree::Text(self.name))?, Payload(self.value)))
    }
}

struct Payload(Option<Tree>);

impl Payload {
    fn tree(self) -> Result<Tree, Unreadable> {
        self.0.ok_or(Unreadable)
    }
}

impl<'de> VariantAccess<'de> for Payload {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        match self.0 {
            None | Some(Tree::Null) => Ok(()),
            Some(_) => Err(Unreadable),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(self.tree()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.tree()?.deserialize_tuple(length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.tree()?.deserialize_map(visitor)
    }
}
