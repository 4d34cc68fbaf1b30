const DAY = 86_400_000;

/** Says moments in a language. */
export interface Speaker {
  /** The language, as `de-DE`. */
  readonly language: string;
  /** What the clock says. */
  readonly now: Date;
  /** Whether the time zone is told beside the time. */
  readonly zoned?: boolean;
}

/**
 * A moment in words, as `tomorrow, Monday 30 November, 07:00`.
 *
 * @param iso - with its offset, as the server tells it.
 * @param zone - the time zone in which it is told.
 */
export function momentInWords(iso: string, zone: string, speaker: Speaker): string {
  const { language, now } = speaker;
  const moment = new Date(iso);
  const days = (dayOf(moment, zone) - dayOf(now, zone)) / DAY;
  const year = moment.getUTCFullYear() === now.getUTCFullYear() ? {} : { year: 'numeric' as const };
  const date = said(language, zone, { weekday: 'long', day: 'numeric', month: 'long', ...year });
  const time = clockOf(zone, speaker);
  const near =
    days === 0 || days === 1
      ? `${new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day')}, `
      : '';
  return `${near}${date.format(moment)}, ${time.format(moment)}`;
}

/** The same where there is little room, as `tomorrow, 07:00` or `Sat 5 Dec, 07:00`. */
export function momentInShort(iso: string, zone: string, speaker: Speaker): string {
  const { language, now } = speaker;
  const moment = new Date(iso);
  const days = (dayOf(moment, zone) - dayOf(now, zone)) / DAY;
  const time = clockOf(zone, speaker).format(moment);
  if (Math.abs(days) <= 1) {
    const near = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day');
    return `${near}, ${time}`;
  }
  const year = moment.getUTCFullYear() === now.getUTCFullYear() ? {} : { year: 'numeric' as const };
  const date = said(language, zone, { weekday: 'short', day: 'numeric', month: 'short', ...year });
  return `${date.format(moment)}, ${time}`;
}

/** The time of day at a moment where the browser is, as `17:42`. */
export function timeOf(iso: string, language: string): string {
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat(language, time).format(new Date(iso));
}

/** How far away a moment is, as `in 18 hours`. */
export function distanceInWords(iso: string, { language, now }: Speaker): string {
  const minutes = Math.round((new Date(iso).getTime() - now.getTime()) / 60_000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  if (Math.abs(minutes) < 90) {
    return format.format(minutes, 'minute');
  }
  const hours = Math.round(minutes / 60);
  return Math.abs(hours) < 48
    ? format.format(hours, 'hour')
    : format.format(Math.round(hours / 24), 'day');
}

/** Seconds as `2 min 5 s`. */
export function secondsInWords(seconds: number): string {
  const whole = Math.round(seconds);
  if (seconds < 10) {
    return `${Number(seconds.toFixed(1))} s`;
  }
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The time zone that the reader's browser is in. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** All time zones that the browser knows. */
export function timeZones(): string[] {
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])];
}

/** How the time of day is said. */
function clockOf(zone: string, { language, zoned }: Speaker): Intl.DateTimeFormat {
  const named = zoned === true ? { timeZoneName: 'short' as const } : {};
  return said(language, zone, { hour: '2-digit', minute: '2-digit', ...named });
}

/** The day's beginning, as a number: a day later is one more `DAY`. */
function dayOf(moment: Date, zone: string): number {
  const parts = said('en-CA', zone, { year: 'numeric', month: '2-digit', day: '2-digit' });
  return Date.parse(`${parts.format(moment)}T00:00:00Z`);
}

/** A format in a time zone; in UTC where the browser does not know it. */
function said(
  language: string,
  zone: string,
  options: Intl.DateTimeFormatOptions
): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' });
  }
}
