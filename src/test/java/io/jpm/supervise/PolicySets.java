package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartWindow;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Policies of apps, for the exploration of the state space.
final class PolicySets {
  static final int STOP_CODE = 7;

  private static final List<Integer> MAX_RESTARTS = List.of(0, 1, 3);

  private static final List<Backoff> BACKOFFS =
      List.of(
          Backoff.NONE,
          new Backoff.Constant(Duration.ofMillis(100)),
          new Backoff.Exponential(Duration.ofMillis(100), Duration.ofMillis(200), 0.5));

  private enum Stop {
    SIGNAL,
    MESSAGE,
    COMMAND
  }

  static final int BACKOFF = 2;
  static final int READINESS = 4;
  static final int DEPENDENT = 5;
  static final int STOP = 6;

  /// The number of values of each setting: when, max_restarts, backoff, tree, readiness,
  /// dependencies, stop.
  private static final int[] SIZES = {3, 3, 3, 2, 2, 2, 3};

  private PolicySets() {}

  /// Enables every setting: the largest state space.
  static final SupervisionPolicy WIDEST = of(new int[] {1, 2, 2, 0, 1, 1, 2});

  /// The defaults of PM2, with fewer restarts.
  static final SupervisionPolicy PLAIN = of(new int[] {0, 2, 0, 0, 0, 0, 0});

  /// As [#PLAIN], with a restart window.
  static final SupervisionPolicy WINDOWED = windowed(PLAIN, 4);

  /// Returns the policies with a restart window of five minutes.
  static SupervisionPolicy windowed(SupervisionPolicy supervisionPolicy, int most) {
    return new SupervisionPolicy(
        supervisionPolicy.restart().with(new RestartWindow(most, Duration.ofMinutes(5))),
        supervisionPolicy.stop(),
        supervisionPolicy.readiness(),
        supervisionPolicy.dependent(),
        supervisionPolicy.candidate());
  }

  /// Returns policies with a window, combined with each other setting that concerns failures.
  static List<SupervisionPolicy> windowed() {
    List<SupervisionPolicy> all = new ArrayList<>();
    for (int readiness = 0; readiness < 2; readiness++) {
      for (int when = 0; when < 3; when++) {
        for (int tree = 0; tree < 2; tree++) {
          SupervisionPolicy plain =
              of(new int[] {when, 2, 2 - tree, tree, readiness, 1 - readiness, when});
          all.add(windowed(plain, 2 + 2 * tree));
          all.add(windowed(with(plain, Backoff.GRADUAL), 5));
        }
      }
    }
    return all;
  }

  private static SupervisionPolicy with(SupervisionPolicy supervisionPolicy, Backoff backoff) {
    return new SupervisionPolicy(
        supervisionPolicy.restart().with(backoff),
        supervisionPolicy.stop(),
        supervisionPolicy.readiness(),
        supervisionPolicy.dependent(),
        supervisionPolicy.candidate());
  }

  /// Returns [#PLAIN] with one setting changed.
  ///
  /// @param rule index of the setting in `SIZES`
  /// @param value index of the value
  static SupervisionPolicy plainBut(int rule, int value) {
    int[] chosen = {0, 2, 0, 0, 0, 0, 0};
    chosen[rule] = value;
    return of(chosen);
  }

  /// Returns policies in which any three values of three different settings occur together at least
  /// once. Combinations with many new triples are chosen first, to keep the number small.
  static List<SupervisionPolicy> all() {
    List<SupervisionPolicy> all = new ArrayList<>();
    Set<String> met = new HashSet<>();
    for (int news : new int[] {35, 25, 16, 8, 4, 1}) {
      int[] chosen = new int[SIZES.length];
      do {
        Set<String> triples = triples(chosen);
        triples.removeAll(met);
        if (triples.size() >= news) {
          met.addAll(triples);
          all.add(of(chosen));
        }
      } while (nextCombination(chosen));
    }
    return all;
  }

  /// Returns policies of a candidate, for each way of stopping it.
  static List<SupervisionPolicy> candidates() {
    List<SupervisionPolicy> all = new ArrayList<>();
    for (boolean wholeTree : new boolean[] {true, false}) {
      for (int stop = 0; stop < Stop.values().length; stop++) {
        all.add(candidate(wholeTree, stop));
      }
    }
    return all;
  }

  /// @param stop index of a constant of [Stop]
  static SupervisionPolicy candidate(boolean wholeTree, int stop) {
    SupervisionPolicy plain = of(new int[] {0, 2, 2, wholeTree ? 0 : 1, 1, 0, stop});
    return new SupervisionPolicy(plain.restart(), plain.stop(), plain.readiness(), false, true);
  }

  private static Set<String> triples(int[] chosen) {
    Set<String> triples = new HashSet<>();
    for (int a = 0; a < chosen.length; a++) {
      for (int b = a + 1; b < chosen.length; b++) {
        for (int c = b + 1; c < chosen.length; c++) {
          triples.add("%d=%d %d=%d %d=%d".formatted(a, chosen[a], b, chosen[b], c, chosen[c]));
        }
      }
    }
    return triples;
  }

  private static boolean nextCombination(int[] chosen) {
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = (chosen[i] + 1) % SIZES[i];
      if (chosen[i] != 0) {
        return true;
      }
    }
    return false;
  }

  @SuppressWarnings("EnumOrdinal") // any order will do, as long as it is stable
  private static SupervisionPolicy of(int[] chosen) {
    RestartPolicy.When when = RestartPolicy.When.values()[chosen[0]];
    Set<Integer> codes = when == RestartPolicy.When.NEVER ? Set.of() : Set.of(STOP_CODE);
    return new SupervisionPolicy(
        new RestartPolicy(
            when,
            MAX_RESTARTS.get(chosen[1]),
            Duration.ofSeconds(1),
            BACKOFFS.get(chosen[2]),
            codes),
        stop(Stop.values()[chosen[6]], chosen[3] == 0),
        new ReadinessPolicy(chosen[4] == 1, Duration.ofSeconds(3)),
        chosen[5] == 1);
  }

  private static StopPolicy stop(Stop how, boolean wholeTree) {
    return new StopPolicy(
        Signal.SIGINT,
        Duration.ofMillis(1600),
        wholeTree,
        how == Stop.MESSAGE,
        how == Stop.COMMAND ? List.of("./drain") : List.of());
  }
}
