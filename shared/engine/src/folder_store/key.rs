//! From keys to paths.

use std::path::{Component, Path, PathBuf};

/// What names begin with that are the store's own: no key has them, and no listing shows them.
pub(super) const RESERVED: &str = ".gatetrail-";

/// The file that writers of a store take turns by.
pub(crate) const LOCK: &str = ".gatetrail-lock";

/// The path of a key; `None` where no object can have it, because the path would lead elsewhere or to the store's own files.
pub(super) fn path_of(root: &Path, key: &str) -> Option<PathBuf> {
    let mut path = root.to_owned();
    for segment in key.split('/') {
        let mut components = Path::new(segment).components();
        // Neither nothing, `.` or `..`, nor what this system takes for several names or for a drive.
        let is_name = matches!((components.next(), components.next()), (Some(Component::Normal(name)), None) if name == segment);
        if !is_name || segment.starts_with(RESERVED) {
            return None;
        }
        path.push(segment);
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_leads_out_of_the_folder() {
        let path = |key| path_of(Path::new("/store"), key);
        assert_eq!(path("a/dt=1/x y+.json"), Some("/store/a/dt=1/x y+.json".into()));
        assert_eq!(path("...").unwrap(), Path::new("/store/..."));
        for key in [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            "./a",
            "a/.",
            ".gatetrail-lock",
            "a/.gatetrail-x",
        ] {
            assert_eq!(path(key), None, "{key:?}");
        }
    }
}
