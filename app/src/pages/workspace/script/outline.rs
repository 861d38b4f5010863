//! The outline beside the text, and what was counted in it.

use super::{Entry, Pace, Script, state::arguments};
use crate::components::Icon;
use leptos::prelude::*;

/// The headings, leading to their places, and the counts below.
#[component]
pub fn Outline(
    /// The script.
    script: Script,
) -> impl IntoView {
    // Told again with each pause in writing, and seldom another.
    let lines = Memo::new(move |_| script.outline.get());
    view! {
        <nav class="outline" class:is-open=move || script.outline_open.get() aria-label="Outline">
            <h2>"Outline"</h2>
            {move || {
                script
                    .outline_open
                    .get()
                    .then(|| {
                        view! {
                            <button
                                class="btn btn-bare btn-icon outline-close"
                                type="button"
                                aria-label="Close the outline"
                                data-escape=""
                                on:click=move |_| script.outline_open.set(false)
                            >
                                <Icon name="x"/>
                            </button>
                        }.into_any()
                    })
            }}
            {move || lines.get().into_iter().map(|entry| view! { <Line script entry/> }).collect_view()}
            <CountsOf script/>
        </nav>
    }
}

#[component]
fn Line(script: Script, entry: Entry) -> impl IntoView {
    let Entry {
        id,
        level,
        number,
        text,
    } = entry;
    let class = format!("lv{level}");
    let place = format!("#{id}");
    let here = id.clone();
    let on = Memo::new(move |_| script.here.with(|now| !here.is_empty() && *now == here));
    let go = move |event: leptos::ev::MouseEvent| {
        script.outline_open.set(false);
        // In the read view the address does it.
        if script.writing.get_untracked() {
            event.prevent_default();
            script.run("go_to", &arguments(&[("id", &id)]));
        }
    };
    let text = if text.is_empty() { "Untitled".to_owned() } else { text };
    view! {
        <a
            href=place
            rel="external"
            class=class
            class:is-on=move || on.get()
            aria-current=move || on.get().then_some("location")
            on:click=go
        >
            {(!number.is_empty()).then(|| view! { <span class="sec">{number.clone()}</span> }.into_any())}
            <span>{text}</span>
        </a>
    }
}

/// Words and times.
#[component]
fn CountsOf(script: Script) -> impl IntoView {
    let counts = script.counts;
    view! {
        <div class="counts">
            <span>
                "Words "
                <b>{move || thousands(counts.get().words)}</b>
            </span>
            <span>
                "Reading "
                <b>{move || minutes(counts.get().reading)}</b>
            </span>
            {move || {
                let steps = counts.get().steps;
                (steps > 0).then(|| view! { <span>"Steps " <b>{steps}</b></span> }.into_any())
            }}
            <span>
                "Speaking "
                <b>{move || minutes(counts.get().speaking(script.pace.get()))}</b>
            </span>
            <Pace script/>
        </div>
    }
}

/// `1,284`
fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Whole minutes, seconds below one.
fn minutes(seconds: u32) -> String {
    match seconds {
        0..=59 => format!("{seconds} s"),
        _ => format!("{} min", (seconds + 30) / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::{minutes, thousands};

    #[test]
    fn figures_read_well() {
        for (number, text) in [(0, "0"), (999, "999"), (1_284, "1,284"), (1_000_000, "1,000,000")] {
            assert_eq!(thousands(number), text);
        }
        for (seconds, text) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (89, "1 min"),
            (90, "2 min"),
            (3_600, "60 min"),
        ] {
            assert_eq!(minutes(seconds), text);
        }
    }
}
