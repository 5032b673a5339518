/** The least difference between two lists (Myers 1986, "An O(ND) Difference Algorithm and Its Variations"). */

export interface Hunk {
  /** Where the difference begins, and how many items of each list are in it. */
  readonly before: number;
  readonly removed: number;
  readonly after: number;
  readonly added: number;
}

/** Beyond this many differences what lies between the equal ends counts as one. */
const MOST_DIFFERENCES = 1_500;

/** Returns what differs, in order. */
export function difference<Item>(before: readonly Item[], after: readonly Item[]): Hunk[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end += 1;
  }
  const [old, fresh] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  if (!old.length && !fresh.length) return [];
  const whole = { before: start, removed: old.length, after: start, added: fresh.length };
  if (!old.length || !fresh.length) return [whole];
  const steps = trace(old, fresh);
  return steps ? hunksOf(backtrack(steps, old.length, fresh.length), start) : [whole];
}

/** Records for each number of differences how far every diagonal reaches; null where there are too many. */
function trace<Item>(old: readonly Item[], fresh: readonly Item[]): Int32Array[] | null {
  const most = Math.min(old.length + fresh.length, MOST_DIFFERENCES);
  const reach = new Int32Array(2 * most + 3);
  const steps: Int32Array[] = [];
  const at = (diagonal: number): number => reach[diagonal + most + 1] ?? 0;
  for (let count = 0; count <= most; count += 1) {
    steps.push(reach.slice());
    for (let diagonal = -count; diagonal <= count; diagonal += 2) {
      const isDown = diagonal === -count || (diagonal !== count && at(diagonal - 1) < at(diagonal + 1));
      let x = isDown ? at(diagonal + 1) : at(diagonal - 1) + 1;
      while (x < old.length && x - diagonal < fresh.length && old[x] === fresh[x - diagonal]) x += 1;
      reach[diagonal + most + 1] = x;
      if (x >= old.length && x - diagonal >= fresh.length) return steps;
    }
  }
  return null;
}

/** Returns the pairs of places that are equal, in order. */
function backtrack(steps: readonly Int32Array[], oldLength: number, freshLength: number): [number, number][] {
  const pairs: [number, number][] = [];
  let [x, y] = [oldLength, freshLength];
  for (let count = steps.length - 1; count >= 0; count -= 1) {
    const reach = steps[count] ?? new Int32Array();
    const middle = (reach.length - 1) / 2;
    const at = (diagonal: number): number => reach[diagonal + middle] ?? 0;
    const diagonal = x - y;
    const isDown = diagonal === -count || (diagonal !== count && at(diagonal - 1) < at(diagonal + 1));
    const from = isDown ? diagonal + 1 : diagonal - 1;
    const beforeX = count ? at(from) : 0;
    const beforeY = count ? beforeX - from : 0;
    while (x > beforeX && y > beforeY) {
      x -= 1;
      y -= 1;
      pairs.push([x, y]);
    }
    [x, y] = [beforeX, beforeY];
  }
  pairs.push([-1, -1]);
  pairs.reverse();
  pairs.push([oldLength, freshLength]);
  return pairs;
}

function hunksOf(pairs: readonly [number, number][], start: number): Hunk[] {
  const hunks: Hunk[] = [];
  for (let place = 1; place < pairs.length; place += 1) {
    const [x, y] = pairs[place - 1] ?? [0, 0];
    const [nextX, nextY] = pairs[place] ?? [0, 0];
    const [removed, added] = [nextX - x - 1, nextY - y - 1];
    if (removed || added) hunks.push({ before: start + x + 1, removed, after: start + y + 1, added });
  }
  return hunks;
}
