package io.jpm.console.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The PM2 commands and options that jpm does not support, each with a message that names an
/// alternative. An option is listed here even if some commands of jpm have an option of that name;
/// the entry then applies only to the other commands.
public enum UnsupportedPm2 {
  MODULES(
      "install module:install module:update uninstall module:uninstall",
      "jpm does not support PM2 modules: log rotation is built in (see jpm logrotate); start other programs with jpm start"),
  MAKING_MODULES(
      "module:generate package publish module:publish",
      "jpm does not support PM2 modules: use npm pack and npm publish"),
  ACCOUNT(
      "plus register login logout open",
      "jpm does not support PM2 Plus: use jpm ls, jpm events and jpm logs instead"),
  MONITORED(
      "unmonitor",
      "jpm does not support PM2 Plus and always monitors all apps: run jpm describe to see the results"),
  LINKED(
      "link unlink",
      "jpm cannot link daemons on several machines: run jpm on each machine over ssh"),
  TRACING(
      "install-otel uninstall-otel",
      "jpm does not instrument apps: add OpenTelemetry to the app; for Node, use"
          + " --node-args \"--import …\""),
  UPGRADE(
      "deepUpdate",
      "jpm cannot upgrade itself: install the new version, then run jpm update to replace the daemon"),
  SAMPLES("create", "jpm has no sample apps: run jpm init to write a sample process file"),
  AUTOINSTALL(
      "autoinstall",
      "jpm does not support autoinstall: start the app with jpm start FILE, or write a process file with jpm init"),
  WRITE(
      "-w --write",
      "jpm does not save options to a file: run jpm init to write a process file, and edit the file"),
  IMAGES(
      "--container --dist --image-name --fresh --daemon --dockerdaemon --node-version",
      "jpm does not build container images: run jpm-runtime in your image; it stays in the foreground"),
  PARALLEL(
      "--parallel",
      "omit this option, because the command acts on all apps at once unless depends_on requires an order");

  private final String line;

  @SuppressWarnings("ImmutableEnumChecker") // created by List.of
  private final List<String> names;

  /// @param names the commands and options, separated by spaces
  UnsupportedPm2(String names, String line) {
    this.names = List.of(names.split(" ", -1));
    this.line = line;
  }

  /// Returns the message for the user, which is one line.
  public String line() {
    return line;
  }

  /// Returns the entry for a command or option of PM2; empty if there is none.
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
