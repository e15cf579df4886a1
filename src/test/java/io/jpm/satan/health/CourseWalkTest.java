package io.jpm.satan.health;

import io.jpm.model.Check;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Walks every state that a process can be in, with all rules there are, and checks what must hold
/// on every way; then walks long ways at random.
class CourseWalkTest {
  private static final long STEP = Duration.ofMillis(500).toNanos();
  private static final int COUNTED = 3;

  /// Which checks there are: 0 none, 1 one that asks, 2 one that listens.
  record Kinds(int startup, int readiness, int liveness, boolean ready) {
    Course course() {
      Map<Role, Rule> rules = new EnumMap<>(Role.class);
      add(rules, Role.STARTUP, startup);
      add(rules, Role.READINESS, readiness);
      add(rules, Role.LIVENESS, liveness);
      return new Course(rules);
    }

    private static void add(Map<Role, Rule> rules, Role role, int kind) {
      if (kind > 0) {
        var rhythm =
            new Check.Rhythm(
                Duration.ofSeconds(1),
                Duration.ofMillis(role == Role.LIVENESS ? 1500 : 500),
                role == Role.STARTUP ? 1 : 2,
                role == Role.READINESS ? 2 : 1,
                Duration.ZERO);
        rules.put(role, new Rule(rhythm, kind == 1, "silence"));
      }
    }

    boolean gates() {
      return startup + readiness > 0;
    }
  }

  static Stream<Kinds> kinds() {
    List<Kinds> all = new ArrayList<>();
    for (int i = 0; i < 54; i++) {
      all.add(new Kinds(i % 3, i / 3 % 3, i / 9 % 3, i / 27 == 1));
    }
    return all.stream();
  }

  /// A process and what was said of it.
  ///
  /// @param asked which checks have an attempt under way, as the orders tell
  record World(
      Condition condition,
      long now,
      Set<Role> asked,
      boolean ready,
      boolean unhealthy,
      boolean dead) {
    World after(Kinds kinds, News news, long later) {
      long time = now + later;
      Course.Step step = kinds.course().step(condition, news, time);
      Set<Role> open = EnumSet.noneOf(Role.class);
      open.addAll(asked);
      if (news instanceof News.Answered(Role role, long attempt, var _)
          && condition.pulse(role).attempt() == attempt) {
        open.remove(role);
      }
      boolean saidReady = ready;
      boolean saidUnhealthy = unhealthy;
      boolean saidDead = dead;
      boolean over = condition.over();
      for (Order order : step.orders()) {
        holds(!over, "nothing is ordered after the end");
        switch (order) {
          case Order.Ask(Role role, long _) ->
              holds(open.add(role), "one attempt of a check at a time");
          case Order.GiveUp(Role role, long attempt) -> {
            holds(open.remove(role), "only what is under way is given up");
            holds(condition.pulse(role).attempt() == attempt, "the present attempt is given up");
          }
          case Order.SayReady() -> {
            holds(!saidReady && !kinds.ready() && kinds.gates(), "ready is said once");
            saidReady = true;
          }
          case Order.SayNotYet(String _) -> holds(!saidReady, "who was ready is not unready");
          case Order.SayUnhealthy(String _) -> {
            holds(!saidUnhealthy, "unhealthy and recovered alternate");
            holds(saidReady || kinds.ready() || !kinds.gates(), "only who was ready is unhealthy");
            saidUnhealthy = true;
          }
          case Order.SayRecovered() -> {
            holds(saidUnhealthy, "unhealthy and recovered alternate");
            saidUnhealthy = false;
          }
          case Order.SayDead(String _) -> {
            holds(!saidDead && kinds.liveness() > 0, "dead is said once");
            saidDead = true;
          }
        }
      }
      Condition next = step.next();
      holds(!next.over() || (open.isEmpty() && next.due().isEmpty()), "nothing goes on at the end");
      for (Role role : Role.values()) {
        holds(next.pulse(role).asking() == open.contains(role), "what is asked is waited for");
        holds(!open.contains(role) || next.pulse(role).due().isPresent(), "no attempt is endless");
      }
      return new World(next, time, open, saidReady, saidUnhealthy, saidDead);
    }

    List<News> possible(boolean ready) {
      List<News> news = new ArrayList<>(List.of(new News.Began(ready), new News.Tick()));
      for (Role role : Role.values()) {
        long attempt = condition.pulse(role).attempt();
        news.add(new News.Answered(role, attempt, new Finding.Passed()));
        news.add(new News.Answered(role, attempt, new Finding.Failed("ill")));
        news.add(new News.Answered(role, attempt - 1, new Finding.Passed()));
        news.add(new News.Heard(role));
        news.add(new News.Unheard(role, "deaf"));
      }
      news.add(new News.Failing("failing"));
      news.add(new News.Left());
      return news;
    }

    /// The same without what makes the number of worlds endless.
    World essence() {
      Map<Role, Pulse> pulses = new EnumMap<>(Role.class);
      condition
          .pulses()
          .forEach((role, pulse) -> {
            OptionalLong due =
                pulse.due().isPresent()
                    ? OptionalLong.of(Math.max(0, pulse.due().getAsLong() - now))
                    : pulse.due();
            // The time of the latest attempt matters only until it is answered.
            long asked = pulse.asking() ? pulse.askedAt() - now : 0;
            pulses.put(
                role,
                new Pulse(
                    due,
                    5,
                    pulse.asking(),
                    asked,
                    Math.min(COUNTED, pulse.failures()),
                    Math.min(COUNTED, pulse.passes()),
                    pulse.heard(),
                    pulse.finding()));
          });
      var small = new Condition(condition.stage(), pulses, condition.unhealthy(), condition.told());
      return new World(small, 0, asked, ready, unhealthy, dead);
    }
  }

  private static void holds(boolean rule, String words) {
    if (!rule) {
      throw new AssertionError(words);
    }
  }

  private static final World BEGIN = new World(Condition.NEW, 0, Set.of(), false, false, false);

  @ParameterizedTest
  @MethodSource("kinds")
  void everyStateKeepsTheRules(Kinds kinds) {
    Set<World> seen = new HashSet<>(Set.of(BEGIN));
    Deque<World> open = new ArrayDeque<>(seen);
    while (!open.isEmpty()) {
      World world = open.remove();
      for (News news : world.possible(kinds.ready())) {
        for (long later : news instanceof News.Tick ? new long[] {0, STEP} : new long[] {0}) {
          World next = world.after(kinds, news, later).essence();
          if (seen.add(next)) {
            open.add(next);
          }
        }
      }
      Assertions.assertThat(seen.size()).as("the walk comes to an end").isLessThan(200_000);
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void longWaysKeepTheRulesToo(Kinds kinds) {
    long seed = Long.getLong("jpm.seed", 6);
    var random = new SplittableRandom(seed);
    World world = BEGIN;
    for (int i = 0; i < 50_000; i++) {
      List<News> possible = world.possible(kinds.ready());
      News news = possible.get(random.nextInt(possible.size()));
      boolean rare = news instanceof News.Left || news instanceof News.Failing;
      if (rare && random.nextInt(200) != 0) {
        continue;
      }
      try {
        world = world.after(kinds, news, random.nextLong(3 * STEP));
      } catch (AssertionError error) {
        throw new AssertionError("seed %d, step %d, %s".formatted(seed, i, world), error);
      }
      if (world.condition().over()) {
        world = BEGIN;
      }
    }
  }
}
