//! The packs in the binary, what a wrong one is told, and the golden matrix of who may do what.

use super::*;
use domain::policy::{Action, Actor, Item, Resource, Shelf, decide};
use std::fmt::Write as _;

/// A pack as small as one can be.
const SMALL: &str = r#"
id = "small"
name = "Small"
about = "One type, one role."

[[type]]
id = "note"
name = "Note"
many = "Notes"
about = "A note."

[[type.field]]
id = "title"
label = "Title"
class = "title"

[[type.state]]
id = "open"
name = "Open"
look = "draft"

[[role]]
id = "keeper"
name = "Keeper"
about = "Keeps it all."
answers = true
reads = ["title", "general", "body"]
may = ["workspace.manage", "members.see", "members.manage"]

[[role.records]]
may = ["read", "create", "edit"]
"#;

fn fixture(name: &str) -> Pack {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs").join(name);
    read_file(&path).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_built_in_packs_are_good_and_the_first_is_the_usual_one() {
    let packs = Packs::built_in().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(packs.usual().map(|pack| pack.id.as_str()), Some("therapy"));
    let ids: Vec<_> = packs.heads().into_iter().map(|head| head.id).collect();
    assert_eq!(ids, ["therapy", "procedures"]);
    for pack in packs.all() {
        assert!(pack.owning_role().is_some_and(|role| role.owner), "{}", pack.id);
        assert!(pack.usual_role().is_some_and(|role| !role.owner), "{}", pack.id);
        let templates = pack.types.iter().flat_map(|kind| &kind.templates).count();
        assert!(templates >= 3, "{} has {templates} templates", pack.id);
    }
}

#[test]
fn a_folder_adds_packs_and_replaces_those_of_the_same_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs");
    let packs = Packs::with_folder(&folder).unwrap_or_else(|error| panic!("{error}"));
    let ids: Vec<_> = packs.heads().into_iter().map(|head| head.id).collect();
    assert_eq!(ids, ["therapy", "procedures", "kitchen", "lighthouse"]);
    assert!(Packs::with_folder(Path::new("/nowhere")).is_err());
}

/// A change to the small pack, and what is said of it: line, column, words.
const WRONG: [(&str, &str, &str); 24] = [
    (
        "id = \"small\"",
        "id = \"large\"",
        "small.toml:2:6: The pack `large` stands in a file with another name. Call the file large.toml.",
    ),
    (
        "id = \"small\"",
        "id = \"Small\"",
        "small.toml:2:6: `Small` cannot be an id. An id is 1 to 40 small letters",
    ),
    (
        "about = \"One type",
        "abuot = \"One type",
        "small.toml:4:1: There is no key `abuot` here. Did you mean `about`?",
    ),
    ("name = \"Small\"\n", "", "`name` is missing. Add name = \"…\"."),
    (
        "name = \"Small\"",
        "name = 7",
        "small.toml:3:8: `name` is an integer here. It has to be a text in quotes.",
    ),
    ("name = \"Small\"", "name = \"Small", "This is not TOML"),
    ("name = \"Small\"", "name = \" \"", "`name` cannot be shown."),
    (
        "many = \"Notes\"",
        "meny = \"Notes\"",
        "small.toml:9:1: There is no key `meny` here. Did you mean `many`?",
    ),
    (
        "id = \"title\"",
        "id = \"titel\"",
        "small.toml:13:6: There is no field `titel`. Did you mean `title`?",
    ),
    (
        "class = \"title\"",
        "class = \"general\"",
        "small.toml:15:9: The field `title` is kept in the class `title`.",
    ),
    (
        "class = \"title\"",
        "class = \"tittle\"",
        "There is no class of fields `tittle`. Did you mean `title`?",
    ),
    (
        "look = \"draft\"",
        "look = \"drafft\"",
        "small.toml:20:8: There is no look `drafft`. Did you mean `draft`?",
    ),
    (
        "look = \"draft\"\n",
        "look = \"draft\"\n\n[[type.state]]\nid = \"shut\"\nname = \"Shut\"\nlook = \"effective\"\n",
        "No record ever gets into the state `shut`. Add a [[type.move]] with to = \"shut\".",
    ),
    (
        "look = \"draft\"\n",
        "look = \"draft\"\n\n[[type.state]]\nid = \"open\"\nname = \"Again\"\nlook = \"draft\"\n",
        "There are two states with the id `open`.",
    ),
    (
        "look = \"draft\"\n",
        "look = \"draft\"\n\n[[type.move]]\nfrom = \"open\"\nto = \"opne\"\nname = \"X\"\n",
        "There is no state `opne`. Did you mean `open`?",
    ),
    (
        "look = \"draft\"\n",
        "look = \"draft\"\n\n[[type.template]]\nid = \"t\"\nname = \"T\"\nabout = \"T\"\nbody = '''\n{\"type\": \"doc\",,}\n'''\n",
        "small.toml:27:16: The body is not JSON here.",
    ),
    (
        "look = \"draft\"\n",
        "look = \"draft\"\n\n[[type.template]]\nid = \"t\"\nname = \"T\"\nabout = \"T\"\nbody = '{\"type\": \"doc\"}'\n",
        "small.toml:26:8: The body is no document",
    ),
    (
        "answers = true",
        "answers = \"yes\"",
        "`answers` is a string here. It has to be true or false.",
    ),
    (
        "answers = true\n",
        "",
        "No role answers for the workspace. Give one of them answers = true",
    ),
    (
        "\"members.manage\"]",
        "\"members.mange\"]",
        "There is no act in a workspace `members.mange`. Did you mean `members.manage`?",
    ),
    (
        ", \"members.manage\"]",
        "]",
        "The role `keeper` answers for the workspace, but may not `members.manage`.",
    ),
    (
        "[\"read\", \"create\", \"edit\"]",
        "[\"read\", \"read\"]",
        "`read` stands in `may` twice. Take one out.",
    ),
    (
        "[\"read\", \"create\", \"edit\"]",
        "[\"edit\"]",
        "The role `keeper` handles records that it never reads.",
    ),
    (
        "[\"title\", \"general\", \"body\"]",
        "[\"title\"]",
        "The role `keeper` writes records of which it does not see everything.",
    ),
];

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_mend() {
    assert!(read("small.toml", SMALL).is_ok());
    for (right, wrong, said) in WRONG {
        assert!(SMALL.contains(right), "{right}");
        let error = read("small.toml", &SMALL.replacen(right, wrong, 1)).expect_err(wrong);
        assert!(
            error.to_string().contains(said),
            "{wrong}\n  says {error}\n  not  {said}"
        );
    }
}

#[test]
fn no_text_at_all_makes_the_reader_panic() {
    for end in 0..SMALL.len() {
        let _ = read("small.toml", &SMALL[..end]);
    }
    for junk in [
        "",
        "\u{0}",
        "id = ",
        "[[role]]",
        "type = 1",
        "role = [1]",
        "[[type]]\nfield = 1",
    ] {
        assert!(read("small.toml", junk).is_err(), "{junk:?}");
    }
}

/// Every role × action × type × state × shelf of a pack, one line for each that is not refused.
fn matrix(pack: &Pack) -> String {
    let mut table = String::new();
    for role in &pack.roles {
        let actor = Actor::Member(role);
        let _ = writeln!(table, "# {}", role.id);
        let whole: Vec<_> = Action::ALL
            .into_iter()
            .filter(|action| !action.on_records() && actor.may(*action))
            .map(Action::word)
            .collect();
        let _ = writeln!(table, "workspace: {}", whole.join(" "));
        for kind in &pack.types {
            for state in &kind.states {
                for shelf in Shelf::ALL {
                    let item = Item {
                        kind: &kind.id,
                        state: &state.id,
                        shelf,
                    };
                    let decided: Vec<String> = Action::ON_RECORDS
                        .into_iter()
                        .map(|action| {
                            let decision = decide(actor, action, Resource::Record(item));
                            format!("{}={decision:?}", action.word())
                        })
                        .collect();
                    let _ = writeln!(
                        table,
                        "{} {} {}: {}",
                        kind.id,
                        state.id,
                        shelf.word(),
                        decided.join(" ")
                    );
                }
            }
        }
    }
    table
}

#[test]
fn every_role_action_and_state_decides_as_the_golden_tables_say() {
    let packs = Packs::built_in().unwrap_or_else(|error| panic!("{error}"));
    let fixtures = [fixture("kitchen.toml"), fixture("lighthouse.toml")];
    for pack in packs.all().iter().map(|pack| &**pack).chain(&fixtures) {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/packs/{}.golden", pack.id));
        let found = matrix(pack);
        if std::env::var_os("SCRIPTKEEP_BLESS").is_some() {
            std::fs::write(&golden, &found).expect("write the golden file");
        }
        let known = std::fs::read_to_string(&golden).unwrap_or_default();
        assert!(
            found == known,
            "the matrix of {} differs from {}; if that is meant, run the test with SCRIPTKEEP_BLESS=1",
            pack.id,
            golden.display()
        );
    }
}

/// Files below a folder that end in `.rs`; not tests, and not the gallery, whose samples decide nothing.
fn sources(folder: &Path, into: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(
                name.as_str(),
                "tests" | "target" | "node_modules" | "benches" | "testkit" | "xtask" | "gallery"
            ) {
                sources(&path, into);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests.rs" {
            into.push(path);
        }
    }
}

#[test]
fn no_role_is_named_in_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for part in ["app", "server"] {
        sources(&root.join(part), &mut files);
    }
    assert!(files.len() > 200, "{} files", files.len());
    let packs = Packs::built_in().unwrap_or_else(|error| panic!("{error}"));
    let roles = packs.all().iter().flat_map(|pack| &pack.roles);
    let names: Vec<String> = roles
        .flat_map(|role| [format!("\"{}\"", role.id), format!("\"{}\"", role.name)])
        .collect();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source");
        // What stands below the tests' mark is tests.
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for name in &names {
            // What the first release wrote of a membership, which is no role and is still read and written for it.
            let standing = file.ends_with("server/store/src/members.rs") && name == "\"owner\"";
            assert!(
                standing || !code.contains(name),
                "{} names the role {name}",
                file.display()
            );
        }
    }
}
