package io.jpm.e2e.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.Representatives;
import io.jpm.testing.TestGroup;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A command that follows logs or events continues with the next daemon: nothing is missing, and
/// nothing comes twice.
@Timeout(300)
class FollowIT extends EndToEndTestBase {
  private static final int DEATHS = TestGroup.choose(1, 3);

  @ParameterizedTest
  @Representatives(1)
  @ValueSource(strings = {"bash", "java"})
  void logsContinueWithTheNextDaemon(String client) throws Exception {
    Path stop = jpm.work().resolve("stop");
    Path script =
        jpm.script(
            "numbers.sh",
            """
            #!/bin/bash
            for ((i = 1; ; i++)); do
              echo "$i"
              ((i %% 500)) || { [[ ! -e %s ]] || break; sleep %s; }
            done
            echo end
            exec sleep 100000
            """
                .formatted(stop, TestGroup.isSlow() ? "0.02" : "0.1"));
    jpm.run("start", script.toString(), "--name", "numbers").ok();
    Follower logs = follow(client, "logs", "numbers", "--raw", "--lines", "1000000");
    for (int death = 1; death <= DEATHS; death++) {
      killDaemonBehind(logs, () -> {});
    }
    Files.createFile(stop);
    Eventually.await(
        "the follower has printed the last line", Jpm.LONG, () -> logs.text().endsWith("end\n"));
    logs.end();

    List<String> lines = logs.text().lines().toList();
    assertThat(lines.subList(0, lines.size() - 1))
        .containsExactlyElementsOf(
            LongStream.range(1, lines.size()).mapToObj(Long::toString).toList());
    assertThat(logs.errors()).contains("waiting until it or a new daemon answers");
  }

  @Test
  @Tag("slow")
  void eventsContinueWithTheNextDaemon() throws Exception {
    jpm.run("start", "sleep 1000", "--name", "web").ok();
    Follower events = follow("bash", "events", "--follow", "--json", "--since", "0");
    for (int death = 1; death <= DEATHS; death++) {
      killDaemonBehind(events, () -> jpm.run("restart", "web").ok());
    }
    jpm.run("delete", "web").ok();
    Eventually.await(
        "the follower has printed the deletion",
        Jpm.LONG,
        () -> events.text().contains("\"event\":\"delete\""));
    events.end();

    List<Long> numbers =
        events.text().lines().map(line -> new JsonObject(line).getLong("seq")).toList();
    assertThat(numbers)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, numbers.size()).boxed().toList());
  }

  @Test
  @Tag("slow")
  void appStartedUnderTheNextDaemonIsFollowed() throws Exception {
    jpm.run("start", "echo one; exec sleep 1000", "--name", "one").ok();
    Follower logs = follow("bash", "logs", "--raw");
    Eventually.await("the follower has printed one", Jpm.LONG, () -> logs.text().contains("one\n"));
    jpm.killDaemon();
    jpm.run("start", "echo two; exec sleep 1000", "--name", "two").ok();
    Eventually.await("the follower has printed two", Jpm.LONG, () -> logs.text().contains("two\n"));
    logs.end();
    assertThat(logs.text().lines().filter(line -> line.equals("one") || line.equals("two")))
        .containsExactly("one", "two");
  }

  @Test
  @Tag("slow")
  void followerFailsAfterJpmKill() throws Exception {
    jpm.run("start", "echo one; exec sleep 1000", "--name", "one").ok();
    Follower logs = follow("bash", "logs", "one", "--raw");
    Eventually.await("the follower has printed one", Jpm.LONG, () -> logs.text().contains("one\n"));
    jpm.run("kill").ok();
    assertThat(logs.process().waitFor()).isEqualTo(1);
    assertThat(logs.errors()).contains("jpm kill interrupted this command");
  }

  /// Kills the daemon once the follower has printed more, and waits until the next daemon is
  /// running.
  private void killDaemonBehind(Follower follower, Runnable happening) throws IOException {
    int printed = follower.text().length();
    happening.run();
    Eventually.await(
        "the follower has printed more", Jpm.LONG, () -> follower.text().length() > printed);
    long daemon = jpm.daemonPid();
    jpm.killDaemon();
    Eventually.await(
        "another daemon is running",
        Jpm.LONG,
        () -> {
          try {
            return jpm.daemonPid() != daemon && jpm.run("ping").code() == 0;
          } catch (IOException | NumberFormatException notYet) {
            return false;
          }
        });
  }

  private Follower follow(String client, String... words) throws IOException {
    Path out = jpm.work().resolve("follower.out");
    Path err = jpm.work().resolve("follower.err");
    List<String> command =
        new java.util.ArrayList<>(List.of(Jpm.ROOT.resolve("bin/jpm").toString()));
    command.addAll(List.of(words));
    Map<String, String> more = client.equals("java") ? Map.of("JPM_CLIENT", "java") : Map.of();
    return new Follower(jpm.launch(command, more, out, err), out, err);
  }

  /// A running command whose output goes to files.
  private record Follower(Process process, Path out, Path err) {
    String text() {
      return read(out);
    }

    String errors() {
      return read(err);
    }

    private static String read(Path file) {
      try {
        return Files.readString(file);
      } catch (IOException failure) {
        throw new java.io.UncheckedIOException(failure);
      }
    }

    void end() throws InterruptedException {
      process.destroy();
      process.waitFor();
    }
  }
}
