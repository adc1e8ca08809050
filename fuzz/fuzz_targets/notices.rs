//! A message that may name CloudTrail objects, in any of its envelopes: whatever it is, it is decoded or refused with a reason,
//! and never crashes, nor nests without bound.

#![no_main]

use gatetrail_trail::{ObjectKey, folder_to_skip, read_notice};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|message: &[u8]| {
    match read_notice(message) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(notice) => {
            for object in notice.messages.into_iter().filter_map(|message| message.objects.ok()).flatten() {
                let _ = folder_to_skip(&object.key);
                // Law 6, for whatever parses.
                if let Ok(key) = object.key.parse::<ObjectKey>() {
                    assert_eq!(key.to_string(), object.key);
                }
            }
        }
    }
});
