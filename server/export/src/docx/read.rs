//! A docx file as a document: from Word, from LibreOffice, or from our own writer.

mod blocks;
mod body;
mod captions;
mod controls;
mod fields;
mod finish;
mod inline;
mod notes;
mod numbering;
mod paragraph;
mod pictures;
mod sequence;
mod styles;
mod tables;

use super::{
    package::{Package, Relations},
    xml::{Element, Tree},
};
use crate::{Attachments, ExportError, Loss, Meta, Read};
use blocks::Within;
use body::StepState;
use domain::document::{Document, LINE_MAX};
use fields::{Field, Reference};
use finish::Finish;
use notes::Notes;
use numbering::Numbering;
use sequence::filled;
use std::collections::{HashMap, HashSet};
use styles::Styles;

/// Most losses that are listed; a person reads them.
const LOSSES_MAX: usize = 500;

/// Reads a file. Whatever its bytes are, the answer comes in bounded time and memory: files above 128 MiB, parts above
/// 64 MiB, and what is packed more than 250 times smaller than it is are refused, as are document type definitions;
/// nothing outside of the file is ever fetched.
///
/// # Errors
/// When the file is no docx file, damaged, encrypted, larger than the limits, or holds more than a document may.
pub fn read(bytes: &[u8]) -> Result<Read, ExportError> {
    let package = Package::open(bytes)?;
    let main = package.main_part()?;
    let relations = package.relations(&main)?;
    let part = |kind: &str| {
        let mut related = relations
            .values()
            .filter(|relation| relation.kind == kind && !relation.external);
        related
            .find(|relation| package.has(&relation.target))
            .map(|relation| relation.target.clone())
    };
    let tree_of = |kind: &str| part(kind).map(|name| Ok((package.tree(&name)?, name))).transpose();
    let styles = tree_of("styles")?
        .map(|(tree, _): (Tree, String)| Styles::read(tree.root()))
        .unwrap_or_default();
    let numbering = tree_of("numbering")?
        .map(|(tree, _)| Numbering::read(tree.root()))
        .unwrap_or_default();
    let notes = [("footnote", tree_of("footnotes")?), ("endnote", tree_of("endnotes")?)];
    let (comments, remarks) = notes::comments(&package, &relations)?;
    let meta = meta(&package)?;
    let tree = package.tree(&main)?;
    let body = tree
        .root()
        .child("w:body")
        .ok_or_else(|| ExportError::damaged(&main, "it has no body"))?;
    let mut reader = Reader::new(&package, &main, relations.clone(), styles, numbering, remarks);
    for (kind, part) in &notes {
        if let Some((tree, name)) = part {
            reader.notes.add(kind, tree, package.relations(name)?);
        }
    }
    if package.has_macros() {
        reader.losses.push(Loss::new("the file", "its macros were left out"));
    }
    let mut blocks = filled(reader.blocks(body, Within::TOP));
    reader.note_the_rest(body);
    let Reader {
        anchors,
        references,
        mut losses,
        attachments,
        ..
    } = reader;
    let mut comments = comments;
    Finish::new(&anchors, &references, &mut comments, &mut losses).run(&mut blocks);
    let refused = |error: domain::document::DocumentError| ExportError::damaged(&main, error.to_string());
    let document = Document::new(blocks).map_err(refused)?;
    shorten(&mut losses);
    Ok(Read {
        document,
        meta,
        attachments,
        comments,
        losses,
    })
}

/// The state of reading one file.
struct Reader<'t> {
    package: &'t Package<'t>,
    part: String,
    /// The relationships of the part that is being read.
    relations: Relations,
    styles: Styles,
    numbering: Numbering,
    notes: Notes<'t>,
    /// Comments by the id that the text has of them.
    remarks: HashMap<String, usize>,
    /// Whether our writer made the file.
    ours: bool,
    in_note: bool,
    step: Option<StepState>,
    drawing_depth: usize,
    fields: Vec<Field>,
    references: Vec<Reference>,
    anchors: Vec<Vec<String>>,
    /// Marks of places that stood between paragraphs.
    pending: Vec<Element<'t>>,
    /// The `src` of each picture by its part and the name it had with us.
    media: HashMap<(String, String), String>,
    attachments: Attachments,
    /// Bytes of pictures written into the document so far.
    data: usize,
    /// Paragraphs so far.
    paragraph: usize,
    blank_paragraphs: usize,
    noted_numbering: HashSet<(u32, usize)>,
    losses: Vec<Loss>,
}

impl<'t> Reader<'t> {
    fn new(
        package: &'t Package<'t>,
        part: &str,
        relations: Relations,
        styles: Styles,
        numbering: Numbering,
        remarks: HashMap<String, usize>,
    ) -> Self {
        Self {
            package,
            part: part.to_owned(),
            relations,
            ours: styles.are_ours(),
            styles,
            numbering,
            notes: Notes::default(),
            remarks,
            in_note: false,
            step: None,
            drawing_depth: 0,
            fields: Vec::new(),
            references: Vec::new(),
            anchors: Vec::new(),
            pending: Vec::new(),
            media: HashMap::new(),
            attachments: Attachments::new(),
            data: 0,
            paragraph: 0,
            blank_paragraphs: 0,
            noted_numbering: HashSet::new(),
            losses: Vec::new(),
        }
    }

    /// Where we are, for people.
    fn place(&self) -> String {
        format!("{}, paragraph {}", self.part, self.paragraph.max(1))
    }

    /// Notes that something here could not be kept. The same is not said twice of one paragraph.
    fn lose(&mut self, what: impl Into<String>) {
        let loss = Loss::new(self.place(), what);
        if self.losses.last() != Some(&loss) && self.losses.len() <= 2 * LOSSES_MAX {
            self.losses.push(loss);
        }
    }

    /// Notes once for each level of a list what its numbers lose.
    fn note_numbering(&mut self, number: u32, level: usize, foreign: bool) {
        if self.noted_numbering.insert((number, level)) {
            self.lose(if foreign {
                "a list whose numbers have a form of their own is counted 1, 2, 3"
            } else {
                "a list with numbers of several levels (1.1) is counted level by level"
            });
        }
    }

    /// What only shows at the end.
    fn note_the_rest(&mut self, body: Element<'t>) {
        if self.blank_paragraphs > 0 {
            let what = format!(
                "empty paragraphs between texts were left out: {}",
                self.blank_paragraphs
            );
            self.losses.push(Loss::new(self.part.clone(), what));
        }
        let changed = body.descendants().filter(|element| element.is("w:rPrChange")).count();
        if changed > 0 {
            let what = format!("tracked changes of the look of text were taken as accepted: {changed}");
            self.losses.push(Loss::new(self.part.clone(), what));
        }
    }
}

/// Keeps the list of losses to what a person reads.
fn shorten(losses: &mut Vec<Loss>) {
    if losses.len() > LOSSES_MAX {
        losses.truncate(LOSSES_MAX);
        losses.push(Loss::new("the file", "more was left out than is listed here"));
    }
}

/// The properties of the file.
fn meta(package: &Package<'_>) -> Result<Meta, ExportError> {
    let relations = package.relations("")?;
    let core = relations
        .values()
        .find(|relation| relation.kind == "core-properties" && !relation.external);
    let Some(tree) = core
        .map(|core| package.tree_if_any(&core.target))
        .transpose()?
        .flatten()
    else {
        return Ok(Meta::default());
    };
    let text = |name: &str| {
        let given = tree.root().child(name).map(Element::text).unwrap_or_default();
        inline::line_of(given.trim(), LINE_MAX)
    };
    let time = |name: &str| {
        let given = finish::moment(text(name).as_str());
        time::OffsetDateTime::parse(&given, &time::format_description::well_known::Rfc3339).ok()
    };
    Ok(Meta {
        title: text("dc:title"),
        author: text("dc:creator"),
        version: text("cp:version"),
        status: text("cp:contentStatus"),
        language: text("dc:language"),
        created: time("dcterms:created"),
        modified: time("dcterms:modified"),
    })
}
