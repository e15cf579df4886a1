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
  private static final byte[] SOMEBODY = {10, 0, 0, 1};

  /// A simulated instance.
  private static final class One implements BackendLoad {
    final int slot;
    int load;
    long silent;
    SlowStart start = SlowStart.none(0);

    One(int slot) {
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
      return start.share(now);
    }
  }

  private static List<One> instances(int count) {
    return IntStream.range(0, count).mapToObj(One::new).toList();
  }

  private static List<Integer> chosen(
      BalancingStrategy balancingStrategy, List<One> ready, int times, long now) {
    List<Integer> slots = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      slots.add(balancingStrategy.next(ready, _ -> true, SOMEBODY, now).orElseThrow().slot);
    }
    return slots;
  }

  private static long count(List<Integer> slots, int slot) {
    return slots.stream().filter(one -> one == slot).count();
  }

  @Test
  void eachIsChosenInTurn() {
    assertThat(chosen(new RoundRobin(), instances(3), 7, 0)).containsExactly(0, 1, 2, 0, 1, 2, 0);
  }

  @Test
  void whoHasRefusedIsPassedOverAndTheTurnGoesOn() {
    RoundRobin choice = new RoundRobin();
    List<One> all = instances(3);
    assertThat(choice.next(all, one -> one.slot != 0, SOMEBODY, 0).orElseThrow().slot).isEqualTo(1);
    assertThat(chosen(choice, all, 3, 0)).containsExactly(0, 2, 0);
  }

  @Test
  void nobodyIsChosenWhereNobodyIsUsable() {
    for (BalancingStrategy balancingStrategy :
        List.of(new RoundRobin(), new LeastConn(), new IpHash())) {
      assertThat(balancingStrategy.next(instances(2), _ -> false, SOMEBODY, 0)).isEmpty();
      assertThat(balancingStrategy.next(List.<One>of(), _ -> true, SOMEBODY, 0)).isEmpty();
    }
  }

  @Test
  void whoJoinsLateGetsNoMoreThanItsTurn() {
    RoundRobin choice = new RoundRobin();
    List<One> all = instances(3);
    chosen(choice, all.subList(0, 2), 1000, 0);
    assertThat(count(chosen(choice, all, 300, 0), 2)).isBetween(99L, 101L);
  }

  @Test
  void whoIsNewGetsATenthAtFirstAndAllOfItAfterFiveSeconds() {
    List<One> all = instances(2);
    all.get(1).start = new SlowStart(0, true);
    RoundRobin choice = new RoundRobin();
    chosen(choice, all, 2, 0);
    assertThat(count(chosen(choice, all, 110, 0), 1)).isBetween(9L, 11L);
    assertThat(count(chosen(new RoundRobin(), all, 100, SlowStart.LENGTH.toNanos()), 1))
        .isEqualTo(50);
  }

  @Test
  void theShareOfWhoIsNewGrowsAndIsAllAtOnceWhereItIsAlone() {
    SlowStart gently = new SlowStart(0, true);
    assertThat(gently.share(Duration.ofMillis(2500).toNanos())).isEqualTo(0.5);
    assertThat(gently.over(Duration.ofMillis(4999).toNanos())).isFalse();
    assertThat(gently.over(Duration.ofSeconds(5).toNanos())).isTrue();
    assertThat(SlowStart.none(0).share(0)).isEqualTo(1);
  }

  @Test
  void theOneWithTheFewestConnectionsIsChosenForItsShare() {
    List<One> all = instances(3);
    all.get(0).load = 5;
    all.get(1).load = 2;
    all.get(2).load = 0;
    assertThat(chosen(new LeastConn(), all, 2, 0)).containsOnly(2);
    all.get(2).start = new SlowStart(0, true);
    assertThat(chosen(new LeastConn(), all, 2, 0)).containsOnly(1);
  }

  @Test
  void amongEqualsLeastConnTakesTurns() {
    assertThat(chosen(new LeastConn(), instances(3), 6, 0)).containsExactly(0, 1, 2, 0, 1, 2);
  }

  @Test
  void amongEqualsLeastConnTakesTheOneThatHasOwedAnAnswerForTheShortestTime() {
    List<One> all = instances(3);
    all.forEach(one -> one.load = 1);
    all.get(0).silent = 5;
    all.get(1).silent = 100;
    assertThat(chosen(new LeastConn(), all, 6, 0)).containsOnly(2);
    all.get(2).silent = 6;
    assertThat(chosen(new LeastConn(), all, 6, 0)).containsOnly(0);
    all.get(1).load = 0;
    assertThat(chosen(new LeastConn(), all, 6, 0)).containsOnly(1);
  }

  @Test
  void anAddressStaysWithItsInstanceAndOnlyTheClientsOfALostOneMove() {
    List<One> four = instances(4);
    List<One> three = List.of(four.get(0), four.get(1), four.get(3));
    IpHash choice = new IpHash();
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
  void aPenaltyDoublesToHalfAMinuteAndIsForgotten() {
    long now = 0;
    OutlierEjection outlierEjection = OutlierEjection.NONE;
    assertThat(outlierEjection.lasts(now)).isFalse();
    for (long seconds : new long[] {1, 2, 4, 8, 16, 30, 30}) {
      outlierEjection = outlierEjection.again(now);
      assertThat(outlierEjection.until() - now).isEqualTo(Duration.ofSeconds(seconds).toNanos());
      assertThat(outlierEjection.lasts(outlierEjection.until() - 1)).isTrue();
      assertThat(outlierEjection.lasts(outlierEjection.until())).isFalse();
      now = outlierEjection.until() + 1;
    }
    now += Duration.ofMinutes(1).toNanos();
    assertThat(outlierEjection.again(now).until() - now).isEqualTo(Duration.ofSeconds(1).toNanos());
  }

  @Test
  void neverMoreThanHalfOfTheInstancesAreLeftOut() {
    assertThat(OutlierEjection.allowed(0, 1)).isFalse();
    assertThat(OutlierEjection.allowed(0, 2)).isTrue();
    assertThat(OutlierEjection.allowed(1, 2)).isFalse();
    assertThat(OutlierEjection.allowed(1, 3)).isFalse();
    assertThat(OutlierEjection.allowed(1, 4)).isTrue();
  }
}
