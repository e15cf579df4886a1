package io.jpm.client;

import static io.jpm.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.client.Installation.Client;
import io.jpm.client.Installation.Result;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.Representatives;
import io.jpm.testing.Signals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests `bin/jpm` with a running daemon: requests, replies and errors.
@Timeout(120)
class ThinClientTest {
  private static final String ALL_BYTES =
      IntStream.rangeClosed(1, 255).mapToObj(Character::toString).collect(Collectors.joining());

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void sendsArgumentsByteForByte(Client client) throws Exception {
    String[] args = {
      "start",
      "",
      " ",
      "a b",
      "\n\t\r\b\f",
      "say \"hi\" \\ \\\" \\\\n",
      "'",
      "$HOME `x` * ~ !",
      "%s %n",
      "&",
      "-n",
      "--",
      "\u00ff\u00fe\u00c3",
      "\u00f0\u009f\u0098\u0080",
      ALL_BYTES,
      "long".repeat(20_000),
      ALL_BYTES.repeat(100)
    };
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge bridge = FakeBridge.exiting(0).in(jpm.home)) {
      assertThat(jpm.run(args)).isEqualTo(new Result(0, "", ""));
      assertThat(bridge.argv()).isEqualTo(List.of(args));
      assertThat(bridge.tokens()).containsExactly(FakeBridge.TOKEN);
    }
  }

  @ParameterizedTest
  @EnumSource
  void sendsTheEnvironmentByteForByte(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    jpm.env.put("LINES_OF", "one\ntwo=2\n");
    jpm.env.put("QUOTED", "\"\\\"' \t");
    jpm.env.put("BYTES", ALL_BYTES);
    jpm.env.put("EMPTY", "");
    jpm.env.put("not.an-identifier", "1");
    jpm.env.put("LC_ALL", "C");
    try (FakeBridge bridge = FakeBridge.exiting(0).in(jpm.home)) {
      jpm.run("ls");
      List<String> expected = new ArrayList<>();
      jpm.env.forEach((name, value) -> expected.add(name + "=" + value));
      List<Object> sent = new ArrayList<>(bridge.env());
      if (client == Client.JAVA) { // added by the bash in between
        sent.removeIf(entry -> String.valueOf(entry).matches("(?s)(SHLVL|_|PWD|OLDPWD)=.*"));
      }
      assertThat(sent).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void sendsItsDirectoryAndThatThereIsNoTerminal(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge bridge = FakeBridge.exiting(0).in(jpm.home)) {
      jpm.run("ls");
      Map<?, ?> request = bridge.requests().getFirst();
      assertThat(request.get("v")).isEqualTo(1L);
      assertThat(request.get("cwd")).isEqualTo(directory.resolve("scratch").toString());
      assertThat(request.get("tty"))
          .isEqualTo(Map.of("cols", 0L, "rows", 0L, "color", false, "out", false, "err", false));
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void sendsItsDeadline(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    jpm.env.put("JPM_TIMEOUT", "08");
    try (FakeBridge bridge = FakeBridge.exiting(0).in(jpm.home)) {
      long before = System.currentTimeMillis();
      jpm.run("ls");
      assertThat(bridge.requests().getFirst().get("until"))
          .asInstanceOf(InstanceOfAssertFactories.LONG)
          .isBetween(before + 8_000, System.currentTimeMillis() + 8_000);
    }
  }

  @ParameterizedTest
  @Needs(Need.SCRIPT)
  @Representatives(1)
  @EnumSource
  void describesATerminal(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    jpm.env.put("TERM", "xterm");
    try (FakeBridge bridge = FakeBridge.exiting(0).in(jpm.home)) {
      for (String extra : List.of("", "NO_COLOR= ", "NO_COLOR=1 ", "TERM=dumb ", "COLUMNS=40 ")) {
        String command = "stty cols 91 rows 17; " + extra + "\"" + jpm.script() + "\" ls";
        jpm.shell("script -qec %s /dev/null".formatted(Installation.shellQuote(List.of(command))));
      }
      assertThat(bridge.requests().stream().map(request -> (Object) request.get("tty")))
          .containsExactly(
              tty(91, true), tty(91, true), tty(91, false), tty(91, false), tty(40, true));
    }
  }

  private static Map<String, Object> tty(long cols, boolean color) {
    return Map.of("cols", cols, "rows", 17L, "color", color, "out", true, "err", true);
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void printsEveryCharacterUnchanged(Client client) throws Exception {
    String text =
        IntStream.range(0, 0x300).mapToObj(Character::toString).collect(Collectors.joining())
            + "\u2028€😀 \u001b[31mred\u001b[0m %d %% \\n \\\\ \\\" \\/ / // \\u0041 \\x41 \\101 \\c \\'";
    String odd = "--version -v %s\\";
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge _ =
        new FakeBridge(
                session -> {
                  session.out(text);
                  session.err(text);
                  session.out("");
                  session.out(odd);
                  session.code(0);
                })
            .in(jpm.home)) {
      Result result = jpm.run("ls");
      assertThat(utf8(result.out())).isEqualTo(text + odd);
      assertThat(result.err()).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void understandsUnnecessaryEscapes(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge _ =
        new FakeBridge(
                session -> {
                  session.part(
                      "{\"out\":\"a\\/b \\\\/ \\\\\\/ \\u0041\\u00e9\\u20AC\\u0085\\\\u0041\"}");
                  session.code(0);
                })
            .in(jpm.home)) {
      assertThat(utf8(jpm.run("ls").out())).isEqualTo("a/b \\/ \\/ Aé€\u0085\\u0041");
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void printsMegabytesInChunks(Client client) throws Exception {
    String chunk = "{\"name\": \"é\", \"cpu\": \"5%\", \"path\": \"C:\\\\x\"}\n".repeat(800);
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge _ =
        new FakeBridge(
                session -> {
                  for (int i = 0; i < 160; i++) {
                    session.out(chunk);
                  }
                  session.code(0);
                })
            .in(jpm.home)) {
      String out = utf8(jpm.run("jlist").out());
      assertThat(out.length()).isEqualTo(160 * chunk.length()).isGreaterThan(5_000_000);
      assertThat(out.equals(chunk.repeat(160))).isTrue();
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void exitsWithTheCodeOfTheCommand(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    for (int code : List.of(0, 1, 42, 255)) {
      try (FakeBridge _ = FakeBridge.exiting(code).in(jpm.home)) {
        assertThat(jpm.run("ls").code()).isEqualTo(code);
      }
    }
  }

  /// The shell client requests this, and the text itself can look like such an end.
  @ParameterizedTest
  @ValueSource(strings = {"done\n", "", "{\"out\":\"x\",\"code\":3}", "back\\", "\\\",\"code\":9}"})
  void exitCodeCanArriveWithTheLastText(String text) throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    for (boolean error : List.of(false, true)) {
      try (FakeBridge _ =
          new FakeBridge(
                  session -> {
                    session.out("first\n");
                    session.last(error, text, 42);
                  })
              .in(jpm.home)) {
        var result = jpm.run("ls");
        assertThat(result.code()).isEqualTo(42);
        assertThat(utf8(result.out())).isEqualTo("first\n" + (error ? "" : text));
        assertThat(result.err()).isEqualTo(error ? text : "");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void keepsStdoutAndStderrApartAndIgnoresHeartbeats(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge _ =
        new FakeBridge(
                session -> {
                  for (int i = 0; i < 100; i++) {
                    session.out("o" + i);
                    session.heartbeat();
                    session.err("e" + i);
                  }
                  session.code(7);
                })
            .in(jpm.home)) {
      Result result = jpm.run("logs");
      assertThat(result.code()).isEqualTo(7);
      assertThat(result.out()).startsWith("o0o1o2").endsWith("o98o99").doesNotContain("e");
      assertThat(result.err()).startsWith("e0e1e2").endsWith("e98e99").doesNotContain("o");
    }
  }

  @ParameterizedTest
  @EnumSource
  void failsIfTheConnectionBreaksDuringACommand(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge bridge = new FakeBridge(session -> session.out("half\n")).in(jpm.home)) {
      Result result = jpm.run("restart", "all");
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.out()).isEqualTo("half\n");
      assertThat(result.err())
          .isEqualTo(
              "jpm: the connection to the daemon was lost before the command was completed: see %s\n"
                  .formatted(jpm.home.resolve("jpm.log")));
      assertThat(bridge.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void suggestsNoKillIfThePidIsNotKnown(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    jpm.env.put("JPM_TIMEOUT", "1");
    try (FakeBridge _ =
        new FakeBridge(
                session -> {
                  Files.delete(jpm.home.resolve("jpm.pid"));
                  session.hang();
                })
            .in(jpm.home)) {
      assertThat(jpm.run("ls").err())
          .isEqualTo(
              ("jpm: the daemon does not answer (waited 1 s); it drops this command unless it has"
                      + " already started it: see %s\n")
                  .formatted(jpm.home.resolve("jpm.log")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void givesUpOnADaemonThatHangs(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    jpm.env.put("JPM_TIMEOUT", "1");
    try (FakeBridge bridge = new FakeBridge(FakeBridge.Session::hang).in(jpm.home)) {
      Result result = jpm.run("ls");
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.err())
          .isEqualTo(
              ("jpm: the daemon (pid %1$d) does not answer (waited 1 s); it drops this command"
                      + " unless it has already started it: see %2$s, or stop the daemon with kill -9 %1$d"
                      + " — your apps keep running\n")
                  .formatted(ProcessHandle.current().pid(), jpm.home.resolve("jpm.log")));
      assertThat(bridge.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void givesUpOnADaemonThatHangsAfterTheFirstReply(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    jpm.env.put("JPM_TIMEOUT", "1");
    try (FakeBridge _ =
        new FakeBridge(
                session -> {
                  session.out("first\n");
                  session.hang();
                })
            .in(jpm.home)) {
      Result result = jpm.run("ls");
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.out()).isEqualTo("first\n");
      assertThat(result.err()).contains("does not answer");
    }
  }

  @ParameterizedTest
  @EnumSource
  void retriesAndThenNamesTheToken(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    jpm.env.put("LARGE", "x".repeat(100_000)); // must not leak if the connection closes
    try (FakeBridge bridge = new FakeBridge(_ -> {}).in(jpm.home)) {
      Result result = jpm.run("ls");
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.out()).isEmpty();
      assertThat(result.err())
          .isEqualTo(
              "jpm: the daemon closed the connection without a reply: check that %s contains its token, and see %s\n"
                  .formatted(jpm.home.resolve("token"), jpm.home.resolve("jpm.log")));
      assertThat(bridge.tokens()).hasSize(client == Client.BASH ? 3 : 2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsTheTokenAgainIfTheDaemonClosesTheConnection(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge bridge =
        new FakeBridge(
                session -> {
                  if (Files.readString(jpm.home.resolve("token")).startsWith("ff")) {
                    session.code(5);
                  }
                  Files.writeString(jpm.home.resolve("token"), "ff".repeat(32));
                })
            .in(jpm.home)) {
      assertThat(jpm.run("ls")).isEqualTo(new Result(5, "", ""));
      assertThat(bridge.tokens()).containsExactly(FakeBridge.TOKEN, "ff".repeat(32));
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void reportsWhyTheBridgeRefusesTheRequest(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge _ =
        new FakeBridge(session ->
            session.frame(
                "{\"type\":\"err\",\"failureCode\":-1,\"failureType\":\"NO_HANDLERS\","
                    + "\"message\":\"no handlers\"}"))
            .in(jpm.home)) {
      assertThat(jpm.run("ls"))
          .isEqualTo(new Result(1, "", "jpm: the daemon refused the request: no handlers\n"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void serverThatIsNotADaemonIsReported(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    String stranger =
        "jpm: the program that listens on the port in %s is not a jpm daemon\n"
            .formatted(jpm.home.resolve("bridge.port"));
    for (String noise :
        List.of("HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\2{}", "\0\0\0\5hello", "\0\0\0\0")) {
      try (FakeBridge _ = new FakeBridge(session -> session.raw(noise)).in(jpm.home)) {
        assertThat(jpm.run("ls")).isEqualTo(new Result(1, "", stranger));
      }
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void endsSilentlyIfTheReaderOfItsOutputEnds(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge bridge =
        new FakeBridge(
                session -> {
                  while (true) {
                    session.out("line\n".repeat(1000));
                  }
                })
            .in(jpm.home)) {
      for (String before : List.of("", "trap '' PIPE; ")) { // also if the signal is ignored
        Result result = jpm.shell(before + "jpm logs | head -n 1; exit ${PIPESTATUS[0]}");
        assertThat(result).isEqualTo(new Result(141, "line\n", ""));
      }
      await("sessions closed", Duration.ofSeconds(10), () -> !bridge.hasOpenSessions());
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void reportsThatTheOutputCannotBeWritten(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge _ = new FakeBridge(session -> session.out("text")).in(jpm.home)) {
      assertThat(jpm.shell("jpm ls >/dev/full"))
          .isEqualTo(new Result(1, "", "jpm: cannot write to standard output or standard error\n"));
    }
  }

  private static boolean sleeps(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.substring(stat.lastIndexOf(')')).startsWith(") S");
    } catch (IOException ended) {
      return true;
    }
  }

  @Test
  void controlCEndsTheSession() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    try (FakeBridge bridge =
        new FakeBridge(
                session -> {
                  session.out("streaming\n");
                  session.hang();
                })
            .in(jpm.home)) {
      Installation.Running running = jpm.start("logs");
      await("output", Duration.ofSeconds(10), () -> running.out().toFile().length() > 0);
      // Bash handles a signal that arrives between two reads only after the second one.
      long pid = running.process().pid();
      await("the client waits for more", Duration.ofSeconds(10), () -> sleeps(pid));
      Signals.send("INT", pid);
      Result result = jpm.end(running);
      assertThat(result).isEqualTo(new Result(130, "streaming\n", ""));
      await("session closed", Duration.ofSeconds(10), () -> !bridge.hasOpenSessions());
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void sendsKillToARunningDaemon(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge bridge = FakeBridge.exiting(0).in(jpm.home)) {
      assertThat(jpm.run("kill").code()).isZero();
      assertThat(bridge.argv()).isEqualTo(List.of("kill"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void failsWithoutAHome(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    jpm.env.remove("HOME");
    jpm.env.remove("JPM_HOME");
    Result result = jpm.run("ls");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).startsWith("jpm: neither JPM_HOME nor HOME is set");
  }

  @ParameterizedTest
  @EnumSource
  void refusesAnInvalidTimeout(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    jpm.env.put("JPM_TIMEOUT", "soon");
    assertThat(jpm.run("ls"))
        .isEqualTo(
            new Result(1, "", "jpm: JPM_TIMEOUT=soon: must be a number of seconds, 1 or more\n"));
  }

  @ParameterizedTest
  @EnumSource
  void reportsThatTheTokenCannotBeRead(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge _ = FakeBridge.exiting(0).in(jpm.home)) {
      Files.delete(jpm.home.resolve("token"));
      assertThat(jpm.run("ls"))
          .isEqualTo(
              new Result(
                  1,
                  "",
                  "jpm: cannot read %s: check that the file exists and belongs to you\n"
                      .formatted(jpm.home.resolve("token"))));
    }
  }

  private static String utf8(String bytes) throws IOException {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
