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

/// Every command: its names, what it takes, what it does. To add one, add it here; the compiler
/// then asks for its options in [VerbOptions], for examples in [VerbExamples] and for its
/// implementation in [io.jpm.console.Commands].
public enum Verb {
  START(APPS, "start", "[script|file|name|id|all…]", "start a script, a program, a process file"),
  STOP(APPS, "stop", "name|id|all|file…", "stop apps and keep them in the list"),
  RESTART(APPS, "restart", "name|id|all|file…", "stop and start apps"),
  RELOAD(APPS, "reload", "name|id|all|file…", "replace processes without a gap"),
  SERVE(APPS, "serve expose", "[path] [port]", "serve a directory's files over HTTP"),
  SCALE(APPS, "scale", "name|id N|+N|-N|max", "have more or fewer instances"),
  DELETE(APPS, "delete del", "name|id|all|file…", "stop apps and forget them"),
  SAVE(APPS, "save dump", "", "remember the list for resurrect"),
  RESURRECT(APPS, "resurrect", "", "bring back the list that was saved"),

  LIST(LOOK, "ls list l ps status", "", "list all apps"),
  DESCRIBE(LOOK, "describe desc info show", "name|id…", "all about an app, and why it is as it is"),
  LOGS(LOOK, "logs log", "[name|id|all…]", "print and follow what apps print"),
  EVENTS(LOOK, "events", "[name|id|all…]", "what has happened to apps, and why"),
  ENV(LOOK, "env", "name|id…", "an app's environment, secrets masked"),
  JLIST(LOOK, "jlist", "", "list all apps as JSON"),

  INIT(FILES, "init ecosystem", "[simple] [file]", "write a sample process file"),
  VALIDATE(FILES, "validate", "[file…]", "find the mistakes of process files"),
  PLAN(FILES, "plan", "file…", "say what apply would do"),
  APPLY(FILES, "apply", "file…", "have apps be as their file says"),

  PING(DAEMON, "ping", "", "see whether the daemon answers"),
  DOCTOR(DAEMON, "doctor", "", "see whether all is as jpm needs it"),
  WEB(DAEMON, "web", "[stop|status]", "see and command apps over HTTP, from here"),
  KILL(DAEMON, "kill", "", "forget all apps and end the daemon"),
  UPDATE(DAEMON, "update updatePM2", "", "replace the daemon by this build"),
  DAEMON_ITSELF(DAEMON, "daemon", "", "be the daemon, in the foreground"),
  STARTUP(DAEMON, "startup", "[systemd]", "start the daemon at boot"),
  UNSTARTUP(DAEMON, "unstartup", "[systemd]", "no longer start it at boot"),
  IMPORT_PM2(DAEMON, "import-pm2", "", "take over the apps of PM2"),
  TOKEN(DAEMON, "token", "create|rotate|ls|revoke [token]", "let services in that have a token"),
  AUDIT(DAEMON, "audit", "verify", "see whether the audit log is whole"),

  START_OR_RESTART(MORE, "startOrRestart", "file…", "restart its apps, start the missing"),
  START_OR_RELOAD(
      MORE, "startOrReload startOrGracefulReload", "file…", "reload its apps, start the missing"),
  TRIGGER(MORE, "trigger", "name|id action [value]", "have an app do what it has offered to do"),
  MONIT(
      MORE,
      "monit monitor imonit dash dashboard",
      "[name|id|all…]",
      "watch all apps on a full screen"),
  PRETTYLIST(MORE, "prettylist", "", "list all apps as Node prints objects"),
  PROCESS_IDS(MORE, "pid", "[name|id|all…]", "process ids, one a line; 0: does not run"),
  INSTANCE_IDS(MORE, "id", "name…", "an app's ids: [ 0, 1 ]"),
  REPORT(MORE, "report", "", "what to put into a ticket, without secrets"),
  HOST(MORE, "slist sysinfos", "", "what this machine uses"),
  EXAMPLES(MORE, "examples", "", "command lines to learn from"),
  COMPLETION(
      MORE, "completion", "[shell|install|uninstall] [shell]", "complete command lines on TAB"),
  GET(MORE, "get", "[key]", "what is stored for apps"),
  SET(MORE, "set", "[key value]", "store a variable of an app: web:PORT 8080"),
  MULTISET(MORE, "multiset", "\"k1 v1 k2 v2\"", "store several"),
  UNSET(MORE, "unset", "key|all", "forget what is stored"),
  CONF(MORE, "conf config", "[key] [value]", "get, or set with a value"),
  PULL(MORE, "pull", "name [commit]", "git pull, post_update and reload of an app"),
  BACKWARD(MORE, "backward", "name", "the same with the commit before"),
  FORWARD(MORE, "forward", "name", "the same with the next commit"),
  DEPLOY(MORE, "deploy", "[file] environment [command]", "deploy over ssh, as the file says"),
  SEND(MORE, "send", "id|name line…", "write a line to an app's standard input"),
  MESSAGE(MORE, "message", "name|id|all message", "send a message to process.on('message')"),
  ATTACH(MORE, "attach", "id [separator]", "follow an app's output, and type into it"),
  SEND_SIGNAL(MORE, "sendSignal", "signal name|id…", "signal apps' main processes"),
  RESET(MORE, "reset", "name|id|all…", "count restarts anew"),
  INSPECT(MORE, "inspect", "name", "say how a debugger gets at an app"),
  CLEARDUMP(MORE, "cleardump", "", "forget the list that was saved"),
  FLUSH(MORE, "flush", "[name|id|all…]", "empty apps' log files"),
  LOGROTATE(MORE, "logrotate", "", "say how log files are rotated"),
  PROFILE_CPU(MORE, "profile:cpu", "[ms]", "record what the daemon itself is busy with"),
  PROFILE_MEM(MORE, "profile:mem", "[ms]", "dump the daemon's own memory"),
  RELOAD_LOGS(MORE, "reloadLogs", "", "open log files anew that were moved");

  /// The heading it stands under in help.
  public enum Group {
    APPS("Apps"),
    LOOK("Look"),
    FILES("Process files"),
    DAEMON("Daemon"),
    /// Needed less often: `jpm help --all` lists them.
    MORE("More");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    public String title() {
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
  private final String targetNames;
  private final String summary;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> names;

  /// @param names its name and PM2's other names for it, with spaces between
  /// @param targetNames what its targets are called in help; empty: it takes none; in brackets: it
  ///   may do without
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

  /// What its targets are called in help.
  public String targetNames() {
    return targetNames;
  }

  public String summary() {
    return summary;
  }

  /// The name that help calls it by.
  public String word() {
    return names.getFirst();
  }

  /// Its name and PM2's other names for it.
  public List<String> names() {
    return names;
  }

  public List<VerbOption> options() {
    return VerbOptions.of(this);
  }

  public static Optional<Verb> find(String word) {
    return Arrays.stream(values()).filter(verb -> verb.names.contains(word)).findFirst();
  }

  /// Every word that is a command.
  public static List<String> words() {
    return Stream.concat(
            Arrays.stream(values()).flatMap(verb -> verb.names.stream()), Stream.of("help"))
        .toList();
  }
}
