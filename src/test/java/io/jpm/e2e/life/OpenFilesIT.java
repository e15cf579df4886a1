package io.jpm.e2e.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// File descriptors: the limit of the daemon, the limit of the apps, and what happens with too many
/// apps (issue 18).
@Timeout(300)
class OpenFilesIT extends EndToEndTestBase {
  /// The soft and the hard limit of a process, as `ulimit -n` shows them.
  private static List<String> limits(long pid) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/limits"))) {
      String line = lines.filter(it -> it.startsWith("Max open files")).findFirst().orElseThrow();
      return List.of(line.split("\\s+")).subList(3, 5);
    }
  }

  private long openFileCount() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + jpm.daemonPid() + "/fd"))) {
      return files.count();
    }
  }

  private List<Integer> pids() {
    return jpm.list().stream().map(app -> app.getInteger("pid")).toList();
  }

  private void assertLimits(String soft) throws IOException {
    assertThat(limits(jpm.daemonPid())).containsExactly("4096", "4096");
    for (int pid : pids()) {
      assertThat(limits(pid)).containsExactly(soft, "4096");
    }
  }

  @Test
  @Tag("slow")
  void theDaemonRaisesItsLimitAndAppsHaveThatOfTheCaller() throws Exception {
    jpm.runAfter(
            "ulimit -Sn 300; ulimit -Hn 4096",
            "start",
            "sleep",
            "-i",
            "3",
            "--name",
            "s",
            "--",
            "1000")
        .ok();
    assertLimits("300");
    jpm.run("restart", "s").ok();
    assertLimits("300");
    jpm.killDaemon();
    jpm.run("restart", "s").ok();
    assertLimits("300");
  }

  /// The daemon alone has nearly as many files open, so its limit cannot be lowered to that of the
  /// apps.
  @Test
  @Tag("slow")
  void appsHaveTheCallersLimitEvenBelowTheDaemonsOpenFiles() throws Exception {
    jpm.runAfter(
            "ulimit -Sn 64; ulimit -Hn 4096",
            "start",
            "sleep",
            "-i",
            "3",
            "--name",
            "s",
            "--",
            "1000")
        .ok();
    assertLimits("64");
  }

  @Test
  @Tag("slow")
  void tooManyInstancesAreRefusedAsAWholeAndTheDaemonContinues() throws Exception {
    Jpm.Result refused =
        jpm.runAfter("ulimit -n 256", "start", "sleep", "-i", "60", "--name", "s", "--", "1000")
            .failed();
    assertThat(refused.err())
        .contains("60 more instances cannot run", "256 open files", "enough for 28", "ulimit -n")
        .contains("LimitNOFILE=");
    assertThat(jpm.list()).isEmpty();
    assertThat(jpm.appProcesses()).isEmpty();
    long without = openFileCount();

    jpm.run("start", "sleep", "-i", "28", "--name", "s", "--", "1000").ok();
    assertThat(jpm.run("scale", "s", "+1").failed().err()).contains("1 more instance cannot run");
    assertThat(jpm.run("start", "sleep", "--name", "t", "--", "1").failed().err())
        .contains("1 more instance cannot run");
    List<Integer> before = pids();
    assertThat(before).hasSize(28).allMatch(Jpm::running);
    Eventually.await(
        "at most four open files for each instance",
        Jpm.LONG,
        () -> {
          try {
            return openFileCount() <= without + 4 * 28 + 4; // and a client or two
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });

    jpm.killDaemon();
    assertThat(pids()).isEqualTo(before);
    assertThat(limits(jpm.daemonPid())).containsExactly("256", "256");
    jpm.run("restart", "s").ok();
    assertThat(pids()).hasSize(28).doesNotContainAnyElementsOf(before).allMatch(Jpm::running);
    jpm.run("delete", "s").ok();
    jpm.run("start", "sleep", "--name", "t", "--", "1000").ok();
  }

  @Test
  void limitTooLowForTheDaemonIsReportedImmediately() throws Exception {
    assertThat(jpm.runAfter("ulimit -n 100", "start", "sleep", "--", "1").failed().err())
        .contains("the limit of open files is 100", "160 at least", "LimitNOFILE=");
    assertThat(jpm.runAfter("ulimit -n 100", "daemon").failed().err())
        .contains("the limit of open files is 100");
  }

  /// Output after a pause is appended to the log file that exists then, although the daemon has
  /// closed its descriptor meanwhile.
  @Test
  @Tag("slow")
  void closedLogFileIsReopenedForLaterOutput() throws Exception {
    Path gate = jpm.work().resolve("gate");
    Path app =
        jpm.script(
            "app.sh",
            "#!/bin/sh\necho first\nwhile [ ! -e "
                + gate
                + " ]; do sleep 0.1; done\necho second\n"
                + "exec sleep 1000\n");
    jpm.run("start", app.toString(), "--name", "a").ok();
    Eventually.await("the first line is logged", Jpm.LONG, () -> log().contains("first"));
    Path file = jpm.home().resolve("logs/a-out.log");
    Eventually.await("the daemon has closed the log file", Jpm.LONG, () -> !isOpen(file));
    Files.writeString(gate, "");
    Eventually.await(
        "the second line is logged", Jpm.LONG, () -> log().equals(List.of("first", "second")));
  }

  private List<String> log() {
    try {
      return jpm.log("a-out.log");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private boolean isOpen(Path file) {
    try (Stream<Path> links = Files.list(Path.of("/proc/" + jpm.daemonPid() + "/fd"))) {
      return links.anyMatch(link -> {
        try {
          return Files.readSymbolicLink(link).equals(file);
        } catch (IOException closedMeanwhile) {
          return false;
        }
      });
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
