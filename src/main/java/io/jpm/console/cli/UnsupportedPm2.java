package io.jpm.console.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The PM2 commands and options that jpm does not support, each with a line about the alternative.
/// A word is an unsupported option only for commands that do not have an option of that name.
public enum UnsupportedPm2 {
  MODULES(
      "install module:install module:update uninstall module:uninstall",
      "jpm does not support npm modules: the features of the common ones are built in (for log rotation, see jpm logrotate); start other programs with jpm start"),
  MAKING_MODULES(
      "module:generate package publish module:publish",
      "jpm does not support npm modules: use npm pack and npm publish"),
  ACCOUNT(
      "plus register login logout open",
      "jpm does not support PM2 Plus: use jpm ls, jpm events and jpm logs instead"),
  MONITORED(
      "unmonitor",
      "jpm monitors every app itself and does not support PM2 Plus: jpm describe shows the results"),
  LINKED(
      "link unlink",
      "jpm cannot link daemons on several machines yet: run jpm on each machine over ssh"),
  TRACING(
      "install-otel uninstall-otel",
      "jpm does not instrument apps: add OpenTelemetry to the app, with --node-args \"--import …\""
          + " for Node"),
  UPGRADE(
      "deepUpdate",
      "jpm does not install itself: install the new version, then run jpm update to replace the daemon"),
  SAMPLES("create", "jpm has no sample apps: run jpm init to write a sample process file"),
  AUTOINSTALL(
      "autoinstall",
      "start the app directly with jpm start FILE, or write a process file with jpm init"),
  WRITE(
      "-w --write",
      "jpm does not write options to a file: run jpm init to write a process file that you can edit"),
  IMAGES(
      "--container --dist --image-name --fresh --daemon --dockerdaemon --node-version",
      "jpm does not build images: in your image, run jpm daemon, which stays in the foreground"),
  PARALLEL(
      "--parallel", "apps start and stop at the same time, unless depends_on requires an order");

  private final String line;

  @SuppressWarnings("ImmutableEnumChecker") // created by List.of
  private final List<String> names;

  /// @param names the commands and options, separated by spaces
  UnsupportedPm2(String names, String line) {
    this.names = List.of(names.split(" ", -1));
    this.line = line;
  }

  /// Returns the alternative, in one line.
  public String line() {
    return line;
  }

  /// Returns the entry for a command or option; empty if it is not an unsupported one.
  public static Optional<UnsupportedPm2> find(String word) {
    return Arrays.stream(values()).filter(entry -> entry.names.contains(word)).findFirst();
  }

  /// Returns all unsupported commands.
  public static List<String> commands() {
    return all().filter(word -> !ArgumentReader.isOption(word)).toList();
  }

  /// Returns all unsupported options.
  public static List<String> options() {
    return all().filter(ArgumentReader::isOption).toList();
  }

  private static Stream<String> all() {
    return Arrays.stream(values()).flatMap(entry -> entry.names.stream());
  }
}
