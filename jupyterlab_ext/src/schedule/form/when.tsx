import React from 'react';

import { Field, Inline, Section } from '../../parts/field';
import { distanceInWords, momentInWords, timeZones } from '../../parts/moments';
import { namesAt, optionsOf, textAt } from '../../parts/options';
import { KINDS, atClock, clock, readSchedule, writeSchedule } from '../timetable';
import type { Kind, Timetable } from '../timetable';
import { useFrame } from './frame';

/** What is meant where no time zone is chosen, by the names that browsers have for it. */
const UTC: ReadonlySet<string> = new Set(['UTC', 'Etc/UTC', 'Etc/GMT', 'GMT', '']);

/** When the pipeline runs. */
export function When(): React.JSX.Element {
  const { draft, causes, trans } = useFrame();
  const [asCron, setAsCron] = React.useState(false);
  const options = draft.choices.now;
  const read = readSchedule(options.schedule);
  const table: Timetable = asCron ? { ...read, kind: 'cron', text: draft.schedule } : read;
  const choose = (chosen: Timetable): void =>
    draft.choices.choose(['schedule'], writeSchedule(chosen));
  const labels: Record<Kind, string> = {
    none: trans.__('Only when somebody starts it'),
    hourly: trans.__('Every hour'),
    daily: trans.__('Every day'),
    weekdays: trans.__('Monday to Friday'),
    weekly: trans.__('Every week'),
    monthly: trans.__('Every month'),
    cron: trans.__('Cron expression')
  };
  const kindChosen = (kind: Kind): void => {
    setAsCron(kind === 'cron');
    // The expression of what was chosen before is there to be changed.
    const text = writeSchedule(table) ?? '0 7 * * *';
    choose(kind === 'cron' ? { ...table, kind, text } : { ...table, kind });
  };
  return (
    <Section title={trans.__('When')}>
      <Data />
      <Field label={trans.__('Schedule')} causes={causes.fields.get('schedule')}>
        {given => (
          <div className="nbf-Row">
            <select
              {...given}
              aria-invalid={given['aria-invalid'] && table.kind !== 'cron'}
              value={table.kind}
              onChange={event => kindChosen(event.target.value as Kind)}
            >
              {KINDS.map(kind => (
                <option key={kind} value={kind}>
                  {labels[kind]}
                </option>
              ))}
            </select>
            <At table={table} choose={choose} wrong={given['aria-invalid']} />
          </div>
        )}
      </Field>
      {(table.kind !== 'none' || causes.fields.has('timezone')) && <Zone />}
      {table.kind !== 'none' && <Coming />}
    </Section>
  );
}

/** The time zone of the schedule; the reader's own is offered where none is chosen. */
function Zone(): React.JSX.Element {
  const { draft, causes, trans, zone } = useFrame();
  const zones = React.useMemo(timeZones, []);
  const chosen = textAt(draft.choices.now, 'timezone');
  const choose = (name: string): void =>
    draft.choices.choose(['timezone'], name === '' ? undefined : name);
  return (
    <Field label={trans.__('Time zone')} causes={causes.fields.get('timezone')}>
      {given => (
        <div className="nbf-Row">
          <input
            {...given}
            list={`${given.id}-zones`}
            spellCheck={false}
            placeholder="UTC"
            value={chosen}
            onChange={event => choose(event.target.value)}
          />
          <datalist id={`${given.id}-zones`}>
            {zones.map(one => (
              <option key={one} value={one} />
            ))}
          </datalist>
          {chosen === '' && !UTC.has(zone) && (
            <button type="button" className="nbf-Button" onClick={() => choose(zone)}>
              {trans.__('Use %1 (yours)', zone)}
            </button>
          )}
        </div>
      )}
    </Field>
  );
}

/** What else a schedule of this kind needs to know. */
function At(props: {
  table: Timetable;
  choose: (table: Timetable) => void;
  wrong: boolean;
}): React.JSX.Element | null {
  const { trans, language } = useFrame();
  const { table, choose } = props;
  if (table.kind === 'none') {
    return null;
  }
  if (table.kind === 'cron') {
    return (
      <input
        className="nbf-mod-code"
        aria-label={trans.__('Cron expression: minute, hour, day, month, day of the week')}
        aria-invalid={props.wrong}
        placeholder="0 7 * * mon-fri"
        spellCheck={false}
        value={table.text}
        onChange={event => choose({ ...table, text: event.target.value })}
      />
    );
  }
  if (table.kind === 'hourly') {
    return (
      <Count
        label={trans.__('at minute')}
        least={0}
        most={59}
        value={table.minute}
        choose={minute => choose({ ...table, minute })}
      />
    );
  }
  return (
    <>
      {table.kind === 'weekly' && (
        <select
          aria-label={trans.__('Day of the week')}
          value={table.weekday}
          onChange={event => choose({ ...table, weekday: Number(event.target.value) })}
        >
          {[1, 2, 3, 4, 5, 6, 0].map(day => (
            <option key={day} value={day}>
              {dayName(day, language)}
            </option>
          ))}
        </select>
      )}
      {table.kind === 'monthly' && (
        <Count
          label={trans.__('on day')}
          least={1}
          most={31}
          value={table.date}
          choose={date => choose({ ...table, date })}
        />
      )}
      <label className="nbf-Row">
        {trans.__('at')}
        <input
          type="time"
          required
          value={clock(table)}
          onChange={event => choose(atClock(table, event.target.value))}
        />
      </label>
    </>
  );
}

/** A whole number within bounds; the least where something else is written. */
function Count(props: {
  label: string;
  least: number;
  most: number;
  value: number;
  choose: (value: number) => void;
}): React.JSX.Element {
  const { label, least, most, value, choose } = props;
  return (
    <label className="nbf-Row">
      {label}
      <input
        type="number"
        className="nbf-mod-short"
        min={least}
        max={most}
        value={value}
        onChange={event => {
          const written = event.target.valueAsNumber;
          choose(Number.isInteger(written) ? Math.min(most, Math.max(least, written)) : least);
        }}
      />
    </label>
  );
}

/** The next times, in words. */
function Coming(): React.JSX.Element {
  const { draft, causes, trans, language, zone } = useFrame();
  const told = causes.fields.has('schedule') || causes.fields.has('timezone');
  const { found, failure } = draft.coming;
  const speaker = { language, now: new Date() };
  return (
    <div className="nbf-Coming" aria-live="polite">
      {found !== null && (
        <>
          <p className="nbf-Coming-title">
            {draft.timezone === zone
              ? trans.__('Next runs')
              : trans.__('Next runs, by the clock of %1', draft.timezone)}
          </p>
          <ol>
            {found.times.map(time => (
              <li key={time}>
                <span>{momentInWords(time, draft.timezone, speaker)}</span>
                <span className="nbf-Coming-far">{distanceInWords(time, speaker)}</span>
              </li>
            ))}
          </ol>
          {found.times.length === 0 && <p>{trans.__('There are none.')}</p>}
        </>
      )}
      {failure !== null && !told && (
        <p className="nbf-Coming-none">
          <Inline text={trans.__('No next runs: %1', failure.message)} />
        </p>
      )}
    </div>
  );
}

/** Data that a run waits for. */
function Data(): React.JSX.Element | null {
  const { draft, trans } = useFrame();
  const waits = draft.choices.now.waits_for;
  const names = Array.isArray(waits)
    ? waits
    : [...namesAt(optionsOf(waits), 'all'), ...namesAt(optionsOf(waits), 'any')];
  if (names.length === 0) {
    return null;
  }
  return (
    <p className="nbf-Field-help">
      {trans.__('Runs when there is new data: %1', names.join(', '))}
    </p>
  );
}

function dayName(day: number, language: string): string {
  // The 4th of January 1970 was a Sunday.
  const moment = new Date(Date.UTC(1970, 0, 4 + day));
  return new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' }).format(moment);
}
