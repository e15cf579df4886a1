package io.jpm.balancer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BalancingStrategyTest {
  private static final byte[] CLIENT = {10, 0, 0, 1};

  /// A simulated instance.
  private static final class FakeBackend implements BackendLoad {
    final int slot;
    int load;
    long silent;
    SlowStart start = SlowStart.none(0);

    FakeBackend(int slot) {
      this.slot = slot;
    }

    @Override
    public long slot() {
      return slot;
    }

    @Override
    public int load() {
      return load;
    }

    @Override
    public long silent(long now) {
      return silent;
    }

    @Override
    public double share(long now) {
      return start.weight(now);
    }
  }

  private static List<FakeBackend> instances(int count) {
    return IntStream.range(0, count).mapToObj(FakeBackend::new).toList();
  }

  private static List<Integer> select(
      BalancingStrategy balancingStrategy, List<FakeBackend> ready, int times, long now) {
    List<Integer> slots = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      slots.add(balancingStrategy.next(ready, _ -> true, CLIENT, now).orElseThrow().slot);
    }
    return slots;
  }

  private static long count(List<Integer> slots, int slot) {
    return slots.stream().filter(one -> one == slot).count();
  }

  @Test
  void roundRobinTakesTurns() {
    assertThat(select(new RoundRobinSelector(), instances(3), 7, 0))
        .containsExactly(0, 1, 2, 0, 1, 2, 0);
  }

  @Test
  void roundRobinSkipsAnUnusableInstanceAndContinues() {
    RoundRobinSelector choice = new RoundRobinSelector();
    List<FakeBackend> all = instances(3);
    assertThat(choice.next(all, fakeBackend -> fakeBackend.slot != 0, CLIENT, 0).orElseThrow().slot)
        .isEqualTo(1);
    assertThat(select(choice, all, 3, 0)).containsExactly(0, 2, 0);
  }

  @Test
  void noInstanceIsSelectedIfNoneIsUsable() {
    for (BalancingStrategy balancingStrategy :
        List.of(new RoundRobinSelector(), new LeastConnectionsSelector(), new IpHashSelector())) {
      assertThat(balancingStrategy.next(instances(2), _ -> false, CLIENT, 0)).isEmpty();
      assertThat(balancingStrategy.next(List.<FakeBackend>of(), _ -> true, CLIENT, 0)).isEmpty();
    }
  }

  @Test
  void instanceThatJoinsLateReceivesOnlyItsTurn() {
    RoundRobinSelector choice = new RoundRobinSelector();
    List<FakeBackend> all = instances(3);
    select(choice, all.subList(0, 2), 1000, 0);
    assertThat(count(select(choice, all, 300, 0), 2)).isBetween(99L, 101L);
  }

  @Test
  void newInstanceStartsWithATenthAndHasFullWeightAfterFiveSeconds() {
    List<FakeBackend> all = instances(2);
    all.get(1).start = new SlowStart(0, true);
    RoundRobinSelector choice = new RoundRobinSelector();
    select(choice, all, 2, 0);
    assertThat(count(select(choice, all, 110, 0), 1)).isBetween(9L, 11L);
    assertThat(count(select(new RoundRobinSelector(), all, 100, SlowStart.LENGTH.toNanos()), 1))
        .isEqualTo(50);
  }

  @Test
  void weightOfANewInstanceGrowsAndIsFullWithoutSlowStart() {
    SlowStart gently = new SlowStart(0, true);
    assertThat(gently.weight(Duration.ofMillis(2500).toNanos())).isEqualTo(0.5);
    assertThat(gently.isOver(Duration.ofMillis(4999).toNanos())).isFalse();
    assertThat(gently.isOver(Duration.ofSeconds(5).toNanos())).isTrue();
    assertThat(SlowStart.none(0).weight(0)).isEqualTo(1);
  }

  @Test
  void leastConnSelectsTheFewestConnectionsPerWeight() {
    List<FakeBackend> all = instances(3);
    all.get(0).load = 5;
    all.get(1).load = 2;
    all.get(2).load = 0;
    assertThat(select(new LeastConnectionsSelector(), all, 2, 0)).containsOnly(2);
    all.get(2).start = new SlowStart(0, true);
    assertThat(select(new LeastConnectionsSelector(), all, 2, 0)).containsOnly(1);
  }

  @Test
  void leastConnTakesTurnsAmongEqualInstances() {
    assertThat(select(new LeastConnectionsSelector(), instances(3), 6, 0))
        .containsExactly(0, 1, 2, 0, 1, 2);
  }

  @Test
  void leastConnPrefersTheShortestSilenceAmongEqualInstances() {
    List<FakeBackend> all = instances(3);
    all.forEach(fakeBackend -> fakeBackend.load = 1);
    all.get(0).silent = 5;
    all.get(1).silent = 100;
    assertThat(select(new LeastConnectionsSelector(), all, 6, 0)).containsOnly(2);
    all.get(2).silent = 6;
    assertThat(select(new LeastConnectionsSelector(), all, 6, 0)).containsOnly(0);
    all.get(1).load = 0;
    assertThat(select(new LeastConnectionsSelector(), all, 6, 0)).containsOnly(1);
  }

  @Test
  void ipHashMovesOnlyTheClientsOfALostInstance() {
    List<FakeBackend> four = instances(4);
    List<FakeBackend> three = List.of(four.get(0), four.get(1), four.get(3));
    IpHashSelector choice = new IpHashSelector();
    SplittableRandom random = new SplittableRandom(7);
    Map<Integer, Integer> spread = new HashMap<>();
    for (int i = 0; i < 4000; i++) {
      byte[] client = new byte[i % 2 == 0 ? 4 : 16];
      random.nextBytes(client);
      int before = choice.next(four, _ -> true, client, 0).orElseThrow().slot;
      int after = choice.next(three, _ -> true, client, 0).orElseThrow().slot;
      spread.merge(before, 1, Integer::sum);
      if (before != 2) {
        assertThat(after).isEqualTo(before);
      } else {
        assertThat(after).isNotEqualTo(2);
      }
    }
    assertThat(spread.values())
        .hasSize(4)
        .allSatisfy(count -> assertThat(count).isBetween(850, 1150));
  }

  @Test
  void ejectionTimeDoublesUpToThirtySecondsAndIsReset() {
    long now = 0;
    OutlierEjection outlierEjection = OutlierEjection.NONE;
    assertThat(outlierEjection.isActive(now)).isFalse();
    for (long seconds : new long[] {1, 2, 4, 8, 16, 30, 30}) {
      outlierEjection = outlierEjection.next(now);
      assertThat(outlierEjection.until() - now).isEqualTo(Duration.ofSeconds(seconds).toNanos());
      assertThat(outlierEjection.isActive(outlierEjection.until() - 1)).isTrue();
      assertThat(outlierEjection.isActive(outlierEjection.until())).isFalse();
      now = outlierEjection.until() + 1;
    }
    now += Duration.ofMinutes(1).toNanos();
    assertThat(outlierEjection.next(now).until() - now).isEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void atMostHalfOfTheInstancesAreEjected() {
    assertThat(OutlierEjection.isAllowed(0, 1)).isFalse();
    assertThat(OutlierEjection.isAllowed(0, 2)).isTrue();
    assertThat(OutlierEjection.isAllowed(1, 2)).isFalse();
    assertThat(OutlierEjection.isAllowed(1, 3)).isFalse();
    assertThat(OutlierEjection.isAllowed(1, 4)).isTrue();
  }
}
