//! Fields: label above, hint below, error in its place; what was typed stays.

use crate::components::{FormCore, Icon};
use leptos::prelude::*;

/// What is wrong with a field, or nothing.
fn error_line(core: Option<FormCore>, name: &'static str, id: &str) -> impl IntoView + use<> {
    let id = format!("{id}-e");
    move || {
        core.and_then(|core| core.error(name)).map(|message| {
            view! {
                <p class="error" id=id.clone()>
                    <Icon name="warning-circle"/>
                    {message}
                </p>
            }
        })
    }
}

/// The ids of what describes a field.
fn described_by(
    core: Option<FormCore>,
    name: &'static str,
    id: &str,
    hint: bool,
) -> impl Fn() -> Option<String> + Clone + use<> {
    let id = id.to_owned();
    move || {
        let error = core.and_then(|core| core.error(name)).map(|_| format!("{id}-e"));
        let hint = hint.then(|| format!("{id}-h"));
        let ids: Vec<_> = hint.into_iter().chain(error).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

fn invalid(core: Option<FormCore>, name: &'static str) -> impl Fn() -> Option<&'static str> + Copy {
    move || core.and_then(|core| core.error(name)).map(|_| "true")
}

fn element_id(core: Option<FormCore>, name: &str) -> String {
    core.map_or_else(|| format!("f-{name}"), |core| core.id(name))
}

fn input_class(large: bool, class: &str) -> String {
    let size = if large { " input-lg" } else { "" };
    format!("input{size} {class}").trim_end().to_owned()
}

/// A field of one line.
#[component]
pub fn TextField(
    /// The field's name in the operation.
    name: &'static str,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// The `type` of the input.
    #[prop(default = "text")]
    kind: &'static str,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// What helps to fill it in.
    #[prop(optional)]
    hint: &'static str,
    /// What the browser may fill in.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// The large size, for pages with one form.
    #[prop(optional)]
    large: bool,
    /// Further classes of the input.
    #[prop(optional)]
    class: &'static str,
    /// Whether the form starts here.
    #[prop(optional)]
    autofocus: bool,
    /// Something beside the label: a way out. It comes after the field for whoever goes by keyboard.
    #[prop(optional, into)]
    aside: Option<ViewFn>,
) -> impl IntoView {
    let core = use_context::<FormCore>();
    let id = element_id(core, name);
    let kept = core.and_then(|core| core.kept(name)).unwrap_or(value);
    let focus = autofocus || core.is_some_and(|core| core.is_first_wrong(name));
    let inputmode = (kind == "email").then_some("email");
    // Titles and names are in whatever script somebody writes.
    let dir = (kind == "text").then_some("auto");
    // HTML only looks at `autofocus` while a page loads; a field that comes later takes the focus itself.
    #[cfg(feature = "hydrate")]
    if autofocus {
        let selector = format!("#{id}");
        Effect::new(move |_| {
            let selector = selector.clone();
            crate::browser::next_frame(move || {
                crate::browser::focus(&selector);
            });
        });
    }
    view! {
        <div class="field">
            <div class="label-row">
                <label class="label" for=id.clone()>
                    {label}
                </label>
            </div>
            <input
                class=input_class(large, class)
                id=id.clone()
                name=name
                type=kind
                dir=dir
                autocomplete=autocomplete
                inputmode=inputmode
                autofocus=focus
                value=kept
                aria-invalid=invalid(core, name)
                aria-describedby=described_by(core, name, &id, !hint.is_empty())
            />
            {(!hint.is_empty())
                .then(|| {
                    view! {
                        <p class="hint" id=format!("{id}-h")>
                            {hint}
                        </p>
                    }.into_any()
                })}
            {error_line(core, name, &id)}
            {aside.map(|aside| view! { <div class="aside">{aside.run()}</div> })}
        </div>
    }
}

/// A field of several lines.
#[component]
pub fn TextArea(
    /// The field's name in the operation.
    name: &'static str,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// What helps to fill it in.
    #[prop(optional, into)]
    hint: String,
    /// Further classes of the input.
    #[prop(optional)]
    class: &'static str,
    /// Its height in lines.
    #[prop(default = 6)]
    rows: u32,
) -> impl IntoView {
    let core = use_context::<FormCore>();
    let id = element_id(core, name);
    let kept = core.and_then(|core| core.kept(name)).unwrap_or(value);
    // HTML drops a line break right after the tag; one of ours in front keeps a first empty line.
    let text = if kept.starts_with(['\n', '\r']) {
        format!("\n{kept}")
    } else {
        kept
    };
    view! {
        <div class="field">
            <label class="label" for=id.clone()>
                {label}
            </label>
            <textarea
                class=input_class(false, class)
                id=id.clone()
                name=name
                rows=rows
                dir="auto"
                autofocus=core.is_some_and(|core| core.is_first_wrong(name))
                aria-invalid=invalid(core, name)
                aria-describedby=described_by(core, name, &id, !hint.is_empty())
            >
                {text}
            </textarea>
            {(!hint.is_empty())
                .then(|| {
                    view! {
                        <p class="hint" id=format!("{id}-h")>
                            {hint}
                        </p>
                    }.into_any()
                })}
            {error_line(core, name, &id)}
        </div>
    }
}

/// A choice of one from a few.
#[component]
pub fn SelectField(
    /// The field's name in the operation.
    name: &'static str,
    /// What it is called.
    label: &'static str,
    /// What is chosen at first.
    #[prop(into)]
    value: String,
    /// The choices: value and words.
    options: Vec<(String, String)>,
) -> impl IntoView {
    let core = use_context::<FormCore>();
    let id = element_id(core, name);
    let value = core.and_then(|core| core.kept(name)).unwrap_or(value);
    let options = options
        .into_iter()
        .map(|(option, words)| {
            let chosen = option == value;
            view! {
                <option value=option selected=chosen>
                    {words}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label class="label" for=id.clone()>
                {label}
            </label>
            <span class="select-wrap">
                <select
                    class="input select"
                    id=id.clone()
                    name=name
                    aria-invalid=invalid(core, name)
                    aria-describedby=described_by(core, name, &id, false)
                >
                    {options}
                </select>
                <Icon name="caret-down"/>
            </span>
            {error_line(core, name, &id)}
        </div>
    }
}

/// A field nobody sees. If it is what is wrong, that is said where it stands. In a form that waited it is what it was, so that
/// what changed in the meantime is noticed and not overwritten.
#[component]
pub fn Hidden(
    /// The field's name in the operation.
    name: &'static str,
    /// Its value.
    #[prop(into)]
    value: Signal<String>,
) -> impl IntoView {
    let core = use_context::<FormCore>();
    let id = element_id(core, name);
    view! {
        <input
            type="hidden"
            name=name
            value=move || core.and_then(|core| core.waited_with(name)).unwrap_or_else(|| value.get())
        />
        {error_line(core, name, &id)}
    }
}
