package io.jpm.console;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Every option of every command: its names, what it takes, what it does.
enum VerbOption {
  NAME("the app's name (default: the script's)", "name", "NAME", "-n", "--name"),
  INSTANCES("how many processes; max: one per CPU", "instances", "N", "-i", "--instances"),
  INTERPRETER("program that runs the script, or none", "interpreter", "PROGRAM", "--interpreter"),
  INTERPRETER_ARGS(
      "its arguments, in one word",
      "interpreter_args",
      "ARGS",
      "--interpreter-args",
      "--node-args"),
  CWD("working directory (default: this one)", "cwd", "DIR", "--cwd"),
  NAMESPACE("a word to group apps by", "namespace", "WORD", "--namespace"),
  OUTPUT("file for standard output", "out_file", "FILE", "-o", "--output"),
  ERROR("file for standard error", "error_file", "FILE", "-e", "--error"),
  NO_AUTORESTART("leave it ended when it ends", "autorestart", "", "--no-autorestart"),
  MAX_RESTARTS("short lives before it is given up (16)", "max_restarts", "N", "--max-restarts"),
  MIN_UPTIME("what is no short life (1000)", "min_uptime", "MS", "--min-uptime"),
  RESTART_DELAY("wait before each restart (0)", "restart_delay", "MS", "--restart-delay"),
  KILL_TIMEOUT("time to stop before SIGKILL (1600)", "kill_timeout", "MS", "-k", "--kill-timeout"),
  ONLY("of a process file, only these apps", "", "A,B", "--only"),
  LINES("how many past lines (logs: 15 of each file, events: 30)", "", "N", "--lines"),
  NOSTREAM("print the past lines and end", "", "", "--nostream"),
  ERR("standard error only", "", "", "--err"),
  OUT("standard output only", "", "", "--out"),
  RAW("no prefixes, error lines to stderr", "", "", "--raw"),
  FOLLOW("go on with what happens from now on", "", "", "-f", "--follow"),
  SINCE("all after the event with this number", "", "SEQ", "--since"),
  JSON("one JSON object a line", "", "", "--json"),
  REVEAL("with passwords, tokens and keys", "", "", "--reveal"),
  NO_COLOR("no colours", "", "", "--no-color"),
  HELP("say what the command does", "", "", "-h", "--help");

  private final String description;
  private final String attribute;
  private final String parameter;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> names;

  VerbOption(String description, String attribute, String parameter, String... names) {
    this.description = description;
    this.attribute = attribute;
    this.parameter = parameter;
    this.names = List.of(names);
  }

  String description() {
    return description;
  }

  /// The attribute of an app that it sets, under its name in a process file.
  Optional<String> attribute() {
    return attribute.isEmpty() ? Optional.empty() : Optional.of(attribute);
  }

  /// What its value is called in help; empty: it takes none.
  String parameter() {
    return parameter;
  }

  boolean takesValue() {
    return !parameter.isEmpty();
  }

  List<String> names() {
    return names;
  }

  /// Its long name, as messages call it.
  String longName() {
    return names.stream().filter(name -> name.startsWith("--")).findFirst().orElseThrow();
  }

  /// The option that `word` names, with or without `=value`.
  static Optional<VerbOption> find(String word) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    return Arrays.stream(values()).filter(option -> option.names.contains(name)).findFirst();
  }
}
