/**
 * Sorts in place, stably, as `sort` does, which for a handful of items spends most of its time, and a kilobyte, on getting ready:
 * every trace has several such lists.
 */
const FEW = 16;

export function sortFew<T>(items: T[], compare: (a: T, b: T) => number): T[] {
  if (items.length > FEW) return items.sort(compare);
  for (let sorted = 1; sorted < items.length; sorted++) {
    const item = items[sorted] as T;
    let at = sorted;
    for (; at > 0; at--) {
      const before = items[at - 1] as T;
      if (compare(before, item) <= 0) break;
      items[at] = before;
    }
    items[at] = item;
  }
  return items;
}
