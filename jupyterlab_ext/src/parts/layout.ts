/** A graph as it is laid out: steps in rows, each below all that it needs. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly LaidNode[];
  readonly edges: readonly LaidEdge[];
}

export interface LaidNode {
  readonly name: string;
  /** The left upper corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface LaidEdge {
  readonly from: string;
  readonly to: string;
  /** Points that it goes through, from top to bottom. */
  readonly points: readonly Point[];
  /** Where there is room for words about it, of `LABEL`'s size at most. */
  readonly label: Point;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A step, and those that it needs. */
export interface Needing {
  readonly name: string;
  readonly needs: readonly { readonly step: string }[];
}

export const NODE = {
  ...{ width: 148, widest: 240, height: 34 },
  /** Where its name begins, the room behind it, and that of a sign there. */
  ...{ margin: 14, end: 8, sign: 20 }
} as const;
/** The room that a letter takes in a wide font, such as DejaVu Sans; the first that fits counts. */
const LETTERS: readonly (readonly [RegExp, number])[] = [
  [/[fijlrtIJ.-]/, 5.1],
  [/[mwMW…]/, 13],
  [/[\p{Lu}]/u, 10.2],
  [/[\u0020-\u024f]/, 8.3],
  [/./su, 13]
];
/** The room that an edge's words take. */
export const LABEL = { width: 96, height: 14 } as const;
const GAP = { x: 28, y: 56 } as const;
/** The room that an edge takes in a row that it passes. */
const LANE = 20;

interface Spot {
  /** A step's name; of an edge that passes, its own. */
  readonly key: string;
  readonly above: string[];
  /** The room that it takes from left to right. */
  readonly room: number;
  row: number;
  x: number;
}

/** Lay out steps, which come in an order in which each stands below all that it needs. */
export function layout(steps: readonly Needing[]): Layout {
  const { rows, chains } = ranked(steps);
  for (const row of rows.slice(1)) {
    sort(row, rows);
  }
  const width = Math.max(0, ...rows.map(extent));
  for (const row of rows) {
    place(row, width);
  }
  const spots = new Map(rows.flat().map(spot => [spot.key, spot]));
  const y = (row: number): number => row * (NODE.height + GAP.y);
  return {
    width,
    height: rows.length === 0 ? 0 : y(rows.length - 1) + NODE.height,
    nodes: steps.flatMap(({ name }) => {
      const spot = spots.get(name);
      return spot === undefined
        ? []
        : [{ name, x: spot.x - spot.room / 2, y: y(spot.row), width: spot.room }];
    }),
    edges: labelled(
      chains.map(({ from, to, through }) => ({
        from,
        to,
        points: through.flatMap((key, index) => {
          const spot = spots.get(key);
          if (spot === undefined) {
            return [];
          }
          const top = { x: spot.x, y: y(spot.row) };
          const bottom = { x: spot.x, y: top.y + NODE.height };
          if (index === 0) {
            return [bottom];
          }
          return index === through.length - 1 ? [top] : [top, bottom];
        })
      }))
    )
  };
}

interface Chain {
  readonly from: string;
  readonly to: string;
  /** Keys of spots. */
  readonly through: readonly string[];
}

/** The rows with their spots, and what each edge goes through. */
function ranked(steps: readonly Needing[]): { rows: Spot[][]; chains: Chain[] } {
  const ranks = new Map<string, number>();
  for (const { name, needs } of steps) {
    const above = needs.map(({ step }) => ranks.get(step) ?? -1);
    ranks.set(name, 1 + Math.max(-1, ...above));
  }
  const rows: Spot[][] = [];
  const put = (key: string, row: number, step: boolean, above: string[]): void => {
    (rows[row] ??= []).push({ key, above, row, x: 0, room: step ? widthOf(key) : LANE });
  };
  const chains: Chain[] = [];
  for (const { name, needs } of steps) {
    const row = ranks.get(name) ?? 0;
    const above: string[] = [];
    for (const { step } of needs) {
      const first = ranks.get(step);
      if (first === undefined || step === name) {
        continue;
      }
      const through = [step];
      for (let between = first + 1; between < row; between++) {
        const key = `${step} ${name} ${between}`;
        put(key, between, false, [through.at(-1) ?? step]);
        through.push(key);
      }
      above.push(through.at(-1) ?? step);
      chains.push({ from: step, to: name, through: [...through, name] });
    }
    put(name, row, true, above);
  }
  return { rows: Array.from(rows, row => row), chains };
}

/** Order a row by where what stands above is: fewer edges cross. */
function sort(row: Spot[], rows: readonly Spot[][]): void {
  const positions = new Map<string, number>();
  for (const known of rows) {
    for (const [index, spot] of known.entries()) {
      positions.set(spot.key, (index + 0.5) / known.length);
    }
  }
  const middle = (spot: Spot): number =>
    spot.above.reduce((sum, key) => sum + (positions.get(key) ?? 0), 0) /
    Math.max(1, spot.above.length);
  const wanted = new Map(row.map(spot => [spot, middle(spot)]));
  row.sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0));
}

/** As wide as its name needs, with a sign, within bounds. */
function widthOf(name: string): number {
  const { width, widest, margin, sign, end } = NODE;
  return Math.min(widest, Math.max(width, Math.ceil(margin + lengthOf(name) + sign + end)));
}

/** The room that a step's name has. */
export function roomIn(width: number, signed: boolean): number {
  return width - NODE.margin - NODE.end - (signed ? NODE.sign : 0);
}

/** A name, cut where there is no room for more. */
export function cutTo(room: number, name: string): string {
  if (lengthOf(name) <= room) {
    return name;
  }
  const letters = Array.from(name);
  while (letters.length > 1 && lengthOf(`${letters.join('')}…`) > room) {
    letters.pop();
  }
  return `${letters.join('')}…`;
}

/** The room that a name takes. */
function lengthOf(name: string): number {
  const widths = Array.from(name).map(
    letter => LETTERS.find(([kind]) => kind.test(letter))?.[1] ?? 0
  );
  return widths.reduce((sum, width) => sum + width, 0);
}

function extent(row: readonly Spot[]): number {
  return row.reduce((sum, spot) => sum + spot.room, GAP.x * (row.length - 1));
}

/** Where words may stand on the way down between two rows, the best first. */
const STANDS = [0.5, 0.3, 0.7, 0.4, 0.6, 0.2, 0.8];

/** Give each edge a place for its words, above what it ends in, where none stand yet. */
function labelled(edges: readonly Omit<LaidEdge, 'label'>[]): LaidEdge[] {
  const taken: Point[] = [];
  const crowded = (at: Point): number =>
    taken.filter(
      other =>
        Math.abs(other.x - at.x) < LABEL.width * 0.7 && Math.abs(other.y - at.y) < LABEL.height
    ).length;
  return edges.map(edge => {
    const [from, to] = edge.points.slice(-2) as [Point, Point];
    const stands = STANDS.map(share => onTheWay(from, to, share));
    const least = Math.min(...stands.map(crowded));
    const label = stands.find(at => crowded(at) === least) ?? to;
    taken.push(label);
    return { ...edge, label };
  });
}

/** A point of the curve that leaves and arrives straight. */
function onTheWay(from: Point, to: Point, share: number): Point {
  const rest = 1 - share;
  const [start, end] = [
    rest * rest * rest + 3 * rest * rest * share,
    3 * rest * share * share + share ** 3
  ];
  const middle = (from.y + to.y) / 2;
  const y =
    rest ** 3 * from.y +
    3 * rest * rest * share * middle +
    3 * rest * share * share * middle +
    share ** 3 * to.y;
  return { x: start * from.x + end * to.x, y };
}

/** Put a row in the middle. */
function place(row: readonly Spot[], width: number): void {
  let x = (width - extent(row)) / 2;
  for (const spot of row) {
    spot.x = x + spot.room / 2;
    x += spot.room + GAP.x;
  }
}
