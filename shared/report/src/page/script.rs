//! The charting script, as the crate `plotly` carries it.

use std::sync::OnceLock;

/// plotly.js, without the tags around it. The crate gives it together with a script for formulas, of which there are none here.
pub(super) fn charting() -> &'static str {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    SCRIPT.get_or_init(|| {
        let sources = plotly::Plot::offline_js_sources();
        let opened = sources.split("<script type=\"text/javascript\">").nth(1).unwrap_or_default();
        let script = opened.split("</script>").next().unwrap_or_default();
        script.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crate_gives_the_script_as_it_did() {
        let script = charting();
        assert!(script.trim_start().starts_with("/**\n* plotly.js v3."), "{:?}", script.get(..40));
        assert!((4_000_000..5_000_000).contains(&script.len()), "{}", script.len());
        assert!(!script.contains("</script"));
        assert!(!script.contains("<!--"));
    }
}
