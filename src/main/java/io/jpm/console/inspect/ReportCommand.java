package io.jpm.console.inspect;

import io.jpm.bus.daemon.DoctorReply.Finding;
import io.jpm.bus.god.GodCommand;
import io.jpm.config.deploy.Secrets;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.text.InstanceListing;
import io.jpm.console.text.InstanceTable;
import io.jpm.console.text.TerminalSanitizer;
import io.jpm.console.text.TextStyle;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.OpenOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Runs `jpm report`, which prints a support report as a fenced code block for a ticket.
///
/// The report does not contain environments, arguments or tokens. Texts in the daemon's log that
/// look like passwords are masked.
public final class ReportCommand implements ConsoleCommand {
  private static final int LINES = 20;
  private static final int MOST_BYTES = 64 * 1024;
  private static final int WIDTH = 79;
  private static final int LABEL = 21;
  private static final String FENCE = "```\n";

  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final ConsoleContext context;
  private final Instant started;

  /// @param started the start time of the daemon
  public ReportCommand(
      Vertx vertx, DaemonClient daemonClient, ConsoleContext context, Instant started) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.context = context;
    this.started = started;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    Future<List<Finding>> findings =
        daemonClient.doctor().map(reply -> reply.findings()).otherwise(List.of());
    Future<InstanceListing> listing =
        daemonClient.executeOrFail(new GodCommand.Show(List.of())).compose(daemonClient::listing);
    Future<List<String>> log = lastLines(context.home().resolve("jpm.log"));
    return Future.all(findings, listing, log)
        .map(_ -> {
          commandCall
              .session()
              .out(
                  FENCE
                      + text(commandCall, findings.result(), listing.result(), log.result())
                      + FENCE);
          return ExitCode.OK;
        });
  }

  private String text(
      CommandCall commandCall,
      List<Finding> findings,
      InstanceListing instanceListing,
      List<String> log) {
    var text = new StringBuilder(title("jpm report"));
    row(text, "Date", context.clock().instant().truncatedTo(ChronoUnit.SECONDS).toString());
    text.append(ruler()).append(title("Daemon"));
    row(text, "jpm version", context.version());
    row(text, "java version", Runtime.version().toString());
    row(text, "java path", System.getProperty("java.home", ""));
    row(text, "pid", Long.toString(context.pid()));
    row(text, "user", context.user());
    row(text, "uptime", span(Duration.between(started, context.clock().instant())));
    row(text, "home", context.home().toString());
    text.append(ruler()).append(title("Client"));
    row(text, "terminal", terminal(commandCall));
    text.append(ruler()).append(title("System"));
    row(text, "arch", System.getProperty("os.arch", ""));
    row(text, "platform", System.getProperty("os.name", "").toLowerCase(Locale.ROOT));
    row(text, "cpus nb", Integer.toString(Runtime.getRuntime().availableProcessors()));
    findings.forEach(it -> row(text, it.name(), verdict(it) + it.found()));
    text.append(ruler()).append(title("jpm list"));
    text.append(InstanceTable.draw(instanceListing, TextStyle.PIPE));
    text.append(ruler()).append(title("Daemon log, last %d lines".formatted(LINES)));
    log.forEach(line -> text.append(harmless(line)).append('\n'));
    return text.append(ruler()).toString();
  }

  private static String title(String what) {
    return "--- " + what + " " + "-".repeat(Math.max(0, WIDTH - what.length() - 5)) + "\n";
  }

  private static String ruler() {
    return "=".repeat(WIDTH) + "\n";
  }

  private static void row(StringBuilder text, String label, String value) {
    text.append(label).repeat(' ', Math.max(1, LABEL - label.length()));
    text.append(": ").append(harmless(value)).append('\n');
  }

  /// Escapes control characters, masks passwords in URLs, and replaces backticks that would close
  /// the code block.
  private static String harmless(String line) {
    return TerminalSanitizer.visible(Secrets.mask("", line)).replace("```", "'''");
  }

  private static String verdict(Finding finding) {
    return switch (finding.verdict()) {
      case OK -> "";
      case WARN -> "(warn) ";
      case FAIL -> "(FAIL) ";
    };
  }

  private static String terminal(CommandCall commandCall) {
    var tty = commandCall.request().tty();
    return tty.out() ? "%d columns, %d lines".formatted(tty.cols(), tty.rows()) : "none";
  }

  private static String span(Duration time) {
    return time.toDays() > 0
        ? "%d d %d h".formatted(time.toDays(), time.toHoursPart())
        : "%d h %d min".formatted(time.toHours(), time.toMinutesPart());
  }

  /// Returns the last lines of a file. If it cannot be read, returns a single line with the reason.
  private Future<List<String>> lastLines(Path file) {
    var files = vertx.fileSystem();
    String path = file.toString();
    return files
        .props(path)
        .compose(properties -> {
          long from = Math.max(0, properties.size() - MOST_BYTES);
          int length = (int) (properties.size() - from);
          return files
              .open(path, new OpenOptions().setRead(true).setWrite(false).setCreate(false))
              .compose(open ->
                  open.read(Buffer.buffer(length), 0, from, length).eventually(open::close));
        })
        .map(bytes -> last(bytes.toString()))
        .otherwise(failure -> List.of("cannot be read: " + failure.getMessage()));
  }

  private static List<String> last(String text) {
    List<String> lines = text.lines().collect(Collectors.toList());
    return lines.subList(Math.max(0, lines.size() - LINES), lines.size());
  }
}
