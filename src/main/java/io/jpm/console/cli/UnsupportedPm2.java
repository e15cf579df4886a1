package io.jpm.console.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The commands and options of PM2 that jpm does not have, each with one line about what to use
/// instead: an option is one only to those commands that do not know it.
public enum UnsupportedPm2 {
  MODULES(
      "install module:install module:update uninstall module:uninstall",
      "jpm has no npm modules: what the usual ones do is built in (log rotation: jpm logrotate); start other programs with jpm start"),
  MAKING_MODULES(
      "module:generate package publish module:publish",
      "jpm has no npm modules: use npm pack and npm publish"),
  ACCOUNT(
      "plus register login logout open",
      "jpm has no paid service behind it: jpm ls, jpm events and jpm logs tell what it would show"),
  MONITORED(
      "unmonitor",
      "jpm has no paid service behind it: every app is looked after; jpm describe shows what is known"),
  LINKED(
      "link unlink",
      "jpm daemons of several machines cannot be linked yet: run jpm on each of them, over ssh"),
  TRACING(
      "install-otel uninstall-otel",
      "jpm puts nothing into apps: add OpenTelemetry to the app, with --node-args \"--import …\" for Node"),
  UPGRADE(
      "deepUpdate",
      "jpm does not install itself: install the new version, then jpm update brings the daemon to it"),
  SAMPLES("create", "jpm has no sample apps: jpm init writes a sample process file"),
  AUTOINSTALL(
      "autoinstall", "start the app itself: jpm start FILE, or jpm init for a process file"),
  WRITE("-w --write", "jpm writes no options into a file: jpm init writes a process file to edit"),
  IMAGES(
      "--container --dist --image-name --fresh --daemon --dockerdaemon --node-version",
      "jpm makes no images: have your image run jpm daemon, which stays in the foreground"),
  PARALLEL("--parallel", "apps start and stop at the same time, as far as depends_on lets them");

  private final String line;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> names;

  /// @param names with spaces between
  UnsupportedPm2(String names, String line) {
    this.names = List.of(names.split(" ", -1));
    this.line = line;
  }

  /// What to use instead, in one line.
  public String line() {
    return line;
  }

  public static Optional<UnsupportedPm2> find(String word) {
    return Arrays.stream(values()).filter(entry -> entry.names.contains(word)).findFirst();
  }

  /// Every word that is such a command.
  public static List<String> commands() {
    return all().filter(word -> !ArgumentReader.isOption(word)).toList();
  }

  /// Every word that is such an option.
  public static List<String> options() {
    return all().filter(ArgumentReader::isOption).toList();
  }

  private static Stream<String> all() {
    return Arrays.stream(values()).flatMap(entry -> entry.names.stream());
  }
}
