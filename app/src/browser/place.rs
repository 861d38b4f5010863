//! Where somebody is in a text that scrolls, and how they come back there.

use super::{document, window};
use web_sys::{Element, HtmlCollection};

/// How far below the head of this element the one with this id begins, in pixels; less than 0 above it.
pub(crate) fn below_head(of: &Element, id: &str) -> Option<f64> {
    let element = document()?.get_element_by_id(id)?;
    Some(element.get_bounding_client_rect().top() - of.get_bounding_client_rect().top())
}

/// Shows the place that the address names. Whether there is one.
pub(crate) fn show_named(within: &Element) -> bool {
    let name = window().and_then(|window| window.location().hash().ok());
    let name = name.and_then(|name| js_sys::decode_uri_component(name.strip_prefix('#')?).ok());
    let place = name.and_then(|name| document()?.get_element_by_id(&String::from(name)));
    let place = place.filter(|place| within.contains(Some(place)));
    if let Some(place) = &place {
        place.scroll_into_view();
    }
    place.is_some()
}

/// Where a text is read or written: which of its blocks is the first on the screen, and how far below the head of what scrolls it
/// begins, in pixels. How far it is scrolled would not do: a text is less or more tall in another room, and where it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    block: u32,
    below: f64,
}

/// The blocks of the text that scrolls in this element: while it is written, those of the editor.
fn blocks(within: &Element) -> Option<HtmlCollection> {
    let text = [".ProseMirror", ".doc"];
    let text = text.into_iter().find_map(|text| within.query_selector(text).ok()?)?;
    Some(text.children())
}

/// Where the text in this element is; none at its head.
pub(crate) fn place(within: &Element) -> Option<Place> {
    let blocks = blocks(within).filter(|_| within.scroll_top() > 0)?;
    let head = within.get_bounding_client_rect().top();
    let rect = |block: u32| Some(blocks.item(block)?.get_bounding_client_rect());
    let (mut block, mut end) = (0, blocks.length());
    while block < end {
        let middle = block.midpoint(end);
        if rect(middle)?.bottom() <= head {
            block = middle + 1;
        } else {
            end = middle;
        }
    }
    let below = rect(block)?.top() - head;
    Some(Place { block, below })
}

/// Brings the text in this element back to a place, if it has come so far.
pub(crate) fn go_back(within: &Element, place: Place) -> bool {
    let block = blocks(within).and_then(|blocks| blocks.item(place.block));
    if let Some(block) = &block {
        let now = block.get_bounding_client_rect().top() - within.get_bounding_client_rect().top();
        within.scroll_by_with_x_and_y(0.0, now - place.below);
    }
    block.is_some()
}
