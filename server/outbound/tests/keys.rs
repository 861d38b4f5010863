//! Key files on a real disk: private, durable, never replaced; whole when the writer is killed or the disk is full.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should fail there")]

use domain::{
    WorkspaceId,
    ports::{KeyStore, KeyStoreError},
};
use outbound::{FileKeyStore, KeysError, SystemRandom, keys};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;
use uuid::Uuid;

/// Tells a second run of this binary which folder to work in.
const FOLDER: &str = "SCRIPTKEEP_TEST_KEY_FOLDER";

fn workspace(number: u128) -> WorkspaceId {
    WorkspaceId(Uuid::from_u128(number))
}

/// A wrapped key as a stand-in: long, and recognisable when only part of it is there.
fn wrapped(number: u128) -> Vec<u8> {
    number.to_be_bytes().repeat(64)
}

fn folder() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let keys = dir.path().join("keys");
    (dir, keys)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn open_to_others(path: &Path, bits: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(bits)).unwrap();
}

/// Every entry of the store's folder but the lock.
fn entries(keys: &Path) -> Vec<String> {
    let entries = fs::read_dir(keys.join(keys::WORKSPACES)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name != ".lock").collect();
    names.sort();
    names
}

#[test]
fn a_key_is_kept_privately_and_never_replaced() {
    let (_dir, keys) = folder();
    let store = FileKeyStore::open(&keys).unwrap();
    assert_eq!(store.load(workspace(1)), Err(KeyStoreError::Missing));
    store.create(workspace(1), &wrapped(1)).unwrap();
    let second = store.create(workspace(1), &wrapped(2));
    assert!(matches!(second, Err(KeyStoreError::Unavailable(text)) if text.contains("has a key already")));
    assert_eq!(store.load(workspace(1)), Ok(wrapped(1)));
    assert_eq!(FileKeyStore::open(&keys).unwrap().load(workspace(1)), Ok(wrapped(1)));
    assert_eq!(mode(&keys), 0o700);
    assert_eq!(mode(&keys.join("workspaces")), 0o700);
    assert_eq!(entries(&keys), [format!("{}.key", workspace(1))]);
    assert_eq!(mode(&keys.join("workspaces").join(&entries(&keys)[0])), 0o600);
}

#[test]
fn of_writers_in_parallel_one_wins() {
    let (_dir, keys) = folder();
    let store = FileKeyStore::open(&keys).unwrap();
    let won: Vec<u128> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..16)
            .map(|number| {
                let store = &store;
                scope.spawn(move || store.create(workspace(1), &wrapped(number)).map(|()| number))
            })
            .collect();
        writers
            .into_iter()
            .filter_map(|writer| writer.join().unwrap().ok())
            .collect()
    });
    assert_eq!(won.len(), 1);
    assert_eq!(store.load(workspace(1)), Ok(wrapped(won[0])));
    assert_eq!(entries(&keys).len(), 1);
}

#[test]
fn a_folder_that_others_can_read_is_refused_with_the_mend() {
    let (_dir, keys) = folder();
    FileKeyStore::open(&keys).unwrap();
    for bits in [0o750, 0o705, 0o710, 0o701] {
        open_to_others(&keys, bits);
        let errors = [
            FileKeyStore::open(&keys).unwrap_err(),
            keys::load_root(&keys).unwrap_err(),
            keys::load_or_create_root(&keys, &SystemRandom).unwrap_err(),
        ];
        for error in errors {
            let text = error.to_string();
            assert!(text.contains(&format!("chmod 700 {}", keys.display())), "{text}");
        }
    }
    open_to_others(&keys, 0o700);
    open_to_others(&keys.join("workspaces"), 0o755);
    assert!(matches!(FileKeyStore::open(&keys), Err(KeysError::Open { .. })));
}

#[test]
fn a_folder_that_is_gone_is_an_outage_and_no_missing_key() {
    let (dir, keys) = folder();
    let store = FileKeyStore::open(&keys).unwrap();
    store.create(workspace(1), &wrapped(1)).unwrap();
    fs::rename(&keys, dir.path().join("elsewhere")).unwrap();
    for answer in [
        store.load(workspace(1)).map(|_| ()),
        store.create(workspace(2), &wrapped(2)),
    ] {
        let Err(KeyStoreError::Unavailable(text)) = answer else {
            panic!("{answer:?}");
        };
        assert!(!text.contains(dir.path().to_str().unwrap()), "no path: {text}");
    }
}

#[test]
fn an_empty_or_huge_file_is_no_key() {
    let (_dir, keys) = folder();
    let store = FileKeyStore::open(&keys).unwrap();
    for (number, bytes) in [(1, Vec::new()), (2, vec![0; 5_000])] {
        fs::write(
            keys.join("workspaces").join(format!("{}.key", workspace(number))),
            bytes,
        )
        .unwrap();
        assert!(matches!(
            store.load(workspace(number)),
            Err(KeyStoreError::Unavailable(_))
        ));
    }
}

#[test]
fn root_and_signing_key_are_made_once() {
    let (_dir, keys) = folder();
    let missing = keys::load_root(&keys).unwrap_err().to_string();
    assert!(missing.contains("head -c 32 /dev/urandom | base64"), "{missing}");
    assert!(!keys.exists(), "looking makes nothing");
    let root = keys::load_or_create_root(&keys, &SystemRandom).unwrap();
    let seed = keys::load_or_create_signing_seed(&keys, &SystemRandom).unwrap();
    assert_ne!(root, seed);
    assert_eq!(keys::load_or_create_root(&keys, &SystemRandom).unwrap(), root);
    assert_eq!(keys::load_root(&keys).unwrap(), root);
    assert_eq!(keys::load_signing_seed(&keys).unwrap(), seed);
    assert_eq!(mode(&keys.join(keys::ROOT)), 0o600);
    assert_eq!(fs::read_to_string(keys.join(keys::ROOT)).unwrap().lines().count(), 1);
}

#[test]
fn the_mend_in_the_error_makes_a_key_that_loads() {
    let (_dir, keys) = folder();
    let missing = keys::load_root(&keys).unwrap_err().to_string();
    let (_, command) = missing.split_once("make one: ").unwrap();
    let (command, _) = command.split_once(", and keep").unwrap();
    let made = Command::new("sh").args(["-c", command]).status().unwrap();
    assert!(made.success(), "{command}");
    keys::load_root(&keys).unwrap();
}

#[test]
fn a_root_key_that_is_gone_is_not_made_anew_over_keys_that_need_it() {
    let (_dir, keys) = folder();
    keys::load_or_create_root(&keys, &SystemRandom).unwrap();
    let store = FileKeyStore::open(&keys).unwrap();
    store.create(workspace(1), &wrapped(1)).unwrap();
    fs::remove_file(keys.join(keys::ROOT)).unwrap();
    let refused = keys::load_or_create_root(&keys, &SystemRandom);
    assert!(matches!(refused, Err(KeysError::Stranded { .. })), "{refused:?}");
    assert!(!keys.join(keys::ROOT).exists());
}

#[test]
fn a_root_key_that_is_no_file_is_refused_and_not_waited_for() {
    let (_dir, keys) = folder();
    keys::load_or_create_root(&keys, &SystemRandom).unwrap();
    let path = keys.join(keys::ROOT);
    fs::remove_file(&path).unwrap();
    let made = Command::new("mkfifo").args(["-m", "600"]).arg(&path).status().unwrap();
    assert!(made.success());
    let pipe = keys::load_root(&keys).unwrap_err();
    assert!(matches!(pipe, KeysError::Malformed { .. }), "{pipe:?}");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    open_to_others(&path, 0o700);
    let folder = keys::load_root(&keys).unwrap_err();
    assert!(matches!(folder, KeysError::Malformed { .. }), "{folder:?}");
}

#[test]
fn an_open_or_broken_root_key_is_refused_and_never_printed() {
    let (_dir, keys) = folder();
    keys::load_or_create_root(&keys, &SystemRandom).unwrap();
    let path = keys.join(keys::ROOT);
    let text = fs::read_to_string(&path).unwrap();
    open_to_others(&path, 0o640);
    let open = keys::load_root(&keys).unwrap_err().to_string();
    assert!(open.contains(&format!("chmod 600 {}", path.display())), "{open}");
    open_to_others(&path, 0o600);
    fs::write(&path, &text[..40]).unwrap();
    let broken = keys::load_or_create_root(&keys, &SystemRandom).unwrap_err();
    assert!(matches!(broken, KeysError::Malformed { .. }));
    for message in [open, format!("{broken} {broken:?}")] {
        assert!(!message.contains(&text[..20]), "{message}");
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        text[..40],
        "a broken key is left for the operator to see"
    );
}

/// Root makes keys in the folder of the user that serves. (Who is not root can only make their own, which must hold too.)
#[test]
fn what_is_made_belongs_to_the_owner_of_the_folder() {
    let (_dir, keys) = folder();
    fs::create_dir(&keys).unwrap();
    open_to_others(&keys, 0o700);
    let given = chown(&keys, Some(65_534), Some(65_534));
    let owner = fs::metadata(&keys).unwrap().uid();
    assert_eq!(given.is_ok(), owner == 65_534);
    keys::load_or_create_root(&keys, &SystemRandom).unwrap();
    FileKeyStore::open(&keys)
        .unwrap()
        .create(workspace(1), &wrapped(1))
        .unwrap();
    let key = format!("workspaces/{}.key", workspace(1));
    for path in ["root.key", ".lock", "workspaces", "workspaces/.lock", &key] {
        assert_eq!(fs::metadata(keys.join(path)).unwrap().uid(), owner, "{path}");
    }
}

#[test]
fn a_root_key_elsewhere_is_found_through_a_link() {
    let (dir, keys) = folder();
    let vault = dir.path().join("vault");
    let root = keys::load_or_create_root(&vault, &SystemRandom).unwrap();
    FileKeyStore::open(&keys).unwrap();
    symlink(vault.join(keys::ROOT), keys.join(keys::ROOT)).unwrap();
    assert_eq!(keys::load_root(&keys).unwrap(), root);
}

/// Runs one test of this binary a second time, with the folder in its environment, through a shell.
fn again(test: &str, keys: &Path, shell: &str) -> Command {
    let mut command = Command::new("sh");
    command
        .args([
            "-c",
            &format!("{shell} exec \"$0\" --exact {test} --nocapture --test-threads=1"),
        ])
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, keys);
    command
}

/// The kernel refuses to let any file grow (a limit of the process, since a full disk needs rights that a test has not):
/// the same failed write as on a full disk, after the file was made.
#[test]
fn a_full_disk_leaves_nothing_behind() {
    if let Ok(keys) = std::env::var(FOLDER) {
        let keys = PathBuf::from(keys);
        let store = FileKeyStore::open(&keys).unwrap();
        let answer = store.create(workspace(1), &wrapped(1));
        let Err(KeyStoreError::Unavailable(step)) = answer else {
            panic!("a write beyond the limit cannot succeed: {answer:?}");
        };
        assert!(step.contains("writing failed"), "{step}");
        let root = keys::load_or_create_root(&keys, &SystemRandom);
        assert!(matches!(root, Err(KeysError::Io { step: "writing", .. })), "{root:?}");
        return;
    }
    let (_dir, keys) = folder();
    FileKeyStore::open(&keys).unwrap();
    let Output { status, stdout, stderr } =
        again("a_full_disk_leaves_nothing_behind", &keys, "trap '' XFSZ; ulimit -f 0;")
            .output()
            .unwrap();
    let said = String::from_utf8_lossy(&stdout) + String::from_utf8_lossy(&stderr);
    assert!(status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(entries(&keys), Vec::<String>::new());
    assert!(!keys.join(keys::ROOT).exists());
    // With room again, all is well.
    keys::load_or_create_root(&keys, &SystemRandom).unwrap();
    let store = FileKeyStore::open(&keys).unwrap();
    store.create(workspace(1), &wrapped(1)).unwrap();
    assert_eq!(store.load(workspace(1)), Ok(wrapped(1)));
}

/// A writer is killed with `kill -9`, again and again, wherever it happens to be. Each key it reported is there and
/// whole; a key it did not report is there and whole, or not there.
#[test]
fn keys_survive_kill_9() {
    if let Ok(keys) = std::env::var(FOLDER) {
        let store = FileKeyStore::open(Path::new(&keys)).unwrap();
        let first = fs::read_dir(Path::new(&keys).join(keys::WORKSPACES)).unwrap().count() as u128 * 1_000;
        let mut out = std::io::stdout();
        for number in first.. {
            store.create(workspace(number), &wrapped(number)).unwrap();
            writeln!(out, "kept {number}").unwrap();
        }
    }
    let (_dir, keys) = folder();
    let store = FileKeyStore::open(&keys).unwrap();
    let mut reported = Vec::new();
    for round in 0..12 {
        let mut writer = again("keys_survive_kill_9", &keys, "")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(writer.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let kept = |line: String| {
            line.split_once("kept ")
                .and_then(|(_, number)| number.parse::<u128>().ok())
        };
        reported.extend(lines.by_ref().filter_map(kept).take(1 + round * 3));
        writer.kill().unwrap();
        writer.wait().unwrap();
        // The last line may be torn; a torn number would be one that was never written.
        let mut rest: Vec<_> = lines.filter_map(kept).collect();
        rest.pop();
        reported.extend(rest);
    }
    assert!(reported.len() > 12);
    for number in &reported {
        assert_eq!(store.load(workspace(*number)), Ok(wrapped(*number)), "{number}");
    }
    FileKeyStore::open(&keys).unwrap();
    for name in entries(&keys) {
        let id: WorkspaceId = name.strip_suffix(".key").expect(&name).parse().unwrap();
        assert_eq!(store.load(id), Ok(wrapped(id.0.as_u128())), "{name}");
    }
}

/// The exact state between the write and the link: the file on its way is there, the key is not.
#[test]
fn what_a_killed_writer_left_is_cleared_and_in_nobodys_way() {
    let (_dir, keys) = folder();
    let store = FileKeyStore::open(&keys).unwrap();
    let left = |number| keys.join("workspaces").join(format!(".{}.key.new", workspace(number)));
    fs::write(left(1), &wrapped(1)[..10]).unwrap();
    assert_eq!(store.load(workspace(1)), Err(KeyStoreError::Missing));
    store.create(workspace(1), &wrapped(7)).unwrap();
    assert_eq!(store.load(workspace(1)), Ok(wrapped(7)));
    fs::write(left(2), &wrapped(2)[..10]).unwrap();
    fs::write(keys.join(".root.key.new"), "half a k").unwrap();
    FileKeyStore::open(&keys).unwrap();
    assert_eq!(entries(&keys).len(), 1);
    keys::load_or_create_signing_seed(&keys, &SystemRandom).unwrap_err();
    fs::remove_file(keys.join("workspaces").join(format!("{}.key", workspace(1)))).unwrap();
    keys::load_or_create_root(&keys, &SystemRandom).unwrap();
    assert!(!keys.join(".root.key.new").exists());
}
