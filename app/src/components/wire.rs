//! What a hydrated form does with events. On the server it is never asked, and HTML does the rest.

use super::FormCore;
use crate::{browser, follow, forms};
use domain::{Code, FieldError, Kind, Meta, Operation, Problem};
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, FocusEvent, HtmlFormElement, HtmlInputElement, SubmitEvent};

/// The key of a form that the browser renders. (One that it takes over keeps the key it came with.)
pub(super) fn render_key(_op: &str, _row: &str) -> String {
    browser::random_key()
}

/// What was read from the fields of a form.
struct Checked {
    /// The operation as JSON.
    body: String,
    /// What is wrong with its fields.
    errors: Vec<FieldError>,
}

fn read<Op: Operation>(fields: &[(String, String)]) -> Result<Checked, Problem> {
    let op: Op = forms::read(fields)?;
    Ok(Checked {
        body: serde_json::to_string(&op).map_err(|_| Problem::new(Code::Malformed))?,
        errors: op.validate().err().unwrap_or_default(),
    })
}

/// Reads the fields of a form as its operation.
type Read = fn(&[(String, String)]) -> Result<Checked, Problem>;

/// What to do with the text of an accepted answer.
type Done = Arc<dyn Fn(&str) + Send + Sync>;

/// A form's operation without its type.
#[derive(Clone, Copy)]
pub(super) struct Wiring {
    meta: &'static Meta,
    native: bool,
    read: Read,
    done: StoredValue<Option<Done>>,
}

impl Wiring {
    /// The wiring of a form of this operation.
    pub(super) fn of<Op: Operation>(on_done: Option<Callback<Op::Output>>, native: bool) -> Self {
        let done = on_done.map(|on_done| -> Done {
            Arc::new(move |answer: &str| {
                if let Ok(output) = crate::read(answer) {
                    on_done.run(output);
                }
            })
        });
        Self {
            meta: const { &Op::META },
            native,
            read: read::<Op>,
            done: StoredValue::new(done),
        }
    }

    /// Sends the form, unless it is on its way, or its fields are not acceptable.
    pub(super) fn submit(self, core: FormCore, event: &SubmitEvent) {
        if self.native {
            return;
        }
        event.prevent_default();
        let Some(element) = form_of(event) else { return };
        if core.busy.get_untracked() {
            return;
        }
        let fields = browser::fields(&element);
        let checked = match (self.read)(&fields) {
            Ok(checked) => checked,
            Err(problem) => return core.refuse(problem, element),
        };
        if !checked.errors.is_empty() {
            return core.refuse(Problem::invalid(checked.errors), element);
        }
        core.busy.set(true);
        let key = (self.meta.kind == Kind::Mutation).then(|| core.key_of(&fields));
        let done = self.done.get_value();
        leptos::task::spawn_local(async move {
            let answer = browser::ask(self.meta.api, checked.body, key).await;
            core.busy.set(false);
            match (answer, done) {
                (Ok(answer), Some(done)) => {
                    core.accept();
                    done(&answer);
                    // It may be the first that the page hears of having been signed in again.
                    follow::look();
                }
                (Ok(_), None) => browser::load(&browser::address()),
                (Err(problem), _) => core.refuse(problem, element),
            }
        });
    }

    /// Looks at one field again: when it is left, and while a wrong one is mended.
    pub(super) fn look_again(self, core: FormCore, event: &Event, typing: bool) {
        let Some((element, field, empty)) = field_of(event) else {
            return;
        };
        if typing {
            core.dirty.set(true);
        }
        let wrong = core
            .errors
            .with_untracked(|errors| errors.iter().any(|error| error.field == field));
        // A field is judged when it is left, and from then on as it is mended; one that is only passed by is not.
        let passed_by = empty && !core.dirty.get_untracked();
        if self.native || (!wrong && (typing || passed_by)) || goes_to_a_button(event) {
            return;
        }
        if let Ok(checked) = (self.read)(&browser::fields(&element)) {
            core.replace_error(&field, checked.errors);
        }
    }
}

/// Whether a field is left by pressing a button. An error shown now would move the button from under the pointer, and the
/// press would be lost; sending the form judges the field anyway.
fn goes_to_a_button(event: &Event) -> bool {
    let next = event.dyn_ref::<FocusEvent>().and_then(FocusEvent::related_target);
    next.and_then(|next| next.dyn_into::<Element>().ok())
        .is_some_and(|next| next.tag_name() == "BUTTON")
}

impl FormCore {
    fn accept(self) {
        self.key.set_value(Some(browser::random_key()));
        self.dirty.set(false);
        self.saved.set(true);
        self.problem.set(None);
        self.errors.set(Vec::new());
    }

    fn refuse(self, problem: Problem, form: HtmlFormElement) {
        // Without an answer it is not known whether it was done: the same key makes another try safe.
        if problem.code != Code::Unavailable {
            self.key.set_value(Some(browser::random_key()));
        }
        self.show(problem);
        browser::next_frame(move || {
            let _ =
                browser::focus_first(&form, "[aria-invalid='true']") || browser::focus_first(&form, "[role='alert']");
        });
    }

    fn key_of(self, fields: &[(String, String)]) -> String {
        let rendered = || {
            fields
                .iter()
                .find(|(name, _)| name == forms::KEY)
                .map(|(_, key)| key.clone())
        };
        let key = self.key.get_value().or_else(rendered).unwrap_or_default();
        self.key.set_value(Some(key.clone()));
        key
    }

    fn replace_error(self, field: &str, found: Vec<FieldError>) {
        let new = found.into_iter().find(|error| error.field == field);
        let old = self
            .errors
            .with_untracked(|errors| errors.iter().find(|error| error.field == field).cloned());
        if new != old {
            self.errors.update(|errors| {
                errors.retain(|error| error.field != field);
                errors.extend(new);
            });
        }
    }
}

fn form_of(event: &Event) -> Option<HtmlFormElement> {
    event.current_target()?.dyn_into().ok()
}

/// The form, the field's name, and whether the field is empty.
fn field_of(event: &Event) -> Option<(HtmlFormElement, String, bool)> {
    let form = form_of(event)?;
    let target: Element = event.target()?.dyn_into().ok()?;
    let name = target.get_attribute("name").filter(|name| !name.starts_with('_'))?;
    let empty = target
        .dyn_ref::<HtmlInputElement>()
        .is_some_and(|input| input.value().is_empty());
    Some((form, name, empty))
}
