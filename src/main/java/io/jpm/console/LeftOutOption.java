package io.jpm.console;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The options of PM2 that jpm does not have, each with what to use instead, for the commands that
/// do not know the option.
enum LeftOutOption {
  WRITE("-w --write", "jpm writes no options into a file: jpm init writes a process file to edit"),
  IMAGES(
      "--container --dist --image-name --fresh --daemon --dockerdaemon --node-version",
      "jpm makes no images: have your image run jpm daemon, which stays in the foreground"),
  PARALLEL("--parallel", "apps start and stop at the same time, as far as depends_on lets them");

  private final String line;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> names;

  /// @param names with spaces between
  LeftOutOption(String names, String line) {
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

  static Optional<LeftOutOption> find(String name) {
    return Arrays.stream(values()).filter(option -> option.names.contains(name)).findFirst();
  }
}
