package io.jpm.balancer.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/// Selects the instances in turn. An instance with a share of 0.5 is skipped every other time.
///
/// Each instance has a position (stride scheduling). The instance with the lowest position is next,
/// and its position advances by the inverse of its share. A new instance begins at the highest
/// position, so it has nothing to catch up on.
final class RoundRobinSelector implements BalancingStrategy {
  /// The position of an instance.
  private record Position(BackendLoad backend, double at) {}

  private final AtomicReference<List<Position>> line = new AtomicReference<>(List.of());

  @Override
  public <C extends BackendLoad> Optional<C> next(
      List<C> ready, Predicate<? super C> usable, byte[] client, long now) {
    while (true) {
      List<Position> before = line.get();
      List<Position> after = linedUp(before, ready);
      int best = lowestPosition(after, ready, usable);
      if (best < 0) {
        return Optional.empty();
      }
      C chosen = ready.get(best);
      after.set(best, new Position(chosen, after.get(best).at() + 1 / chosen.share(now)));
      if (line.compareAndSet(before, List.copyOf(after))) {
        return Optional.of(chosen);
      }
    }
  }

  private static List<Position> linedUp(List<Position> before, List<? extends BackendLoad> ready) {
    double front = before.stream().mapToDouble(Position::at).max().orElse(0);
    List<Position> places = new ArrayList<>(ready.size());
    for (BackendLoad who : ready) {
      double at = front;
      for (Position place : before) {
        if (place.backend().equals(who)) {
          at = place.at();
        }
      }
      places.add(new Position(who, at));
    }
    return places;
  }

  private static <C extends BackendLoad> int lowestPosition(
      List<Position> places, List<C> ready, Predicate<? super C> usable) {
    int best = -1;
    for (int i = 0; i < places.size(); i++) {
      if ((best < 0 || places.get(i).at() < places.get(best).at()) && usable.test(ready.get(i))) {
        best = i;
      }
    }
    return best;
  }
}
