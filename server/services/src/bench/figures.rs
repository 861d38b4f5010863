//! Figures for people and, a JSON object in a line each, for programs.

use serde_json::json;

/// Operations per second of each side in one round.
pub(super) type Round = Vec<f64>;

/// A ratio of two sides, taken round by round.
pub(super) struct Comparison {
    pub(super) of: usize,
    pub(super) to: usize,
    /// The least it should be, where something is asked for.
    pub(super) at_least: Option<f64>,
}

struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.collect();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median = if sorted.len().is_multiple_of(2) {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        } else {
            sorted[middle]
        };
        Self {
            median,
            least: sorted[0],
            most: sorted[sorted.len() - 1],
        }
    }
}

/// Prints what the sides did and how they compare.
#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
pub(super) fn print(names: &[&str], rounds: &[Round], comparisons: &[Comparison]) {
    let head = format!("{} rounds, interleaved", rounds.len());
    let mut table = vec![format!(
        "\n{head:<66}{:>9}{:>9}{:>9}{:>9}",
        "median", "least", "most", "target"
    )];
    for (side, name) in names.iter().enumerate() {
        let Spread { median, least, most } = Spread::of(rounds.iter().map(|round| round[side]));
        let label = format!("{name}, per second");
        table.push(format!("{label:<66}{median:>9.0}{least:>9.0}{most:>9.0}"));
        println!(
            "{}",
            json!({"bench": "database", "figure": name, "unit": "1/s", "median": median, "least": least, "most": most})
        );
    }
    for Comparison { of, to, at_least } in comparisons {
        let Spread { median, least, most } = Spread::of(rounds.iter().map(|round| round[*of] / round[*to]));
        let name = format!("{} ÷ {}", names[*of], names[*to]);
        let met = at_least.map(|at_least| median >= at_least);
        let target = at_least.map_or_else(String::new, |at_least| format!("≥{at_least:.2}"));
        let verdict = met.map_or("", |met| if met { "met" } else { "MISSED" });
        table.push(format!(
            "{name:<66}{median:>9.2}{least:>9.2}{most:>9.2}{target:>9} {verdict}"
        ));
        println!(
            "{}",
            json!({"bench": "database", "figure": name, "unit": "ratio", "median": median, "least": least,
                "most": most, "target": at_least, "met": met})
        );
    }
    println!("{}", table.join("\n"));
}

/// Prints how long each thing took in the rounds, which are in seconds.
#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
pub(super) fn print_times(names: &[&str], rounds: &[Round]) {
    let head = format!("{} rounds, interleaved, milliseconds", rounds.len());
    println!("{head:<66}{:>9}{:>9}{:>9}", "median", "least", "most");
    for (side, name) in names.iter().enumerate() {
        let Spread { median, least, most } = Spread::of(rounds.iter().map(|round| round[side] * 1_000.0));
        println!("{name:<66}{median:>9.1}{least:>9.1}{most:>9.1}");
        println!(
            "{}",
            json!({"bench": "lists", "figure": name, "unit": "ms", "median": median, "least": least, "most": most})
        );
    }
}

#[test]
fn a_spread_knows_its_middle() {
    let odd = Spread::of([3.0, 1.0, 2.0].into_iter());
    assert!((odd.median - 2.0).abs() < f64::EPSILON && (odd.least - 1.0).abs() < f64::EPSILON);
    let even = Spread::of([4.0, 1.0, 2.0, 3.0].into_iter());
    assert!((even.median - 2.5).abs() < f64::EPSILON && (even.most - 4.0).abs() < f64::EPSILON);
}
