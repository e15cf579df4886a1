package io.jpm.console.logs;

import io.jpm.bus.BlockingCalls;
import io.jpm.config.settings.Settings;
import io.jpm.config.settings.SettingsReader;
import io.jpm.config.values.Durations;
import io.jpm.config.values.Sizes;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ExitCode;
import io.jpm.model.LogLimits;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;

/// Runs `jpm logrotate`, which prints the log rotation settings of the daemon. (PM2 writes a
/// configuration for logrotate(8).)
public final class LogrotateCommand implements ConsoleCommand {
  private final Vertx vertx;
  private final Path home;

  /// Creates the command.
  ///
  /// @param home the daemon's directory
  public LogrotateCommand(Vertx vertx, Path home) {
    this.vertx = vertx;
    this.home = home;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    if (commandCall.arguments().has(VerbOption.LOGROTATE_USER)) {
      commandCall
          .session()
          .warn("-u has no effect: each user's daemon rotates the logs of its apps");
    }
    Path own = home.resolve("jpm.json");
    Path installed = Path.of(System.getProperty("jpm.root", "."), "conf", "jpm.json");
    return BlockingCalls.call(vertx, () -> SettingsReader.read(installed.toAbsolutePath(), own))
        .map(read -> {
          commandCall.session().out(text(read.settings().logs(), own));
          return ExitCode.OK;
        });
  }

  private static String text(Settings.Logs logs, Path own) {
    LogLimits each = logs.perApp();
    return """
    The daemon rotates the log files of all apps; no setup is required.
      limits of a log file         size %s, age %s
      rotated files per log file   %s, age %s, %s
      total size per app           %s
      total size of all apps       %s
    To change the limits, set "logs" in %s, or "logs" of an app in its process file.
    """
        .formatted(
            size(each.maxSize()),
            time(each.rotateEvery()),
            each.keep() == 0 ? "unlimited" : Integer.toString(each.keep()),
            each.maxAge().isZero() ? "unlimited" : Durations.format(each.maxAge()),
            each.compress() ? "compressed with gzip" : "not compressed",
            size(each.maxTotal()),
            size(logs.all().maxTotal()),
            own);
  }

  private static String size(long bytes) {
    return bytes == 0 ? "unlimited" : Sizes.format(bytes);
  }

  private static String time(Duration time) {
    return time.isZero() ? "unlimited" : Durations.format(time);
  }
}
