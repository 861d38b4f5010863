//! What a thing says about itself: tags, the save state, people, banners.

use super::{Part, Section};
use crate::components::{Avatar, Banner, Icon, Save, SaveState, Tone};
use leptos::prelude::*;

const PEOPLE: [(&str, &str); 6] = [
    ("Ilse Brandt", "a"),
    ("Tomás Quintero", "b"),
    ("Priya Nadar", "c"),
    ("Łucja Wrona", "d"),
    ("Viktor Anselm", "e"),
    ("Yusuf Demirci", "f"),
];

/// Tags, save states, avatars and banners.
#[component]
pub fn States() -> impl IntoView {
    let crowd = || {
        PEOPLE
            .map(|(name, seed)| view! { <Avatar name=name.to_owned() seed=seed.to_owned()/> })
            .collect_view()
    };
    view! {
        <Section title="States" rule="Shape says it first, colour second, the word always.">
            <div class="row-c">
                <Part name="Tags">
                    <span class="btns">
                        <span class="tag">"This device"</span>
                        <span class="tag tag-pencil">"On its way"</span>
                        <span class="tag tag-seal">
                            <Icon name="check-bold"/>
                            "Sealed"
                        </span>
                        <span class="tag tag-lamp">"Not proven"</span>
                        <span class="tag tag-rubric">
                            <Icon name="x-bold"/>
                            "Refused"
                        </span>
                    </span>
                </Part>
                <Part name="The three honest states">
                    <span class="btns gap6">
                        <SaveState state=Signal::stored(Save::Saved)/>
                        <SaveState state=Signal::stored(Save::Device)/>
                        <SaveState state=Signal::stored(Save::Unsaved)/>
                    </span>
                </Part>
            </div>
            <div class="row-c">
                <Part name="People, the six tints">
                    <span class="btns">{crowd()}</span>
                </Part>
                <Part name="Together">
                    <span class="avs">{crowd()}</span>
                </Part>
                <Part name="Small">
                    <span class="who">
                        <Avatar name="Ilse Brandt".to_owned() seed="a".to_owned() small=true/>
                        "Ilse Brandt"
                    </span>
                </Part>
                <Part name="The system">
                    <span class="who">
                        <span class="av av-sys av-sm">
                            <Icon name="gear-six"/>
                        </span>
                        "The system"
                    </span>
                </Part>
            </div>
            <div class="grid-2 mt">
                <Banner tone=Tone::Lamp>"No connection. What you typed stays in this page."</Banner>
                <Banner tone=Tone::Rubric>
                    <b>"Not saved."</b>
                    " Somebody changed this a moment ago. Load the page again and put your words back."
                </Banner>
                <Banner tone=Tone::Pencil>"You are signed out on this device."</Banner>
                <Banner tone=Tone::Seal>"Your address is proven. Sign in to begin."</Banner>
            </div>
        </Section>
    }
}
