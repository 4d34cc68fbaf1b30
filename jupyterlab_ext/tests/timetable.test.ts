import {
  distanceInWords,
  momentInShort,
  momentInWords,
  secondsInWords
} from '../src/parts/moments';
import { atClock, clock, readSchedule, writeSchedule } from '../src/schedule/timetable';

test.each([
  [undefined, 'none'],
  ['', 'none'],
  [7, 'none'],
  ['@hourly', 'hourly'],
  ['5 * * * *', 'hourly'],
  ['@daily', 'daily'],
  ['0 7 * * *', 'daily'],
  ['0 7 * * mon-fri', 'weekdays'],
  ['0 7 * * 1-5', 'weekdays'],
  ['@weekly', 'weekly'],
  ['30 18 * * SUN', 'weekly'],
  ['30 18 * * 7', 'weekly'],
  ['0 7 31 * *', 'monthly'],
  ['0 7 0 * *', 'cron'],
  ['0 7 1 * mon', 'cron'],
  ['0 7 * 6 *', 'cron'],
  ['*/5 * * * *', 'cron'],
  ['0 24 * * *', 'cron'],
  ['60 7 * * *', 'cron'],
  ['0 7 * *', 'cron'],
  ['@yearly', 'cron'],
  ['constructor', 'cron']
])('the schedule %j is %s to the form', (schedule, kind) => {
  expect(readSchedule(schedule).kind).toBe(kind);
});

test.each([
  '5 * * * *',
  '0 7 * * *',
  '30 6 * * mon-fri',
  '0 7 * * sun',
  '15 23 28 * *',
  '0 7 1 6 *'
])('the schedule %s is written as it was read', schedule => {
  expect(writeSchedule(readSchedule(schedule))).toBe(schedule);
});

test('no schedule, and an expression that is not there yet, are no option', () => {
  expect(writeSchedule(readSchedule(undefined))).toBeUndefined();
  expect(writeSchedule({ ...readSchedule(undefined), kind: 'cron' })).toBeUndefined();
});

test('the time of day is that of a clock; one that is not complete changes nothing', () => {
  const table = readSchedule('5 7 * * *');
  expect(clock(table)).toBe('07:05');
  expect(writeSchedule(atClock(table, '18:30'))).toBe('30 18 * * *');
  expect(atClock(table, '')).toBe(table);
});

const speaker = { language: 'en-GB', now: new Date('2026-11-29T23:30:00Z') };

test.each([
  ['2026-11-29T23:45:00+00:00', 'UTC', 'today, Sunday 29 November, 23:45', 'in 15 minutes'],
  ['2026-11-30T07:00:00+01:00', 'Europe/Berlin', 'today, Monday 30 November, 07:00', 'in 7 hours'],
  ['2026-12-01T07:00:00+00:00', 'UTC', 'Tuesday 1 December, 07:00', 'in 32 hours'],
  ['2027-01-01T00:00:00+00:00', 'UTC', 'Friday, 1 January 2027, 00:00', 'in 32 days'],
  [
    '2026-11-30T00:00:00+00:00',
    'Europe/Nowhere',
    'tomorrow, Monday 30 November, 00:00',
    'in 30 minutes'
  ]
])('%s in %s is said as %s', (iso, zone, words, far) => {
  expect(momentInWords(iso, zone, speaker)).toBe(words);
  expect(distanceInWords(iso, speaker)).toBe(far);
});

test.each([
  ['2026-11-29T15:00:00+00:00', 'UTC', /^today, 15:00$/],
  ['2026-11-30T23:30:00+00:00', 'Europe/Berlin', /^tomorrow, 00:30$/],
  ['2026-11-28T08:00:00+00:00', 'UTC', /^yesterday, 08:00$/],
  ['2026-12-05T23:00:00+00:00', 'UTC', /^Sat,? 5 Dec, 23:00$/],
  ['2027-01-04T07:00:00+00:00', 'UTC', /^Mon,? 4 Jan 2027, 07:00$/]
])('%s in %s is short where there is little room', (iso, zone, words) => {
  expect(momentInShort(iso, zone, speaker)).toMatch(words);
});

test('where two clocks may be meant the zone is told beside the time', () => {
  const zoned = { ...speaker, zoned: true };
  expect(momentInShort('2026-11-30T23:30:00+00:00', 'Europe/Berlin', zoned)).toBe(
    'tomorrow, 00:30 CET'
  );
  expect(momentInWords('2026-11-30T07:00:00+00:00', 'UTC', zoned)).toBe(
    'tomorrow, Monday 30 November, 07:00 UTC'
  );
});

test('moments are said in the language of JupyterLab', () => {
  const german = { ...speaker, language: 'de' };
  expect(momentInWords('2026-11-30T07:00:00+00:00', 'UTC', german)).toBe(
    'morgen, Montag, 30. November, 07:00'
  );
});

test.each([
  [1.26, '1.3 s'],
  [14.2, '14 s'],
  [125, '2 min 5 s']
])('%d seconds are %s', (seconds, words) => {
  expect(secondsInWords(seconds)).toBe(words);
});
