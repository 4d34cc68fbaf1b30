import type { Difference } from '../generated/answers';

/** The versions of what is published that somebody sees who sees a difference: one, or none. */
export function versionsIn({ published }: Difference): string[] {
  return published === null ? [] : [published.digest];
}
