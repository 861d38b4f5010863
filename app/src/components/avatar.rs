//! People, as initials on a tint.

use crate::format::initials;
use leptos::prelude::*;

/// A person's initials; the tint comes from `seed` (an id, say), so that it stays theirs.
#[component]
pub fn Avatar(
    /// The person's name.
    name: String,
    /// What the tint is drawn from.
    seed: String,
    /// The small size, beside text.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let class = format!("av av-p{}{}", tint(&seed), if small { " av-sm" } else { "" });
    view! { <span class=class aria-hidden="true">{initials(&name)}</span> }
}

/// One of the six tints of the design, the same for the same seed.
fn tint(seed: &str) -> u32 {
    seed.bytes()
        .fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)))
        % 6
        + 1
}

#[cfg(test)]
mod tests {
    use super::tint;

    #[test]
    fn tints_are_stable_and_within_the_six() {
        for seed in ["", "a", "0198f3c2-0000-7000-8000-000000000001"] {
            assert!((1..=6).contains(&tint(seed)));
            assert_eq!(tint(seed), tint(seed));
        }
    }
}
