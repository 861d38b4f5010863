//! Slips of the finger in files that people write: packs and configurations.

/// What somebody may have meant by a word: the nearest of the known ones, if it is near enough. A third of the letters may
/// be wrong, or two in a short word (Damerau–Levenshtein); but never all of them.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters = word.chars().count();
    let nearest = known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .min()?;
    let (distance, candidate) = nearest;
    (distance <= (letters / 3).max(2) && distance < letters).then_some(candidate)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_slip_is_seen_and_another_word_is_none() {
        let known = ["listen", "smtp.host", "on"];
        for (word, nearest) in [
            ("lisen", Some("listen")),
            ("smtp.hots", Some("smtp.host")),
            ("listne", Some("listen")),
            ("no", Some("on")),
            ("if", None),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(meant(word, known), nearest, "{word}");
        }
        assert_eq!(meant("listen", []), None);
    }
}
