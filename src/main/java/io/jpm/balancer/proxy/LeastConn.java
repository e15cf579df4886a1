package io.jpm.balancer.proxy;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// The one with the fewest connections for its share; among equals each in turn.
final class LeastConn implements Choice {
  private final AtomicInteger turn = new AtomicInteger();

  @Override
  public <C extends Candidate> Optional<C> next(
      List<C> ready, Predicate<? super C> usable, byte[] client, long now) {
    int begin = turn.getAndIncrement();
    C best = null;
    double least = Double.MAX_VALUE;
    for (int i = 0; i < ready.size(); i++) {
      C one = ready.get(Math.floorMod(begin + i, ready.size()));
      double load = (one.open() + 1) / one.share(now);
      if (load < least && usable.test(one)) {
        best = one;
        least = load;
      }
    }
    return Optional.ofNullable(best);
  }
}
