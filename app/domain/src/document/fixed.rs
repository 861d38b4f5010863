//! The words that a document shows and nobody wrote: “Contents”, “Note”, “Figure 3”. They follow the language of the
//! document. **To add a language, add a table here and its line in [`Fixed::of`]**; nothing else knows of languages.

use super::numbering::{Target, TargetKind};
use super::{CalloutKind, Show};

/// The fixed words of one language.
#[derive(Debug, PartialEq, Eq)]
pub struct Fixed {
    /// Above the list of headings.
    pub contents: &'static str,
    /// What a callout is: note, warning, caution.
    pub callouts: [&'static str; 3],
    /// Before the number of a figure.
    pub figure: &'static str,
    /// Before the number of a step.
    pub step: &'static str,
    /// Before a page's number.
    pub page: &'static str,
    /// Between a page's number and the number of pages.
    pub of_pages: &'static str,
    /// A time to wait.
    pub pause: &'static str,
    /// One second.
    pub second: &'static str,
    /// Several seconds.
    pub seconds: &'static str,
    /// Where somebody confirms that a step was done.
    pub confirm: &'static str,
    /// Where somebody writes a value down.
    pub record: &'static str,
    /// After the box that is ticked when a step was done, then before initials, then before the time.
    pub confirmed: [&'static str; 3],
    /// Above the signatures.
    pub signatures: &'static str,
    /// Before a version's number.
    pub version: &'static str,
    /// Before the moment of printing.
    pub printed: &'static str,
    /// In the place of a picture that cannot be shown.
    pub picture: &'static str,
    /// What a reference shows of a heading without number and words.
    pub untitled: &'static str,
}

const ENGLISH: Fixed = Fixed {
    contents: "Contents",
    callouts: ["Note", "Warning", "Caution"],
    figure: "Figure",
    step: "Step",
    page: "Page",
    of_pages: "of",
    pause: "Pause",
    second: "second",
    seconds: "seconds",
    confirm: "Confirm",
    record: "Record",
    confirmed: ["Confirmed", "Initials", "Date and time"],
    signatures: "Signatures",
    version: "Version",
    printed: "Printed",
    picture: "Picture",
    untitled: "an untitled heading",
};

const GERMAN: Fixed = Fixed {
    contents: "Inhalt",
    callouts: ["Hinweis", "Warnung", "Vorsicht"],
    figure: "Abbildung",
    step: "Schritt",
    page: "Seite",
    of_pages: "von",
    pause: "Pause",
    second: "Sekunde",
    seconds: "Sekunden",
    confirm: "Bestätigen",
    record: "Eintragen",
    confirmed: ["Bestätigt", "Kürzel", "Datum und Uhrzeit"],
    signatures: "Unterschriften",
    version: "Version",
    printed: "Gedruckt",
    picture: "Bild",
    untitled: "eine Überschrift ohne Titel",
};

const FRENCH: Fixed = Fixed {
    contents: "Sommaire",
    callouts: ["Remarque", "Avertissement", "Attention"],
    figure: "Figure",
    step: "Étape",
    page: "Page",
    of_pages: "sur",
    pause: "Pause",
    second: "seconde",
    seconds: "secondes",
    confirm: "Confirmer",
    record: "Relever",
    confirmed: ["Confirmé", "Initiales", "Date et heure"],
    signatures: "Signatures",
    version: "Version",
    printed: "Imprimé le",
    picture: "Image",
    untitled: "un titre vide",
};

impl Fixed {
    /// The words of a language by its BCP 47 tag (`de-AT`); English where there is no table.
    pub fn of(language: &str) -> &'static Self {
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "de" => &GERMAN,
            "fr" => &FRENCH,
            _ => &ENGLISH,
        }
    }

    /// What a callout of that kind is called.
    pub fn callout(&self, kind: CalloutKind) -> &'static str {
        let [note, warning, caution] = self.callouts;
        match kind {
            CalloutKind::Note => note,
            CalloutKind::Warning => warning,
            CalloutKind::Caution => caution,
        }
    }

    /// A pause as a line says it: `Pause, 8 seconds`.
    pub fn pausing(&self, seconds: u32) -> String {
        let unit = if seconds == 1 { self.second } else { self.seconds };
        format!("{}, {seconds} {unit}", self.pause)
    }

    /// What a reference shows when there are no pages: “1.2”, “Figure 3”, “Step 2.1”, or the title.
    pub fn shown(&self, target: &Target, show: Show) -> String {
        let number = target.number.as_ref().map(|number| match target.kind {
            TargetKind::Heading => number.clone(),
            TargetKind::Figure => format!("{} {number}", self.figure),
            TargetKind::Step => format!("{} {number}", self.step),
        });
        let title = Some(target.title.clone()).filter(|title| !title.is_empty());
        let (first, second) = match show {
            Show::Title => (title, number),
            Show::Number | Show::Page => (number, title),
        };
        first.or(second).unwrap_or_else(|| self.untitled.to_owned())
    }
}
