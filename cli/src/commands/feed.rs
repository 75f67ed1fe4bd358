//! `feed`: the place in the event feed, and the way back.

use clients::cursor::Cursor;
use domain::event::EventId;
use serde::Serialize;

use crate::Ended;
use crate::arguments::{Feed, Place};
use crate::connect::Connected;
use crate::rewind::{Reread, reread, rewind};
use crate::screen::{confirmed, remark, say, say_json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    bucket: &'a str,
    object: &'a str,
    /// The last event passed; absent at the start of the feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event_id: Option<&'a str>,
    /// What is read again; absent where nothing moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_again: Option<&'a Reread>,
}

pub(crate) async fn run(asked: &Feed, connected: &Connected<'_>) -> anyhow::Result<Ended> {
    let (bucket, object) = connected.read(|settings| {
        let bucket: Option<String> = settings.required("BUCKET_NAME");
        let object =
            settings.optional("LAST_EVENT_ID_OBJECT_NAME", "poll_feed/last_event_id".to_owned());
        bucket.zip(object)
    })?;
    let cursor = Cursor::new(connected.objects(bucket.clone()), object.clone());
    let position = cursor.load().await?;
    let answer = |last: Option<&EventId>, read_again: Option<&Reread>| {
        let last_event_id = last.map(|id| id.as_str().to_owned());
        let (bucket, object) = (&bucket, &object);
        let last_event_id = last_event_id.as_deref();
        if asked.form.json {
            return say_json(&Answer { bucket, object, last_event_id, read_again });
        }
        let place = last_event_id.unwrap_or("none: the feed is read from its beginning");
        say(&format!("s3://{bucket}/{object}\nlast event: {place}"))
    };
    let Some(place) = &asked.from else {
        answer(position.last.as_ref(), None)?;
        return Ok(Ended::Well);
    };
    let found = reread(&connected.catalog()?, place, position.last.as_ref()).await?;
    remark(&in_words(&found));
    if !confirmed("Move the place in the feed?", asked.yes)? {
        remark("the place is where it was");
        return Ok(Ended::Badly);
    }
    rewind(&cursor, &position, place).await?;
    let last = match place {
        Place::Beginning => None,
        Place::Behind(event) => Some(event),
    };
    answer(last, Some(&found))?;
    Ok(Ended::Well)
}

fn in_words(found: &Reread) -> String {
    let more = if found.is_all { "" } else { " or more" };
    let since = found.first.as_ref().map(|time| format!(", the first of {time}"));
    let mut words = format!(
        "{}{more} events will be read{}; {} of them are about {} agreements. Only what the catalog \
         says now counts, so nothing is granted or revoked twice. Messages sent less than five \
         minutes ago do not come again.",
        found.events,
        since.unwrap_or_default(),
        found.about_access,
        found.agreements
    );
    if !found.is_back {
        words.push_str(
            " The place where the poller is now is not among them: the feed does not know one of \
             the two, or events between them will be passed over.",
        );
    }
    words
}
