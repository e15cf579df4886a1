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

/// Runs `jpm logrotate`, which explains that the daemon itself rotates logs and prints the limits.
/// (PM2 prints a template for logrotate(8).)
public final class LogrotateCommand implements ConsoleCommand {
  private final Vertx vertx;
  private final Path home;

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
    The daemon rotates the log files of all apps itself; there is nothing to set up.
      a file is rotated at      %s, or when its first line is %s old
      rotated files are kept    %s, up to %s, %s
      all files of one app      %s
      the files of all apps     %s
    To change this, set "logs" in %s, or "logs" of an app in its process file.
    """
        .formatted(
            size(each.maxSize()),
            time(each.rotateEvery()),
            each.keep() == 0 ? "all" : Integer.toString(each.keep()),
            each.maxAge().isZero() ? "any age" : Durations.format(each.maxAge()),
            each.compress() ? "compressed with gzip" : "as they are",
            size(each.maxTotal()),
            size(logs.all().maxTotal()),
            own);
  }

  private static String size(long bytes) {
    return bytes == 0 ? "any size" : Sizes.format(bytes);
  }

  private static String time(Duration time) {
    return time.isZero() ? "however" : Durations.format(time);
  }
}
