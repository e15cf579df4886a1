package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.LineFormat;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.StartCondition;
import io.jpm.model.process.Phase;
import io.jpm.model.text.TimePattern;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The commands that God sends to LogAggregator, and when it sends them again.
class LogOptionsTest extends GodHarness {
  private static LogFiles dated(Optional<Path> out, Optional<Path> combined) {
    return new LogFiles(
        out,
        Optional.empty(),
        combined,
        false,
        false,
        new LineFormat.Dated(TimePattern.TIME),
        LogLimits.Overrides.NONE,
        false);
  }

  private List<LogsCommand.Open> opens(String app) {
    return logs.stream()
        .filter(LogsCommand.Open.class::isInstance)
        .map(LogsCommand.Open.class::cast)
        .filter(open -> open.app().equals(new AppName(app)))
        .toList();
  }

  private InstanceView view(String app) {
    return list().stream()
        .filter(instance -> instance.spec().name().equals(new AppName(app)))
        .findFirst()
        .orElseThrow();
  }

  private void startWithRestart(AppSpec... specs) {
    ask(new GodCommand.StartApps(List.of(specs), ExistingAppPolicy.RESTART));
  }

  @Test
  void allLogOptionsAreSentToLogAggregator() {
    LogFiles wishes = dated(Optional.of(Path.of("/l/o.log")), Optional.of(Path.of("")));
    start(spec("web").toBuilder().logs(wishes).build());
    LogsCommand.Open open = opens("web").getLast();
    assertThat(open.files().out()).isEqualTo(Path.of("/l/o.log"));
    assertThat(open.files().error()).isEqualTo(home.resolve("logs/web-error.log"));
    assertThat(open.files().combined()).contains(home.resolve("logs/web.log"));
    assertThat(open.options()).isEqualTo(wishes);
    assertThat(view("web").combinedFile()).contains(home.resolve("logs/web.log"));
  }

  @Test
  void changedLogOptionsApplyToAnAppThatKeepsRunning() throws IOException {
    AppSpec web =
        spec("web").toBuilder().dependsOn(Map.of(new AppName("db"), StartCondition.READY)).build();
    start(spec("db"), web);
    int pid = view("web").process().orElseThrow().pid();
    Path oldPid = view("web").pidFile();
    Eventually.await("the pid file is written", LONG, () -> Files.exists(oldPid));
    host.refusal = Optional.of("no database today");
    LogFiles wishes = dated(Optional.empty(), Optional.empty());
    Path newPid = home.resolve("run/web.pid");
    startWithRestart(spec("db"), web.toBuilder().logs(wishes).pidFile(Optional.of(newPid)).build());
    assertThat(view("web").phase()).isEqualTo(Phase.ONLINE);
    assertThat(view("web").process().orElseThrow().pid()).isEqualTo(pid);
    assertThat(opens("web")).hasSize(2).last().extracting("options").isEqualTo(wishes);
    Path numbered = home.resolve("run/web-" + view("web").id() + ".pid");
    assertThat(view("web").pidFile()).isEqualTo(numbered);
    Eventually.await(
        "the pid file has moved", LONG, () -> Files.exists(numbered) && Files.notExists(oldPid));
    assertThat(Files.readString(numbered).strip()).isEqualTo(Integer.toString(pid));
  }

  @Test
  void unchangedLogOptionsAreNotSentAgain() {
    AppSpec web =
        spec("web").toBuilder().dependsOn(Map.of(new AppName("db"), StartCondition.READY)).build();
    start(spec("db"), web);
    host.refusal = Optional.of("no database today");
    startWithRestart(spec("db"), web);
    assertThat(opens("web")).hasSize(1);
  }

  @Test
  void symbolicLinkInPlaceOfThePidFileIsReplacedNotFollowed() throws IOException {
    Path precious = Files.writeString(home.resolve("precious"), "text");
    Files.createDirectories(home.resolve("run"));
    Files.createSymbolicLink(home.resolve("run/web-0.pid"), precious);
    Files.createSymbolicLink(home.resolve("run/web-0.pid.new"), precious);
    start(spec("web").toBuilder().pidFile(Optional.of(home.resolve("run/web.pid"))).build());
    Path file = only().pidFile();
    Eventually.await(
        "the pid file is written",
        LONG,
        () -> Files.isRegularFile(file) && !Files.isSymbolicLink(file));
    assertThat(precious).hasContent("text");
  }
}
