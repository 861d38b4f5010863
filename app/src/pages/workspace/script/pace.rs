//! At which pace the script is going to be said.
//!
//! The pace is kept on the device, for all scripts alike: it belongs to the voice of whoever sits there, it proves nothing,
//! and nobody else needs it. Signing out erases it with everything else of theirs on the device. On the server a page is
//! drawn at the usual pace.

use super::Script;
use domain::document::text::{PACE_MAX, PACE_MIN};
use leptos::prelude::*;

/// Where the device keeps it.
#[cfg(feature = "hydrate")]
const KEPT: &str = "scriptkeep-pace";
/// What the arrow keys add and take away.
const STEP: u32 = 5;

/// A pace as it was typed or kept; none where nobody speaks like that.
fn read(text: &str) -> Option<u32> {
    text.trim()
        .parse()
        .ok()
        .filter(|pace| (PACE_MIN..=PACE_MAX).contains(pace))
}

/// Takes up what the device kept, and from then on keeps what is chosen and tells the editor.
#[cfg(feature = "hydrate")]
pub(super) fn follow(script: Script) {
    use crate::browser;
    if let Some(pace) = browser::kept(KEPT).as_deref().and_then(read) {
        // Behind hydration, which must find what the server drew.
        Effect::new(move |_| script.pace.set(pace));
    }
    Effect::new(move |before: Option<u32>| {
        let pace = script.pace.get();
        if before.is_some_and(|before| before != pace) {
            browser::keep(KEPT, &pace.to_string());
            script.run("pace", &format!("{{\"pace\":{pace}}}"));
        }
        pace
    });
}

/// The field beside the speaking time. What is no pace changes nothing; whoever goes on is told why.
#[component]
pub fn Pace(
    /// The script.
    script: Script,
) -> impl IntoView {
    let refused = RwSignal::new(false);
    let typed = move |event| {
        if let Some(pace) = read(&event_target_value(&event)) {
            refused.set(false);
            script.pace.set(pace);
        }
    };
    let left = move |event| refused.set(read(&event_target_value(&event)).is_none());
    view! {
        <label class="pace only-scripted">
            <span>"Pace, words a minute"</span>
            <input
                class="input"
                type="number"
                inputmode="numeric"
                min=PACE_MIN.to_string()
                max=PACE_MAX.to_string()
                step=STEP.to_string()
                autocomplete="off"
                aria-invalid=move || refused.get().then_some("true")
                aria-describedby=move || refused.get().then_some("pace-refused")
                prop:value=move || script.pace.get().to_string()
                on:input=typed
                on:change=left
            />
        </label>
        {move || {
            refused
                .get()
                .then(|| {
                    view! {
                        <p class="error" id="pace-refused" role="alert">
                            {format!("{PACE_MIN} to {PACE_MAX} words a minute. The times stand at {}.", script.pace.get())}
                        </p>
                    }.into_any()
                })
        }}
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_pace_is_a_whole_number_somebody_can_speak_at() {
        for (text, pace) in [
            ("110", Some(110)),
            (" 95 ", Some(95)),
            ("40", Some(40)),
            ("300", Some(300)),
            ("39", None),
            ("301", None),
            ("0", None),
            ("-110", None),
            ("110.5", None),
            ("1e2", None),
            ("", None),
            ("fast", None),
            ("99999999999", None),
        ] {
            assert_eq!(read(text), pace, "{text:?}");
        }
    }
}
