import { LABEL, NODE, cutTo, layout, roomIn } from '../src/parts/layout';
import type { Layout } from '../src/parts/layout';

function laid(graph: Record<string, string[]>): Layout {
  return layout(
    Object.entries(graph).map(([name, needs]) => ({ name, needs: needs.map(step => ({ step })) }))
  );
}

function rowOf(found: Layout, name: string): number {
  return found.nodes.find(node => node.name === name)?.y ?? -1;
}

const DIAMOND = { load: [], a: ['load'], b: ['load'], join: ['a', 'b'], report: ['join', 'load'] };

test('a step stands below all that it needs', () => {
  const found = laid(DIAMOND);
  for (const [name, needs] of Object.entries(DIAMOND)) {
    for (const step of needs) {
      expect(rowOf(found, name)).toBeGreaterThanOrEqual(rowOf(found, step) + NODE.height);
    }
  }
});

test('no two steps stand in the same place, and all within the width', () => {
  const found = laid(DIAMOND);
  for (const one of found.nodes) {
    expect(one.x).toBeGreaterThanOrEqual(0);
    expect(one.x + one.width).toBeLessThanOrEqual(found.width);
    const beside = found.nodes.filter(other => other !== one && other.y === one.y);
    expect(
      beside.every(other => other.x + other.width < one.x || one.x + one.width < other.x)
    ).toBe(true);
  }
});

test('a step is as wide as its name needs, up to a bound', () => {
  const long = 'train_gradient_boosting';
  const longest = 'a_name_that_somebody_has_written_very_long';
  const found = laid({ load: [], [long]: ['load'], [longest]: ['load'] });
  const widthOf = (name: string): number =>
    found.nodes.find(node => node.name === name)?.width ?? 0;
  expect([widthOf('load'), widthOf(longest)]).toEqual([NODE.width, NODE.widest]);
  expect(cutTo(roomIn(widthOf(long), true), long)).toBe(long);
  expect(cutTo(roomIn(widthOf(longest), true), longest)).toMatch(/^a_name_that_.*…$/);
});

test('a name of wide letters is cut sooner, and one of narrow letters later', () => {
  const shown = (letter: string): number => Array.from(cutTo(120, letter.repeat(40))).length;
  expect([shown('W'), shown('a'), shown('l')]).toEqual([9, 13, 21]);
  expect([cutTo(0, 'ab'), cutTo(100, '漢字')]).toEqual(['a…', '漢字']);
});

test('an edge over several rows passes the steps between', () => {
  const found = laid(DIAMOND);
  const edge = found.edges.find(({ from, to }) => from === 'load' && to === 'report');
  expect(edge?.points).toHaveLength(6);
  for (const { x, y } of edge?.points.slice(1, -1) ?? []) {
    const under = found.nodes.filter(
      node => node.y <= y && y <= node.y + NODE.height && node.x <= x && x <= node.x + node.width
    );
    expect(under).toEqual([]);
  }
});

test('the words of edges that cross do not stand on each other', () => {
  const found = laid({ a: [], b: [], c: ['a', 'b'], d: ['a', 'b'] });
  for (const { label } of found.edges) {
    const near = found.edges.filter(
      other =>
        Math.abs(other.label.x - label.x) < LABEL.width / 2 &&
        Math.abs(other.label.y - label.y) < LABEL.height / 2
    );
    expect(near).toHaveLength(1);
  }
});

test('nothing is laid out as nothing, and a need of what is not there is left out', () => {
  expect(laid({})).toMatchObject({ width: 0, height: 0, nodes: [], edges: [] });
  expect(laid({ a: ['gone'] }).edges).toEqual([]);
});

test('two hundred steps, each of which needs three, are laid out', () => {
  const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
  const graph = Object.fromEntries(
    names.map((name, index) => [name, names.slice(Math.max(0, index - 3), index)])
  );
  expect(laid(graph).nodes).toHaveLength(200);
});
