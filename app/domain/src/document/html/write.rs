//! Writes tags and text, escaped. Tag and attribute names are the caller's own words, values and text never trusted.

/// HTML in the making.
#[derive(Default)]
pub(super) struct Writer(String);

impl Writer {
    /// A start tag. Attributes without a value are left out.
    pub(super) fn open(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.0.push('<');
        self.0.push_str(tag);
        for (name, value) in attributes.iter().filter(|(_, value)| !value.is_empty()) {
            self.attribute(name, value);
        }
        self.0.push('>');
    }

    /// An element that has no end tag.
    pub(super) fn void(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.open(tag, attributes);
    }

    /// An end tag.
    pub(super) fn close(&mut self, tag: &str) {
        self.0.push_str("</");
        self.0.push_str(tag);
        self.0.push('>');
    }

    /// An element with text in it.
    pub(super) fn whole(&mut self, tag: &str, attributes: &[(&str, &str)], text: &str) {
        self.open(tag, attributes);
        self.text(text);
        self.close(tag);
    }

    /// A picture; `kept` is its `src` in the document, where a reader of ours needs it. An empty alternative text is written: it says that the picture decorates.
    pub(super) fn picture(&mut self, src: &str, alt: &str, width: &str, kept: &str) {
        self.0.push_str("<img");
        self.attribute("src", src);
        self.attribute("alt", alt);
        if !width.is_empty() {
            self.attribute("width", width);
        }
        if !kept.is_empty() {
            self.attribute("data-src", kept);
        }
        self.0.push_str(" loading=\"lazy\">");
    }

    /// Text.
    pub(super) fn text(&mut self, text: &str) {
        self.escaped(text);
    }

    /// What was written.
    pub(super) fn finish(self) -> String {
        self.0
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.0.push(' ');
        self.0.push_str(name);
        self.0.push_str("=\"");
        self.escaped(value);
        self.0.push('"');
    }

    fn escaped(&mut self, text: &str) {
        let mut rest = text;
        while let Some(index) = rest.find(['&', '<', '>', '"', '\'']) {
            self.0.push_str(&rest[..index]);
            self.0.push_str(match rest.as_bytes()[index] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            });
            rest = &rest[index + 1..];
        }
        self.0.push_str(rest);
    }
}
