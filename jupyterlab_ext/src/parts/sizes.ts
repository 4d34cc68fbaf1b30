import type { TranslationBundle } from '@jupyterlab/translation';

import type { Profile } from '../generated/answers';

/** What a profile is, in words: `2 CPU, 16Gi memory, 1 GPU (A100)`. */
export function sizeInWords(profile: Profile, trans: TranslationBundle): string {
  const { cpu, memory, disk, gpu } = profile;
  const parts = [
    ...(cpu === null ? [] : [trans.__('%1 CPU', amount(cpu))]),
    ...(memory === null ? [] : [trans.__('%1 memory', amount(memory))]),
    ...(disk === null ? [] : [trans.__('%1 disk', amount(disk))]),
    ...(gpu === null
      ? []
      : [
          gpu.product === null
            ? trans.__('%1 GPU', gpu.count)
            : trans.__('%1 GPU (%2)', gpu.count, gpu.product)
        ])
  ];
  return parts.length === 0 ? trans.__('as much as the machine has') : parts.join(', ');
}

/** What an hour of it costs; empty where nothing says so. */
export function priceInWords({ price }: Profile, trans: TranslationBundle): string {
  return typeof price === 'number' ? trans.__('%1 an hour', price) : '';
}

/** Units of which each has a thousand of the one before. */
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/**
 * The size of a file, as `1.2 MB`.
 *
 * @param language - the language of the number, as `de-DE`.
 */
export function bytesInWords(bytes: number, language: string): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const unit = UNITS[power] ?? 'byte';
  const format = new Intl.NumberFormat(language, {
    ...{ style: 'unit', unit, maximumFractionDigits: 1 },
    unitDisplay: unit === 'byte' ? 'long' : 'short'
  });
  return format.format(bytes / 1000 ** power);
}

/** `2`, or `2-4`: so much is set aside, and so much is the most. */
function amount({ request, limit }: { request: string | null; limit: string | null }): string {
  if (request === null || request === limit) {
    return limit ?? request ?? '';
  }
  return limit === null ? `${request}+` : `${request}–${limit}`;
}
