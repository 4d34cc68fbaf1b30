import type { TranslationBundle } from '@jupyterlab/translation';

import type { ServerFailure } from '../client/failure';
import type { Difference } from '../generated/answers';
import { momentInShort } from './moments';
import type { Speaker } from './moments';

/** A version of a pipeline: who has published it, and when, as far as that is known. */
export interface Version {
  readonly digest: string;
  readonly by: string | null;
  readonly moment: string | null;
}

/** The versions of what is published that somebody sees who sees a difference: one, or none. */
export function versionsIn({ published }: Difference): string[] {
  return published === null ? [] : [published.digest];
}

/** When a version was published, and by whom. */
export function originOf({ moment, by }: Version, speaker: Speaker, zone: string): string {
  const when = moment === null ? '' : momentInShort(moment, zone, speaker);
  return [when, by].filter(Boolean).join(' · ');
}

/** A version as it is told apart: `1f2e3d4c (yesterday, 17:42 · ann)`. */
export function titleOf(version: Version, speaker: Speaker, zone: string): string {
  const short = version.digest.slice(0, 8);
  const origin = originOf(version, speaker, zone);
  return origin === '' ? short : `${short} (${origin})`;
}

/** What happened, in words; of a version that somebody has not seen, which by the reader's clock. */
export function messageOf(
  { message, unseen }: ServerFailure,
  trans: TranslationBundle,
  speaker: Speaker,
  zone: string
): string {
  return unseen
    ? trans.__(
        'By now version %1 is published, which you have not seen.',
        titleOf(unseen, speaker, zone)
      )
    : message;
}
