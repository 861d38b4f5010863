//! The text itself. It is read as the server rendered it, without the editor; the editor's module is loaded when somebody
//! writes, and the read text stands until the editor has the document.

use super::{Asked, Counts, Dock, Entry, Followed, Foot, Outline, Safety, Script, Tools};
use crate::{
    ask,
    components::{Banner, Look, Tone},
    load,
    pages::errors::Failed,
};
use domain::{
    RecordId, WorkspaceId,
    document::text::{READING_PACE, seconds},
    ops::{BodyView, ReadBody, RecordView, WorkspaceView},
};
use leptos::{html::Div, prelude::*};

/// Outline, tools and text. `children` stands above the text: title and what is known of the record.
#[component]
pub fn ScriptText(
    /// The workspace.
    workspace: WorkspaceId,
    /// The record.
    record: RecordId,
    /// Its title, for a copy that is saved.
    #[prop(into)]
    title: Signal<String>,
    /// The script.
    script: Script,
    /// Whether this person may write.
    #[prop(into)]
    may: Signal<bool>,
    /// Gets what the server says of the record, and of the workspace where the role may be another one, when that may have changed.
    on_seen: Callback<(RecordView, Option<WorkspaceView>)>,
    /// Title and more.
    children: Children,
) -> impl IntoView {
    let version = RwSignal::new(0_u32);
    let body = load(
        move || version.get().to_string(),
        move |_| ask(ReadBody { workspace, record }),
    );
    let host = NodeRef::<Div>::new();
    let port = NodeRef::<Div>::new();
    #[cfg(feature = "hydrate")]
    let here = super::here::Here::new(script, port);
    #[cfg(feature = "hydrate")]
    script.reader.set_value(Some(here));
    let loaded = Memo::new(move |_| {
        script.writing.get()
            && script
                .status
                .with(|status| status.as_ref().is_some_and(|status| status.loaded))
    });
    wire(script, host, (workspace, record), title, version);
    // Who pressed "Write" writes, unless they went elsewhere while the editor came.
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if loaded.get() {
            if crate::browser::is_on_button() {
                script.run("focus", "");
            }
            here.keep();
        }
    });
    #[cfg(feature = "hydrate")]
    let reading = super::end::Reading::new(script, workspace, record, on_seen);
    #[cfg(feature = "hydrate")]
    reading.follow();
    #[cfg(not(feature = "hydrate"))]
    let _ = on_seen;
    #[cfg(feature = "hydrate")]
    super::pace::follow(script);
    view! {
        // With the text, and before it: what is known of it when the page is made does not move anything later.
        <Transition>
            {move || {
                body.get::<BodyView>()
                    .map(|answer| {
                        if let Ok(body) = &answer {
                            note(script, body);
                        }
                        view! { <Outline script/> }
                    })
            }}
        </Transition>
        <div class="ed-col">
            {move || script.writing.get().then(|| view! { <Tools script/> }.into_any())}
            {move || script.writing.get().then(|| view! { <Asked script/> }.into_any())}
            <Safety script may title/>
            <Newer script version/>
            {move || script.writing.get().then(|| view! { <Followed script/> }.into_any())}
            <div class="ed-port">
                <div
                    node_ref=port
                    class="scroll"
                    on:scroll=move |_| {
                        #[cfg(feature = "hydrate")]
                        here.look();
                    }
                    class:reading=move || !script.writing.get()
                    role="region"
                    aria-label="Text"
                    tabindex=move || if script.writing.get() { "-1" } else { "0" }
                >
                    <div class="sheet">
                        {children()}
                        <div hidden=move || loaded.get()>
                            <Transition fallback=|| view! { <div aria-busy="true"></div> }>
                                {move || {
                                    body.get::<BodyView>()
                                        .map(|answer| match answer {
                                            Ok(body) => {
                                                #[cfg(feature = "hydrate")]
                                                {
                                                    reading.show(&body.html);
                                                    here.keep();
                                                }
                                                // The server's own rendering of the tree: nothing in it is anybody's HTML.
                                                view! { <div inner_html=body.html></div> }.into_any()
                                            }
                                            Err(problem) => view! { <Failed problem/> }.into_any(),
                                        })
                                }}
                            </Transition>
                        </div>
                        <div node_ref=host></div>
                    </div>
                </div>
            </div>
            {move || {
                if script.writing.get() {
                    view! { <Dock script/> }.into_any()
                } else {
                    view! { <Foot script may/> }.into_any()
                }
            }}
        </div>
    }
}

/// Says that there is newer text, above the page so that what is read stays where it is; it comes when it is asked for.
#[component]
fn Newer(script: Script, version: RwSignal<u32>) -> impl IntoView {
    let show = move |_| {
        script.newer.set(false);
        version.update(|version| *version += 1);
    };
    view! {
        <div class="afloat">
            {move || {
                (script.newer.get() && !script.writing.get())
                    .then(|| {
                        view! {
                            <Banner tone=Tone::Pencil>
                                "Somebody has changed this text. "
                                <button class=format!("{} btn-sm", Look::Line.class()) type="button" on:click=show>
                                    "Show it as it is now"
                                </button>
                            </Banner>
                        }.into_any()
                    })
            }}
        </div>
    }
}

/// Outline and counts of what is read; the editor tells its own.
fn note(script: Script, body: &BodyView) {
    if script.writing.get_untracked() {
        return;
    }
    let entries = body.headings.iter().map(|heading| Entry {
        id: heading.anchor.clone(),
        level: heading.level,
        number: heading.number.clone(),
        text: heading.title.clone(),
    });
    script.outline.set(entries.collect());
    script.counts.set(Counts {
        words: body.words,
        reading: u32::try_from(seconds(u64::from(body.words), READING_PACE)).unwrap_or(u32::MAX),
        said: body.said,
        pauses: body.pauses,
        ..Counts::default()
    });
}

/// What the editor's module is told when it is mounted; `app/editor/options.ts` says what each means.
#[cfg(feature = "hydrate")]
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct EditorOptions<'a> {
    url: &'a str,
    key: &'a str,
    title: &'a str,
    user: Writer<'a>,
    read_only: bool,
    icons: &'a str,
    attachments: &'a str,
    pictures: &'a str,
    pace: u32,
}

/// Who writes.
#[cfg(feature = "hydrate")]
#[derive(serde::Serialize)]
struct Writer<'a> {
    id: &'a str,
    name: &'a str,
}

/// Opens and closes the editor as the mode says.
#[cfg(feature = "hydrate")]
fn wire(
    script: Script,
    host: NodeRef<Div>,
    (workspace, record): (WorkspaceId, RecordId),
    title: Signal<String>,
    version: RwSignal<u32>,
) {
    use super::{
        super::{Around, AroundLoaded},
        Status,
    };
    use crate::{
        components::{Save, SaysItself},
        editor::{Editor, Keeping},
        leaving,
    };
    /// How long the last words of a text that is left are on their way, before it is looked whether they are there.
    const ON_THE_WAY_MS: u16 = 500;
    let around = use_context::<AroundLoaded>();
    let assets = use_context::<crate::assets::Assets>().unwrap_or_default();
    let close = move || {
        let editor = script.editor.try_update_value(Option::take).flatten();
        if let Some(editor) = &editor {
            editor.close();
        }
        editor.is_some()
    };
    let SaysItself(says) = use_context().unwrap_or_default();
    Effect::new(move |_| {
        let writing = script.writing.get();
        let left = script
            .status
            .with_untracked(|status| status.as_ref().filter(|status| status.unsaved).map(Status::save));
        let was = close();
        says.set(writing);
        script.status.set(None);
        script.people.set(Vec::new());
        script.asking.set(None);
        script.newer.set(false);
        let profile = around
            .and_then(|AroundLoaded(around)| untrack(|| around.get::<Around>()))
            .and_then(Result::ok)
            .map(|around| around.profile);
        let (id, name) = profile.map_or_else(Default::default, |profile| (profile.account.to_string(), profile.name));
        let key = format!("{record} {id}");
        let keeping = (!writing).then(|| {
            Keeping::watch(&key, if was { ON_THE_WAY_MS } else { 0 }, move |kept| {
                script.left.try_set(kept.then_some(Save::Device));
            })
        });
        script.keeping.set_value(keeping);
        script.key.set_value(key.clone());
        let Some(host) = host.get_untracked().filter(|_| writing) else {
            if was {
                script.left.set(left);
                version.update(|version| *version += 1);
            }
            return;
        };
        let options = EditorOptions {
            url: &format!("/ws/records/{record}?workspace={workspace}"),
            key: &key,
            title: &title.get_untracked(),
            user: Writer { id: &id, name: &name },
            read_only: false,
            icons: assets.url("icons.svg"),
            attachments: &format!("/attachments/{workspace}/"),
            pictures: &format!("/attachments?workspace={workspace}&record={record}"),
            pace: script.pace.get_untracked(),
        };
        let options = serde_json::to_string(&options).unwrap_or_default();
        let editor = Editor::open(host.into(), options, move |name, detail| {
            if name == "broken" {
                script.writing.set(false);
                script
                    .failed
                    .set(Some("The editor did not load. Reload the page to try again."));
            } else {
                script.hear(name, detail);
            }
        });
        script.editor.set_value(Some(editor));
    });
    let path = format!("/w/{workspace}/records/{record}");
    leaving::guard(path.clone(), move || {
        script
            .status
            .try_with_untracked(|status| status.as_ref()?.question())
            .flatten()
    });
    on_cleanup(move || {
        leaving::unguard(&path);
        says.try_set(false);
        script.keeping.try_update_value(Option::take);
        close();
    });
}

/// Nothing: on the server a script is read.
#[cfg(not(feature = "hydrate"))]
fn wire(
    script: Script,
    host: NodeRef<Div>,
    (workspace, record): (WorkspaceId, RecordId),
    title: Signal<String>,
    version: RwSignal<u32>,
) {
    let _ = (script, host, workspace, record, title, version);
}
