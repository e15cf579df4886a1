package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.os.linux.ProcessSnapshot.Environment;
import io.jpm.os.linux.ProcessSnapshot.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StrangersTest {
  private static final long NOW = 100_000;
  private static final long LONG_AGO = 1000;

  private final Strangers strangers = new Strangers();
  private final List<Integer> read = new ArrayList<>();

  private static ProcStat process(int pid, long start) {
    return new ProcStat(pid, 'S', 1, pid, pid, 0, 0, 1, start, 0, 0);
  }

  /// Walks anew, and asks for the tag.
  private ProcessSnapshot walk(ProcStat process, Environment environment) {
    var snapshot =
        new ProcessSnapshot(
            NOW,
            List.of(process),
            pid -> {
              read.add(pid);
              return environment;
            },
            strangers);
    strangers.keepOnly(snapshot);
    assertThat(snapshot.tagOf(process)).isEqualTo(environment.tag());
    return snapshot;
  }

  private static Environment of(Kind kind) {
    return new Environment(Optional.empty(), kind);
  }

  @Test
  void whoHasRunForAWhileWithoutATagIsNotReadAgain() {
    walk(process(10, LONG_AGO), of(Kind.UNTAGGED));
    walk(process(10, LONG_AGO), of(Kind.UNTAGGED));
    assertThat(read).containsExactly(10);
  }

  @Test
  void anotherProcessOfTheSameNumberIsRead() {
    walk(process(10, LONG_AGO), of(Kind.UNTAGGED));
    walk(process(10, LONG_AGO + 1), new Environment(Optional.of("tag"), Kind.TAGGED));
    assertThat(read).containsExactly(10, 10);
  }

  @Test
  void whoHasOnlyBegunMayStillBeginAProgram() {
    assertThat(walk(process(10, NOW), of(Kind.UNTAGGED)).isWhole()).isTrue();
    walk(process(10, NOW), new Environment(Optional.of("tag"), Kind.TAGGED));
    assertThat(read).containsExactly(10, 10);
  }

  @Test
  void whoShowsNothingIsJustBeginningAProgramAndIsReadAgain() {
    assertThat(walk(process(10, NOW), of(Kind.BARE)).isWhole()).isFalse();
    assertThat(walk(process(20, LONG_AGO), of(Kind.BARE)).isWhole()).isTrue();
    walk(process(20, LONG_AGO), new Environment(Optional.of("tag"), Kind.TAGGED));
    assertThat(read).containsExactly(10, 20, 20);
  }

  @Test
  void whoseTagDoesNotCountIsReadAgainSinceItMayCountLater() {
    walk(process(10, LONG_AGO), of(Kind.TAGGED));
    walk(process(10, LONG_AGO), of(Kind.TAGGED));
    assertThat(read).containsExactly(10, 10);
  }

  @Test
  void whoIsGoneIsForgotten() {
    walk(process(10, LONG_AGO), of(Kind.UNTAGGED));
    walk(process(11, LONG_AGO), of(Kind.UNTAGGED));
    assertThat(strangers.has(process(10, LONG_AGO))).isFalse();
  }
}
