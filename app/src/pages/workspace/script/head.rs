//! What the head of the page shows of a script: who is here, and whether it is read or written.

use super::Script;
use crate::components::{Avatar, Banner, Icon, Look, Save, Tone};
use leptos::prelude::*;

/// Most faces beside a text: on a desk, and where a phone writes.
pub const FACES: usize = 4;
const PHONE_FACES: usize = 1;
/// The close code for what is not there, or not for this person.
const GONE: u16 = 4404;

/// Who else has the script open. A press follows them, or no longer.
#[component]
pub fn Here(
    /// The script.
    script: Script,
    /// Most faces that are shown; the rest is a number.
    faces: usize,
) -> impl IntoView {
    let people = move || {
        script.people.with(|people| {
            people
                .iter()
                .take(faces)
                .map(|person| {
                    let (client, name, followed) = (person.client, person.name.clone(), person.followed);
                    let label = format!("Follow {name}");
                    let class = if person.here { "here-face is-here" } else { "here-face" };
                    view! {
                        <button
                            class=class
                            type="button"
                            title=label.clone()
                            aria-label=label
                            aria-pressed=followed.to_string()
                            on:click=move |_| script.follow((!followed).then_some(client))
                        >
                            <Avatar name=name seed=person.id.clone()/>
                        </button>
                    }
                })
                .collect_view()
        })
    };
    let more = move || script.people.with(Vec::len).saturating_sub(faces);
    view! {
        <span class="avs" role="group" aria-label="Here now">
            {people}
            {move || (more() > 0).then(|| view! { <span class="faint">{format!("+{}", more())}</span> }.into_any())}
        </span>
    }
}

/// Whom the page follows, and how to stop. It stands all the time, so that screen readers hear of what comes into it.
#[component]
pub fn Followed(
    /// The script.
    script: Script,
) -> impl IntoView {
    let name = Memo::new(move |_| {
        script.people.with(|people| {
            people
                .iter()
                .find(|person| person.followed)
                .map(|person| person.name.clone())
        })
    });
    view! {
        <div class="followed" role="status">
            {move || {
                name.get()
                    .map(|name| view! { <p>{format!("Following {name}. Scroll, type or press the face again to stop.")}</p> })
            }}
        </div>
    }
}

/// Write or read.
#[component]
pub fn Mode(
    /// The script.
    script: Script,
    /// Whether this person may write.
    #[prop(into)]
    may: Signal<bool>,
) -> impl IntoView {
    let button = move |writes: bool, word: &'static str| {
        let on = move || script.writing.get() == writes;
        view! {
            <button
                type="button"
                class:is-on=on
                aria-pressed=move || on().to_string()
                on:click=move |_| if writes { script.write() } else { script.read() }
            >
                {writes.then(|| view! { <Icon name="pencil-simple"/> }.into_any())}
                {word}
            </button>
        }
    };
    // Who may write no longer, and stays because words are nowhere else, has a way to read.
    move || {
        (may.get() || script.writing.get()).then(|| {
            view! {
                <div class="seg only-desk only-scripted" role="group" aria-label="Mode">
                    {button(true, "Write")}
                    {button(false, "Read")}
                </div>
                {move || {
                    script.writing.get().then(|| {
                        view! {
                            <span class="only-phone">
                                <Here script faces=PHONE_FACES/>
                            </span>
                            <button
                                class="btn btn-bare head-done only-phone"
                                type="button"
                                on:click=move |_| script.read()
                            >
                                <b>"Done"</b>
                            </button>
                        }.into_any()
                    })
                }}
            }
            .into_any()
        })
    }
}

/// What a phone has at the foot of the read text: who is here, the outline, what the record is about, and writing.
#[component]
pub fn Foot(
    /// The script.
    script: Script,
    /// Whether this person may write.
    #[prop(into)]
    may: Signal<bool>,
) -> impl IntoView {
    view! {
        <div class="ph-actions">
            <Here script faces=FACES/>
            <span class="spacer"></span>
            <a class="btn btn-line btn-icon" href="#about" rel="external" aria-label="About">
                <Icon name="info"/>
            </a>
            <button
                class="btn btn-line btn-icon only-scripted"
                type="button"
                aria-label="Outline"
                aria-expanded=move || script.outline_open.get().to_string()
                on:click=move |_| script.outline_open.update(|open| *open = !*open)
            >
                <Icon name="list-dashes"/>
            </button>
            {move || {
                may.get().then(|| {
                    view! {
                        <button
                            class="btn btn-act only-phone only-scripted"
                            type="button"
                            on:click=move |_| script.write()
                        >
                            <Icon name="pencil-simple"/>
                            "Write"
                        </button>
                    }.into_any()
                })
            }}
        </div>
    }
}

/// What is to be done about words that are not safe.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    /// Save everything as a file.
    Copy,
    /// Write, which brings in what this device keeps.
    Write,
}

/// What is to be said about the safety of the words, with one act.
#[component]
pub fn Safety(
    /// The script.
    script: Script,
    /// Whether this person may write.
    may: Signal<bool>,
    /// Its title, for a copy that is saved.
    title: Signal<String>,
) -> impl IntoView {
    let failed = move || {
        script
            .failed
            .get()
            .map(|words| view! { <Banner tone=Tone::Lamp>{words}</Banner> })
    };
    let status = Memo::new(move |_| {
        if !script.writing.get() {
            return (script.left.get() == Some(Save::Device)).then(|| {
                let (words, act) = left(may.get());
                (Tone::Lamp, words.to_owned(), Some(act))
            });
        }
        script.status.with(|status| {
            let status = status.as_ref()?;
            match (status.safety.as_str(), status.place.as_str()) {
                ("refused", _) => {
                    let code = if script.gone.get() { GONE } else { status.code };
                    let place = status.unsaved.then_some(status.place.as_str());
                    let words = refusal(code, place);
                    Some((Tone::Rubric, words, status.unsaved.then_some(Act::Copy)))
                }
                ("offline", "device") => Some((Tone::Lamp, waiting(status.words), None)),
                (_, "nowhere") if status.unsaved => Some((
                    Tone::Rubric,
                    "Not saved. This device keeps nothing for this page. Save a copy before you leave.".to_owned(),
                    Some(Act::Copy),
                )),
                _ => None,
            }
        })
    });
    let press = move |act| match act {
        Act::Copy => script.save_copy(title.get_untracked()),
        Act::Write => script.write(),
    };
    view! {
        {failed}
        {move || {
            status
                .get()
                .map(|(tone, words, act)| {
                    // How many words wait changes with each pause in writing; the head says that they are on this device.
                    view! {
                        <Banner tone quiet=tone == Tone::Lamp>
                            {words}
                            {act
                                .map(|act| {
                                    view! {
                                        <button
                                            class=format!("{} btn-sm", Look::Line.class())
                                            type="button"
                                            on:click=move |_| press(act)
                                        >
                                            {match act {
                                                Act::Copy => view! { <Icon name="download-simple"/> "Save a copy" }.into_any(),
                                                Act::Write => "Bring them in".into_any(),
                                            }}
                                        </button>
                                    }.into_any()
                                })}
                        </Banner>
                    }
                })
        }}
    }
}

/// What is said of words that this device keeps of a text that is read, and what can be done.
fn left(may: bool) -> (&'static str, Act) {
    if may {
        (
            "Words you wrote here are only on this device. The text below does not have them yet.",
            Act::Write,
        )
    } else {
        (
            "Words you wrote here are only on this device. The text below does not have them, and may only be read now.",
            Act::Copy,
        )
    }
}

/// How many words wait on this device.
fn waiting(words: u32) -> String {
    let what = match words {
        0 => "Your changes are on this device and go out when it returns.".to_owned(),
        1 => "1 word is on this device and goes out when it returns.".to_owned(),
        words => format!("{words} words are on this device and go out when it returns."),
    };
    format!("No connection. {what}")
}

/// Why the server takes nothing more, by the close code of the socket; `place` is where the words are that it does not have.
fn refusal(code: u16, place: Option<&str>) -> String {
    let why = match code {
        4401 => "You are signed out. Sign in again in another window, then reload.",
        4403 => "You may only read this now.",
        4404 => "This record is gone, or no longer yours to see.",
        4413 => "This text has reached the largest size.",
        4426 => "This page is older than the server. Reload it to go on writing.",
        _ => "The server takes no changes from this page. Reload it to go on writing.",
    };
    let rest = match place {
        Some("device") => " Your last changes are on this device only.",
        Some(_) => " Your last changes are on this page only.",
        None => "",
    };
    format!("{why}{rest}")
}

#[cfg(test)]
mod tests {
    use super::{refusal, waiting};

    #[test]
    fn banners_say_what_waits_and_why() {
        assert_eq!(
            waiting(23),
            "No connection. 23 words are on this device and go out when it returns."
        );
        assert_eq!(
            waiting(1),
            "No connection. 1 word is on this device and goes out when it returns."
        );
        assert!(waiting(0).ends_with("Your changes are on this device and go out when it returns."));
        assert!(refusal(4403, Some("keeping")).ends_with("on this page only."));
        assert!(refusal(4403, Some("device")).ends_with("on this device only."));
        assert_eq!(refusal(4403, None), "You may only read this now.");
    }
}
