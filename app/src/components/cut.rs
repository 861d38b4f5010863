//! The cut: the toothed line that stands on everything that is kept.

use leptos::prelude::*;
use std::fmt::Write;

/// The path of 32 teeth drawn from the first 32 bits of a hash, high for 1 and low for 0, `rounds` times side by side.
/// 4 units a tooth, 8 high. Empty for a text that does not begin with 8 hex digits.
pub fn cut_path(hash: &str, rounds: usize) -> String {
    let Some(bits) = hash.get(..8).and_then(|start| u32::from_str_radix(start, 16).ok()) else {
        return String::new();
    };
    let height = |tooth: usize| if bits >> (31 - tooth % 32) & 1 == 1 { 1 } else { 7 };
    // Writing into a string cannot fail.
    let mut path = format!("M0 {}", height(0));
    for tooth in 0..32 * rounds {
        if tooth > 0 && height(tooth) != height(tooth - 1) {
            let _ = write!(path, "V{}", height(tooth));
        }
        let _ = write!(path, "H{}", 4 * (tooth + 1));
    }
    path
}

/// The cut of a hash. An aid to the eye; a verifier compares the whole hash.
#[component]
pub fn Cut(
    /// The hash, in hex.
    hash: String,
    /// Further classes, such as `is-seal`.
    #[prop(optional)]
    class: &'static str,
    /// Twice the teeth, for a line across a list.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    let (box_, rounds) = if wide { ("0 0 256 8", 2) } else { ("0 0 128 8", 1) };
    view! {
        <svg class=format!("cut {class}") viewBox=box_ preserveAspectRatio="none" aria-hidden="true">
            <path d=cut_path(&hash, rounds)></path>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::cut_path;

    #[test]
    fn paths_are_those_of_the_mock_ups() {
        assert_eq!(
            cut_path("9f3ac41e7b05", 1),
            "M0 1H4V7H8H12V1H16H20H24H28H32V7H36H40V1H44H48H52V7H56V1H60V7H64V1H68H72V7H76H80H84V1H88V7H92H96H100H104H108V1\
             H112H116H120H124V7H128"
        );
        assert_eq!(cut_path("7c41d09b", 2).matches('H').count(), 64);
        assert_eq!(cut_path("7c41", 1), "");
        assert_eq!(cut_path("no hash!", 1), "");
        assert_eq!(cut_path("ééééé", 1), "");
    }
}
