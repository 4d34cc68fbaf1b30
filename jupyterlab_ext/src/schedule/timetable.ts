/** The schedules that a form has words for; all others are `cron`. */
export const KINDS = ['none', 'hourly', 'daily', 'weekdays', 'weekly', 'monthly', 'cron'] as const;

export type Kind = (typeof KINDS)[number];

/** A schedule as a form shows it. */
export interface Timetable {
  readonly kind: Kind;
  readonly minute: number;
  readonly hour: number;
  /** Of the week, Sunday is 0. */
  readonly weekday: number;
  /** Of the month. */
  readonly date: number;
  /** The expression, of kind `cron`. */
  readonly text: string;
}

const MORNING = { minute: 0, hour: 7, weekday: 1, date: 1, text: '' };
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const PRESETS: ReadonlyMap<string, string> = new Map([
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *']
]);

/** What a schedule is to a form. */
export function readSchedule(schedule: unknown): Timetable {
  if (typeof schedule !== 'string' || schedule.trim() === '') {
    return { kind: 'none', ...MORNING };
  }
  const cron: Timetable = { kind: 'cron', ...MORNING, text: schedule };
  const fields = (PRESETS.get(schedule.trim()) ?? schedule).trim().toLowerCase().split(/\s+/);
  if (fields.length !== 5) {
    return cron;
  }
  const [minute, hour, date, month, day] = fields as [string, string, string, string, string];
  const at = { minute: within(minute, 59), hour: within(hour, 23) };
  if (month !== '*' || at.minute === null) {
    return cron;
  }
  const found = { ...cron, minute: at.minute };
  if (at.hour === null) {
    return hour === '*' && date === '*' && day === '*' ? { ...found, kind: 'hourly' } : cron;
  }
  const timed = { ...found, hour: at.hour };
  if (date !== '*') {
    const of = within(date, 31);
    return of !== null && of > 0 && day === '*' ? { ...timed, kind: 'monthly', date: of } : cron;
  }
  if (day === '*') {
    return { ...timed, kind: 'daily' };
  }
  if (day === 'mon-fri' || day === '1-5') {
    return { ...timed, kind: 'weekdays' };
  }
  const weekday = DAYS.includes(day) ? DAYS.indexOf(day) : within(day, 7);
  return weekday === null ? cron : { ...timed, kind: 'weekly', weekday: weekday % 7 };
}

/** The schedule as the options have it; undefined of none. */
export function writeSchedule(table: Timetable): string | undefined {
  const { minute, hour } = table;
  switch (table.kind) {
    case 'none':
      return undefined;
    case 'hourly':
      return `${minute} * * * *`;
    case 'daily':
      return `${minute} ${hour} * * *`;
    case 'weekdays':
      return `${minute} ${hour} * * mon-fri`;
    case 'weekly':
      return `${minute} ${hour} * * ${DAYS[table.weekday] ?? 'mon'}`;
    case 'monthly':
      return `${minute} ${hour} ${table.date} * *`;
    default:
      return table.text === '' ? undefined : table.text;
  }
}

/** The time of day as `07:30`, as browsers' fields have it. */
export function clock({ hour, minute }: Timetable): string {
  return `${two(hour)}:${two(minute)}`;
}

/** The same schedule at another time of day; as it was where there is none. */
export function atClock(table: Timetable, time: string): Timetable {
  const [hour, minute] = time.split(':').map(Number);
  return hour === undefined || minute === undefined || Number.isNaN(hour + minute)
    ? table
    : { ...table, hour, minute };
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** A whole number of a field, of at most that; null of anything else. */
function within(field: string, most: number): number | null {
  return /^\d{1,2}$/.test(field) && Number(field) <= most ? Number(field) : null;
}
