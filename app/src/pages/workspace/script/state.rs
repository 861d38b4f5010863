//! What the page and the editor know of each other. The editor is TypeScript (`app/editor`); all that crosses is names and
//! JSON, described in its README.

use crate::components::Save;
use domain::document::text::{SPEAKING_PACE, seconds};
use leptos::prelude::*;
use serde::{Deserialize, Serialize, Serializer};

#[cfg(feature = "hydrate")]
use super::here::Here;
#[cfg(feature = "hydrate")]
use crate::{
    editor::{self, Editor, Keeping},
    follow::Follower,
};

/// How safe the words are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Status {
    /// `saved`, `saving`, `offline` or `refused`.
    pub safety: String,
    /// Where the words are that the server may not have: `server` (it has them), `keeping`, `device`, `nowhere`.
    #[serde(rename = "where")]
    pub place: String,
    /// How many words the server does not have.
    pub words: u32,
    /// Whether there is anything that it does not have.
    pub unsaved: bool,
    /// Whether the text is there.
    pub loaded: bool,
    /// The close code of a refusal, or 0.
    pub code: u16,
    /// Pictures on their way to the server, which no text has yet.
    #[serde(default)]
    pub sending: u32,
}

impl Status {
    /// The same as a save state.
    pub fn save(&self) -> Save {
        let safety = self.safety.as_str();
        if self.unsaved && (safety == "refused" || self.place == "nowhere") {
            return Save::Unsaved;
        }
        match safety {
            "offline" if !self.unsaved => Save::Offline,
            "offline" if self.place == "device" => Save::Device,
            "saved" | "refused" => Save::Saved,
            _ => Save::Saving,
        }
    }

    /// What to ask who is about to leave the text; none where nothing would be left behind. What is on its way goes on out
    /// after the text was left (`app/editor/safety.ts`).
    pub fn question(&self) -> Option<String> {
        let left = match (self.save(), self.words) {
            (Save::Unsaved, _) if self.place == "device" => {
                "Your last changes are not saved, and are on this device only. Stay to save a copy.".to_owned()
            }
            (Save::Unsaved, _) => {
                "Your last changes are not saved, and are lost if you leave. Stay to save a copy.".to_owned()
            }
            (Save::Saving, _) if self.safety == "offline" => {
                "There is no connection, and your last changes are not on this device yet.".to_owned()
            }
            (Save::Device, words) => {
                let what = match words {
                    0 => "Your last changes are".to_owned(),
                    1 => "1 word is".to_owned(),
                    words => format!("{words} words are"),
                };
                format!("{what} on this device only, and will go out when you write here again with a connection.")
            }
            _ => String::new(),
        };
        let picture = match self.sending {
            0 => "",
            _ => "A picture is still on its way, and is not in the text if you leave now.",
        };
        let all: Vec<_> = [left.as_str(), picture]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        (!all.is_empty()).then(|| format!("Leave this text? {}", all.join(" ")))
    }
}

/// What the toolbar shows of the selection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Active {
    /// Marks on all of it.
    pub marks: Vec<String>,
    /// The block with the caret and all around it, from the innermost.
    pub nodes: Vec<String>,
    /// The level of the heading, or 0.
    pub level: u8,
    /// Whether something can be undone.
    pub undo: bool,
    /// Whether something can be done again.
    pub redo: bool,
    /// Whether the caret is in a table.
    pub table: bool,
    /// The address of the link at the caret, or empty.
    pub href: String,
}

/// What the toolbar asks for before it can put it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The address of a link.
    Link,
    /// A clause of a regulation or standard.
    Clause,
    /// A fact's name.
    Fact,
}

/// A heading of the outline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// 1 to 6.
    pub level: u8,
    /// `2.1`, or empty.
    pub number: String,
    /// Its words.
    pub text: String,
}

/// Somebody else with the script open.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct Person {
    /// Their device.
    pub client: u32,
    /// Their account.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Whether their caret is in the text.
    pub here: bool,
    /// Whether this page goes where they go.
    #[serde(default)]
    pub followed: bool,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Counts {
    /// Words.
    pub words: u32,
    /// Steps.
    pub steps: u32,
    /// Citations of clauses.
    pub clauses: u32,
    /// Seconds to read it.
    pub reading: u32,
    /// Seconds to say it, pauses included, as the editor counts it: at the pace it was told. None while it is read.
    #[serde(default)]
    pub speaking: Option<u32>,
    /// Words to say while it is read, when the pace is this page's own matter.
    #[serde(skip)]
    pub said: u32,
    /// Seconds of its pauses, while it is read.
    #[serde(skip)]
    pub pauses: u32,
}

impl Counts {
    /// Seconds to say it at a pace, pauses included.
    pub fn speaking(&self, pace: u32) -> u32 {
        let own = || seconds(u64::from(self.said), pace) + u64::from(self.pauses);
        self.speaking
            .unwrap_or_else(|| u32::try_from(own()).unwrap_or(u32::MAX))
    }
}

/// Everything that the pieces of the page share about one script.
#[derive(Clone, Copy)]
pub struct Script {
    /// Whether the editor is, or should be, on the page.
    pub writing: RwSignal<bool>,
    /// How safe the words are; none before the editor has said so.
    pub status: RwSignal<Option<Status>>,
    /// What is to be said of words that were left here, while the text is read: they are on their way, or on this device only.
    pub left: RwSignal<Option<Save>>,
    /// What is selected.
    pub active: RwSignal<Active>,
    /// The headings.
    pub outline: RwSignal<Vec<Entry>>,
    /// The id of the heading whose part is on the screen.
    pub here: RwSignal<String>,
    /// Who else is here.
    pub people: RwSignal<Vec<Person>>,
    /// What was counted.
    pub counts: RwSignal<Counts>,
    /// Words a minute when it is said.
    pub pace: RwSignal<u32>,
    /// Why a picture or the clipboard did not work.
    pub failed: RwSignal<Option<&'static str>>,
    /// Whether the outline is open where it does not stand beside the text.
    pub outline_open: RwSignal<bool>,
    /// What is being asked for, if anything.
    pub asking: RwSignal<Option<Ask>>,
    /// Whether there is newer text than the one that is read.
    pub newer: RwSignal<bool>,
    /// Whether the record may not be seen any more, while the page has words that the server never took.
    pub gone: RwSignal<bool>,
    #[cfg(feature = "hydrate")]
    pub(super) follower: StoredValue<Option<Follower>, LocalStorage>,
    #[cfg(feature = "hydrate")]
    pub(super) editor: StoredValue<Option<Editor>, LocalStorage>,
    #[cfg(feature = "hydrate")]
    pub(super) keeping: StoredValue<Option<Keeping>, LocalStorage>,
    /// Where it is read.
    #[cfg(feature = "hydrate")]
    pub(super) reader: StoredValue<Option<Here>>,
    /// Names document and member, for what is kept on this device.
    #[cfg(feature = "hydrate")]
    pub(super) key: StoredValue<String>,
}

impl Script {
    /// A script that is read.
    pub fn new() -> Self {
        Self {
            writing: RwSignal::new(false),
            status: RwSignal::new(None),
            left: RwSignal::new(None),
            active: RwSignal::new(Active::default()),
            outline: RwSignal::new(Vec::new()),
            here: RwSignal::new(String::new()),
            people: RwSignal::new(Vec::new()),
            counts: RwSignal::new(Counts::default()),
            pace: RwSignal::new(SPEAKING_PACE),
            failed: RwSignal::new(None),
            outline_open: RwSignal::new(false),
            asking: RwSignal::new(None),
            newer: RwSignal::new(false),
            gone: RwSignal::new(false),
            #[cfg(feature = "hydrate")]
            follower: StoredValue::new_local(None),
            #[cfg(feature = "hydrate")]
            editor: StoredValue::new_local(None),
            #[cfg(feature = "hydrate")]
            keeping: StoredValue::new_local(None),
            #[cfg(feature = "hydrate")]
            reader: StoredValue::new(None),
            #[cfg(feature = "hydrate")]
            key: StoredValue::new(String::new()),
        }
    }

    /// Runs a command of the editor; `args` is JSON ([`arguments`]), or empty. Answers whether it did anything.
    pub fn run(self, name: &str, args: &str) -> bool {
        #[cfg(feature = "hydrate")]
        return self
            .editor
            .with_value(|editor| editor.as_ref().is_some_and(|editor| editor.command(name, args)));
        #[cfg(not(feature = "hydrate"))]
        {
            let _ = (self, name, args);
            false
        }
    }

    /// Goes where somebody goes from now on, or nowhere by itself.
    pub fn follow(self, client: Option<u32>) {
        let client = client.map_or_else(|| "null".to_owned(), |client| client.to_string());
        self.run("follow", &["{\"client\":", &client, "}"].concat());
    }

    /// Begins to write.
    pub fn write(self) {
        self.failed.set(None);
        self.writing.set(true);
    }

    /// Goes on reading, unless who is asked stays.
    pub fn read(self) {
        if self.may_leave() {
            self.failed.set(None);
            #[cfg(feature = "hydrate")]
            if let Some(here) = self.reader.get_value() {
                here.leave();
            }
            self.writing.set(false);
        }
    }

    /// Saves everything as a file: what is written here, or what this device keeps of it.
    pub fn save_copy(self, title: String) {
        #[cfg(feature = "hydrate")]
        if !self.run("recover", "") {
            leptos::task::spawn_local(async move {
                if !editor::save_kept(&self.key.get_value(), &title).await {
                    self.failed
                        .try_set(Some("The copy could not be made. Reload the page to try again."));
                }
            });
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = title;
    }

    /// Whether to leave the text: asks, where words would be left behind.
    pub fn may_leave(self) -> bool {
        #[cfg(feature = "hydrate")]
        return crate::leaving::may_leave();
        #[cfg(not(feature = "hydrate"))]
        true
    }

    /// The save state to show; none while nothing is written, nor was left here.
    pub fn save(self) -> Option<Save> {
        let now = self.status.with(|status| status.as_ref().map(Status::save));
        now.or_else(|| self.left.get())
    }

    /// Takes in what the editor tells.
    #[cfg(feature = "hydrate")]
    pub(super) fn hear(self, name: &str, detail: &str) {
        match name {
            "status" => set(detail, |status| self.status.set(Some(status))),
            "selection" => set(detail, |active| self.active.set(active)),
            "outline" => set(detail, |outline| self.outline.set(outline)),
            "here" => set(detail, |here| self.here.set(here)),
            "presence" => set(detail, |people| self.people.set(people)),
            "counts" => set(detail, |counts| self.counts.set(counts)),
            "failed" => self.failed.set(Some(if detail.starts_with(r#"{"what":"connection""#) {
                "That picture did not reach the server. Put it in again when there is a connection."
            } else if detail.starts_with(r#"{"what":"picture""#) {
                "That picture could not be taken. It must be PNG, JPEG, WebP or GIF, and not too large."
            } else {
                "The browser did not hand over the clipboard. Press Ctrl+Shift+V instead."
            })),
            _ => {}
        }
    }
}

/// Named texts as the arguments of a command of the editor.
pub(super) fn arguments(named: &[(&str, &str)]) -> String {
    struct Object<'a>(&'a [(&'a str, &'a str)]);
    impl Serialize for Object<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().copied())
        }
    }
    serde_json::to_string(&Object(named)).unwrap_or_default()
}

impl Default for Script {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads what the editor tells; what cannot be read is of a later editor, and nothing to act on.
#[cfg(feature = "hydrate")]
fn set<T: for<'de> Deserialize<'de>>(detail: &str, take: impl FnOnce(T)) {
    if let Ok(value) = crate::read(detail) {
        take(value);
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Save, Status};

    #[test]
    fn the_time_to_say_it_is_the_editors_while_it_is_written_and_follows_the_pace_while_it_is_read() {
        let read = Counts {
            said: 221,
            pauses: 30,
            ..Counts::default()
        };
        assert_eq!(read.speaking(110), 121 + 30);
        assert_eq!(read.speaking(221), 60 + 30);
        let written = Counts {
            speaking: Some(7),
            ..read
        };
        assert_eq!(written.speaking(110), 7);
    }

    fn status(safety: &str, place: &str, unsaved: bool) -> Status {
        Status {
            safety: safety.to_owned(),
            place: place.to_owned(),
            unsaved,
            ..Status::default()
        }
    }

    #[test]
    fn who_leaves_is_asked_where_words_would_be_left_behind() {
        for (safety, place, unsaved, question) in [
            ("saved", "server", false, None),
            ("saving", "server", false, None),
            ("saving", "keeping", true, None),
            ("saving", "device", true, None),
            ("offline", "server", false, None),
            ("refused", "server", false, None),
            ("saving", "nowhere", true, Some("not saved")),
            ("offline", "nowhere", true, Some("not saved")),
            ("refused", "nowhere", true, Some("not saved, and are lost")),
            (
                "refused",
                "device",
                true,
                Some("not saved, and are on this device only"),
            ),
            ("offline", "keeping", true, Some("not on this device yet")),
            (
                "offline",
                "device",
                true,
                Some("Your last changes are on this device only"),
            ),
        ] {
            let asked = status(safety, place, unsaved).question();
            assert_eq!(asked.is_some(), question.is_some(), "{safety} {place} {unsaved}");
            assert!(
                asked.unwrap_or_default().contains(question.unwrap_or_default()),
                "{safety} {place}"
            );
        }
        let sending = Status {
            sending: 1,
            ..status("saving", "keeping", true)
        };
        let away = Status {
            sending: 1,
            ..status("offline", "device", true)
        };
        for status in [sending, away] {
            let asked = status.question().expect("a question");
            assert!(asked.contains("A picture is still on its way"), "{asked}");
            assert_eq!(
                asked.contains("on this device only"),
                status.place == "device",
                "{asked}"
            );
        }
        for (words, what) in [(1, "1 word is on"), (23, "23 words are on")] {
            let waiting = Status {
                words,
                ..status("offline", "device", true)
            };
            assert!(waiting.question().is_some_and(|asked| asked.contains(what)));
        }
    }

    #[test]
    fn the_save_state_never_says_more_than_is_known() {
        for (safety, place, unsaved, save) in [
            ("saved", "server", false, Save::Saved),
            ("saving", "server", false, Save::Saving),
            ("saving", "keeping", true, Save::Saving),
            ("saving", "device", true, Save::Saving),
            ("saving", "nowhere", true, Save::Unsaved),
            ("offline", "server", false, Save::Offline),
            ("offline", "keeping", true, Save::Saving),
            ("offline", "device", true, Save::Device),
            ("offline", "nowhere", true, Save::Unsaved),
            ("refused", "device", true, Save::Unsaved),
            ("refused", "server", false, Save::Saved),
            ("something new", "device", true, Save::Saving),
        ] {
            assert_eq!(
                status(safety, place, unsaved).save(),
                save,
                "{safety} {place} {unsaved}"
            );
        }
    }
}
