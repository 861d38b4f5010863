//! The parts around the text, and the package that holds them all.

use super::{Writer, lists, remarks, styles, template::Template};
use crate::{
    ExportError, Meta, Written,
    docx::{markup::Markup, names, pack::Packer},
};
use std::collections::HashMap;

/// Where relationship types begin.
pub(super) const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
/// The part of the package's own properties has a type from another root.
const CORE_RELATION: &str = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";
/// Who is found by Word only in this newer place.
const EXTENDED_COMMENTS: &str = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended";
/// Where media types of Word's parts begin.
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.";

/// What the outer parts need to know of the text.
pub(super) struct Outline {
    pub(super) notes: bool,
    pub(super) outermost: Option<usize>,
}

/// The relationships of a part that is being written.
#[derive(Default)]
pub(super) struct PartRelations {
    rows: Vec<(String, String, bool)>,
    /// Where the row of a type and a target is.
    known: HashMap<(String, String), usize>,
}

impl PartRelations {
    fn add(&mut self, kind: &str, target: &str, external: bool) -> String {
        let next = self.rows.len();
        let at = *self.known.entry((kind.to_owned(), target.to_owned())).or_insert(next);
        if at == next {
            self.rows.push((kind.to_owned(), target.to_owned(), external));
        }
        format!("rId{}", at + 1)
    }

    /// The id of a link to an address outside.
    pub(super) fn link(&mut self, address: &str) -> String {
        self.add(&format!("{RELATIONS}/hyperlink"), address, true)
    }

    /// The id of a picture in the package.
    pub(super) fn image(&mut self, target: &str) -> String {
        self.add(&format!("{RELATIONS}/image"), target, false)
    }

    /// The id of another part of Word's.
    pub(super) fn part(&mut self, kind: &str, target: &str) -> String {
        self.add(&format!("{RELATIONS}/{kind}"), target, false)
    }

    fn xml(&self) -> String {
        let mut out = Markup::part();
        out.open(
            "Relationships",
            &[("xmlns", "http://schemas.openxmlformats.org/package/2006/relationships")],
        );
        for (at, (kind, target, external)) in self.rows.iter().enumerate() {
            let id = format!("rId{}", at + 1);
            let mut attributes = vec![("Id", id.as_str()), ("Type", kind), ("Target", target)];
            if *external {
                attributes.push(("TargetMode", "External"));
            }
            out.empty("Relationship", &attributes);
        }
        out.close("Relationships");
        out.into_string()
    }
}

/// Begins a part of Word's, with every prefix that our writer uses.
pub(super) fn open_root(out: &mut Markup, name: &str) {
    out.open(
        name,
        &[
            (
                "xmlns:w",
                "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            ),
            ("xmlns:r", RELATIONS),
            (
                "xmlns:wp",
                "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
            ),
            ("xmlns:a", "http://schemas.openxmlformats.org/drawingml/2006/main"),
            ("xmlns:pic", "http://schemas.openxmlformats.org/drawingml/2006/picture"),
            (
                "xmlns:mc",
                "http://schemas.openxmlformats.org/markup-compatibility/2006",
            ),
            ("xmlns:w14", "http://schemas.microsoft.com/office/word/2010/wordml"),
            ("xmlns:w15", "http://schemas.microsoft.com/office/word/2012/wordml"),
            ("mc:Ignorable", "w14 w15"),
        ],
    );
}

/// The main part up to where the text begins.
pub(super) fn document() -> Markup {
    let mut out = Markup::part();
    open_root(&mut out, "w:document");
    out.open("w:body", &[]);
    out
}

/// Puts everything together.
pub(super) fn pack(mut writer: Writer<'_>, template: Option<&Template>) -> Result<Written, ExportError> {
    let outline = writer.outline();
    let mut parts = Parts {
        packer: Packer::new(),
        relations: std::mem::take(&mut writer.body_relations),
    };
    let meta = writer.source.meta;
    let mut document = std::mem::replace(&mut writer.out, Markup::new());
    let definitions = {
        let styles = &writer.styles;
        writer.lists.write(
            outline.outermost.unwrap_or(0),
            outline.outermost.is_some() && template.is_none(),
            |style| styles.id(style).to_owned(),
            writer.shift,
        )
    };
    let section = match template {
        Some(template) => template.section(&mut parts)?,
        None => own_section(&mut writer, &mut parts)?,
    };
    match template {
        Some(template) => template.look(&mut parts, &writer.styles, &definitions)?,
        None => own_look(&mut parts, &writer.styles, &definitions, &outline, meta)?,
    }
    parts.add("settings", "settings.xml", "settings+xml", &settings(outline.notes))?;
    if outline.notes {
        let notes = footnotes(writer.notes.text.as_str(), &writer.style_id(names::FOOTNOTE_TEXT));
        parts.add("footnotes", "footnotes.xml", "footnotes+xml", &notes)?;
        if !writer.notes.relations.rows.is_empty() {
            parts
                .packer
                .xml("word/_rels/footnotes.xml.rels", &writer.notes.relations.xml())?;
        }
    }
    if !writer.source.comments.is_empty() {
        let (comments, extended) = writer.remark_parts();
        parts.add("comments", "comments.xml", "comments+xml", &comments)?;
        parts.relations.add(EXTENDED_COMMENTS, "commentsExtended.xml", false);
        parts.packer.typed(
            "word/commentsExtended.xml",
            &format!("{WORD}commentsExtended+xml"),
            extended.as_bytes(),
        )?;
    }
    for file in writer.media.files() {
        parts.packer.stored(&format!("word/media/{}", file.name), &file.bytes);
    }
    document.raw(&section);
    document.close("w:body");
    document.close("w:document");
    parts.packer.typed(
        "word/document.xml",
        &format!("{WORD}document.main+xml"),
        document.as_str().as_bytes(),
    )?;
    parts
        .packer
        .xml("word/_rels/document.xml.rels", &parts.relations.xml())?;
    properties(&mut parts.packer, meta)?;
    Ok(Written {
        bytes: parts.packer.finish()?,
        losses: writer.losses,
    })
}

/// The package while it is filled, and the relationships of its main part.
pub(super) struct Parts {
    pub(super) packer: Packer,
    pub(super) relations: PartRelations,
}

impl Parts {
    /// Adds a part in `word/` to which the main part is related; answers the relationship's id.
    pub(super) fn add(&mut self, kind: &str, name: &str, media: &str, xml: &str) -> Result<String, ExportError> {
        self.packer
            .typed(&format!("word/{name}"), &format!("{WORD}{media}"), xml.as_bytes())?;
        Ok(self.relations.part(kind, name))
    }
}

fn own_look(
    parts: &mut Parts,
    styles: &styles::StyleIds,
    definitions: &lists::Parts,
    outline: &Outline,
    meta: &Meta,
) -> Result<(), ExportError> {
    let numbers = outline.outermost.map(|_| lists::Shift::default());
    parts.add(
        "styles",
        "styles.xml",
        "styles+xml",
        &styles::whole(styles, numbers, &meta.language),
    )?;
    parts.add("numbering", "numbering.xml", "numbering+xml", &numbering(definitions))?;
    parts.add("fontTable", "fontTable.xml", "fontTable+xml", &styles::fonts())?;
    Ok(())
}

/// A numbering part with our definitions only.
pub(super) fn numbering(definitions: &lists::Parts) -> String {
    let mut out = Markup::part();
    open_root(&mut out, "w:numbering");
    out.raw(definitions.abstracts.as_str());
    out.raw(definitions.numbers.as_str());
    out.close("w:numbering");
    out.into_string()
}

/// The page, A4 with margins of an inch, with a header and a footer.
fn own_section(writer: &mut Writer<'_>, parts: &mut Parts) -> Result<String, ExportError> {
    let meta = writer.source.meta;
    let mut section = Markup::new();
    section.open("w:sectPr", &[]);
    let state: Vec<String> = [
        Some(&meta.version)
            .filter(|version| !version.is_empty())
            .map(|version| format!("{} {version}", writer.words().version)),
        Some(&meta.status).filter(|status| !status.is_empty()).cloned(),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !meta.title.is_empty() || !state.is_empty() {
        let header = edge(writer, "w:hdr", names::HEADER, |writer| {
            writer.plain_run(&remarks::writable(&format!("{}\t\t{}", meta.title, state.join(" · "))));
        });
        let id = parts.add("header", "header1.xml", "header+xml", &header)?;
        section.empty("w:headerReference", &[("w:type", "default"), ("r:id", &id)]);
    }
    let footer = edge(writer, "w:ftr", names::FOOTER, |writer| {
        writer.plain_run(&format!("\t\t{} ", writer.words().page));
        writer.field(" PAGE ", "1", None);
        writer.plain_run(&format!(" {} ", writer.words().of_pages));
        writer.field(" NUMPAGES ", "1", None);
    });
    let id = parts.add("footer", "footer1.xml", "footer+xml", &footer)?;
    section.empty("w:footerReference", &[("w:type", "default"), ("r:id", &id)]);
    section.empty("w:pgSz", &[("w:w", "11906"), ("w:h", "16838")]);
    let margins = ["top", "right", "bottom", "left"].map(|side| format!("w:{side}"));
    let mut attributes: Vec<(&str, &str)> = margins.iter().map(|side| (side.as_str(), "1440")).collect();
    attributes.extend([("w:header", "708"), ("w:footer", "708"), ("w:gutter", "0")]);
    section.empty("w:pgMar", &attributes);
    section.empty("w:cols", &[("w:space", "708")]);
    section.close("w:sectPr");
    Ok(section.into_string())
}

/// A header or footer: one paragraph.
fn edge(writer: &mut Writer<'_>, root: &str, style: names::Style, write: impl FnOnce(&mut Writer<'_>)) -> String {
    let before = std::mem::replace(&mut writer.out, Markup::part());
    open_root(&mut writer.out, root);
    writer.begin(&super::body::Shape::new(style));
    write(writer);
    writer.out.close("w:p");
    writer.out.close(root);
    std::mem::replace(&mut writer.out, before).into_string()
}

fn footnotes(notes: &str, style: &str) -> String {
    let mut out = Markup::part();
    open_root(&mut out, "w:footnotes");
    for (id, kind, line) in [
        ("-1", "separator", "w:separator"),
        ("0", "continuationSeparator", "w:continuationSeparator"),
    ] {
        out.open("w:footnote", &[("w:type", kind), ("w:id", id)]);
        out.raw("<w:p><w:pPr>");
        out.value("w:pStyle", style);
        out.raw("</w:pPr><w:r>");
        out.empty(line, &[]);
        out.raw("</w:r></w:p>");
        out.close("w:footnote");
    }
    out.raw(notes);
    out.close("w:footnotes");
    out.into_string()
}

fn settings(notes: bool) -> String {
    let mut out = Markup::part();
    open_root(&mut out, "w:settings");
    out.value("w:defaultTabStop", "567");
    if notes {
        out.raw("<w:footnotePr><w:footnote w:id=\"-1\"/><w:footnote w:id=\"0\"/></w:footnotePr>");
    }
    out.open("w:compat", &[]);
    // Without it Word opens the file as one of Word 2007, in "compatibility mode".
    out.empty(
        "w:compatSetting",
        &[
            ("w:name", "compatibilityMode"),
            ("w:uri", "http://schemas.microsoft.com/office/word"),
            ("w:val", "15"),
        ],
    );
    out.close("w:compat");
    out.close("w:settings");
    out.into_string()
}

/// `docProps/core.xml` and `app.xml`, and the relationships of the package.
fn properties(packer: &mut Packer, meta: &Meta) -> Result<(), ExportError> {
    let mut out = Markup::part();
    out.open(
        "cp:coreProperties",
        &[
            (
                "xmlns:cp",
                "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
            ),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("xmlns:dcterms", "http://purl.org/dc/terms/"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ],
    );
    for (name, value) in [
        ("dc:title", &meta.title),
        ("dc:creator", &meta.author),
        ("dc:language", &meta.language),
        ("cp:version", &meta.version),
        ("cp:contentStatus", &meta.status),
    ] {
        if !value.is_empty() {
            out.leaf(name, &[], &remarks::writable(value));
        }
    }
    for (name, at) in [("dcterms:created", meta.created), ("dcterms:modified", meta.modified)] {
        if let Some(at) = at {
            out.leaf(name, &[("xsi:type", "dcterms:W3CDTF")], &remarks::moment(at));
        }
    }
    out.close("cp:coreProperties");
    let core = "application/vnd.openxmlformats-package.core-properties+xml";
    packer.typed("docProps/core.xml", core, out.as_str().as_bytes())?;
    let mut app = Markup::part();
    app.open(
        "Properties",
        &[(
            "xmlns",
            "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
        )],
    );
    app.leaf("Application", &[], "Scriptkeep");
    app.close("Properties");
    let extended = "application/vnd.openxmlformats-officedocument.extended-properties+xml";
    packer.typed("docProps/app.xml", extended, app.as_str().as_bytes())?;
    let mut relations = PartRelations::default();
    relations.part("officeDocument", "word/document.xml");
    relations.add(CORE_RELATION, "docProps/core.xml", false);
    relations.part("extended-properties", "docProps/app.xml");
    packer.xml("_rels/.rels", &relations.xml())
}
