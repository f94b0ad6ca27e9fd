// Where the threads of a run meet. State, four words: arrived, generation, poison, sleepers.
// A thread spins briefly, because the others are usually microseconds away, and then sleeps: on a
// machine with fewer cores than threads a spinning thread would keep the awaited one from running.

@inline const ONE_SECOND: i64 = 1000000000;

/** Waits for all threads. Returns 0, or 1 when a thread is known to be dead and the run is lost. */
export function barrier(state: usize, threads: i32, spins: i32): i32 {
  const generation = atomic.load<i32>(state, 4);
  if (atomic.add<i32>(state, 1) == threads - 1) {
    atomic.store<i32>(state, 0);
    atomic.add<i32>(state, 1, 4);
    if (atomic.load<i32>(state, 12) != 0) atomic.notify(state + 4, threads);
  } else {
    for (let spin = 0; spin < spins; ++spin) {
      if (atomic.load<i32>(state, 4) != generation) return atomic.load<i32>(state, 8);
    }
    atomic.add<i32>(state, 1, 12);
    while (atomic.load<i32>(state, 4) == generation) {
      if (atomic.load<i32>(state, 8) != 0) break;
      atomic.wait<i32>(state + 4, generation, ONE_SECOND);
    }
    atomic.sub<i32>(state, 1, 12);
  }
  return atomic.load<i32>(state, 8);
}
