package io.jpm.balancer.proxy;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// Selects the instance with the fewest connections relative to its share. Among instances with
/// equal load, it selects the one that has owed a response for the shortest time, so an instance
/// that has just stalled comes last. Instances that owe no response take turns.
final class LeastConnectionsSelector implements BalancingStrategy {
  private final AtomicInteger turn = new AtomicInteger();

  @Override
  public <C extends BackendLoad> Optional<C> next(
      List<C> ready, Predicate<? super C> usable, byte[] client, long now) {
    int begin = turn.getAndIncrement();
    C best = null;
    double least = Double.MAX_VALUE;
    long shortest = Long.MAX_VALUE;
    for (int i = 0; i < ready.size(); i++) {
      C one = ready.get(Math.floorMod(begin + i, ready.size()));
      double load = (one.load() + 1) / one.share(now);
      long silent = one.silent(now);
      boolean better = load < least || (load == least && silent < shortest);
      if (better && usable.test(one)) {
        best = one;
        least = load;
        shortest = silent;
      }
    }
    return Optional.ofNullable(best);
  }
}
