//! Pages of an answer.

/// A page that names itself as the next: it would be read for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a page names itself as the next")]
pub(super) struct NamesItself;

/// The page to read behind one; `None` behind the last.
pub(super) fn page_behind(page: Option<&str>, next: Option<String>) -> Result<Option<String>, NamesItself> {
    if next.is_some() && next.as_deref() == page { Err(NamesItself) } else { Ok(next) }
}
