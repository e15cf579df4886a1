package io.jpm.console.text;

import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.god.AppReport;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.satan.SatanReply;
import io.jpm.console.text.Grid.Column;
import io.jpm.model.AppCommand;
import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.ReadOnlyPath;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartWindow;
import io.jpm.model.RunAs;
import io.jpm.model.Seccomp;
import io.jpm.model.StopPolicy;
import io.jpm.model.Triggers;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Signal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Draws the two-column sheet of `jpm describe`. It contains PM2's rows and further details, such
/// as the reason for the current status.
public final class InstanceSheet {
  private static final String NONE = "N/A";
  private static final int NARROWEST_VALUE = 20;
  private static final Pattern PLAIN_WORD = Pattern.compile("[\\p{L}\\p{N}_@%+=:,./-]+");

  private final InstanceView instance;
  private final InstanceListing instanceListing;
  private final RuntimeDetails runtimeDetails;
  private final List<Row> rows = new ArrayList<>();

  /// The labels of the first rows: PM2's labels in PM2's order, with the reasons directly after the
  /// status. All other rows follow.
  private static final List<String> FIRST =
      List.of(
          "status",
          "why",
          "unhealthy",
          "status message",
          "name",
          "namespace",
          "version",
          "restarts",
          "max memory restart",
          "cron restart",
          "uptime",
          "entire log path",
          "script path",
          "script args",
          "error log path",
          "out log path",
          "pid path",
          "interpreter",
          "interpreter args",
          "script id",
          "exec cwd",
          "exec mode",
          "node env",
          "watch & reload",
          "unstable restarts",
          "created at");

  private record Row(String label, Cell value) {
    int rank() {
      int at = FIRST.indexOf(label);
      return at < 0 ? FIRST.size() : at;
    }
  }

  /// Details of an instance that verticles other than God report.
  ///
  /// @param capture the state of its log capture; displayed only if there is a problem
  /// @param balancerStatus the balancing status of its app
  /// @param reloadPreview how a reload would replace its process
  public record RuntimeDetails(
      Optional<LogsReply.Status> capture,
      Optional<BalancerReply.Status> balancerStatus,
      Optional<BalancerReply.Handover> reloadPreview) {
    /// The value if no details are known.
    public static final RuntimeDetails UNKNOWN =
        new RuntimeDetails(Optional.empty(), Optional.empty(), Optional.empty());
  }

  private InstanceSheet(
      InstanceView instance, InstanceListing instanceListing, RuntimeDetails runtimeDetails) {
    this.instance = instance;
    this.instanceListing = instanceListing;
    this.runtimeDetails = runtimeDetails;
  }

  /// Draws the sheet of one instance. A value that is too long for the screen continues on the next
  /// line, so that paths are never truncated.
  ///
  /// @param runtimeDetails details that verticles other than God report
  public static String draw(
      InstanceView instance,
      InstanceListing instanceListing,
      RuntimeDetails runtimeDetails,
      TextStyle textStyle) {
    var sheet = new InstanceSheet(instance, instanceListing, runtimeDetails);
    sheet.describe();
    runtimeDetails.capture().ifPresent(sheet::captureRows);
    sheet.rows.sort(Comparator.comparingInt(Row::rank));
    String title =
        " Describing process with id %s - name %s "
            .formatted(instance.id(), instance.spec().name());
    return Paint.BOLD.on(title, textStyle.colors()) + "\n" + sheet.grid(textStyle).draw(textStyle);
  }

  private void describe() {
    AppSpec spec = instance.spec();
    row("status", InstanceListing.statusOf(instance));
    row("why", instance.reason().isEmpty() ? NONE : instance.reason());
    instance.unhealthy().ifPresent(why -> row("unhealthy", new Cell(why, Paint.BOLD_YELLOW)));
    if (!instance.status().isEmpty()) {
      row("status message", instance.status());
    }
    row("name", spec.name().toString());
    row("namespace", spec.namespace());
    row("version", instance.version().isEmpty() ? NONE : instance.version());
    row("restarts", Integer.toString(instance.restarts()));
    row("uptime", instanceListing.uptimeOf(instance));
    row("last exit", instance.lastExit().map(InstanceSheet::exit).orElse(NONE));
    row("pid", orNone(instance.process().map(process -> process.pid())));
    row("cpu", instanceListing.cpuOf(instance));
    row("memory", instanceListing.memoryOf(instance));
    instanceListing
        .loadOf(instance)
        .map(SatanReply.MeasuredUsage::tree)
        .map(UsageRows::of)
        .ifPresent(this::allRows);
    row("user", instanceListing.userOf(instance));
    commandRows(spec);
    policyRows(spec);
    triggerRows(spec);
    row("unstable restarts", Integer.toString(instance.unstableRestarts()));
    row("created at", instance.createdAt().truncatedTo(ChronoUnit.MILLIS).toString());
    row(
        "started at",
        orNone(instance.startedAt().map(time -> time.truncatedTo(ChronoUnit.MILLIS))));
    AppReport report = instance.report();
    report.metrics().forEach((name, value) -> row("metric: " + name, value));
    if (!report.actions().isEmpty()) {
      row("actions (jpm trigger)", words(report.actions()));
    }
  }

  /// Formats an exit. A JVM or a shell that a signal such as SIGTERM has terminated exits with 128
  /// plus the signal number, which may be a clean stop.
  private static String exit(Exit exit) {
    return exit instanceof Exit.Code(int code) && code > 128 && exit.isClean()
        ? "%s (%s, a clean stop)".formatted(exit, Signal.nameOf(code - 128))
        : exit.toString();
  }

  private void allRows(Map<String, String> labelled) {
    labelled.forEach(this::row);
  }

  private void captureRows(LogsReply.Status capture) {
    if (capture.droppedLines() > 0) {
      row("log lines dropped", String.format(Locale.ROOT, "%,d", capture.droppedLines()));
    }
    if (!capture.problem().isEmpty()) {
      row("log problem", capture.problem());
    }
  }

  private void triggerRows(AppSpec spec) {
    Triggers triggers = spec.triggers();
    row("watch & reload", triggers.watch().isPresent() ? "✔" : "✘");
    triggers
        .watch()
        .ifPresent(
            watch -> row("watched", words(watch.paths().stream().map(Object::toString).toList())));
    triggers
        .schedule()
        .ifPresent(schedule -> {
          row("cron restart", schedule.expression() + " (" + schedule.zone() + ")");
          instance
              .nextRun()
              .map(next -> next.atZone(schedule.zone()).toOffsetDateTime())
              .ifPresent(next -> row("next run", next.toString()));
        });
    triggers.maxMemory().ifPresent(bytes -> row("max memory restart", Amounts.memory(bytes)));
    allRows(LimitRows.of(spec.limits()));
    if (!instance.unenforced().isEmpty()) {
      row("limits problem", instance.unenforced());
    }
    if (!spec.dependsOn().isEmpty()) {
      row(
          "depends on",
          spec.dependsOn().entrySet().stream()
              .sorted(Map.Entry.comparingByKey())
              .map(needed -> needed.getKey() + " " + needed.getValue().word())
              .collect(Collectors.joining(", ")));
    }
  }

  private void commandRows(AppSpec spec) {
    AppCommand appCommand = spec.command();
    instance.combinedFile().ifPresent(file -> row("entire log path", file.toString()));
    row("script path", appCommand.script().toString());
    row("script args", words(appCommand.args()));
    row("error log path", instance.errorFile().toString());
    row("out log path", instance.outFile().toString());
    allRows(LogRows.of(spec.logs()));
    row("pid path", instance.pidFile().toString());
    row("interpreter", appCommand.interpreter().map(Object::toString).orElse("none"));
    row("interpreter args", words(appCommand.interpreterArgs()));
    row("script id", instance.id().toString());
    row("instance", "%d of %d".formatted(instance.number() + 1, spec.instances().count()));
    row("exec cwd", spec.cwd().toString());
    row("exec mode", spec.cluster().execMode());
    if (spec.cluster().enabled()) {
      allRows(ClusterRows.of(spec.cluster(), runtimeDetails.balancerStatus()));
    }
    runtimeDetails.reloadPreview().ifPresent(outlook -> row("reload", reload(outlook)));
    row("node env", orNone(Optional.ofNullable(spec.variables().effective().get("NODE_ENV"))));
  }

  private static String reload(BalancerReply.Handover outlook) {
    return switch (outlook) {
      case BalancerReply.Handover.SideBySide(String how, _) -> "without a gap: " + how;
      case BalancerReply.Handover.NoPort() ->
          "a restart, because the app does not listen on a port";
      case BalancerReply.Handover.Sequential sequential ->
          "with a gap, because " + sequential.obstacle();
    };
  }

  private void policyRows(AppSpec spec) {
    RestartPolicy restart = spec.restart();
    row("autorestart", restart.when() == RestartPolicy.When.NEVER ? "✘" : "✔");
    if (restart.when() == RestartPolicy.When.ON_FAILURE) {
      row("restart", restart.when().keyword());
    }
    if (!restart.stopExitCodes().isEmpty()) {
      row(
          "stop exit codes",
          restart.stopExitCodes().stream()
              .sorted()
              .map(String::valueOf)
              .collect(Collectors.joining(", ")));
    }
    row("max restarts", Integer.toString(restart.maxRestarts()));
    row("restart window", window(restart.window()));
    row("min uptime", Amounts.span(restart.minUptime()));
    row("restart delay", delay(restart.backoff()));
    StopPolicy stop = spec.stop();
    row("kill signal", stop.signal() + (stop.wholeTree() ? " to the whole tree" : ""));
    row("kill timeout", Amounts.span(stop.timeout()));
    if (stop.message()) {
      row("shutdown with message", "✔");
    }
    if (!stop.command().isEmpty()) {
      row("stop command", words(stop.command()));
    }
    if (spec.readiness().awaited()) {
      row("wait ready", "up to " + Amounts.span(spec.readiness().timeout()));
    }
    allRows(
        HealthRows.of(spec.health(), instanceListing.healthOf(instance), instanceListing.now()));
    RunAs runAs = spec.runAs();
    runAs.user().ifPresent(user -> row("uid", user));
    runAs.group().ifPresent(group -> row("gid", group));
    runAs.nice().ifPresent(nice -> row("nice", Integer.toString(nice)));
    runAs.umask().ifPresent(umask -> row("umask", "%04o".formatted(umask)));
    runAs
        .sandbox()
        .noNewPrivileges()
        .ifPresent(set -> row("no_new_privileges", Boolean.toString(set)));
    runAs
        .sandbox()
        .capabilities()
        .ifPresent(
            names -> row("capabilities", names.isEmpty() ? "none" : String.join(" ", names)));
    if (runAs.sandbox().seccomp() != Seccomp.NONE) {
      row("seccomp", runAs.sandbox().seccomp().word());
    }
    if (runAs.sandbox().privateTmp()) {
      row("private_tmp", "true");
    }
    List<ReadOnlyPath> readOnly = runAs.sandbox().readOnlyPaths();
    if (!readOnly.isEmpty()) {
      row("read_only_paths", words(readOnly.stream().map(ReadOnlyPath::toString).toList()));
    }
  }

  private static String window(RestartWindow window) {
    return window.limited()
        ? "errored after %d failures in %s".formatted(window.most(), Amounts.span(window.time()))
        : "off";
  }

  private static String delay(Backoff backoff) {
    return switch (backoff) {
      case Backoff.Gradual() ->
          "0; %s from the third fast exit on, growing to %s"
              .formatted(Amounts.span(Backoff.Gradual.INITIAL), Amounts.span(Backoff.Gradual.CAP));
      case Backoff.Constant(Duration delay) -> Amounts.span(delay);
      case Backoff.Exponential(Duration initial, Duration cap, _) ->
          "%s, growing to %s".formatted(Amounts.span(initial), Amounts.span(cap));
    };
  }

  private Grid grid(TextStyle textStyle) {
    int labels = rows.stream().mapToInt(row -> TextWidth.of(row.label)).max().orElse(0);
    int room =
        textStyle.width() == 0
            ? Integer.MAX_VALUE
            : Math.max(textStyle.width() - labels - "│  │  │".length(), NARROWEST_VALUE);
    List<List<Cell>> lines = new ArrayList<>();
    for (Row row : rows) {
      String rest = row.value.text();
      String label = row.label;
      do {
        int end = Math.max(TextWidth.prefix(rest, room), Math.min(1, rest.length()));
        lines.add(
            List.of(
                new Cell(label, Paint.HEADER),
                new Cell(rest.substring(0, end), row.value.paint())));
        rest = rest.substring(end);
        label = "";
      } while (!rest.isEmpty());
    }
    return new Grid(List.of(new Column("", 0, 0, false), new Column("", 0, 0, false)), lines);
  }

  private void row(String label, String value) {
    row(label, Cell.of(value));
  }

  private void row(String label, Cell value) {
    rows.add(new Row(label, value));
  }

  private static String orNone(Optional<?> value) {
    return value.map(Object::toString).orElse(NONE);
  }

  private static String words(List<String> words) {
    return words.isEmpty()
        ? NONE
        : words.stream().map(InstanceSheet::quoted).collect(Collectors.joining(" "));
  }

  /// Quotes a word for a shell, so that the boundaries between words are visible.
  private static String quoted(String word) {
    return PLAIN_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
