package io.jpm.config.app;

import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Durations;
import io.jpm.config.values.VariableNames;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Signal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// Reads defaults for an app from the `PM2_*` variables of the shell that starts the app.
/// Attributes of the app take precedence. (PM2 reads these variables once, from the environment of
/// its daemon, and uses them for all apps.)
final class Pm2Variables {
  private static final String KILL_TIMEOUT = "PM2_KILL_TIMEOUT";
  private static final String KILL_SIGNAL = "PM2_KILL_SIGNAL";
  private static final String LISTEN_TIMEOUT = "PM2_GRACEFUL_LISTEN_TIMEOUT";
  private static final String INSTANCE_VAR = "PM2_PROCESS_INSTANCE_VAR";

  private final Map<String, String> shell;
  private final Consumer<String> warnings;

  /// @param shell the variables of the shell that starts the app
  /// @param warnings receives a message for each invalid value
  Pm2Variables(Map<String, String> shell, Consumer<String> warnings) {
    this.shell = shell;
    this.warnings = warnings;
  }

  /// Returns the default stop policy.
  StopPolicy stop(StopPolicy otherwise) {
    return new StopPolicy(
        signal().orElse(otherwise.signal()),
        millis(KILL_TIMEOUT, 0).orElse(otherwise.timeout()),
        otherwise.wholeTree(),
        otherwise.message(),
        otherwise.command());
  }

  /// Returns the default time within which an app must become ready; empty if it is not set.
  Optional<Duration> listenTimeout() {
    return millis(LISTEN_TIMEOUT, 1);
  }

  /// Returns the default name of the variable that contains the instance's number; empty if it is
  /// not set.
  Optional<String> instanceVariable() {
    Optional<String> name = given(INSTANCE_VAR);
    if (name.isPresent() && !VariableNames.isName(name.get())) {
      refuse(INSTANCE_VAR, "not a variable name");
      return Optional.empty();
    }
    return name;
  }

  private Optional<Signal> signal() {
    Optional<Signal> signal = given(KILL_SIGNAL).flatMap(Signal::parse);
    if (signal.isEmpty() && given(KILL_SIGNAL).isPresent()) {
      refuse(KILL_SIGNAL, "not a signal");
    }
    return signal;
  }

  private Optional<Duration> millis(String name, long least) {
    Optional<String> text = given(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    OptionalLong number = ConfigNode.wholeNumber(text.get());
    if (number.isEmpty() || number.getAsLong() < least) {
      refuse(name, "not a number of milliseconds");
      return Optional.empty();
    }
    return Durations.ofMillis(number.getAsLong());
  }

  private void refuse(String name, String what) {
    warnings.accept(
        "%s=%s in this shell is %s and is ignored".formatted(name, shell.get(name), what));
  }

  private Optional<String> given(String name) {
    return Optional.ofNullable(shell.get(name)).filter(text -> !text.isEmpty());
  }
}
