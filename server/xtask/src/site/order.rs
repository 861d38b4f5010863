//! An order of functions that compresses well.
//!
//! A compiler puts functions where it made them, and `wasm-opt` puts those first that are called most, so that their numbers
//! are short. What is sent is compressed, though, and a compressor says "as before, but" in fewer bits where what was before
//! is near: functions of one type and of like code stand side by side here (4 % less to send; measured with brotli 11 on the
//! whole workspace: 293 instead of 304 KB).

use crate::steps::{OrFail, Outcome};
use wasm_encoder::{NameMap, NameSection};
use wasmparser::{Parser, Payload, TypeRef};

/// How many bytes count as the start of a function.
const START: usize = 6;

/// The module with a name for each function that sorts it to its place; `wasm-opt --reorder-functions-by-name` puts them
/// there. The module must not have names yet: what it had would be a second section of them.
///
/// # Errors
/// When this is no module.
pub(super) fn name_by_place(module: &[u8]) -> Outcome<Vec<u8>> {
    let functions = Functions::read(module)?;
    let mut places: Vec<usize> = (0..functions.bodies.len()).collect();
    // Locals and first steps alike, then ends alike: functions made from one generic one differ in between.
    places.sort_by_key(|&function| {
        let body = functions.bodies[function];
        let (start, rest) = body.split_at(body.len().min(START));
        let ends: Vec<u8> = rest.iter().rev().copied().collect();
        (functions.types.get(function), start, ends)
    });
    let mut names: Vec<(u32, String)> = places
        .iter()
        .enumerate()
        .map(|(place, &function)| Ok((functions.number(function)?, format!("{place:08}"))))
        .collect::<Outcome<_>>()?;
    names.sort();
    let mut map = NameMap::new();
    for (number, name) in &names {
        map.append(*number, name);
    }
    let mut section = NameSection::new();
    section.functions(&map);
    let mut answer = module.to_vec();
    wasm_encoder::Section::append_to(&section, &mut answer);
    Ok(answer)
}

/// The functions of a module that are in it, not brought in.
#[derive(Default)]
struct Functions<'a> {
    imported: usize,
    /// Their types, by number.
    types: Vec<u32>,
    /// Their locals and code.
    bodies: Vec<&'a [u8]>,
}

impl<'a> Functions<'a> {
    fn read(module: &'a [u8]) -> Outcome<Self> {
        let unread = "reading the WebAssembly module";
        let mut found = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            match payload.or_fail(unread)? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let brings_a_function = matches!(import.or_fail(unread)?.ty, TypeRef::Func(_));
                        found.imported += usize::from(brings_a_function);
                    }
                }
                Payload::FunctionSection(types) => {
                    for kind in types {
                        found.types.push(kind.or_fail(unread)?);
                    }
                }
                Payload::CodeSectionEntry(body) => found.bodies.push(&module[body.range()]),
                _ => {}
            }
        }
        Ok(found)
    }

    /// By which number code calls the function.
    fn number(&self, function: usize) -> Outcome<u32> {
        u32::try_from(self.imported + function).or_fail("numbering functions")
    }
}

#[cfg(test)]
mod tests {
    use super::name_by_place;
    use wasm_encoder::{
        CodeSection, EntityType, Function, FunctionSection, ImportSection, Module, TypeSection, ValType,
    };
    use wasmparser::{KnownCustom, Name, Parser, Payload};

    /// An imported function, and four of two types with these constants.
    fn module(constants: [i32; 4]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        types.ty().function([ValType::I32], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("a", "b", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        for (kind, constant) in [1, 0, 1, 0].into_iter().zip(constants) {
            functions.function(kind);
            let mut body = Function::new([]);
            body.instructions().i32_const(constant).end();
            code.function(&body);
        }
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&code);
        module.finish()
    }

    fn names(module: &[u8]) -> Vec<(u32, String)> {
        let mut found = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::CustomSection(custom) = payload.unwrap()
                && let KnownCustom::Name(names) = custom.as_known()
            {
                for name in names {
                    if let Name::Function(map) = name.unwrap() {
                        found.extend(map.into_iter().map(|naming| {
                            let naming = naming.unwrap();
                            (naming.index, naming.name.to_owned())
                        }));
                    }
                }
            }
        }
        found
    }

    #[test]
    fn like_functions_come_together() {
        let named = name_by_place(&module([7, 9, 5, 3])).unwrap();
        let expected = [(1, 3), (2, 1), (3, 2), (4, 0)];
        let expected = expected.map(|(number, place)| (number, format!("{place:08}")));
        assert_eq!(names(&named), expected);
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(name_by_place(b"\0asm").is_err());
        assert!(name_by_place(b"").is_err());
    }
}
