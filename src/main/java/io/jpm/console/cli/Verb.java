package io.jpm.console.cli;

import static io.jpm.console.cli.Verb.Group.APPS;
import static io.jpm.console.cli.Verb.Group.DAEMON;
import static io.jpm.console.cli.Verb.Group.FILES;
import static io.jpm.console.cli.Verb.Group.LOOK;
import static io.jpm.console.cli.Verb.Group.MORE;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// All commands: their names, targets and summaries. To add a command, add it here; the compiler
/// then requires its options in [VerbOptions], examples in [VerbExamples] and an implementation in
/// [io.jpm.console.ConsoleCommandFactory].
public enum Verb {
  START(APPS, "start", "[script|file|name|id|all…]", "start a script, program or process file"),
  STOP(APPS, "stop", "name|id|all|file…", "stop apps and keep them in the list"),
  RESTART(APPS, "restart", "name|id|all|file…", "stop and start apps"),
  RELOAD(APPS, "reload", "name|id|all|file…", "replace processes without downtime"),
  GRACEFUL_RELOAD(
      MORE,
      "gracefulReload graceful-reload",
      "name|id|all|file…",
      "reload; old processes get a message"),
  SERVE(APPS, "serve expose", "[path] [port]", "serve the files of a directory over HTTP"),
  SCALE(APPS, "scale", "name|id N|+N|-N|max", "change the number of instances"),
  DELETE(APPS, "delete del", "name|id|all|file…", "stop apps and remove them from the list"),
  SAVE(APPS, "save dump", "", "save the list for resurrect"),
  RESURRECT(APPS, "resurrect", "", "start the apps of the saved list"),

  LIST(LOOK, "ls list l ps status", "", "list all apps"),
  DESCRIBE(LOOK, "describe desc info show", "name|id…", "details of an app, reasons for its state"),
  LOGS(LOOK, "logs log", "[name|id|all…]", "print and follow the output of apps"),
  EVENTS(LOOK, "events", "[name|id|all…]", "show what has happened to apps, and why"),
  ENV(LOOK, "env", "name|id…", "an app's environment, secrets masked"),
  JLIST(LOOK, "jlist", "", "list all apps as JSON"),

  INIT(FILES, "init ecosystem", "[simple] [file]", "write a sample process file"),
  VALIDATE(FILES, "validate", "[file…]", "check process files for errors"),
  PLAN(FILES, "plan", "file…", "show what apply would do"),
  APPLY(FILES, "apply", "file…", "make apps match their process file"),

  PING(DAEMON, "ping", "", "check that the daemon answers"),
  DOCTOR(DAEMON, "doctor", "", "check the machine and the daemon"),
  WEB(DAEMON, "web", "[stop|status]", "serve a dashboard and HTTP API locally"),
  KILL(DAEMON, "kill", "", "delete all apps and stop the daemon"),
  UPDATE(DAEMON, "update updatePM2", "", "replace the daemon with this build"),
  DAEMON_ITSELF(DAEMON, "daemon", "", "run the daemon in the foreground"),
  STARTUP(DAEMON, "startup", "[systemd]", "start the daemon at boot"),
  UNSTARTUP(DAEMON, "unstartup", "[systemd]", "do not start the daemon at boot"),
  IMPORT_PM2(DAEMON, "import-pm2", "", "import apps from PM2"),
  TOKEN(DAEMON, "token", "create|rotate|ls|revoke [token]", "manage tokens for services"),
  AUDIT(DAEMON, "audit", "verify", "check the hash chain of the audit log"),

  START_OR_RESTART(MORE, "startOrRestart", "file…", "restart or start all apps of a file"),
  START_OR_RELOAD(MORE, "startOrReload", "file…", "reload or start all apps of a file"),
  START_OR_GRACEFUL_RELOAD(
      MORE, "startOrGracefulReload", "file…", "gracefulReload or start all apps of a file"),
  TRIGGER(MORE, "trigger", "name|id action [value]", "run an action that an app offers"),
  MONIT(
      MORE,
      "monit monitor imonit dash dashboard",
      "[name|id|all…]",
      "monitor all apps in a full-screen view"),
  PRETTYLIST(MORE, "prettylist", "", "list all apps in Node's object notation"),
  PROCESS_IDS(MORE, "pid", "[name|id|all…]", "print pids, one per line; 0: not running"),
  INSTANCE_IDS(MORE, "id", "name…", "print an app's ids: [ 0, 1 ]"),
  REPORT(MORE, "report", "", "print facts for a bug report, no secrets"),
  HOST(MORE, "slist sysinfos", "", "show CPU, memory and disks of the machine"),
  EXAMPLES(MORE, "examples", "", "show example command lines"),
  COMPLETION(
      MORE, "completion", "[shell|install|uninstall] [shell]", "complete command lines with TAB"),
  GET(MORE, "get", "[key]", "show the values stored for apps"),
  SET(MORE, "set", "[key value]", "store a variable for an app: web:PORT 8080"),
  MULTISET(MORE, "multiset", "\"k1 v1 k2 v2\"", "store several values"),
  UNSET(MORE, "unset", "key|all", "delete stored values"),
  CONF(MORE, "conf config", "[key] [value]", "show a value, or store one"),
  PULL(MORE, "pull", "name [commit]", "git pull, run post_update, reload an app"),
  BACKWARD(MORE, "backward", "name", "like pull, but to the previous commit"),
  FORWARD(MORE, "forward", "name", "like pull, but to the next commit"),
  DEPLOY(MORE, "deploy", "[file] environment [command]", "deploy over ssh as the file specifies"),
  SEND(MORE, "send", "id|name line…", "write a line to an app's standard input"),
  MESSAGE(MORE, "message", "name|id|all message", "send a message to process.on('message')"),
  ATTACH(MORE, "attach", "id [separator]", "follow an app's output and send it input"),
  SEND_SIGNAL(MORE, "sendSignal", "signal name|id…", "send a signal to apps' main processes"),
  RESET(MORE, "reset", "name|id|all…", "reset the restart counters"),
  INSPECT(MORE, "inspect", "name", "show how to debug an app"),
  CLEARDUMP(MORE, "cleardump", "", "delete the saved list"),
  FLUSH(MORE, "flush", "[name|id|all…]", "empty the log files of apps"),
  LOGROTATE(MORE, "logrotate", "", "show how log files are rotated"),
  PROFILE_CPU(MORE, "profile:cpu", "[ms]", "record a CPU profile of the daemon"),
  PROFILE_MEM(MORE, "profile:mem", "[ms]", "write a heap dump of the daemon"),
  RELOAD_LOGS(MORE, "reloadLogs", "", "reopen log files that were moved");

  /// The heading under which help lists the command.
  public enum Group {
    APPS("Apps"),
    LOOK("Look"),
    FILES("Process files"),
    DAEMON("Daemon"),
    /// Less common commands, listed only by `jpm help --all`.
    MORE("More");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    public String title() {
      return title;
    }
  }

  /// The number of targets: none, any number, or at least one.
  enum Targets {
    NONE,
    ANY,
    SOME
  }

  private final Group group;
  private final String targetNames;
  private final String summary;

  @SuppressWarnings("ImmutableEnumChecker") // created by List.of
  private final List<String> names;

  /// @param names the primary name and PM2's aliases, separated by spaces
  /// @param targetNames how help names the targets; empty if the command has none, in brackets if
  ///   they are optional
  Verb(Group group, String names, String targetNames, String summary) {
    this.group = group;
    this.names = List.of(names.split(" ", -1));
    this.targetNames = targetNames;
    this.summary = summary;
  }

  public Group group() {
    return group;
  }

  Targets targets() {
    if (targetNames.isEmpty()) {
      return Targets.NONE;
    }
    return targetNames.startsWith("[") ? Targets.ANY : Targets.SOME;
  }

  /// Returns how help names the targets.
  public String targetNames() {
    return targetNames;
  }

  public String summary() {
    return summary;
  }

  /// Returns the primary name.
  public String keyword() {
    return names.getFirst();
  }

  /// Returns the primary name and PM2's aliases.
  public List<String> names() {
    return names;
  }

  public List<VerbOption> options() {
    return VerbOptions.of(this);
  }

  /// Returns the command with this name. Upper and lower case are not distinguished.
  public static Optional<Verb> find(String word) {
    return Arrays.stream(values())
        .filter(verb -> verb.names.stream().anyMatch(word::equalsIgnoreCase))
        .findFirst();
  }

  /// Reports whether the command starts apps of a process file that are not in the list yet.
  public boolean isStartOrReload() {
    return this == START_OR_RELOAD || this == START_OR_GRACEFUL_RELOAD;
  }

  /// Reports whether the command asks old processes to exit by the IPC message `shutdown`.
  public boolean isGracefulReload() {
    return this == GRACEFUL_RELOAD || this == START_OR_GRACEFUL_RELOAD;
  }

  /// Returns all names of commands, including `help`.
  public static List<String> keywords() {
    return Stream.concat(
            Arrays.stream(values()).flatMap(verb -> verb.names.stream()), Stream.of("help"))
        .toList();
  }
}
