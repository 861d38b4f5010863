//! Whom Postgres runs as, since it refuses root, and what that user may enter.

use super::{ClusterError, file};
use std::{
    fs, io,
    os::unix::fs::{MetadataExt, PermissionsExt, lchown},
    path::Path,
};

/// An unprivileged user to run Postgres as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// Makes the folders that Postgres writes to and gives them to the user it runs as. The folder around them stays ours:
/// what root opens or gives away in it, that user cannot have put there.
pub(super) fn own(folder: &Path, user: Option<&User>) -> Result<(), ClusterError> {
    protect(folder, user.map(|_| (0, 0)), if user.is_some() { 0o711 } else { 0o700 })?;
    for name in ["data", "socket"] {
        let path = folder.join(name);
        fs::create_dir_all(&path).map_err(file("cannot make", &path))?;
        protect(&path, user.map(|user| (user.uid, user.gid)), 0o700)?;
    }
    Ok(())
}

fn protect(path: &Path, owner: Option<(u32, u32)>, mode: u32) -> Result<(), ClusterError> {
    let meta = fs::symlink_metadata(path).map_err(file("cannot read", path))?;
    if !meta.is_dir() {
        return Err(file("not a folder:", path)(io::ErrorKind::NotADirectory.into()));
    }
    if let Some((uid, gid)) = owner
        && (meta.uid(), meta.gid()) != (uid, gid)
    {
        lchown(path, Some(uid), Some(gid)).map_err(file("cannot give away", path))?;
    }
    if meta.mode() & 0o777 != mode {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(file("cannot protect", path))?;
    }
    Ok(())
}

/// Sees that the user can enter a folder and every one on the way to it.
pub(super) fn reachable(folder: &Path, user: Option<&User>) -> Result<(), ClusterError> {
    let Some(user) = user else { return Ok(()) };
    for folder in folder.ancestors() {
        let meta = fs::metadata(folder).map_err(file("cannot read", folder))?;
        let enters = if meta.uid() == user.uid {
            meta.mode() & 0o100
        } else if meta.gid() == user.gid {
            meta.mode() & 0o010
        } else {
            meta.mode() & 0o001
        };
        if enters == 0 {
            return Err(ClusterError::Unreachable {
                user: user.name.clone(),
                uid: user.uid,
                folder: folder.to_owned(),
            });
        }
    }
    Ok(())
}

/// Whom to run Postgres as: `None` for ourselves. An existing data folder keeps its owner.
pub(super) fn unprivileged_user(data: &Path) -> Result<Option<User>, ClusterError> {
    let ourselves = fs::metadata("/proc/self")
        .map_err(file("cannot read", Path::new("/proc/self")))?
        .uid();
    if ourselves != 0 {
        return Ok(None);
    }
    let owner = fs::metadata(data).ok().map(|meta| meta.uid()).filter(|uid| *uid != 0);
    let passwd = fs::read_to_string("/etc/passwd").map_err(file("cannot read", Path::new("/etc/passwd")))?;
    pick_user(&passwd, owner).map(Some).ok_or(ClusterError::NoUser)
}

fn pick_user(passwd: &str, owner: Option<u32>) -> Option<User> {
    let users: Vec<User> = passwd
        .lines()
        .filter_map(|line| {
            let mut parts = line.split(':');
            let name = parts.next()?.to_owned();
            let uid = parts.nth(1)?.parse().ok()?;
            let gid = parts.next()?.parse().ok()?;
            Some(User { name, uid, gid })
        })
        .collect();
    let named = |name: &str| users.iter().find(|user| user.name == name && user.uid != 0);
    let owning = owner.and_then(|uid| users.iter().find(|user| user.uid == uid));
    owning
        .or_else(|| named("postgres"))
        .or_else(|| named("nobody"))
        .cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_the_data_s_owner_then_postgres_then_nobody() {
        let passwd =
            "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\npostgres:x:101:104::/:/bin/sh\n";
        let name = |passwd, owner| pick_user(passwd, owner).map(|user| user.name);
        assert_eq!(name(passwd, None).as_deref(), Some("postgres"));
        assert_eq!(name(passwd, Some(65534)).as_deref(), Some("nobody"));
        assert_eq!(
            name("root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n", None).as_deref(),
            Some("nobody")
        );
        assert_eq!(name("root:x:0:0::/:/bin/sh\n", None), None);
    }
}
