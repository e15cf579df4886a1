package io.jpm.console;

import static io.jpm.console.VerbOption.ERR;
import static io.jpm.console.VerbOption.FOLLOW;
import static io.jpm.console.VerbOption.FORCE;
import static io.jpm.console.VerbOption.FORMAT;
import static io.jpm.console.VerbOption.GREP;
import static io.jpm.console.VerbOption.HELP;
import static io.jpm.console.VerbOption.HIGHLIGHT;
import static io.jpm.console.VerbOption.IGNORE_CASE;
import static io.jpm.console.VerbOption.JSON;
import static io.jpm.console.VerbOption.LINES;
import static io.jpm.console.VerbOption.NOSTREAM;
import static io.jpm.console.VerbOption.NO_COLOR;
import static io.jpm.console.VerbOption.ONLY;
import static io.jpm.console.VerbOption.OUT;
import static io.jpm.console.VerbOption.PARALLEL;
import static io.jpm.console.VerbOption.RAW;
import static io.jpm.console.VerbOption.REVEAL;
import static io.jpm.console.VerbOption.SINCE;
import static io.jpm.console.VerbOption.SINCE_TIME;
import static io.jpm.console.VerbOption.TIMESTAMP;
import static io.jpm.console.VerbOption.UNTIL;
import static io.jpm.console.VerbOption.UPDATE_ENV;

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
      Targets.ANY,
      "[script|file|name|id|all…]",
      "start a script, a program, a process file",
      names("start"),
      describing(
          ONLY,
          VerbOption.ENV,
          UPDATE_ENV,
          VerbOption.WATCH_CONFIG,
          VerbOption.NO_WATCH_CONFIG,
          FORCE)),
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
      with(ONLY, VerbOption.ENV, UPDATE_ENV)),
  RELOAD(
      Group.APPS,
      Targets.SOME,
      "name|id|all|file…",
      "replace processes without a gap",
      names("reload"),
      with(PARALLEL, ONLY, VerbOption.ENV, UPDATE_ENV, FORCE)),
  SCALE(
      Group.APPS,
      Targets.SOME,
      "name|id N|+N|-N|max",
      "have more or fewer instances",
      names("scale"),
      with()),
  DELETE(
      Group.APPS,
      Targets.SOME,
      "name|id|all|file…",
      "stop apps and forget them",
      names("delete", "del"),
      with(ONLY)),
  START_OR_RESTART(
      Group.APPS,
      Targets.SOME,
      "file…",
      "restart its apps, start the missing",
      names("startOrRestart"),
      with(ONLY, VerbOption.ENV)),
  START_OR_RELOAD(
      Group.APPS,
      Targets.SOME,
      "file…",
      "reload its apps, start the missing",
      names("startOrReload", "startOrGracefulReload"),
      with(PARALLEL, ONLY, VerbOption.ENV)),
  VALIDATE(
      Group.APPS,
      Targets.ANY,
      "[file…]",
      "find the mistakes of process files",
      names("validate"),
      with(VerbOption.ENV)),
  INIT(
      Group.APPS,
      Targets.ANY,
      "[file]",
      "write a sample process file",
      names("init", "ecosystem"),
      with()),
  PLAN(
      Group.APPS,
      Targets.SOME,
      "file…",
      "say what apply would do",
      names("plan"),
      with(VerbOption.PRUNE, ONLY, VerbOption.ENV, JSON)),
  APPLY(
      Group.APPS,
      Targets.SOME,
      "file…",
      "have apps be as their file says",
      names("apply"),
      with(VerbOption.PRUNE, ONLY, VerbOption.ENV, JSON)),
  TRIGGER(
      Group.APPS,
      Targets.SOME,
      "name|id action [value]",
      "have an app do what it has offered to do",
      names("trigger"),
      with()),
  SEND(
      Group.APPS,
      Targets.SOME,
      "name|id|all message",
      "send a message to process.on('message')",
      names("send"),
      with()),
  SAVE(
      Group.APPS,
      Targets.NONE,
      "",
      "remember the list for resurrect",
      names("save", "dump"),
      with(FORCE)),
  RESURRECT(
      Group.APPS,
      Targets.NONE,
      "",
      "bring back the list that was saved",
      names("resurrect"),
      with()),
  CLEARDUMP(
      Group.APPS, Targets.NONE, "", "forget the list that was saved", names("cleardump"), with()),
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
      with(
          LINES,
          NOSTREAM,
          ERR,
          OUT,
          SINCE_TIME,
          UNTIL,
          GREP,
          IGNORE_CASE,
          HIGHLIGHT,
          TIMESTAMP,
          RAW,
          JSON,
          FORMAT)),
  FLUSH(Group.LOOK, Targets.ANY, "[name|id|all…]", "empty apps' log files", names("flush"), with()),
  RELOAD_LOGS(
      Group.LOOK,
      Targets.NONE,
      "",
      "open log files anew that were moved",
      names("reloadLogs"),
      with()),
  EVENTS(
      Group.LOOK,
      Targets.ANY,
      "[name|id|all…]",
      "what has happened to apps, and why",
      names("events"),
      with(LINES, FOLLOW, SINCE, JSON)),
  ENV(
      Group.LOOK,
      Targets.SOME,
      "name|id…",
      "an app's environment, secrets masked",
      names("env"),
      with(REVEAL, JSON)),
  JLIST(Group.LOOK, Targets.NONE, "", "list all apps as JSON", names("jlist"), with()),
  PING(Group.DAEMON, Targets.NONE, "", "see whether the daemon answers", names("ping"), with(JSON)),
  DOCTOR(
      Group.DAEMON,
      Targets.NONE,
      "",
      "see whether all is as jpm needs it",
      names("doctor"),
      with(JSON)),
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

  /// The options of an app, the command's own, and those that every command has.
  private static List<VerbOption> describing(VerbOption... own) {
    List<VerbOption> options = new ArrayList<>(VerbOption.ofApps());
    options.addAll(with(own));
    return List.copyOf(options);
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

  /// Whether doing it twice is something else than doing it once. Of the others the client may ask
  /// a next daemon again, should this one die before it has answered.
  boolean countsEachTime() {
    return switch (this) {
      case RESTART, RELOAD, SCALE, START_OR_RESTART, START_OR_RELOAD, INIT, TRIGGER, SEND -> true;
      case START,
          STOP,
          DELETE,
          VALIDATE,
          PLAN,
          APPLY,
          SAVE,
          RESURRECT,
          CLEARDUMP,
          LIST,
          DESCRIBE,
          LOGS,
          FLUSH,
          RELOAD_LOGS,
          EVENTS,
          ENV,
          JLIST,
          PING,
          DOCTOR,
          KILL,
          UPDATE,
          DAEMON,
          STARTUP,
          UNSTARTUP ->
          false;
    };
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
