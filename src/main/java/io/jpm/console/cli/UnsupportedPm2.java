package io.jpm.console.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The commands and options of PM2 that jpm does not support, each with a line about the
/// alternative. A word is an unsupported option only for commands that do not have an option of
/// that name.
public enum UnsupportedPm2 {
  MODULES(
      "install module:install module:update uninstall module:uninstall",
      "jpm has no npm modules: the functions of the usual ones are built in (log rotation: jpm"
          + " logrotate); start other programs with jpm start"),
  MAKING_MODULES(
      "module:generate package publish module:publish",
      "jpm has no npm modules: use npm pack and npm publish"),
  ACCOUNT(
      "plus register login logout open",
      "jpm has no PM2 Plus service: use jpm ls, jpm events and jpm logs instead"),
  MONITORED(
      "unmonitor",
      "jpm monitors every app itself and has no PM2 Plus service: jpm describe shows the results"),
  LINKED(
      "link unlink",
      "jpm daemons of several machines cannot be linked yet: run jpm on each of them, over ssh"),
  TRACING(
      "install-otel uninstall-otel",
      "jpm does not instrument apps: add OpenTelemetry to the app, with --node-args \"--import …\""
          + " for Node"),
  UPGRADE(
      "deepUpdate",
      "jpm does not install itself: install the new version, then jpm update replaces the daemon"),
  SAMPLES("create", "jpm has no sample apps: jpm init writes a sample process file"),
  AUTOINSTALL(
      "autoinstall", "start the app itself: jpm start FILE, or jpm init for a process file"),
  WRITE(
      "-w --write", "jpm does not write options to a file: jpm init writes a process file to edit"),
  IMAGES(
      "--container --dist --image-name --fresh --daemon --dockerdaemon --node-version",
      "jpm does not build images: run jpm daemon in your image, which stays in the foreground"),
  PARALLEL("--parallel", "apps start and stop at the same time, as far as depends_on allows");

  private final String line;

  @SuppressWarnings("ImmutableEnumChecker") // created by List.of
  private final List<String> names;

  /// @param names separated by spaces
  UnsupportedPm2(String names, String line) {
    this.names = List.of(names.split(" ", -1));
    this.line = line;
  }

  /// Returns the alternative, in one line.
  public String line() {
    return line;
  }

  /// Returns the entry for a command or option; empty if it is not one of these.
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
