//! Which objects a batch is about: each once, however many messages name it.

use std::collections::HashMap;

use gatetrail_trail::{Message, ObjectName, folder_to_skip};

use super::report::Refusal;
use crate::fetch::ObjectToFetch;

/// An object of the batch.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) bucket: String,
    pub(super) key: String,
    /// The key to try where there is no object of the first.
    pub(super) fallback_key: Option<String>,
    /// Whether a message that was not refused names it.
    pub(super) wanted: bool,
}

impl Planned {
    pub(super) fn to_fetch(&self) -> ObjectToFetch<'_> {
        ObjectToFetch { bucket: &self.bucket, key: &self.key, fallback_key: self.fallback_key.as_deref() }
    }
}

/// A message and its objects, by their index in [`Plan::objects`].
#[derive(Debug)]
pub(super) struct PlannedMessage {
    pub(super) id: String,
    pub(super) objects: Vec<usize>,
    pub(super) refusal: Option<Refusal>,
}

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) objects: Vec<Planned>,
    pub(super) messages: Vec<PlannedMessage>,
}

impl Plan {
    pub(super) fn new(messages: Vec<Message>, source_buckets: &[String]) -> Self {
        let mut plan = Self { objects: Vec::new(), messages: Vec::with_capacity(messages.len()) };
        let mut indices = HashMap::new();
        for message in messages {
            let planned = match message.objects {
                Ok(objects) => plan.add_objects(message.id, objects, source_buckets, &mut indices),
                Err(error) => PlannedMessage {
                    id: message.id,
                    objects: Vec::new(),
                    refusal: Some(Refusal::Unreadable(error)),
                },
            };
            plan.messages.push(planned);
        }
        plan
    }

    /// A message that names one bucket that may not be read is refused as a whole, and nothing is read for it.
    fn add_objects(
        &mut self,
        id: String,
        objects: Vec<ObjectName>,
        source_buckets: &[String],
        indices: &mut HashMap<(String, String), usize>,
    ) -> PlannedMessage {
        let refusal = objects.iter().find_map(|object| bucket_of(object, source_buckets).err());
        let objects = objects.into_iter().map(|object| {
            let bucket = bucket_of(&object, source_buckets).map(str::to_owned).ok();
            let bucket = bucket.or_else(|| object.bucket.clone()).unwrap_or_default();
            let index = *indices.entry((bucket.clone(), object.key.clone())).or_insert_with(|| {
                self.objects.push(Planned { bucket, key: object.key, fallback_key: None, wanted: false });
                self.objects.len() - 1
            });
            if let Some(planned) = self.objects.get_mut(index) {
                planned.fallback_key = planned.fallback_key.take().or(object.fallback_key);
                planned.wanted |= refusal.is_none();
            }
            index
        });
        let objects = objects.collect();
        PlannedMessage { id, objects, refusal }
    }
}

fn bucket_of<'n>(object: &'n ObjectName, source_buckets: &'n [String]) -> Result<&'n str, Refusal> {
    match (&object.bucket, source_buckets) {
        (Some(bucket), allowed) if allowed.contains(bucket) => Ok(bucket),
        (Some(bucket), _) => Err(Refusal::BucketNotAllowed { bucket: bucket.clone() }),
        (None, [only]) => Ok(only),
        (None, _) => Err(Refusal::NoBucket),
    }
}

/// Why an object need not be opened: its key says that it holds no records.
pub(super) fn reason_to_skip(object: &Planned) -> Option<String> {
    folder_to_skip(&object.key).map(|folder| format!("in the folder {folder}"))
}
