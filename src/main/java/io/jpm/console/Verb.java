package io.jpm.console;

import static io.jpm.console.VerbOption.CWD;
import static io.jpm.console.VerbOption.ERR;
import static io.jpm.console.VerbOption.ERROR;
import static io.jpm.console.VerbOption.HELP;
import static io.jpm.console.VerbOption.INSTANCES;
import static io.jpm.console.VerbOption.INTERPRETER;
import static io.jpm.console.VerbOption.INTERPRETER_ARGS;
import static io.jpm.console.VerbOption.KILL_TIMEOUT;
import static io.jpm.console.VerbOption.LINES;
import static io.jpm.console.VerbOption.MAX_RESTARTS;
import static io.jpm.console.VerbOption.MIN_UPTIME;
import static io.jpm.console.VerbOption.NAME;
import static io.jpm.console.VerbOption.NAMESPACE;
import static io.jpm.console.VerbOption.NOSTREAM;
import static io.jpm.console.VerbOption.NO_AUTORESTART;
import static io.jpm.console.VerbOption.NO_COLOR;
import static io.jpm.console.VerbOption.ONLY;
import static io.jpm.console.VerbOption.OUT;
import static io.jpm.console.VerbOption.OUTPUT;
import static io.jpm.console.VerbOption.RAW;
import static io.jpm.console.VerbOption.RESTART_DELAY;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Every command: its names, what it takes, what it does. To add one, add it here; the compiler
/// then asks for its implementation in [Commands].
enum Verb {
  START(
      Group.APPS,
      Targets.SOME,
      "script|file|name|id|all…",
      "start a script, a program, a process file",
      names("start"),
      with(
          NAME,
          INSTANCES,
          INTERPRETER,
          INTERPRETER_ARGS,
          CWD,
          NAMESPACE,
          OUTPUT,
          ERROR,
          NO_AUTORESTART,
          MAX_RESTARTS,
          MIN_UPTIME,
          RESTART_DELAY,
          KILL_TIMEOUT,
          ONLY)),
  STOP(
      Group.APPS,
      Targets.SOME,
      "name|id|all|file…",
      "stop apps and keep them in the list",
      names("stop"),
      with(ONLY)),
  RESTART(
      Group.APPS,
      Targets.SOME,
      "name|id|all|file…",
      "stop and start apps",
      names("restart"),
      with(ONLY)),
  DELETE(
      Group.APPS,
      Targets.SOME,
      "name|id|all|file…",
      "stop apps and forget them",
      names("delete", "del"),
      with(ONLY)),
  LIST(
      Group.LOOK,
      Targets.NONE,
      "",
      "list all apps",
      names("ls", "list", "l", "ps", "status"),
      with()),
  DESCRIBE(
      Group.LOOK,
      Targets.SOME,
      "name|id…",
      "all about an app, and why it is as it is",
      names("describe", "desc", "info", "show"),
      with()),
  LOGS(
      Group.LOOK,
      Targets.ANY,
      "[name|id|all…]",
      "print and follow what apps print",
      names("logs", "log"),
      with(LINES, NOSTREAM, ERR, OUT, RAW)),
  JLIST(Group.LOOK, Targets.NONE, "", "list all apps as JSON", names("jlist"), with()),
  PING(Group.DAEMON, Targets.NONE, "", "see whether the daemon answers", names("ping"), with()),
  KILL(Group.DAEMON, Targets.NONE, "", "forget all apps and end the daemon", names("kill"), with()),
  UPDATE(
      Group.DAEMON, Targets.NONE, "", "replace the daemon by this build", names("update"), with()),
  DAEMON(
      Group.DAEMON, Targets.NONE, "", "be the daemon, in the foreground", names("daemon"), with()),
  STARTUP(
      Group.DAEMON, Targets.ANY, "[systemd]", "start the daemon at boot", names("startup"), with()),
  UNSTARTUP(
      Group.DAEMON,
      Targets.ANY,
      "[systemd]",
      "no longer start it at boot",
      names("unstartup"),
      with());

  /// The heading it stands under in help.
  enum Group {
    APPS("Apps"),
    LOOK("Look"),
    DAEMON("Daemon");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  /// How many targets it takes.
  enum Targets {
    NONE,
    ANY,
    SOME
  }

  private final Group group;
  private final Targets targets;
  private final String targetNames;
  private final String summary;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> names;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.copyOf
  private final List<VerbOption> options;

  Verb(
      Group group,
      Targets targets,
      String targetNames,
      String summary,
      List<String> names,
      List<VerbOption> options) {
    this.group = group;
    this.targets = targets;
    this.targetNames = targetNames;
    this.summary = summary;
    this.names = names;
    this.options = options;
  }

  private static List<String> names(String... names) {
    return List.of(names);
  }

  /// The command's own options and those that every command has.
  private static List<VerbOption> with(VerbOption... own) {
    List<VerbOption> options = new ArrayList<>(List.of(own));
    options.add(NO_COLOR);
    options.add(HELP);
    return List.copyOf(options);
  }

  Group group() {
    return group;
  }

  Targets targets() {
    return targets;
  }

  /// What its targets are called in help.
  String targetNames() {
    return targetNames;
  }

  String summary() {
    return summary;
  }

  /// The name that help calls it by.
  String word() {
    return names.getFirst();
  }

  /// Its name and PM2's other names for it.
  List<String> names() {
    return names;
  }

  List<VerbOption> options() {
    return options;
  }

  static Optional<Verb> find(String word) {
    return Arrays.stream(values()).filter(verb -> verb.names.contains(word)).findFirst();
  }

  /// Every word that is a command.
  static List<String> words() {
    return Stream.concat(
            Arrays.stream(values()).flatMap(verb -> verb.names.stream()), Stream.of("help"))
        .toList();
  }
}
