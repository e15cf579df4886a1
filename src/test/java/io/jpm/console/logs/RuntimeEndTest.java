package io.jpm.console.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.console.Instances;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.ExitCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RuntimeEndTest {
  private final AtomicLong nanos = new AtomicLong(-5);

  private RuntimeEnd end(String... words) {
    return RuntimeEnd.of(List.of(words), nanos::get).orElseThrow();
  }

  private void advance(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void runtimeDoesNotEndBeforeTheFirstApp() {
    RuntimeEnd end = end("until-idle");
    assertThat(end.exitCode(List.of())).isEmpty();
    advance(Duration.ofHours(1));
    assertThat(end.exitCode(List.of())).isEmpty();
    assertThat(end.exitCode(List.of(Instances.online(0, "web")))).isEmpty();
    assertThat(end.exitCode(List.of())).contains(ExitCode.OK);
  }

  @Test
  void runtimeEndsAfterSomeIdleSeconds() {
    RuntimeEnd end = end("until-idle");
    assertThat(end.exitCode(List.of(Instances.stopped(0, "web")))).isEmpty();
    advance(Duration.ofSeconds(4));
    assertThat(end.exitCode(List.of(Instances.online(0, "web")))).isEmpty();
    assertThat(end.exitCode(List.of(Instances.stopped(0, "web")))).isEmpty();
    advance(Duration.ofSeconds(4));
    assertThat(end.exitCode(List.of(Instances.stopped(0, "web")))).isEmpty();
    advance(Duration.ofSeconds(1));
    assertThat(end.exitCode(List.of(Instances.stopped(0, "web")))).contains(ExitCode.IDLE);
  }

  @Test
  void withoutAutoExitOnlyDeletionEndsTheRuntime() {
    RuntimeEnd end = end("until-deleted");
    assertThat(end.exitCode(List.of(Instances.stopped(0, "web")))).isEmpty();
    advance(Duration.ofHours(1));
    assertThat(end.exitCode(List.of(Instances.stopped(0, "web")))).isEmpty();
    assertThat(end.exitCode(List.of())).contains(ExitCode.OK);
  }

  @Test
  void emptyListAfterAResumeEndsTheRuntimeAtOnce() {
    assertThat(end("until-deleted", "again").exitCode(List.of())).contains(ExitCode.OK);
    assertThat(end("until-idle", "again").exitCode(List.of(Instances.online(0, "web")))).isEmpty();
  }

  @Test
  void otherWordsAfterTheDoubleDashAreRejected() {
    assertThat(RuntimeEnd.of(List.of(), nanos::get)).isEmpty();
    assertThatThrownBy(() -> end("until-idle", "web")).isInstanceOf(CommandFailure.class);
    assertThatThrownBy(() -> end("web"))
        .hasMessage("jpm logs does not accept arguments after --: remove them, or use jpm start");
  }
}
