//! Events as a table: a line each, below their days, with as many columns as fit.

use std::borrow::Cow;
use std::io::{self, Write};

use gatetrail_report::{Dimension, Selection, StatusFilter};
use gatetrail_tables::{Column, EventRow};

use super::cell::{fit, width};
use super::escape::visible;
use super::number::thousands;
use super::summary::Summary;
use super::{Look, ranking, when};

const MARGIN: usize = 2;
const GAP: usize = 2;
const TIME_COLUMNS: usize = "14:03:21".len();

/// A column beside the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Result,
    Call,
    Principal,
    Account,
    Region,
    Api,
}

impl Field {
    pub(super) const ALL: [Self; 6] =
        [Self::Result, Self::Call, Self::Principal, Self::Api, Self::Account, Self::Region];

    /// What goes first where there is no room.
    const LEAST_FIRST: [Self; 3] = [Self::Region, Self::Account, Self::Api];

    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Call => "call",
            Self::Principal => "principal",
            Self::Account => "account",
            Self::Region => "region",
            Self::Api => "API",
        }
    }

    /// Fewer columns make it unreadable; an id or a region that is cut is worth nothing.
    fn least_columns(self) -> usize {
        match self {
            Self::Result => 16,
            Self::Call => 14,
            Self::Principal | Self::Api => 12,
            Self::Account | Self::Region => usize::MAX,
        }
    }

    /// With so many nearly every value is told from others, if not whole.
    fn good_columns(self) -> usize {
        match self {
            Self::Result => 19,
            Self::Call => 16,
            Self::Principal | Self::Api => 14,
            Self::Account | Self::Region => usize::MAX,
        }
    }

    pub(super) fn of<'s>(self, event: EventRow<'s>, selection: &Selection<'s>) -> Cow<'s, str> {
        let text = |column| Cow::Borrowed(event.text(column));
        match self {
            Self::Result if event.failed() => text(Column::ErrorCode),
            Self::Result => Cow::Borrowed("ok"),
            Self::Call => text(Column::EventName),
            Self::Principal => Cow::Borrowed(principal(event)),
            Self::Account => text(Column::AccountId),
            Self::Region => text(Column::Region),
            Self::Api => without_id(selection.value(event, Dimension::Api), event.text(Column::ApiId)),
        }
    }
}

/// Who called, as short as tells people apart: behind a role of IAM Identity Center the session names the person.
fn principal(event: EventRow<'_>) -> &str {
    let (name, session) = (event.text(Column::PrincipalName), event.text(Column::SessionName));
    if name.is_empty() {
        event.text(Column::User)
    } else if name.starts_with("AWSReservedSSO_") && !session.is_empty() {
        session
    } else {
        name
    }
}

/// The API's name alone where it has one: the id takes room, and is the same as long as the name is.
fn without_id<'s>(api: Cow<'s, str>, id: &str) -> Cow<'s, str> {
    let name =
        api.strip_suffix(')').and_then(|api| api.strip_suffix(id)).and_then(|api| api.strip_suffix(" ("));
    match name.filter(|_| !id.is_empty()) {
        Some(name) => Cow::Owned(name.to_owned()),
        None => api,
    }
}

/// Writes the title, the events and the totals.
pub(crate) fn write<'s>(
    out: &mut impl Write,
    selection: &Selection<'s>,
    events: &[EventRow<'s>],
    cut: usize,
    summary: &Summary,
    look: Look,
) -> io::Result<()> {
    let mut fields = Field::ALL.to_vec();
    let mut summary = summary.clone();
    lift_common(&mut fields, selection, events, cut, &mut summary);
    ranking::write_head(out, &summary, look)?;
    if !events.is_empty() {
        let layout = Layout::new(fields, selection, events, look.width);
        layout.write(out, selection, events, look)?;
        writeln!(out)?;
        if cut > 0 {
            let line = format!("{} older ones are not shown; --limit 0 shows all", thousands(cut as u64));
            writeln!(out, "{:MARGIN$}{}", "", look.dim(line))?;
        }
        if !layout.left_out.is_empty() {
            let names: Vec<&str> = layout.left_out.iter().map(|field| field.heading()).collect();
            let line =
                format!("no room here for {}: use a wider terminal, or -o markdown", names.join(" and "));
            writeln!(out, "{:MARGIN$}{}", "", look.dim(line))?;
        }
        if cut > 0 || !layout.left_out.is_empty() {
            writeln!(out)?;
        }
    }
    ranking::write_foot(out, &summary, look)
}

/// An account or region that all events share is said once, above them. Not where older events are left out: above sums that
/// count those too it would read as a filter.
fn lift_common<'s>(
    fields: &mut Vec<Field>,
    selection: &Selection<'s>,
    events: &[EventRow<'s>],
    cut: usize,
    summary: &mut Summary,
) {
    for field in [Field::Account, Field::Region] {
        let mut values = events.iter().map(|&event| field.of(event, selection));
        let Some(first) = values.next().filter(|first| !first.is_empty()) else { continue };
        if values.all(|value| value == first) {
            let said = format!("{} {}", field.heading(), visible(&first));
            let is_filter = summary.about.contains(&said);
            if cut > 0 && !is_filter {
                continue;
            }
            fields.retain(|other| *other != field);
            if !is_filter {
                summary.about.push(said);
            }
        }
    }
}

/// Which fields are shown, and how wide.
struct Layout {
    fields: Vec<(Field, usize)>,
    left_out: Vec<Field>,
}

impl Layout {
    fn new<'s>(
        fields: Vec<Field>,
        selection: &Selection<'s>,
        events: &[EventRow<'s>],
        columns: usize,
    ) -> Self {
        let widest = |field: Field| {
            let values = events.iter().map(|&event| width(&visible(&field.of(event, selection))));
            values.max().unwrap_or_default().max(width(field.heading()))
        };
        let measured = fields.into_iter().map(|field| (field, widest(field))).collect();
        Self::of(measured, columns.saturating_sub(MARGIN + TIME_COLUMNS))
    }

    /// Fits fields into columns, a gap before each: those that cannot stand are left out; what room there is makes the
    /// others good from the left, and then whole.
    fn of(mut wanted: Vec<(Field, usize)>, columns: usize) -> Self {
        let least = |&(field, widest): &(Field, usize)| widest.min(field.least_columns());
        let taken = |fields: &[(Field, usize)]| fields.iter().map(|field| GAP + least(field)).sum::<usize>();
        let mut left_out = Vec::new();
        for field in Field::LEAST_FIRST {
            if taken(&wanted) > columns && wanted.iter().any(|(other, _)| *other == field) {
                wanted.retain(|(other, _)| *other != field);
                left_out.insert(0, field);
            }
        }
        let mut room = columns.saturating_sub(taken(&wanted));
        let mut fields: Vec<_> = wanted.iter().map(|one| (one.0, least(one), one.1)).collect();
        for (field, given, widest) in &mut fields {
            let more = (*widest).min(field.good_columns()).saturating_sub(*given).min(room);
            *given += more;
            room -= more;
        }
        // Those that lack least first: that makes the most of them whole.
        let mut lacking: Vec<_> = fields.iter_mut().collect();
        lacking.sort_by_key(|(_, given, widest)| *widest - *given);
        for (_, given, widest) in lacking {
            let more = (*widest - *given).min(room);
            *given += more;
            room -= more;
        }
        Self { fields: fields.into_iter().map(|(field, given, _)| (field, given)).collect(), left_out }
    }

    fn write<'s>(
        &self,
        out: &mut impl Write,
        selection: &Selection<'s>,
        events: &[EventRow<'s>],
        look: Look,
    ) -> io::Result<()> {
        let mut heading = format!("{:MARGIN$}{}", "", fit("time", TIME_COLUMNS));
        for &(field, columns) in &self.fields {
            heading.push_str(&format!("{:GAP$}{}", "", fit(field.heading(), columns)));
        }
        writeln!(out, "{}", look.dim(heading.trim_end()))?;
        let mut day_before = None;
        for &event in events {
            let day = event.event_time().map_or_else(|| "time unknown".to_owned(), when::day);
            if day_before.as_ref() != Some(&day) {
                writeln!(out, "{}", look.bold(&day))?;
                day_before = Some(day);
            }
            self.write_event(out, selection, event, look)?;
        }
        Ok(())
    }

    fn write_event<'s>(
        &self,
        out: &mut impl Write,
        selection: &Selection<'s>,
        event: EventRow<'s>,
        look: Look,
    ) -> io::Result<()> {
        let time = event.event_time().map(when::time_of_day).unwrap_or_default();
        write!(out, "{:MARGIN$}{}", "", look.dim(fit(&time, TIME_COLUMNS)))?;
        // Spaces wait for the text behind them: no line ends in one.
        let mut spaces = 0;
        for &(field, columns) in &self.fields {
            let value = field.of(event, selection);
            let cell = fit(&visible(&value), columns);
            let text = cell.trim_end();
            spaces += GAP;
            if !text.is_empty() {
                write!(out, "{:spaces$}", "")?;
                spaces = 0;
                match field {
                    Field::Result => write!(out, "{}", look.status(text, status(event)))?,
                    _ => write!(out, "{text}")?,
                }
            }
            spaces += cell.len() - text.len();
        }
        writeln!(out)
    }
}

fn status(event: EventRow<'_>) -> StatusFilter {
    if event.failed() { StatusFilter::Failure } else { StatusFilter::Success }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(layout: &Layout) -> Vec<(&'static str, usize)> {
        layout.fields.iter().map(|(field, columns)| (field.heading(), *columns)).collect()
    }

    #[test]
    fn fields_are_left_out_before_they_become_unreadable() {
        let wanted = vec![
            (Field::Result, 27),
            (Field::Call, 20),
            (Field::Principal, 30),
            (Field::Api, 20),
            (Field::Account, 12),
            (Field::Region, 9),
        ];
        let narrow = Layout::of(wanted.clone(), 70);
        assert_eq!(fields(&narrow), [("result", 19), ("call", 16), ("principal", 14), ("API", 13)]);
        assert_eq!(narrow.left_out, [Field::Account, Field::Region]);
        let wide = Layout::of(wanted, 200);
        assert_eq!(wide.left_out, []);
        assert_eq!(wide.fields.iter().map(|(_, columns)| columns).sum::<usize>(), 118);
    }
}
