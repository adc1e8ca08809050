//! `gatetrail open`: the page of a store, in the browser of whoever asks.

use std::ffi::OsStr;
use std::io::{self, Write as _};
use std::path::Path;

use gatetrail_engine::ReportSpan;

use crate::args::OpenArgs;
use crate::exit::{Answered, Failure, unless_closed, usage};
use crate::messages;
use crate::store::StoreAddress;
use crate::surroundings::Surroundings;

pub(crate) fn run(args: &OpenArgs, surroundings: &Surroundings) -> Result<Answered, Failure> {
    args.store.refuse_missing()?;
    let key = args.at.map_or(ReportSpan::Latest, ReportSpan::Day).page_key();
    match &args.store {
        StoreAddress::Folder(root) => open_file(args, &root.join(key), surroundings),
        #[cfg(feature = "aws")]
        StoreAddress::S3(prefix) => {
            let Some(link) = signed::link(args, prefix, &key)? else { return Ok(no_page(args)) };
            match args.share {
                Some(_) => print(OsStr::new(&link)),
                None => show(OsStr::new(&link), surroundings),
            }
        }
        #[cfg(not(feature = "aws"))]
        // Refused where it was parsed.
        StoreAddress::S3(_) => Err(Failure::Setup(format!("this build cannot read {}", args.store))),
    }
}

fn open_file(args: &OpenArgs, page: &Path, surroundings: &Surroundings) -> Result<Answered, Failure> {
    if !page.is_file() {
        return Ok(no_page(args));
    }
    if args.share.is_some() {
        return Err(usage(format!(
            "--share signs a link to a store on S3; a page in a folder is a file that can be sent as it is: {}",
            page.display()
        )));
    }
    // The browser is started elsewhere.
    let absolute = std::path::absolute(page).unwrap_or_else(|_| page.to_owned());
    show(absolute.as_os_str(), surroundings)
}

/// Says that there is no page, and how to get one.
fn no_page(args: &OpenArgs) -> Answered {
    let store = &args.store;
    let (of, day) = match args.at {
        Some(day) => (format!(" of {day}"), format!(" --day {day}")),
        None => (String::new(), String::new()),
    };
    messages::say(&format!(
        "{store} has no page{of}: a rollup writes pages beside the reports that it makes anew; \
         gatetrail report {store}{day} --html page.html makes one now"
    ));
    Answered::Not
}

/// Opens an address in the browser; where there is none, prints it.
fn show(address: &OsStr, surroundings: &Surroundings) -> Result<Answered, Failure> {
    if !surroundings.has_desktop {
        return print(address);
    }
    match open::that_detached(address) {
        Ok(()) => Ok(Answered::Fully),
        Err(error) => {
            messages::say(&format!("no browser could be started ({error}): this is the page's address"));
            print(address)
        }
    }
}

fn print(address: &OsStr) -> Result<Answered, Failure> {
    unless_closed(writeln!(io::stdout().lock(), "{}", address.display()))?;
    Ok(Answered::Fully)
}

#[cfg(feature = "aws")]
mod signed {
    use std::time::Duration;

    use gatetrail_engine::Place;

    use crate::args::OpenArgs;
    use crate::exit::Failure;
    use crate::messages;
    use crate::sources::S3Prefix;

    /// Seconds that the link of a page lives which is opened here and now: a tab is loaded again now and then.
    const OPENED_S: u64 = 3_600;

    /// Signs a link to the page, if it is there: a link to nothing would show XML.
    pub(super) fn link(args: &OpenArgs, at: &S3Prefix, key: &str) -> Result<Option<String>, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::Setup(error.to_string()))?;
        runtime.block_on(async {
            let store = args.login.s3().await?;
            let place = Place::new(&store, &at.bucket, &at.prefix);
            let listed = place.list(key, None).await?;
            if !listed.objects.iter().any(|object| object.key == key) {
                return Ok(None);
            }
            let lifetime = Duration::from_secs(args.share.map_or(OPENED_S, |share| share.seconds()));
            let signed = store.signed_link(place.bucket(), &place.full_key(key), lifetime).await;
            let signed =
                signed.map_err(|error| Failure::Setup(format!("no link could be signed: {error}")))?;
            if args.share.is_some() {
                messages::say("whoever has this link reads the page without a login");
                if signed.of_session {
                    messages::say(
                        "your credentials are of a session: the link ends with it, if that is sooner",
                    );
                }
            }
            Ok(Some(signed.url))
        })
    }
}
