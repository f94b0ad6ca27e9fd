/**
 * Does work on items, some at once, and gives results in the order of the items. No more items are taken than `mayTake` allows beside
 * those whose results have not been given yet, but always one.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
  mayTake: (pending: readonly Item[]) => boolean,
): AsyncGenerator<[Item, Result]> {
  const pending: { readonly item: Item; readonly result: Promise<Result> }[] = [];
  const next = async (): Promise<[Item, Result]> => {
    const { item, result } = pending[0];
    const given: [Item, Result] = [item, await result];
    pending.shift();
    return given;
  };
  for await (const item of items) {
    const result = work(item);
    // Told when it is its turn.
    result.catch(() => {});
    pending.push({ item, result });
    while (pending.length > 0 && !mayTake(pending.map((one) => one.item))) yield await next();
  }
  while (pending.length > 0) yield await next();
}
