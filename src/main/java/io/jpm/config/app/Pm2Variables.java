package io.jpm.config.app;

import io.jpm.config.values.Durations;
import io.jpm.config.values.Node;
import io.jpm.config.values.VariableNames;
import io.jpm.model.StopPolicy;
import io.jpm.model.run.Signal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// The variables by which PM2's users set defaults: those of the shell that an app is started from
/// hold for this app, below what it says itself. (PM2 takes those that its daemon was started with,
/// for all apps and as long as it lives.)
final class Pm2Variables {
  private static final String KILL_TIMEOUT = "PM2_KILL_TIMEOUT";
  private static final String KILL_SIGNAL = "PM2_KILL_SIGNAL";
  private static final String LISTEN_TIMEOUT = "PM2_GRACEFUL_LISTEN_TIMEOUT";
  private static final String INSTANCE_VAR = "PM2_PROCESS_INSTANCE_VAR";

  private final Map<String, String> shell;
  private final Consumer<String> warnings;

  /// @param shell the starter's variables
  /// @param warnings takes a sentence about each value that cannot be used
  Pm2Variables(Map<String, String> shell, Consumer<String> warnings) {
    this.shell = shell;
    this.warnings = warnings;
  }

  /// How an app is asked to end that says nothing.
  StopPolicy stop(StopPolicy otherwise) {
    return new StopPolicy(
        signal().orElse(otherwise.signal()),
        millis(KILL_TIMEOUT, 0).orElse(otherwise.timeout()),
        otherwise.wholeTree(),
        otherwise.message(),
        otherwise.command());
  }

  /// How long an app may take to be ready that says nothing; empty: as ever.
  Optional<Duration> listenTimeout() {
    return millis(LISTEN_TIMEOUT, 1);
  }

  /// The variable with an instance's number, of an app that names none; empty: as ever.
  Optional<String> instanceVariable() {
    Optional<String> name = given(INSTANCE_VAR);
    if (name.isPresent() && !VariableNames.isName(name.get())) {
      refuse(INSTANCE_VAR, "no name of a variable");
      return Optional.empty();
    }
    return name;
  }

  private Optional<Signal> signal() {
    Optional<Signal> signal = given(KILL_SIGNAL).flatMap(Signal::parse);
    if (signal.isEmpty() && given(KILL_SIGNAL).isPresent()) {
      refuse(KILL_SIGNAL, "no signal");
    }
    return signal;
  }

  private Optional<Duration> millis(String name, long least) {
    Optional<String> text = given(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    OptionalLong number = Node.wholeNumber(text.get());
    if (number.isEmpty() || number.getAsLong() < least) {
      refuse(name, "no number of milliseconds");
      return Optional.empty();
    }
    return Durations.ofMillis(number.getAsLong());
  }

  private void refuse(String name, String what) {
    warnings.accept(
        "%s=%s in this shell is %s and not used".formatted(name, shell.get(name), what));
  }

  private Optional<String> given(String name) {
    return Optional.ofNullable(shell.get(name)).filter(text -> !text.isEmpty());
  }
}
