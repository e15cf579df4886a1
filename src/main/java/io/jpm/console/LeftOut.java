package io.jpm.console;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The commands of PM2 that jpm does not have, each with one line about what to use instead.
enum LeftOut {
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
      "autoinstall", "start the app itself: jpm start FILE, or jpm init for a process file");

  private final String line;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> names;

  /// @param names with spaces between
  LeftOut(String names, String line) {
    this.names = List.of(names.split(" ", -1));
    this.line = line;
  }

  /// What to use instead, in one line.
  String line() {
    return line;
  }

  List<String> names() {
    return names;
  }

  static Optional<LeftOut> find(String word) {
    return Arrays.stream(values()).filter(command -> command.names.contains(word)).findFirst();
  }

  /// Every word that is such a command.
  static List<String> words() {
    return Arrays.stream(values()).flatMap(command -> command.names.stream()).toList();
  }
}
