//! The toolbar above the text, and the one that is docked above a phone's keyboard.

use super::{Ask, Script};
use crate::components::Icon;
use leptos::prelude::*;

/// A command as a button.
struct Tool {
    name: &'static str,
    icon: &'static str,
    command: &'static str,
    /// JSON.
    args: &'static str,
    /// The mark or node that makes it pressed, or empty.
    on: &'static str,
}

const fn tool(name: &'static str, icon: &'static str, command: &'static str, on: &'static str) -> Tool {
    Tool {
        name,
        icon,
        command,
        args: "",
        on,
    }
}

const MARKS: [Tool; 2] = [
    tool("Bold", "text-b", "strong", "strong"),
    tool("Italic", "text-italic", "emphasis", "emphasis"),
];
const HIGHLIGHT: Tool = tool("Highlight", "highlighter", "highlight", "highlight");
const BLOCKS: [Tool; 5] = [
    tool("Bulleted list", "list-bullets", "bullet_list", "bullet_list"),
    tool("Numbered list", "list-numbers", "ordered_list", "ordered_list"),
    tool("Task list", "check-square", "task_list", "task_list"),
    tool("Steps", "list-checks", "step", "step"),
    Tool {
        args: r#"{"kind":"note"}"#,
        ..tool("Note", "note-pencil", "callout", "callout")
    },
];
const NEW_TABLE: Tool = tool("Table", "table", "table", "");
const PICTURE: Tool = tool("Picture", "image", "picture", "");
const PAUSE: Tool = tool("Pause", "pause", "pause", "");
const DOCKED: [Tool; 6] = [
    tool("Pause", "pause", "pause", ""),
    tool("Bold", "text-b", "strong", "strong"),
    tool("Italic", "text-italic", "emphasis", "emphasis"),
    Tool {
        args: r#"{"level":2}"#,
        ..tool("Heading", "text-h-two", "heading", "heading")
    },
    tool("Bulleted list", "list-bullets", "bullet_list", "bullet_list"),
    tool("Steps", "list-checks", "step", "step"),
];

/// A button that asks for something first.
#[derive(Clone, Copy)]
struct Asking {
    name: &'static str,
    /// Its icon; without one it is the character §.
    icon: Option<&'static str>,
    ask: Ask,
    /// The mark that makes it pressed, or empty.
    on: &'static str,
}

const LINK: Asking = Asking {
    name: "Link",
    icon: Some("link-simple"),
    ask: Ask::Link,
    on: "link",
};
const CLAUSE: Asking = Asking {
    name: "Cite a clause",
    icon: None,
    ask: Ask::Clause,
    on: "",
};
const FACT: Asking = Asking {
    name: "Insert a fact",
    icon: Some("tag-simple"),
    ask: Ask::Fact,
    on: "",
};

/// What can be done to the table around the caret: name, command.
const TABLE: [(&str, &str); 8] = [
    ("Row below", "row"),
    ("Column after", "column"),
    ("Delete this row", "delete_row"),
    ("Delete this column", "delete_column"),
    ("Header row", "header_row"),
    ("Header column", "header_column"),
    ("Merge cells", "merge"),
    ("Delete the table", "delete_table"),
];

/// What the block with the caret can become: name, command, arguments.
const STYLES: [(&str, &str, &str); 6] = [
    ("Text", "paragraph", ""),
    ("Heading 1", "heading", r#"{"level":1}"#),
    ("Heading 2", "heading", r#"{"level":2}"#),
    ("Heading 3", "heading", r#"{"level":3}"#),
    ("Quote", "blockquote", ""),
    ("Code", "code_block", ""),
];

fn buttons(script: Script, tools: &'static [Tool]) -> impl IntoView {
    tools.iter().map(|tool| button(script, tool)).collect_view()
}

fn button(script: Script, tool: &'static Tool) -> impl IntoView + use<> {
    let on = Memo::new(move |_| {
        script.active.with(|active| {
            let says = |names: &[String]| names.iter().any(|name| name == tool.on);
            says(&active.marks) || says(&active.nodes)
        })
    });
    view! {
        <button
            class="tool"
            class:is-on=move || on.get()
            type="button"
            title=tool.name
            aria-label=tool.name
            aria-pressed=move || (!tool.on.is_empty()).then(|| on.get().to_string())
            on:pointerdown=|event| event.prevent_default()
            on:click=move |_| {
                script.run(tool.command, tool.args);
            }
        >
            <Icon name=tool.icon/>
        </button>
    }
}

fn asking(script: Script, Asking { name, icon, ask, on }: Asking) -> impl IntoView + use<> {
    let pressed = Memo::new(move |_| script.active.with(|active| active.marks.iter().any(|mark| mark == on)));
    view! {
        <button
            class="tool"
            class:is-on=move || pressed.get()
            type="button"
            title=name
            aria-label=name
            aria-expanded=move || (script.asking.get() == Some(ask)).to_string()
            on:pointerdown=|event| event.prevent_default()
            on:click=move |_| script.asking.update(|now| *now = (*now != Some(ask)).then_some(ask))
        >
            {icon.map_or_else(|| view! { <b class="sign">"§"</b> }.into_any(), |name| view! { <Icon name/> }.into_any())}
        </button>
    }
}

/// Makes a table; within one, what can be done to it.
fn table(script: Script) -> impl IntoView {
    let inside = Memo::new(move |_| script.active.with(|active| active.table));
    let chosen = move |event: leptos::ev::Event| {
        let index = event_target_value(&event).parse::<usize>().ok();
        if let Some((_, command)) = index.and_then(|index| TABLE.get(index)) {
            script.run(command, "");
        }
        // Says "Table" again after each act.
        #[cfg(feature = "hydrate")]
        crate::browser::choose_first(&event);
    };
    move || {
        if !inside.get() {
            return button(script, &NEW_TABLE).into_any();
        }
        let options = TABLE
            .iter()
            .enumerate()
            .map(|(index, (name, _))| view! { <option value=index.to_string()>{*name}</option> })
            .collect_view();
        view! {
            <select class="tool tool-table" aria-label="Table" on:change=chosen>
                <option value="" hidden=true>
                    "Table"
                </option>
                {options}
            </select>
        }
        .into_any()
    }
}

/// Undo and redo, which know whether there is something to do.
fn history(script: Script) -> impl IntoView {
    view! {
        <button
            class="tool"
            type="button"
            title="Undo my last change"
            aria-label="Undo my last change"
            disabled=move || script.active.with(|active| !active.undo)
            on:pointerdown=|event| event.prevent_default()
            on:click=move |_| {
                script.run("undo", "");
            }
        >
            <Icon name="arrow-u-up-left"/>
        </button>
        <button
            class="tool"
            type="button"
            title="Redo"
            aria-label="Redo"
            disabled=move || script.active.with(|active| !active.redo)
            on:pointerdown=|event| event.prevent_default()
            on:click=move |_| {
                script.run("redo", "");
            }
        >
            <Icon name="arrow-u-up-right"/>
        </button>
    }
}

/// Which of [`STYLES`] the caret stands in.
fn style_of(script: Script) -> usize {
    script.active.with(|active| {
        let inside = |name: &str| active.nodes.iter().any(|node| node == name);
        match active.level {
            1..=3 => usize::from(active.level),
            _ if inside("code_block") => 5,
            _ if inside("blockquote") => 4,
            _ => 0,
        }
    })
}

/// The toolbar above the text.
#[component]
pub fn Tools(
    /// The script.
    script: Script,
) -> impl IntoView {
    let chosen = move |event: leptos::ev::Event| {
        let index = event_target_value(&event).parse::<usize>().unwrap_or(0);
        if let Some((_, command, args)) = STYLES.get(index) {
            script.run(command, args);
        }
    };
    view! {
        <div class="tools" role="toolbar" aria-label="Formatting">
            {history(script)}
            <span class="sep"></span>
            <select
                class="tool tool-style"
                aria-label="Style"
                on:change=chosen
                prop:value=move || style_of(script).to_string()
            >
                {STYLES
                    .iter()
                    .enumerate()
                    .map(|(index, (name, ..))| view! { <option value=index.to_string()>{*name}</option> })
                    .collect_view()}
            </select>
            <span class="sep"></span>
            {buttons(script, &MARKS)}
            {asking(script, LINK)}
            {button(script, &HIGHLIGHT)}
            <span class="sep"></span>
            {buttons(script, &BLOCKS)}
            {table(script)}
            {button(script, &PAUSE)}
            {button(script, &PICTURE)}
            <span class="sep"></span>
            {asking(script, CLAUSE)}
            {asking(script, FACT)}
        </div>
    }
}

/// The toolbar at the foot of a phone's page: what can be inserted at the left, the rest scrolls, the keyboard goes away at
/// the right.
#[component]
pub fn Dock(
    /// The script.
    script: Script,
) -> impl IntoView {
    view! {
        <div class="dock" role="toolbar" aria-label="Formatting">
            <button
                class="tool tool-plus"
                type="button"
                aria-label="Insert"
                on:pointerdown=|event| event.prevent_default()
                on:click=move |_| {
                    script.run("slash", "");
                }
            >
                <Icon name="plus-bold"/>
            </button>
            <div class="dock-scroll">{history(script)} {buttons(script, &DOCKED)} {table(script)} {button(script, &PICTURE)}
                {[LINK, CLAUSE, FACT].map(|one| asking(script, one)).collect_view()}
            </div>
            <button
                class="tool dock-end"
                type="button"
                aria-label="Hide the keyboard"
                on:click=move |_| {
                    script.run("blur", "");
                }
            >
                <Icon name="keyboard"/>
            </button>
        </div>
    }
}
