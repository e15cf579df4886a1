package io.jpm.console.monit;

import io.jpm.bus.god.GodCommand;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Runs `jpm monit`: a full-screen view of all apps that is drawn by the daemon. `bin/jpm-monit`
/// prints the changes, sends the typed keys and requests the next changes four times per second, or
/// as soon as a key is pressed.
public final class MonitCommand implements ConsoleCommand {
  /// The argument that `bin/jpm-monit` passes after `--`.
  private static final List<String> SCREEN = List.of("screen");

  private static final Pattern UTF_8 = Pattern.compile("utf-?8", Pattern.CASE_INSENSITIVE);

  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final ConsoleContext context;
  private final Clock clock;
  private int screens;

  /// The time sources of the screen.
  ///
  /// @param nanos the monotonic time
  /// @param started the start time of the daemon, according to the wall clock
  public record Clock(LongSupplier nanos, Instant started) {}

  public MonitCommand(Vertx vertx, DaemonClient daemonClient, ConsoleContext context, Clock clock) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.context = context;
    this.clock = clock;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    Map<String, String> environment = commandCall.request().environment();
    String terminal = environment.getOrDefault("TERM", "");
    if (!commandCall.session().tty().out()) {
      throw new CommandFailure(
          "monit requires a terminal: use jpm ls or, in scripts, jpm ls --json");
    }
    if (!commandCall.arguments().rest().equals(SCREEN)) {
      throw new CommandFailure(
          "monit runs only through bin/jpm with bash 4.4 or newer: make monit the first argument, before any options");
    }
    if (terminal.isEmpty() || terminal.equals("dumb")) {
      throw new CommandFailure(
          "monit requires a full-screen terminal, and TERM=%s is not one: use jpm ls and jpm logs"
              .formatted(terminal));
    }
    var terminalFeatures =
        new TerminalFeatures(commandCall.session().tty().color(), isUnicode(environment));
    var show = new GodCommand.Show(commandCall.arguments().targets());
    return daemonClient
        .executeOrFail(show)
        .compose(instances -> {
          var usage = new MonitUsage(vertx, daemonClient, "console-monit-" + screens++);
          var screen =
              new MonitScreen(commandCall, daemonClient, context, clock, usage, terminalFeatures);
          return screen.run(show, instances);
        });
  }

  /// Reports whether the locale uses UTF-8. The variables have the same precedence as in
  /// `setlocale(3)`.
  static boolean isUnicode(Map<String, String> environment) {
    return Stream.of("LC_ALL", "LC_CTYPE", "LANG")
        .map(name -> environment.getOrDefault(name, ""))
        .filter(value -> !value.isEmpty())
        .findFirst()
        .filter(value -> UTF_8.matcher(value).find())
        .isPresent();
  }
}
