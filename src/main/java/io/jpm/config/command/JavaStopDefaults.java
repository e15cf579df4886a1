package io.jpm.config.command;

import io.jpm.model.AppCommand;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The stop defaults for Java programs: SIGTERM with a timeout of 30 s. Their shutdown hooks close
/// pools and finish requests, which can take longer than PM2's 1.6 s. Frameworks expect SIGTERM,
/// which Kubernetes and systemd also send.
public final class JavaStopDefaults {
  static final Signal SIGNAL = Signal.SIGTERM;
  static final Duration TIMEOUT = Duration.ofSeconds(30);

  private static final Set<String> SHELLS = Set.of("bash", "sh", "dash");

  private JavaStopDefaults() {}

  /// Returns the stop defaults for an app that runs `command`. If the daemon's settings set a
  /// signal or timeout other than PM2's default, it also applies to Java programs.
  public static StopPolicy defaultsFor(StopPolicy settings, Optional<AppCommand> command) {
    if (command.filter(JavaStopDefaults::isJava).isEmpty()) {
      return settings;
    }
    boolean ownSignal = settings.signal() != StopPolicy.DEFAULT.signal();
    boolean ownTimeout = !settings.timeout().equals(StopPolicy.DEFAULT.timeout());
    return new StopPolicy(
        ownSignal ? settings.signal() : SIGNAL,
        ownTimeout ? settings.timeout() : TIMEOUT,
        settings.wholeTree(),
        settings.message(),
        settings.command());
  }

  /// Reports whether the program is `java`, possibly started by a shell.
  static boolean isJava(AppCommand appCommand) {
    return isCalled("java", appCommand.program()) || byShell(appCommand);
  }

  private static boolean isCalled(String name, Path program) {
    return String.valueOf(program.getFileName()).equals(name);
  }

  private static boolean byShell(AppCommand appCommand) {
    List<String> argv = appCommand.argv();
    boolean line =
        SHELLS.stream().anyMatch(shell -> isCalled(shell, appCommand.program()))
            && argv.size() > 2
            && argv.get(1).equals("-c");
    return line && firstProgram(argv.get(2)).filter(word -> isCalled("java", word)).isPresent();
  }

  /// Returns the program at the beginning of a simple command line; `exec` and assignments before
  /// it are skipped.
  private static Optional<Path> firstProgram(String line) {
    for (String word : line.strip().split("\\s+", -1)) {
      if (!word.equals("exec") && !word.matches("[A-Za-z_][A-Za-z0-9_]*=\\S*")) {
        // The shell interprets quotes and similar characters, so a word that contains them is not a
        // program path.
        return word.isEmpty() || word.indexOf('\0') >= 0
            ? Optional.empty()
            : Optional.of(Path.of(word));
      }
    }
    return Optional.empty();
  }
}
