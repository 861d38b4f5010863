//! Random valid documents, as `proptest` strategies: for tests of whatever reads, writes or changes documents. They
//! shrink to small ones.

use super::{
    Align, Block, CalloutKind, Cell, Change, Colour, Direction, Document, Inline, InlineKind, Item, ListStyle, Mark,
    Marks, Record, Row, Show, TaskItem,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Union};

/// What a document may hold. A format that cannot keep everything takes the names out that it does not promise to keep.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    names: Vec<&'static str>,
    text: BoxedStrategy<String>,
}

impl Vocabulary {
    /// Every node and mark, and text of many scripts.
    pub fn all() -> Self {
        let names = "heading bullet_list ordered_list task_list blockquote callout table figure divider code_block page_break \
            table_of_contents step pause hard_break footnote cross_reference placeholder fact clause mention strong emphasis \
            underline strike superscript subscript code link highlight insertion deletion";
        Self {
            names: names.split_ascii_whitespace().collect(),
            text: text().boxed(),
        }
    }

    /// The same without these nodes and marks. Paragraphs and text are always there.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.names.retain(|name| !names.contains(name));
        self
    }

    /// The same with other text. Empty texts are left out.
    #[must_use]
    pub fn with_text(mut self, text: impl Strategy<Value = String> + 'static) -> Self {
        self.text = text.boxed();
        self
    }

    fn has(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// A choice between what is there of these, and the first.
    fn one_of<T: std::fmt::Debug + 'static>(
        &self,
        always: BoxedStrategy<T>,
        others: Vec<(&str, BoxedStrategy<T>)>,
    ) -> BoxedStrategy<T> {
        let weight = u32::try_from(others.len()).unwrap_or(1).max(1);
        let others = others
            .into_iter()
            .filter(|(name, _)| self.has(name))
            .map(|(_, strategy)| (1, strategy));
        Union::new_weighted(std::iter::once((weight, always)).chain(others).collect()).boxed()
    }
}

/// Any document.
pub fn document() -> BoxedStrategy<Document> {
    document_of(&Vocabulary::all())
}

/// Any document of a vocabulary.
#[expect(
    clippy::missing_panics_doc,
    reason = "panics only where this module is wrong, which its tests would show"
)]
pub fn document_of(vocabulary: &Vocabulary) -> BoxedStrategy<Document> {
    let leaf = leaf_block(vocabulary).boxed();
    let containers = vocabulary.clone();
    let block = leaf
        .prop_recursive(3, 40, 5, move |inner| container(&containers, inner))
        .boxed();
    let top = vocabulary.one_of(
        block,
        vec![
            ("page_break", Just(Block::PageBreak).boxed()),
            ("table_of_contents", Just(Block::TableOfContents).boxed()),
        ],
    );
    vec(top, 1..8)
        .prop_map(|mut blocks| {
            name_targets(&mut blocks);
            Document::new(blocks).expect("what is made here is valid")
        })
        .boxed()
}

/// Text of many scripts, with blanks, and with what other formats take for markup.
pub fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => "[a-z]{1,8}",
        1 => "[A-Z][a-z]{1,5}[.,;:!?]",
        1 => "[*_#<>&|`~$@=+!\\[\\](){}\\\\\"'^-]{1,3}",
        1 => "[0-9]{1,4}[.)]?",
        1 => select(vec!["Grüße", "漢字", "שלום", "مرحبا", "😀", "👩‍👩‍👧", "e\u{301}", "a\u{ad}b", "&amp;", "<b>", "\u{a0}", "--", "ﬁ"])
            .prop_map(str::to_owned),
    ];
    (vec(word, 1..6), any::<(bool, bool)>()).prop_map(|(words, (before, after))| {
        let blank = |is: bool| if is { " " } else { "" };
        format!("{}{}{}", blank(before), words.join(" "), blank(after))
    })
}

/// Lines of text without marks and footnotes, as titles and labels have them.
fn label() -> impl Strategy<Value = String> {
    "[A-Za-z0-9][A-Za-z0-9 äß漢.-]{0,12}"
}

fn change() -> impl Strategy<Value = Change> {
    (select(vec!["ann", "bo", ""]), 0..60_u8).prop_map(|(author, second)| Change {
        author: author.to_owned(),
        at: format!("2026-11-22T09:45:{second:02}Z"),
    })
}

fn mark(vocabulary: &Vocabulary) -> BoxedStrategy<Option<Mark>> {
    let href = select(vec![
        "https://example.org/a?b=c&d=(e)",
        "mailto:ann@example.org",
        "tel:+49123",
        "#id-0",
    ]);
    let link = (href, option::of(label())).prop_map(|(href, title)| Mark::Link {
        href: href.to_owned(),
        title,
    });
    let plain = |mark: Mark| Just(mark).boxed();
    let some = vec![
        ("strong", plain(Mark::Strong)),
        ("emphasis", plain(Mark::Emphasis)),
        ("underline", plain(Mark::Underline)),
        ("strike", plain(Mark::Strike)),
        ("superscript", plain(Mark::Superscript)),
        ("subscript", plain(Mark::Subscript)),
        ("code", plain(Mark::Code)),
        ("link", link.boxed()),
        (
            "highlight",
            select(Colour::ALL)
                .prop_map(|colour| Mark::Highlight { colour })
                .boxed(),
        ),
        ("insertion", change().prop_map(Mark::Insertion).boxed()),
        ("deletion", change().prop_map(Mark::Deletion).boxed()),
    ];
    let some = some.into_iter().map(|(name, mark)| (name, mark.prop_map(Some).boxed()));
    vocabulary.one_of(Just(None).boxed(), some.collect())
}

fn marks(vocabulary: &Vocabulary) -> BoxedStrategy<Marks> {
    vec(mark(vocabulary), 0..3)
        .prop_map(|marks| marks.into_iter().flatten().collect())
        .boxed()
}

fn inline(vocabulary: &Vocabulary, footnotes: bool) -> BoxedStrategy<Inline> {
    let text = vocabulary
        .text
        .clone()
        .prop_filter("text is never empty", |text| !text.is_empty());
    let id = || "[a-z]{1,6}";
    let mut others = vec![
        ("hard_break", Just(InlineKind::HardBreak).boxed()),
        (
            "cross_reference",
            // Which target it is, `name_targets` says.
            (0..8_usize, select(Show::ALL))
                .prop_map(|(target, show)| InlineKind::CrossReference {
                    target: target.to_string(),
                    show,
                })
                .boxed(),
        ),
        (
            "placeholder",
            ("[a-z]{1,6}([.][a-z]{1,6})?", label())
                .prop_map(|(field, label)| InlineKind::Placeholder { field, label })
                .boxed(),
        ),
        (
            "fact",
            (id(), label())
                .prop_map(|(id, label)| InlineKind::Fact { id, label })
                .boxed(),
        ),
        (
            "clause",
            (label(), label())
                .prop_map(|(source, citation)| InlineKind::Clause { source, citation })
                .boxed(),
        ),
        (
            "mention",
            (id(), label())
                .prop_map(|(member, label)| InlineKind::Mention { member, label })
                .boxed(),
        ),
    ];
    if footnotes {
        let content = vec(inline(vocabulary, false), 0..3);
        others.push(("footnote", content.prop_map(InlineKind::Footnote).boxed()));
    }
    let kind = vocabulary.one_of(text.prop_map(InlineKind::Text).boxed(), others);
    (kind, marks(vocabulary))
        .prop_map(|(kind, marks)| Inline::new(kind, marks))
        .boxed()
}

fn inlines(vocabulary: &Vocabulary) -> BoxedStrategy<Vec<Inline>> {
    vec(inline(vocabulary, true), 0..6).boxed()
}

/// An id to be made unique, or none.
fn id() -> impl Strategy<Value = String> {
    select(vec!["", "id"]).prop_map(str::to_owned)
}

fn leaf_block(vocabulary: &Vocabulary) -> BoxedStrategy<Block> {
    let text = inlines(vocabulary);
    let paragraph = (
        option::weighted(0.2, select(Direction::ALL)),
        option::weighted(0.2, select(Align::ALL)),
        text.clone(),
    )
        .prop_map(|(dir, align, content)| Block::Paragraph { dir, align, content });
    let heading =
        (1..=6_u8, any::<bool>(), id(), text.clone()).prop_map(|(level, numbered, id, content)| Block::Heading {
            level,
            numbered,
            id,
            content,
        });
    let src = select(vec!["attachment:picture-1", "data:image/png;base64,iVBORw0KGgo="]).prop_map(str::to_owned);
    let figure =
        (src, "[a-z ]{0,9}", option::of(1..2_000_u32), id(), text).prop_map(|(src, alt, width, id, caption)| {
            Block::Figure {
                src,
                alt,
                width,
                id,
                caption,
            }
        });
    let unmarked = [
        "strong",
        "emphasis",
        "underline",
        "strike",
        "superscript",
        "subscript",
        "code",
        "link",
        "highlight",
    ];
    let line = (
        "[a-zA-Z0-9<>&*`{}(); \t]{1,12}",
        marks(&vocabulary.clone().without(&unmarked)),
    );
    let lines = vec(line, 0..4).prop_map(|lines| {
        let last = lines.len().saturating_sub(1);
        let line = |(index, (text, marks))| {
            let end = if index < last { "\n" } else { "" };
            Inline::new(InlineKind::Text(format!("{text}{end}")), marks)
        };
        lines.into_iter().enumerate().map(line).collect()
    });
    let code = (option::of(select(vec!["rust", "c++"])), lines).prop_map(|(language, content)| Block::CodeBlock {
        language: language.map(str::to_owned),
        content,
    });
    vocabulary.one_of(
        paragraph.boxed(),
        vec![
            ("heading", heading.boxed()),
            ("figure", figure.boxed()),
            ("code_block", code.boxed()),
            ("divider", Just(Block::Divider).boxed()),
            (
                "pause",
                (1..600_u32).prop_map(|seconds| Block::Pause { seconds }).boxed(),
            ),
        ],
    )
}

fn container(vocabulary: &Vocabulary, inner: BoxedStrategy<Block>) -> BoxedStrategy<Block> {
    let body = vec(inner.clone(), 1..4).boxed();
    let items = vec(body.clone().prop_map(|content| Item { content }), 1..4).boxed();
    let ordered = (0..30_u32, select(ListStyle::ALL), items.clone())
        .prop_map(|(start, style, items)| Block::OrderedList { start, style, items });
    let tasks = vec((any::<bool>(), body.clone()), 1..4).prop_map(|items| Block::TaskList {
        items: items
            .into_iter()
            .map(|(checked, content)| TaskItem { checked, content })
            .collect(),
    });
    let callout = (select(CalloutKind::ALL), body.clone()).prop_map(|(kind, content)| Block::Callout { kind, content });
    let record = option::of((label(), select(vec!["", "mg", "°C"]))).prop_map(|record| {
        record.map(|(label, unit)| Record {
            label,
            unit: unit.to_owned(),
        })
    });
    let step = (id(), any::<bool>(), record, body.clone()).prop_map(|(id, confirm, record, content)| Block::Step {
        id,
        confirm,
        record,
        content,
    });
    vocabulary.one_of(
        inner,
        vec![
            (
                "bullet_list",
                items.prop_map(|items| Block::BulletList { items }).boxed(),
            ),
            ("ordered_list", ordered.boxed()),
            ("task_list", tasks.boxed()),
            (
                "blockquote",
                body.clone().prop_map(|content| Block::Blockquote { content }).boxed(),
            ),
            ("callout", callout.boxed()),
            ("step", step.boxed()),
            ("table", table(body)),
        ],
    )
}

/// One cell as wished: how far it reaches at most, whether it is a header, a width, and what is in it.
type Wish = (u32, u32, bool, Option<u32>, Vec<Block>);

fn table(body: BoxedStrategy<Vec<Block>>) -> BoxedStrategy<Block> {
    let wish = (
        1..3_u32,
        1..3_u32,
        any::<bool>(),
        option::weighted(0.3, 0..300_u32),
        body,
    );
    (1..4_usize, 1..4_usize)
        .prop_flat_map(move |(columns, rows)| (Just(columns), vec(wish.clone(), columns * rows)))
        .prop_map(|(columns, wishes)| Block::Table {
            rows: laid_out(columns, wishes),
        })
        .boxed()
}

/// Lays wished cells out on a grid: each starts where nothing is yet and reaches as far as is free.
fn laid_out(columns: usize, wishes: Vec<Wish>) -> Vec<Row> {
    let height = wishes.len() / columns;
    let mut taken = vec![vec![false; columns]; height];
    let mut rows = vec![Row { cells: Vec::new() }; height];
    let mut wishes = wishes.into_iter();
    for row in 0..height {
        for column in 0..columns {
            if taken[row][column] {
                continue;
            }
            let (across, down, header, width, content) = wishes.next().expect("a wish for each place");
            let across = (1..=across)
                .take_while(|n| taken[row].get(column + *n as usize - 1) == Some(&false))
                .last();
            let down = (1..=down).take_while(|n| row + *n as usize <= height).last();
            let (across, down) = (across.unwrap_or(1), down.unwrap_or(1));
            for line in &mut taken[row..row + down as usize] {
                line[column..column + across as usize].fill(true);
            }
            rows[row].cells.push(Cell {
                header,
                colspan: across,
                rowspan: down,
                colwidth: width.map(|width| vec![width; across as usize]),
                content,
            });
        }
    }
    rows
}

/// Makes ids unique, and points references at them.
fn name_targets(blocks: &mut [Block]) {
    let mut count = 0;
    name_ids(blocks, &mut count);
    point_references(blocks, count);
}

fn name_ids(blocks: &mut [Block], count: &mut usize) {
    for block in blocks {
        if let Block::Heading { id, .. } | Block::Figure { id, .. } | Block::Step { id, .. } = block
            && !id.is_empty()
        {
            *id = format!("id-{count}");
            *count += 1;
        }
        for body in block.bodies_mut() {
            name_ids(body, count);
        }
    }
}

fn point_references(blocks: &mut [Block], count: usize) {
    for block in blocks {
        for inline in block.inlines_mut().into_iter().flatten() {
            point_reference(inline, count);
        }
        for body in block.bodies_mut() {
            point_references(body, count);
        }
    }
}

fn point_reference(inline: &mut Inline, count: usize) {
    match &mut inline.kind {
        InlineKind::CrossReference { target, .. } => {
            let wished = target.parse::<usize>().unwrap_or_default();
            *target = if count == 0 {
                "gone".to_owned()
            } else {
                format!("id-{}", wished % count)
            };
        }
        InlineKind::Footnote(content) => content.iter_mut().for_each(|inline| point_reference(inline, count)),
        _ => {}
    }
}
