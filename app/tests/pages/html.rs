//! A small, strict reading of rendered HTML: enough to find what hydration, screen readers and the content policy trip on.

use std::collections::HashSet;

const VOID: [&str; 6] = ["br", "hr", "img", "input", "link", "meta"];
/// What may not stand inside a paragraph: the parser would end the paragraph, and hydration would not find its nodes.
const BLOCKS: [&str; 20] = [
    "address", "article", "aside", "details", "div", "dl", "fieldset", "footer", "form", "h1", "h2", "h3", "header",
    "main", "nav", "ol", "p", "pre", "section", "ul",
];

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(attribute, _)| attribute == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Panics at the first thing that is wrong with a page.
pub(crate) fn check(page: &str, html: &str) {
    assert!(html.starts_with("<!DOCTYPE html>"), "{page}: no doctype");
    let mut open: Vec<String> = Vec::new();
    let mut tags: Vec<Tag> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if rest.starts_with('!') {
            continue;
        }
        let end = end_of_tag(rest);
        let (inside, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        if let Some(name) = inside.strip_prefix('/') {
            let last = open.pop().unwrap_or_default();
            assert_eq!(
                last,
                name.trim(),
                "{page}: wrongly nested at …{}",
                &after[..after.len().min(80)]
            );
            continue;
        }
        let tag = read_tag(inside.trim_end_matches('/'));
        nesting(page, &open, &tag);
        let (name, closed) = (tag.name.clone(), inside.ends_with('/'));
        tags.push(tag);
        if name == "script" || name == "style" {
            let stop = rest.find(&format!("</{name}>")).unwrap();
            rest = &rest[stop + name.len() + 3..];
        } else if !closed && !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{page}: still open: {open:?}");
    facts(page, &tags, html);
}

fn end_of_tag(text: &str) -> usize {
    let mut quoted = false;
    text.char_indices()
        .find(|(_, c)| {
            quoted ^= *c == '"';
            *c == '>' && !quoted
        })
        .map(|(index, _)| index)
        .unwrap()
}

fn read_tag(text: &str) -> Tag {
    let (name, mut rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let mut attributes = Vec::new();
    while !rest.trim().is_empty() {
        rest = rest.trim_start();
        let name_end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let name = rest[..name_end].to_owned();
        rest = &rest[name_end..];
        if let Some(value) = rest.strip_prefix("=\"") {
            let (value, after) = value.split_once('"').unwrap();
            attributes.push((name, value.to_owned()));
            rest = after;
        } else {
            attributes.push((name, String::new()));
        }
    }
    Tag {
        name: name.to_owned(),
        attributes,
    }
}

fn nesting(page: &str, open: &[String], tag: &Tag) {
    let name = tag.name.as_str();
    let inside = |parent: &str| open.iter().any(|open| open == parent);
    let parent = open.last().map_or("", String::as_str);
    assert!(
        !(inside("p") && BLOCKS.contains(&name)),
        "{page}: <{name}> in a paragraph"
    );
    assert!(!(inside("form") && name == "form"), "{page}: a form in a form");
    for act in ["a", "button"] {
        assert!(
            !(inside(act) && ["a", "button", "input", "select"].contains(&name)),
            "{page}: <{name}> in <{act}>"
        );
    }
    assert!(
        !(["ul", "ol"].contains(&parent) && name != "li"),
        "{page}: <{name}> straight in <{parent}>"
    );
    assert!(
        name != "li" || ["ul", "ol"].contains(&parent),
        "{page}: <li> in <{parent}>"
    );
    assert!(!(parent == "table" && name == "tr"), "{page}: a row without tbody");
}

fn facts(page: &str, tags: &[Tag], html: &str) {
    let mut ids = HashSet::new();
    for tag in tags {
        if let Some(id) = tag.get("id") {
            assert!(ids.insert(id), "{page}: the id {id} stands twice");
        }
        assert!(tag.get("style").is_none(), "{page}: an inline style on <{}>", tag.name);
        let handler = tag.attributes.iter().find(|(name, _)| name.starts_with("on"));
        assert!(handler.is_none(), "{page}: an inline handler: {handler:?}");
    }
    for tag in tags {
        for attribute in ["for", "aria-describedby", "aria-labelledby", "aria-controls"] {
            for id in tag.get(attribute).unwrap_or_default().split_whitespace() {
                assert!(ids.contains(id), "{page}: {attribute} names {id}, which is not there");
            }
        }
    }
    controls(page, tags, html);
    let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
    assert_eq!(count("main"), 1, "{page}: one main");
    assert_eq!(count("h1"), 1, "{page}: one h1");
    let mut level = 0;
    for tag in tags {
        let Some(now) = tag.name.strip_prefix('h').and_then(|level| level.parse::<u32>().ok()) else {
            continue;
        };
        // The sidebar and the settings' navigation stand before the page's own heading.
        assert!(now <= level + 1 || level == 0, "{page}: h{level}, then h{now}");
        level = now;
    }
    let title = html
        .split("<title>")
        .nth(1)
        .and_then(|rest| rest.split("</title>").next())
        .unwrap_or_default();
    assert!(
        title.ends_with("· Scriptkeep") && title.len() > "· Scriptkeep".len() + 1,
        "{page}: the title is {title:?}"
    );
}

/// Each field has a label, each button and link a name.
fn controls(page: &str, tags: &[Tag], html: &str) {
    let labels: HashSet<&str> = tags.iter().filter_map(|tag| tag.get("for")).collect();
    for (index, tag) in tags.iter().enumerate() {
        let field = ["input", "select", "textarea"].contains(&tag.name.as_str()) && tag.get("type") != Some("hidden");
        if field {
            let labelled = tag.get("id").is_some_and(|id| labels.contains(id)) || tag.get("aria-label").is_some();
            let wrapped = tags[index.saturating_sub(6)..index]
                .iter()
                .any(|before| before.name == "label" && before.get("for").is_none());
            assert!(labelled || wrapped, "{page}: {:?} has no label", tag.get("name"));
        }
        if tag.name == "form" {
            assert!(tag.get("method").is_some(), "{page}: a form without a method");
        }
        if tag.name == "a" {
            // The page for no connection stands at the address that was asked for, and leads there again.
            let here = page == "/offline";
            assert!(
                tag.get("href")
                    .is_some_and(|href| (here || !href.is_empty()) && href != "#"),
                "{page}: a link to nowhere"
            );
        }
    }
    for act in ["a", "button", "summary"] {
        for piece in html.split(&format!("<{act} ")).skip(1) {
            let end = end_of_tag(piece);
            let inside = piece[end + 1..].split(&format!("</{act}>")).next().unwrap_or_default();
            let named = piece[..end].contains("aria-label=") || !words(inside).is_empty();
            assert!(named, "{page}: <{act} {}> has no name", &piece[..end]);
        }
    }
}

/// The text of a piece of HTML, and the names of its pictures.
fn words(html: &str) -> String {
    let mut out = String::new();
    for piece in html.split('<').skip(usize::from(html.starts_with('<'))) {
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        if tag.contains("aria-label=") {
            out.push_str(tag);
        }
        out.push_str(text.trim());
    }
    out
}
