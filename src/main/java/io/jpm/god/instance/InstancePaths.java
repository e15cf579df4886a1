package io.jpm.god.instance;

import io.jpm.model.AppSpec;
import io.jpm.model.LogFiles;
import io.jpm.model.process.InstanceId;
import io.jpm.os.LogPipe;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// Paths of the files of an instance.
///
/// The default names are those of PM2: `<name>-out.log`, `<name>-error.log` and, if requested,
/// `<name>.log`. If the app has several instances with separate files, `-<id>` is inserted before
/// `.log`; a number that is already there is replaced. Names of pid files always contain the id,
/// except when an app with a single instance sets a name that does not end with `.pid`.
///
/// @param out the pipe and file of standard output
/// @param error the pipe and file of standard error
/// @param combined the file that receives both streams; empty if there is none
/// @param pidFile the file with the pid, for users and scripts
/// @param input the pipe of standard input
public record InstancePaths(
    LogPipe out, LogPipe error, Optional<Path> combined, Path pidFile, Path input) {
  /// The file to which discarded output is written.
  static final Path NOWHERE = Path.of("/dev/null");

  /// Placeholder in a spec for the default path of the combined file.
  private static final Path USUAL = Path.of("");

  private static final Pattern LOG_ENDING = Pattern.compile("(?:-[0-9]+)?\\.log$");
  private static final Pattern PID_ENDING = Pattern.compile("(?:-[0-9]+)?\\.pid$");

  public static InstancePaths of(Path home, AppSpec spec, InstanceId id, Instant incarnation) {
    LogFiles wished = spec.logs();
    String stem = spec.name().fileStem();
    Path logs = home.resolve("logs");
    UnaryOperator<Path> named = file -> wished.disabled() ? NOWHERE : numbered(file, spec, id);
    Path out = named.apply(wished.out().orElse(logs.resolve(stem + "-out.log")));
    Path error = named.apply(wished.error().orElse(logs.resolve(stem + "-error.log")));
    Optional<Path> combined =
        wished
            .combined()
            .filter(_ -> !wished.disabled())
            .map(file -> file.equals(USUAL) ? logs.resolve(stem + ".log") : file)
            .map(named);
    Path fifo = home.resolve("fifo").resolve(Tags.incarnationName(id, incarnation));
    return new InstancePaths(
        new LogPipe(fifo.resolveSibling(fifo.getFileName() + ".out"), out),
        new LogPipe(
            fifo.resolveSibling(fifo.getFileName() + ".err"), wished.terminal() ? out : error),
        combined,
        spec.pidFile()
            .map(file -> pidFile(file, spec, id))
            .orElseGet(() -> home.resolve("pids").resolve(stem + "-" + id + ".pid")),
        fifo.resolveSibling(fifo.getFileName() + ".in"));
  }

  private static Path numbered(Path file, AppSpec spec, InstanceId id) {
    boolean shared = spec.instances().count() == 1 || spec.logs().merged();
    boolean special = file.startsWith("/dev") || spec.logs().special().contains(file);
    return shared || special ? file : with(id, file, LOG_ENDING, ".log");
  }

  private static Path pidFile(Path file, AppSpec spec, InstanceId id) {
    boolean own = spec.instances().count() == 1 && !file.toString().endsWith(".pid");
    return own ? file : with(id, file, PID_ENDING, ".pid");
  }

  private static Path with(InstanceId id, Path file, Pattern ending, String endingText) {
    String name = String.valueOf(file.getFileName());
    return file.resolveSibling(
        name.endsWith(endingText)
            ? ending.matcher(name).replaceFirst("-" + id + endingText)
            : name + "-" + id);
  }
}
