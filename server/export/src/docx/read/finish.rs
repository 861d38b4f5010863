//! When everything is read: ids for what is referred to, references to what has an id, places of comments, and nothing
//! that the model refuses.

use super::{Reader, fields::Reference};
use crate::{
    Comment, Loss,
    docx::names::{self, Marked},
};
use domain::document::{Block, DEPTH_MAX, ID_MAX, Inline, InlineKind, Mark, Marks, Show};
use std::{
    collections::{HashMap, HashSet},
    mem,
};

/// Whether the model takes it as an id.
fn is_id(text: &str) -> bool {
    (1..=ID_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whether the model takes it as the address of an attachment.
pub(super) fn is_src(text: &str) -> bool {
    text.strip_prefix("attachment:").is_some_and(is_id)
}

/// A language as the model takes it.
pub(super) fn language(given: &str) -> Option<String> {
    let fits = (1..=40).contains(&given.len())
        && given
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+#._-".contains(&byte));
    fits.then(|| given.to_owned())
}

/// A time as the model takes it, from one that a file gives; empty: it is none.
pub(super) fn moment(given: &str) -> String {
    let to_the_second = given.get(..19).unwrap_or_default();
    let fits = to_the_second
        .bytes()
        .zip(b"0000-00-00T00:00:00")
        .all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            other => byte == *other,
        });
    if to_the_second.len() == 19 && fits {
        format!("{to_the_second}Z")
    } else {
        String::new()
    }
}

/// Whether the model takes what a content control of ours said; somebody may have changed it.
pub(super) fn acceptable(kind: &InlineKind) -> bool {
    match kind {
        InlineKind::Placeholder { field, .. } => !field.is_empty(),
        InlineKind::Fact { id, .. } => is_id(id),
        InlineKind::Clause { source, .. } => !source.is_empty(),
        InlineKind::Mention { member, .. } => is_id(member),
        _ => true,
    }
}

/// The address of a link to a bookmark: ours name an id; others are resolved when everything is read.
pub(super) fn local(bookmark: &str) -> String {
    match names::bookmarked(bookmark) {
        Some((id, _)) if is_id(&id) => format!("#{id}"),
        _ => format!("\0{bookmark}"),
    }
}

/// The text blocks in these, in order, however deep.
pub(super) fn leaves(blocks: Vec<Block>) -> Vec<Vec<Inline>> {
    let mut found = Vec::new();
    for mut block in blocks {
        match block.inlines_mut() {
            Some(content) => found.push(mem::take(content)),
            None => {
                for body in block.bodies_mut() {
                    found.extend(leaves(mem::take(body)));
                }
            }
        }
    }
    found
}

impl Reader<'_> {
    /// Keeps the bookmarks of a node that may have an id; answers what stands for the id until everything is read.
    pub(super) fn anchor(&mut self, bookmarks: Vec<String>) -> String {
        if bookmarks.is_empty() {
            return String::new();
        }
        self.anchors.push(bookmarks);
        format!("\0{}", self.anchors.len() - 1)
    }
}

/// The last pass over the tree.
pub(super) struct Finish<'f> {
    anchors: &'f [Vec<String>],
    references: &'f [Reference],
    comments: &'f mut [Comment],
    losses: &'f mut Vec<Loss>,
    /// The id of each bookmark, and whether it is a figure's.
    targets: HashMap<String, (String, bool)>,
    /// How often an id was made of the same letters.
    numbers: HashMap<String, usize>,
    /// Where we are, as `ProseMirror` counts.
    position: usize,
    ended: Vec<bool>,
}

impl<'f> Finish<'f> {
    pub(super) fn new(
        anchors: &'f [Vec<String>],
        references: &'f [Reference],
        comments: &'f mut [Comment],
        losses: &'f mut Vec<Loss>,
    ) -> Self {
        let ended = vec![false; comments.len()];
        Self {
            anchors,
            references,
            comments,
            losses,
            targets: HashMap::new(),
            numbers: HashMap::new(),
            position: 0,
            ended,
        }
    }

    /// Makes of what was read what the model takes.
    pub(super) fn run(mut self, blocks: &mut Vec<Block>) {
        let mut wanted: HashSet<String> = self
            .references
            .iter()
            .map(|reference| reference.bookmark.clone())
            .collect();
        links(blocks, &mut wanted);
        let mut taken = HashSet::new();
        self.ids(blocks, &wanted, &mut taken);
        self.flatten(blocks, 1);
        self.blocks(blocks);
        let lost: Vec<usize> = (0..self.ended.len()).filter(|index| !self.ended[*index]).collect();
        for index in lost {
            let (from, to) = (self.comments[index].from, self.comments[index].to);
            self.comments[index].to = to.max(from);
        }
        for comment in self.comments.iter_mut() {
            comment.to = comment.to.max(comment.from);
            for reply in &mut comment.replies {
                (reply.from, reply.to) = (comment.from, comment.to);
            }
        }
    }

    /// Gives ids: to ours the one they had, to others one made of the bookmark that something refers to.
    fn ids(&mut self, blocks: &mut [Block], wanted: &HashSet<String>, taken: &mut HashSet<String>) {
        for block in blocks {
            let figure = matches!(block, Block::Figure { .. });
            if let Block::Heading { id, .. } | Block::Figure { id, .. } | Block::Step { id, .. } = block {
                let index = id.strip_prefix('\0').and_then(|index| index.parse::<usize>().ok());
                let bookmarks = index
                    .and_then(|index| self.anchors.get(index))
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                *id = self.id_of(bookmarks, wanted, taken);
                if !id.is_empty() {
                    taken.insert(id.clone());
                    for bookmark in bookmarks {
                        self.targets
                            .entry(bookmark.clone())
                            .or_insert_with(|| (id.clone(), figure));
                    }
                }
            }
            for body in block.bodies_mut() {
                self.ids(body, wanted, taken);
            }
        }
    }

    /// The id for a node with these bookmarks; empty: nothing refers to it. Of two nodes with the same bookmark, which is
    /// a fault of the file, the first has it.
    fn id_of(&mut self, bookmarks: &[String], wanted: &HashSet<String>, taken: &HashSet<String>) -> String {
        let mut ours = bookmarks
            .iter()
            .filter_map(|name| names::bookmarked(name))
            .map(|(id, _)| id);
        if let Some(id) = ours.find(|id| is_id(id) && !taken.contains(id)) {
            return id;
        }
        let mut free = bookmarks
            .iter()
            .filter(|name| wanted.contains(*name) && !self.targets.contains_key(*name));
        let Some(name) = free.next() else {
            return String::new();
        };
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        let base = if letters.is_empty() {
            "target".to_owned()
        } else {
            letters.to_lowercase()
        };
        let mut id = base.clone();
        while taken.contains(&id) {
            let number = self.numbers.entry(base.clone()).or_insert(1);
            *number += 1;
            id = format!("{base}-{number}");
        }
        id
    }

    /// Takes containers away where the model's depth would not do; their text stays.
    fn flatten(&mut self, blocks: &mut Vec<Block>, depth: usize) {
        let mut done = Vec::with_capacity(blocks.len());
        for mut block in mem::take(blocks) {
            let inner = depth
                + match block {
                    Block::Table { .. } => 3,
                    Block::BulletList { .. } | Block::OrderedList { .. } | Block::TaskList { .. } => 2,
                    _ => 1,
                };
            // A block needs two more levels: for its text, and for that of a footnote in it.
            if inner + 2 > DEPTH_MAX && !block.bodies().is_empty() {
                let what = "what was nested too deeply became paragraphs";
                self.losses
                    .push(Loss::new(format!("a {}", block.name().replace('_', " ")), what));
                done.extend(leaves(vec![block]).into_iter().map(Block::paragraph));
                continue;
            }
            for body in block.bodies_mut() {
                self.flatten(body, inner);
            }
            done.push(block);
        }
        *blocks = done;
    }

    fn blocks(&mut self, blocks: &mut [Block]) {
        for block in blocks {
            self.position += 1;
            if let Some(content) = block.inlines_mut() {
                self.inlines(content);
            } else {
                // Items have one boundary around their blocks; cells one, and their rows another.
                match block {
                    Block::Table { rows } => {
                        for row in rows {
                            self.position += 1;
                            for cell in &mut row.cells {
                                self.body(&mut cell.content);
                            }
                            self.position += 1;
                        }
                    }
                    Block::BulletList { items } | Block::OrderedList { items, .. } => {
                        for item in items {
                            self.body(&mut item.content);
                        }
                    }
                    Block::TaskList { items } => {
                        for item in items {
                            self.body(&mut item.content);
                        }
                    }
                    Block::Blockquote { content } | Block::Callout { content, .. } | Block::Step { content, .. } => {
                        self.blocks(content);
                    }
                    // An atom: it has no end of its own.
                    _ => continue,
                }
            }
            self.position += 1;
        }
    }

    fn body(&mut self, content: &mut [Block]) {
        self.position += 1;
        self.blocks(content);
        self.position += 1;
    }

    fn inlines(&mut self, content: &mut Vec<Inline>) {
        let mut done = Vec::with_capacity(content.len());
        for mut inline in mem::take(content) {
            self.resolve_link(&mut inline.marks);
            match &mut inline.kind {
                InlineKind::Fact { id, .. } if id.starts_with('\0') => {
                    self.remark(id);
                    continue;
                }
                InlineKind::CrossReference { target, show } if target.starts_with('\0') => {
                    let reference = target[1..]
                        .parse::<usize>()
                        .ok()
                        .and_then(|index| self.references.get(index));
                    let Some(reference) = reference else { continue };
                    if let Some((id, seen)) = self.resolve(reference) {
                        (*target, *show) = (id, seen);
                    } else {
                        let mut shown = reference.shown.clone();
                        self.inlines(&mut shown);
                        done.extend(shown);
                        continue;
                    }
                    self.position += 1;
                }
                InlineKind::Text(text) => self.position += text.encode_utf16().count(),
                InlineKind::Footnote(content) => {
                    self.position += 1;
                    self.inlines(content);
                    self.position += 1;
                }
                _ => self.position += 1,
            }
            done.push(inline);
        }
        *content = done;
    }

    /// Where a reference leads, and what it shows of it. None: to nothing that has an id.
    fn resolve(&mut self, reference: &Reference) -> Option<(String, Show)> {
        let ours = names::bookmarked(&reference.bookmark).filter(|(id, _)| is_id(id));
        let known = self.targets.get(&reference.bookmark);
        let show = match (reference.show, known, &ours) {
            // A bookmark around a figure's label is what shows its number.
            (Show::Title, Some((_, true)), Some((_, Marked::Title))) => Show::Title,
            (Show::Title, Some((_, true)), _) => Show::Number,
            (show, _, _) => show,
        };
        let id = known.map(|(id, _)| id.clone()).or(ours.map(|(id, _)| id));
        if id.is_none() {
            let what = "a cross-reference became plain text: it refers to no heading, figure or step";
            self.losses.push(Loss::new(reference.place.clone(), what));
        }
        Some((id?, show))
    }

    fn resolve_link(&mut self, marks: &mut Marks) {
        let Some((href, title)) = marks.link() else { return };
        let Some(bookmark) = href.strip_prefix('\0') else {
            return;
        };
        let link = self.targets.get(bookmark).map(|(id, _)| Mark::Link {
            href: format!("#{id}"),
            title: title.map(str::to_owned),
        });
        match link {
            Some(link) => marks.insert(link),
            None => {
                marks.remove_kind(&Mark::Link {
                    href: String::new(),
                    title: None,
                });
            }
        }
    }

    /// A mark of a comment's beginning (`+`) or end (`-`).
    fn remark(&mut self, mark: &str) {
        let mut letters = mark[1..].chars();
        let side = letters.next();
        let Some(index) = letters
            .as_str()
            .parse::<usize>()
            .ok()
            .filter(|index| *index < self.comments.len())
        else {
            return;
        };
        if side == Some('+') {
            self.comments[index].from = self.position;
            self.comments[index].to = self.position;
        } else {
            self.comments[index].to = self.position;
            self.ended[index] = true;
        }
    }
}

/// The bookmarks that links within the file lead to.
fn links(blocks: &mut [Block], wanted: &mut HashSet<String>) {
    for block in blocks {
        for inline in block.inlines().unwrap_or_default() {
            let inside = match &inline.kind {
                InlineKind::Footnote(content) => content.as_slice(),
                _ => &[],
            };
            for inline in std::iter::once(inline).chain(inside) {
                let bookmark = inline.marks.link().and_then(|(href, _)| href.strip_prefix('\0'));
                wanted.extend(bookmark.map(str::to_owned));
            }
        }
        for body in block.bodies_mut() {
            links(body, wanted);
        }
    }
}
