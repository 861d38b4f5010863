//! The browser's entry: what the workspace's shell imports and starts.

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    app::hydrate();
}
