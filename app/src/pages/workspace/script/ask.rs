//! What the toolbar asks for before it can put it into the text: the address of a link, a clause, a fact.

use super::{Ask, Script, state::arguments};
use crate::components::Icon;
use leptos::prelude::*;

/// One line to type into.
struct Line {
    /// The argument of the command.
    name: &'static str,
    label: &'static str,
    /// What it looks like, as the field shows it.
    example: &'static str,
}

impl Ask {
    /// What is asked, the command that takes the answer, and the fields.
    fn parts(self) -> (&'static str, &'static str, &'static [Line]) {
        match self {
            Self::Link => (
                "Link",
                "link",
                &[Line {
                    name: "href",
                    label: "Address",
                    example: "https://",
                }],
            ),
            Self::Clause => (
                "Cite a clause",
                "clause",
                &[
                    Line {
                        name: "source",
                        label: "Regulation or standard",
                        example: "21 CFR",
                    },
                    Line {
                        name: "citation",
                        label: "Clause",
                        example: "211.142(b)",
                    },
                ],
            ),
            Self::Fact => (
                "Insert a fact",
                "fact",
                &[Line {
                    name: "label",
                    label: "Name of the fact",
                    example: "dock to cold",
                }],
            ),
        }
    }

    /// What is wrong with an answer that the editor did not take.
    fn refusal(self) -> &'static str {
        match self {
            Self::Link => "No address that leads anywhere. Begin it with https:// or mailto:.",
            Self::Clause => "Name the regulation, and put the caret into a line of text.",
            Self::Fact => "Name the fact, and put the caret into a line of text.",
        }
    }
}

/// The arguments of the command.
fn answers(ask: Ask, values: &[(&'static str, String)]) -> String {
    let mut answers: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.trim())).collect();
    // Facts are known by a name without blanks, such as `dock_to_cold`.
    let id = answers.first().filter(|_| ask == Ask::Fact).map(|(_, label)| {
        let label = label.to_lowercase();
        label.split_whitespace().collect::<Vec<_>>().join("_")
    });
    answers.extend(id.as_deref().map(|id| ("id", id)));
    arguments(&answers)
}

/// The question, while there is one: below the toolbar, on a phone above the docked one. Escape takes it away and goes back
/// to the text.
#[component]
pub fn Asked(
    /// The script.
    script: Script,
) -> impl IntoView {
    move || script.asking.get().map(|ask| view! { <Question script ask/> })
}

#[component]
fn Question(script: Script, ask: Ask) -> impl IntoView {
    let (title, command, lines) = ask.parts();
    let had = script.active.with_untracked(|active| active.href.clone());
    let linked = ask == Ask::Link && !had.is_empty();
    let refused = RwSignal::new(false);
    let values: Vec<(&Line, RwSignal<String>)> = lines
        .iter()
        .map(|line| (line, RwSignal::new(if linked { had.clone() } else { String::new() })))
        .collect();
    let fields = values
        .iter()
        .map(|(line, value)| field(line, *value, refused))
        .collect_view();
    let close = move || {
        script.asking.set(None);
        script.run("focus", "");
    };
    let said: Vec<(&'static str, RwSignal<String>)> = values.iter().map(|(line, value)| (line.name, *value)).collect();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let values: Vec<_> = said
            .iter()
            .map(|(name, value)| (*name, value.get_untracked()))
            .collect();
        let empty = values.first().is_none_or(|(_, value)| value.trim().is_empty());
        if !empty && script.run(command, &answers(ask, &values)) {
            close();
        } else {
            refused.set(true);
        }
    };
    let leave = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            close();
        }
    };
    #[cfg(feature = "hydrate")]
    Effect::new(|_| {
        crate::browser::next_frame(|| {
            crate::browser::focus(".ed-ask input");
        });
    });
    view! {
        <form class="ed-ask" aria-label=title on:submit=submit on:keydown=leave>
            {fields}
            <button class="btn btn-act" type="submit">
                {if linked { "Change the link" } else { "Put it in" }}
            </button>
            {linked
                .then(|| {
                    view! {
                        <button
                            class="btn btn-line"
                            type="button"
                            on:click=move |_| {
                                script.run("link", "");
                                close();
                            }
                        >
                            "Take the link away"
                        </button>
                    }.into_any()
                })}
            <button class="btn btn-bare btn-icon" type="button" aria-label="Close" on:click=move |_| close()>
                <Icon name="x"/>
            </button>
            {move || refused.get().then(|| view! { <p class="error" id="ask-refused" role="alert">{ask.refusal()}</p> }.into_any())}
        </form>
    }
}

fn field(line: &'static Line, value: RwSignal<String>, refused: RwSignal<bool>) -> impl IntoView + use<> {
    view! {
        <label>
            <span>{line.label}</span>
            <input
                class="input"
                placeholder=line.example
                autocomplete="off"
                aria-invalid=move || refused.get().then_some("true")
                aria-describedby=move || refused.get().then_some("ask-refused")
                prop:value=move || value.get()
                on:input=move |event| {
                    refused.set(false);
                    value.set(event_target_value(&event));
                }
            />
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::{Ask, answers};

    #[test]
    fn answers_become_what_the_editor_takes() {
        for (ask, values, args) in [
            (Ask::Link, vec![("href", " a.example ")], r#"{"href":"a.example"}"#),
            (
                Ask::Fact,
                vec![("label", "Dock to  cold")],
                r#"{"label":"Dock to  cold","id":"dock_to_cold"}"#,
            ),
            (
                Ask::Clause,
                vec![("source", "21 CFR 211"), ("citation", "")],
                r#"{"source":"21 CFR 211","citation":""}"#,
            ),
            (
                Ask::Clause,
                vec![("source", "21 CFR"), ("citation", "211.142(b)")],
                r#"{"source":"21 CFR","citation":"211.142(b)"}"#,
            ),
        ] {
            let values: Vec<_> = values
                .into_iter()
                .map(|(name, value)| (name, value.to_owned()))
                .collect();
            assert_eq!(answers(ask, &values), args);
        }
    }
}
