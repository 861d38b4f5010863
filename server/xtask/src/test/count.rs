//! Counting tests by what their runners print. A test that was left out (ignored, skipped, still to do) counts as failed:
//! nobody would notice that it proves nothing.

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed or were left out, and programs that died.
    pub(crate) failed: u64,
}

impl Count {
    /// Counts what the closing line of a Rust test program says: `test result: ok. 3 passed; 0 failed; …`.
    pub(super) fn add_libtest_line(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        let number = |what: &str| -> u64 {
            let words: Vec<&str> = result.split_whitespace().collect();
            words
                .windows(2)
                .find(|pair| pair[1].trim_end_matches(';') == what)
                .and_then(|pair| pair[0].parse().ok())
                .unwrap_or(0)
        };
        self.passed += number("passed");
        self.failed += number("failed") + number("ignored");
    }

    /// Counts checks of the sources, each like a test.
    pub(super) fn add_checks(&mut self, all: usize, failed: usize) {
        let (all, failed) = (all as u64, failed as u64);
        self.passed += all - failed;
        self.failed += failed;
    }

    /// Counts what the closing lines of Node's test runner say: `# pass 3`, `# fail 0`, `# skipped 0`.
    pub(super) fn add_tap_line(&mut self, line: &str) {
        let Some((what, number)) = line.strip_prefix("# ").and_then(|rest| rest.split_once(' ')) else {
            return;
        };
        let Ok(number) = number.parse::<u64>() else { return };
        match what {
            "pass" => self.passed += number,
            "fail" | "cancelled" | "skipped" | "todo" => self.failed += number,
            _ => {}
        }
    }

    /// Counts what Playwright's JSON report says. A test that passed only when tried again counts as failed.
    pub(super) fn add_playwright(&mut self, report: &serde_json::Value) {
        let number = |what: &str| report["stats"][what].as_u64().unwrap_or(0);
        self.passed += number("expected");
        // Errors outside any test, such as a file that does not load.
        let errors = report["errors"].as_array().map_or(0, |errors| errors.len() as u64);
        self.failed += number("unexpected") + number("flaky") + number("skipped") + errors;
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    #[test]
    fn each_runner_is_counted_by_its_own_words() {
        let mut count = Count::default();
        count.add_libtest_line(
            "test result: FAILED. 12 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s",
        );
        count.add_libtest_line("test it_says_9_passed ... ok");
        assert_eq!(count, Count { passed: 12, failed: 3 });
        for line in [
            "# tests 9",
            "# pass 5",
            "# fail 3",
            "# cancelled 1",
            "# skipped 1",
            "# todo 1",
            "ok 1 - # pass 7",
        ] {
            count.add_tap_line(line);
        }
        assert_eq!(count, Count { passed: 17, failed: 9 });
        count.add_playwright(
            &serde_json::json!({ "stats": { "expected": 3, "unexpected": 1, "flaky": 1, "skipped": 2 }, "errors": [{}] }),
        );
        assert_eq!(count, Count { passed: 20, failed: 14 });
        count.add_checks(5, 1);
        assert_eq!(count, Count { passed: 24, failed: 15 });
    }
}
