// Latencies come as pairs: a bound, and how many requests took no longer than that and longer than the bound before.

/** The pairs of several nodes as one. */
export function merged(many) {
  const counts = new Map();
  for (const pairs of many) {
    for (const [bound, number] of pairs) {
      counts.set(bound, (counts.get(bound) ?? 0) + number);
    }
  }

  return [...counts].sort((a, b) => a[0] - b[0]);
}

export const total = (pairs) => pairs.reduce((sum, [, number]) => sum + number, 0);

/** The bound that the given share of the requests did not exceed; null if there were none. */
export function quantile(pairs, share) {
  const wanted = total(pairs) * share;
  let seen = 0;
  for (const [bound, number] of pairs) {
    seen += number;
    if (seen >= wanted && number > 0) {
      return bound;
    }
  }

  return null;
}
