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

/// The commands, with their names, targets and summaries. To add a command, add a constant. The
/// compiler then requires its options in [VerbOptions], its examples in [VerbExamples] and its
/// implementation in [io.jpm.console.ConsoleCommandFactory].
public enum Verb {
  START(APPS, "start", "[script|file|name|id|all…]", "start a script, program or process file"),
  STOP(APPS, "stop", "name|id|all|file…", "stop apps and keep them in the list"),
  RESTART(APPS, "restart", "name|id|all|file…", "restart apps"),
  RELOAD(APPS, "reload", "name|id|all|file…", "replace processes without downtime"),
  GRACEFUL_RELOAD(
      MORE,
      "gracefulReload graceful-reload",
      "name|id|all|file…",
      "reload, and stop old processes by message"),
  SERVE(APPS, "serve expose", "[path] [port]", "serve the files of a directory over HTTP"),
  SCALE(APPS, "scale", "name|id N|+N|-N|max", "change the number of instances"),
  DELETE(APPS, "delete del", "name|id|all|file…", "stop apps and remove them from the list"),
  SAVE(APPS, "save dump", "", "save the app list for jpm resurrect"),
  RESURRECT(APPS, "resurrect", "", "start the apps in the saved list"),

  LIST(LOOK, "ls list l ps status", "", "list all apps"),
  DESCRIBE(LOOK, "describe desc info show", "name|id…", "show details of apps and their state"),
  LOGS(LOOK, "logs log", "[name|id|all…]", "print and follow the output of apps"),
  EVENTS(LOOK, "events", "[name|id|all…]", "show app events and their causes"),
  ENV(LOOK, "env", "name|id…", "show an app's environment, secrets masked"),
  JLIST(LOOK, "jlist", "", "list all apps as JSON"),

  INIT(FILES, "init ecosystem", "[simple] [file]", "write a sample process file"),
  VALIDATE(FILES, "validate", "[file…]", "check process files for errors"),
  PLAN(FILES, "plan", "file…", "show what jpm apply would change"),
  APPLY(FILES, "apply", "file…", "make apps match the process file"),

  PING(DAEMON, "ping", "", "check whether the daemon responds"),
  DOCTOR(DAEMON, "doctor", "", "check the machine and daemon for problems"),
  WEB(DAEMON, "web", "[stop|status]", "serve the dashboard and HTTP API locally"),
  KILL(DAEMON, "kill", "", "delete all apps and stop the daemon"),
  UPDATE(DAEMON, "update updatePM2", "", "restart the daemon from this installation"),
  DAEMON_ITSELF(DAEMON, "daemon", "", "run the daemon in the foreground"),
  STARTUP(DAEMON, "startup", "[systemd]", "start the daemon at boot"),
  UNSTARTUP(DAEMON, "unstartup", "[systemd]", "no longer start the daemon at boot"),
  IMPORT_PM2(DAEMON, "import-pm2", "", "import apps from PM2"),
  TOKEN(DAEMON, "token", "create|rotate|ls|revoke [token]", "manage access tokens for services"),
  AUDIT(DAEMON, "audit", "verify", "verify the hash chain of the audit log"),

  START_OR_RESTART(MORE, "startOrRestart", "file…", "start or restart all apps in a file"),
  START_OR_RELOAD(MORE, "startOrReload", "file…", "start or reload all apps in a file"),
  START_OR_GRACEFUL_RELOAD(
      MORE, "startOrGracefulReload", "file…", "start or gracefulReload all apps in a file"),
  TRIGGER(MORE, "trigger", "name|id action [value]", "invoke an action that an app provides"),
  MONIT(
      MORE,
      "monit monitor imonit dash dashboard",
      "[name|id|all…]",
      "monitor apps in a full-screen view"),
  PRETTYLIST(MORE, "prettylist", "", "print the app list as a JavaScript object"),
  PROCESS_IDS(MORE, "pid", "[name|id|all…]", "print process ids (0 if not running)"),
  INSTANCE_IDS(MORE, "id", "name…", "print the ids of an app's instances"),
  REPORT(MORE, "report", "", "print a support report without secrets"),
  HOST(MORE, "slist sysinfos", "", "show the resource usage of the machine"),
  EXAMPLES(MORE, "examples", "", "show example command lines"),
  COMPLETION(MORE, "completion", "[shell|install|uninstall] [shell]", "set up shell completion"),
  GET(MORE, "get", "[key]", "show stored values"),
  SET(MORE, "set", "[key value]", "store an environment variable for an app"),
  MULTISET(MORE, "multiset", "\"k1 v1 k2 v2\"", "store several values"),
  UNSET(MORE, "unset", "key|all", "delete stored values"),
  CONF(MORE, "conf config", "[key] [value]", "show or store a value"),
  PULL(MORE, "pull", "name [commit]", "reload an app from the newest commit"),
  BACKWARD(MORE, "backward", "name", "reload an app from the previous commit"),
  FORWARD(MORE, "forward", "name", "reload an app from the next commit"),
  DEPLOY(MORE, "deploy", "[file] environment [command]", "deploy over SSH using a process file"),
  SEND(MORE, "send", "id|name line…", "write a line to an app's standard input"),
  MESSAGE(MORE, "message", "name|id|all message", "send an IPC message to an app"),
  ATTACH(MORE, "attach", "id [separator]", "follow an instance's output and send input"),
  SEND_SIGNAL(MORE, "sendSignal", "signal name|id…", "send a signal to the apps' main processes"),
  RESET(MORE, "reset", "name|id|all…", "reset restart counters"),
  INSPECT(MORE, "inspect", "name", "show how to debug an app"),
  CLEARDUMP(MORE, "cleardump", "", "clear the saved list"),
  FLUSH(MORE, "flush", "[name|id|all…]", "truncate the log files of apps"),
  LOGROTATE(MORE, "logrotate", "", "show the log rotation settings"),
  PROFILE_CPU(MORE, "profile:cpu", "[ms]", "record a CPU profile of the daemon"),
  PROFILE_MEM(MORE, "profile:mem", "[ms]", "write a heap dump of the daemon"),
  RELOAD_LOGS(MORE, "reloadLogs", "", "reopen log files after they were moved");

  /// A group of commands in the help text.
  public enum Group {
    APPS("Apps"),
    LOOK("Inspect"),
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

  /// The number of targets that a command accepts: none, any number, or at least one.
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
  /// @param targetNames the placeholder of the targets in help texts, such as `name|id`; empty if
  ///   the command accepts none, in brackets if they are optional
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

  /// Returns the placeholder of the targets in help texts; empty if the command accepts none.
  public String targetNames() {
    return targetNames;
  }

  public String summary() {
    return summary;
  }

  /// Returns the primary name, which users type and help lists.
  public String keyword() {
    return names.getFirst();
  }

  /// Returns the primary name, followed by PM2's aliases.
  public List<String> names() {
    return names;
  }

  /// Returns the options that the command accepts.
  public List<VerbOption> options() {
    return VerbOptions.of(this);
  }

  /// Returns the options that help and completion list, which are those that have an effect.
  public List<VerbOption> listedOptions() {
    return VerbOptions.listed(this);
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

  /// Returns the names and aliases of all commands, including `help`.
  public static List<String> keywords() {
    return Stream.concat(
            Arrays.stream(values()).flatMap(verb -> verb.names.stream()), Stream.of("help"))
        .toList();
  }
}
