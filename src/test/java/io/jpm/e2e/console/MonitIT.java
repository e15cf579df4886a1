package io.jpm.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.e2e.ScreenshotApps;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// `jpm monit` in a terminal, as users see it.
@Timeout(300)
@Needs(Need.TMUX)
class MonitIT extends EndToEndTestBase {
  private static final String TICKING =
      """
      #!/bin/sh
      i=0
      while :; do i=$((i + 1)); echo "tick $i of $1"; sleep 0.3; done
      """;
  private static final String HOSTILE =
      """
      #!/bin/bash
      while :; do printf '\\e]2;evil\\a\\e[2J\\e[5;5H\\e[31m<script>\\u009b2J\\e[?1049l here\\n'; sleep 0.3; done
      """;

  private Tmux terminal;

  @BeforeEach
  void open() throws IOException {
    terminal = new Tmux(jpm, 100, 30);
  }

  @AfterEach
  void close() {
    terminal.close();
  }

  private void startFourApps() throws IOException {
    String ticking = jpm.script("ticking", TICKING).toString();
    jpm.run("start", ticking, "--name", "api", "--", "api").ok();
    jpm.run("start", ticking, "--name", "web", "--", "web").ok();
    jpm.run("start", "sleep 1000", "--name", "quiet").ok();
    jpm.run("start", "sleep 1000", "--name", "stopped").ok();
    jpm.run("stop", "stopped").ok();
  }

  /// Opens the screen, and records the settings of the terminal before and after it.
  private void openMonit() {
    terminal.enterLine("stty -a >before; jpm monit 2>said; echo \"code $?\"; stty -a >after");
    terminal.awaitLine("q:quit");
  }

  private void assertTerminalIsRestored(int code) throws IOException {
    terminal.awaitLine("code " + code);
    Path after = jpm.work().resolve("after");
    Eventually.await("the settings of the terminal are recorded", Jpm.LONG, () -> isWritten(after));
    assertThat(after).hasSameTextualContentAs(jpm.work().resolve("before"));
    assertThat(terminal.isOnAlternateScreen()).isFalse();
    assertThat(terminal.isCursorShown()).isTrue();
    assertThat(terminal.screen()).doesNotContain("q:quit");
    Files.delete(after);
  }

  private static boolean isWritten(Path file) {
    try {
      return Files.exists(file) && Files.readString(file).contains("echo");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void appsLogsAndDetailsAreShownAndKeysRunCommands() throws IOException {
    startFourApps();
    openMonit();
    assertThat(terminal.isOnAlternateScreen()).isTrue();
    terminal.awaitLine("3 of 4 online", "cpu", "mem", "daemon " + jpm.daemonPid());
    terminal.awaitLine("> ", "api", "online");
    terminal.awaitLine("web", "online");
    terminal.awaitLine("stopped");
    terminal.awaitLine("tick ", " of api");
    terminal.awaitLine("pid " + jpm.pid("api"), "restarts 0");
    terminal.press("End");
    terminal.awaitLine("log of web");
    terminal.awaitLine("of web");
    int before = jpm.pid("web");
    terminal.type("r");
    terminal.awaitLine("Restart web", "y: yes");
    terminal.type("y");
    terminal.awaitLine("restarting web", "done");
    assertThat(jpm.pid("web")).isNotEqualTo(before);
    terminal.awaitLine("pid " + jpm.pid("web"), "restarts 1");
    terminal.type("sy");
    terminal.awaitLine(">", "web", "stopped");
    assertThat(jpm.status("web")).isEqualTo("stopped");
    terminal.type("s");
    terminal.awaitLine(">", "web", "online");
    terminal.type("/qui");
    terminal.await("only one app is listed", screen -> !screen.contains("api  "));
    terminal.awaitLine(">", "quiet");
    terminal.press("Escape");
    terminal.awaitLine("api", "online");
    terminal.type("?");
    terminal.awaitLine("restart the instance");
    terminal.type("?q");
    assertTerminalIsRestored(0);
  }

  @Test
  @Tag("slow")
  void theLogIsSearchedScrolledAndFollowed() throws IOException {
    startFourApps();
    openMonit();
    terminal.awaitLine("tick 12 of api");
    terminal.press("Tab");
    terminal.awaitLine("> log of api");
    terminal.press("Home");
    terminal.awaitLine("paused");
    terminal.awaitLine("tick 1 of api");
    terminal.press("End");
    terminal.await("new lines are followed", screen -> !screen.contains("paused"));
    terminal.type("ftick 2 of");
    terminal.press("Enter");
    terminal.awaitLine("\"tick 2 of\": 1 line");
    terminal.awaitLine("tick 2 of api");
    terminal.press("C-c");
    assertTerminalIsRestored(0);
  }

  @Test
  @Tag("slow")
  void screenFitsEverySizeAndReportsATooSmallTerminal() throws IOException {
    startFourApps();
    openMonit();
    terminal.resize(160, 45);
    terminal.awaitLine("│ script");
    terminal.resize(60, 16);
    terminal.awaitLine(">", "api", "online");
    terminal.resize(20, 5);
    terminal.awaitLine("needs 40x10");
    terminal.awaitLine("terminal: 20x5");
    terminal.resize(100, 30);
    terminal.awaitLine(">", "api", "online");
    terminal.awaitLine("q:quit");
    terminal.type("q");
    assertTerminalIsRestored(0);
  }

  @Test
  void outputOfAppsCannotControlTheTerminal() throws IOException {
    jpm.run("start", jpm.script("hostile", HOSTILE).toString(), "--name", "hostile").ok();
    openMonit();
    terminal.awaitLine("<script>", "here");
    assertThat(terminal.isOnAlternateScreen()).isTrue();
    assertThat(terminal.title()).isNotEqualTo("evil");
    terminal.awaitLine("1 of 1 online");
    assertThat(terminal.screen().lines().filter(line -> line.contains("<script>")))
        .allMatch(line -> line.startsWith("<script>"));
    terminal.type("q");
    assertTerminalIsRestored(0);
  }

  @Test
  @Tag("slow")
  void screenIsRedrawnByTheNextDaemon() throws Exception {
    startFourApps();
    openMonit();
    terminal.awaitLine("tick 3 of api");
    try (AutoCloseable _ = jpm.preventDaemonStart()) {
      jpm.killDaemon();
      terminal.awaitLine("Waiting for a daemon: q quits");
    }
    terminal.awaitLine("3 of 4 online");
    terminal.type("q");
    assertTerminalIsRestored(0);
  }

  @Test
  @Tag("slow")
  void terminalIsRestoredWhileThereIsNoDaemon() throws Exception {
    jpm.run("start", "sleep 1000", "--name", "quiet").ok();
    openMonit();
    try (AutoCloseable _ = jpm.preventDaemonStart()) {
      jpm.killDaemon();
      terminal.awaitLine("Waiting for a daemon: q quits");
      terminal.type("q");
      assertTerminalIsRestored(0);
    }
  }

  @Test
  @Tag("slow")
  void quitDoesNotWaitForADaemonThatHangs() throws IOException {
    jpm.run("start", "sleep 1000", "--name", "quiet").ok();
    openMonit();
    String daemon = Long.toString(jpm.daemonPid());
    jpm.shell("kill -STOP " + daemon).ok();
    try {
      terminal.type("q");
      assertTerminalIsRestored(0);
    } finally {
      jpm.shell("kill -CONT " + daemon).ok();
    }
  }

  @Test
  @Tag("slow")
  void terminalIsRestoredAfterSignals() throws IOException {
    jpm.run("start", "sleep 1000", "--name", "quiet").ok();
    for (String signal : new String[] {"TERM", "HUP", "INT"}) {
      terminal.enterLine(
          "stty -a >before; sh -c 'echo $$ >pid; exec \"$@\"' sh jpm monit; echo \"code $?\"; stty -a"
              + " >after");
      terminal.awaitLine("q:quit");
      String pid = Files.readString(jpm.work().resolve("pid")).strip();
      jpm.shell("kill -" + signal + " " + pid).ok();
      assertTerminalIsRestored(
          switch (signal) {
            case "TERM" -> 143;
            case "HUP" -> 129;
            default -> 0;
          });
      terminal.enterLine("clear");
      terminal.await("the screen is clear", screen -> !screen.contains("code"));
    }
  }

  @Test
  @Tag("slow")
  void unsuitableTerminalIsReportedInOneLine() throws IOException {
    jpm.run("start", "sleep 1000", "--name", "quiet").ok();
    for (String verb : new String[] {"monit", "monitor", "imonit", "dash", "dashboard"}) {
      Jpm.Result result = jpm.run(verb).failed();
      assertThat(result.out()).isEmpty();
      assertThat(result.err()).contains("monit requires a terminal").hasLineCount(1);
    }
    assertThat(jpm.run("monit", "--help").ok().out()).contains("jpm monit web api");
    terminal.enterLine("TERM=dumb jpm monit; echo \"code $?\"");
    terminal.awaitLine("TERM=dumb");
    terminal.awaitLine("code 1");
    terminal.enterLine("clear; jpm monit nobody; echo \"code $?\"");
    terminal.awaitLine("[jpm][ERROR]", "nobody");
    terminal.awaitLine("code 1");
    assertThat(terminal.isOnAlternateScreen()).isFalse();
    terminal.enterLine("clear; JPM_CLIENT=java jpm monit; echo \"code $?\"");
    terminal.awaitLine("JPM_CLIENT");
    terminal.awaitLine("code 1");
  }

  @Test
  @Tag("slow")
  void colorsAndCharactersMatchTheTerminal() throws IOException {
    jpm.run("start", "sleep 1000", "--name", "日本語").ok();
    openMonit();
    terminal.awaitLine("> ", "日本語", "online");
    assertThat(terminal.colors()).contains("\u001b[");
    terminal.type("q");
    assertTerminalIsRestored(0);
    terminal.enterLine("clear; NO_COLOR=1 LC_ALL=C jpm monit quiet; NO_COLOR=1 LC_ALL=C jpm monit");
    terminal.awaitLine("q:quit");
    terminal.awaitLine("> ", "??", "online");
    assertThat(terminal.screen().chars()).allMatch(c -> c < 0x7F);
    assertThat(terminal.colors()).doesNotContainPattern("\u001b\\[([0-9]+;)*3[0-7]m");
    terminal.type("q");
    terminal.await("the screen is closed", screen -> !screen.contains("q:quit"));
  }

  @Test
  @Tag("slow")
  void twoHundredAppsAreListed() throws IOException {
    jpm.run("start", "sleep 1000", "--name", "many", "-i", "200").ok();
    openMonit();
    terminal.awaitLine("200 of 200 online");
    terminal.press("End");
    terminal.awaitLine("> ", "199", "online");
    terminal.awaitLine("log of many (id 199)");
    terminal.press("PageUp", "PageUp", "j");
    terminal.await(
        "another instance is selected", screen -> !screen.contains("log of many (id 199)"));
    terminal.type("q");
    assertTerminalIsRestored(0);
  }

  /// With `-Djpm.pictures=DIR`, writes `monit.svg` there, which shows a screen that has been open
  /// for a while.
  @Test
  @Tag("slow")
  @EnabledIfSystemProperty(named = "jpm.pictures", matches = ".+")
  void screenshotIsTaken() throws IOException {
    ScreenshotApps.start(jpm, "api", 37, 60, "GET /v1/orders 200");
    ScreenshotApps.start(jpm, "web", 23, 35, "GET /index.html 200", "-i", "3");
    ScreenshotApps.start(jpm, "search", 53, 80, "indexed 250 documents");
    ScreenshotApps.start(jpm, "mailer", 11, 6, "sent 12 mails");
    jpm.run("start", "sleep 1000", "--name", "nightly").ok();
    jpm.run("stop", "nightly").ok();
    var _ = jpm.run("start", "false", "--name", "broken", "--max-restarts", "2");
    terminal.resize(110, 32);
    openMonit();
    long begun = System.nanoTime();
    Eventually.await(
        "the screen has been open for 90 seconds",
        Jpm.LONG.multipliedBy(5),
        () -> System.nanoTime() - begun > Duration.ofSeconds(90).toNanos());
    Path pictures = Jpm.ROOT.resolve(System.getProperty("jpm.pictures"));
    Files.writeString(
        pictures.resolve("monit.svg"),
        TerminalScreenshot.of(
            terminal.colors().replace(jpm.work().toString(), "/srv/app"), 110, 32));
    terminal.type("q");
    assertTerminalIsRestored(0);
  }
}
