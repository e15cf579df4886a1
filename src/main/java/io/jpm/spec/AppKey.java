package io.jpm.spec;

import static io.jpm.spec.AppKey.Group.ENVIRONMENT;
import static io.jpm.spec.AppKey.Group.INSTANCE;
import static io.jpm.spec.AppKey.Group.OUTPUT;
import static io.jpm.spec.AppKey.Group.PM2;
import static io.jpm.spec.AppKey.Group.READY;
import static io.jpm.spec.AppKey.Group.RESTARTS;
import static io.jpm.spec.AppKey.Group.RUN;
import static io.jpm.spec.AppKey.Group.STOPS;
import static io.jpm.spec.AppKey.Group.TRIGGERS;
import static io.jpm.spec.AppKey.Support.ACTS;
import static io.jpm.spec.AppKey.Support.ELSEWHERE;
import static io.jpm.spec.AppKey.Support.NOT_YET;
import static io.jpm.spec.AppKey.Support.PM2_ONLY;
import static io.jpm.spec.AppKey.Type.ACCOUNT;
import static io.jpm.spec.AppKey.Type.ADDRESSES;
import static io.jpm.spec.AppKey.Type.BALANCING;
import static io.jpm.spec.AppKey.Type.BOOLEAN;
import static io.jpm.spec.AppKey.Type.CHECKED;
import static io.jpm.spec.AppKey.Type.CHECKED_ONCE;
import static io.jpm.spec.AppKey.Type.CODES;
import static io.jpm.spec.AppKey.Type.COUNT;
import static io.jpm.spec.AppKey.Type.CRON;
import static io.jpm.spec.AppKey.Type.DEPENDENCIES;
import static io.jpm.spec.AppKey.Type.DURATION;
import static io.jpm.spec.AppKey.Type.ENV_FILES;
import static io.jpm.spec.AppKey.Type.FILTER;
import static io.jpm.spec.AppKey.Type.FRACTION;
import static io.jpm.spec.AppKey.Type.HOOKS;
import static io.jpm.spec.AppKey.Type.LINE_TYPE;
import static io.jpm.spec.AppKey.Type.LOG_LIMITS;
import static io.jpm.spec.AppKey.Type.MASK;
import static io.jpm.spec.AppKey.Type.NUMBER;
import static io.jpm.spec.AppKey.Type.PATH;
import static io.jpm.spec.AppKey.Type.PATH_OR_FLAG;
import static io.jpm.spec.AppKey.Type.PROXY_HEADER;
import static io.jpm.spec.AppKey.Type.RESOURCES;
import static io.jpm.spec.AppKey.Type.RULE;
import static io.jpm.spec.AppKey.Type.SECRET;
import static io.jpm.spec.AppKey.Type.SIGNAL;
import static io.jpm.spec.AppKey.Type.SIZE;
import static io.jpm.spec.AppKey.Type.STOPPING;
import static io.jpm.spec.AppKey.Type.STRATEGIES;
import static io.jpm.spec.AppKey.Type.TEXT;
import static io.jpm.spec.AppKey.Type.VARIABLE;
import static io.jpm.spec.AppKey.Type.VARIABLES;
import static io.jpm.spec.AppKey.Type.WATCHED;
import static io.jpm.spec.AppKey.Type.WORDS;
import static io.jpm.spec.AppKey.Type.ZONE;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The catalogue of app attributes: every key that a process file may hold, with all its spellings,
/// and the option of the command line that means the same. Parsing, help and the reference page are
/// made from it.
///
/// The names, aliases and defaults are PM2's; each key is also accepted in camelCase.
public enum AppKey {
  NAME(RUN, TEXT, "--name", "the script's name without extension", "the app's name"),
  SCRIPT(
      RUN, PATH, "", "none: it must be there", "file or command to run", "exec", "cmd", "command"),
  ARGS(RUN, WORDS, "", "none", "arguments of the script (on the command line: after --)"),
  INTERPRETER(
      RUN,
      TEXT,
      "--interpreter",
      "by extension",
      "program that reads the script, or none",
      "exec_interpreter"),
  INTERPRETER_ARGS(
      RUN, WORDS, "--interpreter-args", "none", "arguments of the interpreter", "node_args"),
  CWD(RUN, PATH, "--cwd", "the process file's directory, or yours", "working directory"),
  NAMESPACE(RUN, TEXT, "--namespace", "default", "word that groups apps"),
  UID(RUN, ACCOUNT, "--uid", "the daemon's", "run as this user", "user"),
  GID(RUN, ACCOUNT, "--gid", "the user's own", "run as this group"),
  NICE(RUN, NUMBER, "--nice", "the daemon's", "priority: -20 (most urgent) to 19"),
  UMASK(RUN, MASK, "--umask", "the daemon's", "permissions that new files do not get"),
  NO_NEW_PRIVILEGES(
      RUN, BOOLEAN, "", "true with uid, else false", "no program gives it more rights than it has"),
  CAPABILITIES(RUN, WORDS, "", "those of its user", "the only capabilities it can have"),
  SECCOMP(RUN, TEXT, "", "none", "default: no system calls that administer the machine"),
  PRIVATE_TMP(RUN, BOOLEAN, "", "false", "a /tmp and a /var/tmp of its own, empty at each start"),
  READ_ONLY_PATHS(RUN, WORDS, "", "none", "what it may not change, with all that is below"),
  LIMITS(RUN, RESOURCES, "", "none", "what the system lets it use"),
  DEPENDS_ON(RUN, DEPENDENCIES, "--depends-on", "none", "apps that come first"),
  NAME_PREFIX(RUN, PM2_ONLY, TEXT, "", "text before the name"),
  WRITE(RUN, NOT_YET, BOOLEAN, "--write", "write the attributes to a file"),

  ENV(ENVIRONMENT, VARIABLES, "", "none", "variables; null removes an inherited one"),
  ENV_NAME(ENVIRONMENT, VARIABLES, "", "none", "variables over env, chosen by --env NAME"),
  ENV_FILE(ENVIRONMENT, ENV_FILES, "", "none", "files of variables, read at each start"),
  SECRETS(ENVIRONMENT, SECRET, "", "none", "variables whose values are kept elsewhere"),
  FILTER_ENV(
      ENVIRONMENT, FILTER, "--filter-env", "none", "inherited variables to drop: parts of names"),
  APPEND_ENV_TO_NAME(ENVIRONMENT, BOOLEAN, "", "false", "with --env NAME, the name ends in -NAME"),

  INSTANCES(INSTANCE, COUNT, "--instances", "1", "processes: 1 or more, max or 0, -1"),
  EXEC_MODE(
      INSTANCE,
      TEXT,
      "",
      "cluster for node and java with instances, else fork",
      "cluster: the instances share a port and are reloaded without a gap"),
  EXECUTE_COMMAND(INSTANCE, BOOLEAN, "--execute-command", "false", "exec_mode fork"),
  INSTANCE_VAR(INSTANCE, VARIABLE, "", "NODE_APP_INSTANCE", "variable with the instance's number"),
  INCREMENT_VAR(INSTANCE, VARIABLE, "", "none", "variable that counts up over the instances"),
  PORT(INSTANCE, NUMBER, "--port", "none", "the port clients connect to; sets the variable PORT"),
  BALANCE(INSTANCE, BALANCING, "--balance", "auto", "how the instances share a port"),
  STRATEGY(
      INSTANCE,
      STRATEGIES,
      "--strategy",
      "kernel; with proxy round_robin",
      "which instance gets the next connection"),
  LISTEN(INSTANCE, ADDRESSES, "--listen", "none", "sockets that the app inherits (LISTEN_FDS)"),
  DRAIN_TIMEOUT(
      INSTANCE, DURATION, "--drain-timeout", "30s", "time to finish connections when replaced"),
  PROXY_PROTOCOL(
      INSTANCE, PROXY_HEADER, "", "off", "tell the client's address in a PROXY protocol header"),

  AUTOSTART(RESTARTS, BOOLEAN, "--no-autostart", "true", "start it, not only list it"),
  AUTORESTART(RESTARTS, BOOLEAN, "--no-autorestart", "true", "start again when it ends"),
  RESTART(RESTARTS, RULE, "--restart", "always", "after which ends to start again"),
  STOP_EXIT_CODES(RESTARTS, CODES, "--stop-exit-codes", "none", "exit codes that end it for good"),
  MAX_RESTARTS(RESTARTS, NUMBER, "--max-restarts", "16", "unstable ends before it is given up"),
  RESTART_WINDOW(
      RESTARTS,
      DURATION,
      "--restart-window",
      "5m",
      "in this time failures count however long it ran"),
  MIN_UPTIME(RESTARTS, DURATION, "--min-uptime", "1s", "an end sooner than this is unstable"),
  RESTART_DELAY(
      RESTARTS,
      DURATION,
      "--restart-delay",
      "none, but growing ones from the third quick end",
      "wait before starting again"),
  EXP_BACKOFF_RESTART_DELAY(
      RESTARTS, DURATION, "--exp-backoff-restart-delay", "off", "first of growing waits"),
  MAX_RESTART_DELAY(RESTARTS, DURATION, "", "15s", "longest of the growing waits"),
  RESTART_JITTER(RESTARTS, FRACTION, "", "0.1", "how much of a growing wait is left to chance"),

  MAX_MEMORY_RESTART(
      TRIGGERS, SIZE, "--max-memory-restart", "off", "restart when its tree uses more memory"),
  CRON_RESTART(TRIGGERS, CRON, "--cron-restart", "off", "restart at these times", "cron"),
  TIME_ZONE(TRIGGERS, ZONE, "--time-zone", "the system's", "whose clock cron_restart means"),
  WATCH(TRIGGERS, WATCHED, "--watch", "false", "restart when these files change"),
  IGNORE_WATCH(
      TRIGGERS,
      WORDS,
      "--ignore-watch",
      "dot-files, node_modules and __pycache__",
      "files not to watch"),
  WATCH_DELAY(TRIGGERS, DURATION, "--watch-delay", "0s", "wait for further changes"),
  WATCH_OPTIONS(TRIGGERS, PM2_ONLY, VARIABLES, "", "options of PM2's file watcher"),

  KILL_SIGNAL(
      STOPS,
      SIGNAL,
      "--kill-signal",
      "SIGINT; of Java programs SIGTERM",
      "signal that asks it to end"),
  KILL_TIMEOUT(
      STOPS, DURATION, "--kill-timeout", "1600ms; of Java programs 30s", "wait before SIGKILL"),
  TREEKILL(STOPS, BOOLEAN, "--no-treekill", "true", "signal its whole process tree"),
  SHUTDOWN_WITH_MESSAGE(
      STOPS, BOOLEAN, "--shutdown-with-message", "false", "Node message instead of a signal"),
  STOP(STOPS, STOPPING, "", "none", "signal, timeout and a command in one"),
  KILL_RETRY_TIME(STOPS, PM2_ONLY, DURATION, "", "how often PM2 looks whether it has ended"),

  WAIT_READY(READY, BOOLEAN, "--wait-ready", "false", "online when it says ready"),
  LISTEN_TIMEOUT(
      READY,
      DURATION,
      "--listen-timeout",
      "3s; in cluster mode 30s; with readiness 60s",
      "how long it may take until it says so"),
  STARTUP(READY, CHECKED_ONCE, "", "none", "what has to pass once after a start"),
  READINESS(READY, CHECKED, "", "none", "what tells that it can be given work"),
  LIVENESS(READY, CHECKED, "", "none", "what tells that it is alive"),

  ON(READY, HOOKS, "", "nobody", "who is told when it crashes or is not well"),

  OUT_FILE(
      OUTPUT, PATH, "--output", "logs/NAME-out.log", "standard output", "out", "output", "out_log"),
  ERROR_FILE(
      OUTPUT,
      PATH,
      "--error",
      "logs/NAME-error.log",
      "standard error",
      "error",
      "err",
      "err_file",
      "err_log"),
  LOG_FILE(OUTPUT, PATH_OR_FLAG, "--log", "none", "both outputs in one more file", "log"),
  MERGE_LOGS(
      OUTPUT, BOOLEAN, "--merge-logs", "false", "one file for all instances", "combine_logs"),
  DISABLE_LOGS(OUTPUT, BOOLEAN, "--disable-logs", "false", "keep no output"),
  LOG_TYPE(OUTPUT, LINE_TYPE, "--log-type", "raw", "raw or json"),
  LOG_DATE_FORMAT(OUTPUT, TEXT, "--log-date-format", "none", "date before each line"),
  TIME(OUTPUT, BOOLEAN, "--time", "false", "ISO date before each line"),
  LOGS(OUTPUT, LOG_LIMITS, "", "the daemon's settings", "what the log files may take"),
  PTY(OUTPUT, BOOLEAN, "--pty", "false", "give it a terminal to print on"),
  PID_FILE(OUTPUT, PATH, "--pid", "pids/NAME-ID.pid", "file with the process id", "pid"),

  PMX(PM2, PM2_ONLY, BOOLEAN, "--no-pmx", "PM2's agent in the app"),
  AUTOMATION(PM2, PM2_ONLY, BOOLEAN, "--no-automation", "PM2's agent in the app"),
  VIZION(PM2, PM2_ONLY, BOOLEAN, "--no-vizion", "read the state of the git checkout"),
  TRACE(PM2, PM2_ONLY, BOOLEAN, "--trace", "PM2's tracing"),
  DISABLE_TRACE(PM2, PM2_ONLY, BOOLEAN, "--disable-trace", "PM2's tracing"),
  DEEP_MONITORING(PM2, PM2_ONLY, BOOLEAN, "--deep-monitoring", "PM2's tracing"),
  EVENT_LOOP_INSPECTOR(PM2, PM2_ONLY, BOOLEAN, "--event-loop-inspector", "PM2's tracing"),
  V8(PM2, PM2_ONLY, BOOLEAN, "--v8", "PM2's tracing"),
  IO(PM2, PM2_ONLY, VARIABLES, "", "settings of PM2's agent"),
  SOURCE_MAP_SUPPORT(PM2, PM2_ONLY, BOOLEAN, "--source-map-support", "PM2's loader"),
  DISABLE_SOURCE_MAP_SUPPORT(
      PM2, PM2_ONLY, BOOLEAN, "--disable-source-map-support", "PM2's loader"),
  POST_UPDATE(PM2, ELSEWHERE, WORDS, "", "commands after jpm pull, backward and forward"),
  INSTALL_URL(PM2, PM2_ONLY, TEXT, "", "where a PM2 module came from"),
  USERNAME(PM2, PM2_ONLY, TEXT, "", "user shown in lists"),
  FORCE(PM2, PM2_ONLY, BOOLEAN, "", "have a second app of the same name"),
  WINDOWS_HIDE(PM2, PM2_ONLY, BOOLEAN, "", "hide the console window");

  /// Under which heading a key stands in help and reference.
  public enum Group {
    RUN("What runs"),
    ENVIRONMENT("Environment"),
    INSTANCE("Instances"),
    RESTARTS("Starting again"),
    TRIGGERS("Restarting what runs"),
    STOPS("Stopping"),
    READY("Readiness"),
    OUTPUT("Logs"),
    PM2("Only in PM2");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    public String title() {
      return title;
    }
  }

  /// What this version does with a key.
  public enum Support {
    /// It has the stated effect.
    ACTS,
    /// It says nothing of the app itself: a command reads it in the file when it needs it.
    ELSEWHERE,
    /// Accepted with a warning: the effect comes in a later version.
    NOT_YET,
    /// Accepted with a warning: it belongs to a part of PM2 that jpm does not have.
    PM2_ONLY
  }

  /// What a value looks like.
  public enum Type {
    TEXT("text"),
    PATH("path"),
    PATH_OR_FLAG("path, or true for the usual place"),
    WORDS("list, or text that is split at spaces and may hold quotes"),
    BOOLEAN("true or false"),
    NUMBER("whole number"),
    COUNT("1 or more, 0 or max for one per core, -1 for one less"),
    DURATION("milliseconds, or with a unit: 500ms, 10s, 5m, 1h"),
    SIZE("bytes, or with a unit: 300M, 1G"),
    SIGNAL("name or number of a signal"),
    VARIABLES("object of names and values"),
    ENV_FILES("path, or list of paths"),
    SECRET("object of names and file:PATH, credential:NAME or an object of a command"),
    FILTER("true for all, a name, or a list of parts of names"),
    VARIABLE("name of a variable"),
    ACCOUNT("name or number"),
    MASK("octal digits, 0 to 777"),
    FRACTION("number from 0 to 1"),
    RULE("always, on-failure or never"),
    CODES("0 to 255: a number, a list, or text with several"),
    CRON("5 fields, or 6 with seconds first; 0 for never"),
    ZONE("name such as Europe/Berlin, or an offset such as +02:00"),
    WATCHED("true for the working directory, a path, or a list of paths"),
    DEPENDENCIES("name, list of names, or object of names and started, ready or completed"),
    STOPPING("object of signal, timeout and command"),
    RESOURCES("object of memory, memory_high, cpu and names as in setrlimit(2)"),
    LINE_TYPE("raw or json"),
    BALANCING("auto, node, jvm, listen_fds, proxy or off"),
    STRATEGIES("kernel, round_robin, least_conn or ip_hash"),
    ADDRESSES("port, address and port (127.0.0.1:8000, [::1]:8000), or a list of these"),
    HOOKS(
        "object of crash, crash_looping, errored, unhealthy, recovered, limit and commands or"
            + " webhooks"),
    PROXY_HEADER("off, v1, v2, or true for v2"),
    CHECKED_ONCE("object of http, tcp, exec, log or notify, and interval and timeout"),
    CHECKED(
        "object of http, tcp, exec, log or notify, and interval, timeout, failures, successes and"
            + " delay"),
    LOG_LIMITS(
        "object of max_size, rotate_every, keep, max_age, max_total, compress and when_full");

    private final String form;

    Type(String form) {
      this.form = form;
    }

    /// The allowed values in words.
    public String form() {
      return form;
    }
  }

  /// With what the keys of [#ENV_NAME] begin.
  public static final String ENV_PREFIX = "env_";

  private static final Map<String, AppKey> BY_SPELLING = KeySpellings.all(values());

  private final Group group;
  private final Support support;
  private final Type type;
  private final String option;
  private final String defaultText;
  private final String doc;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> aliases;

  AppKey(Group group, Type type, String option, String byDefault, String doc, String... aliases) {
    this.group = group;
    this.support = ACTS;
    this.type = type;
    this.option = option;
    this.defaultText = byDefault;
    this.doc = doc;
    this.aliases = List.of(aliases);
  }

  AppKey(Group group, Support support, Type type, String option, String doc, String... aliases) {
    this.group = group;
    this.support = support;
    this.type = type;
    this.option = option;
    this.defaultText = "";
    this.doc = doc;
    this.aliases = List.of(aliases);
  }

  /// The key that `spelling` names: canonical, alias, either of them in camelCase, or `env_NAME`.
  public static Optional<AppKey> named(String spelling) {
    AppKey key = BY_SPELLING.get(spelling);
    if (key == null && spelling.startsWith(ENV_PREFIX) && spelling.length() > ENV_PREFIX.length()) {
      return Optional.of(ENV_NAME);
    }
    return Optional.ofNullable(key);
  }

  /// Every spelling that [#named] knows, canonical ones first.
  public static Collection<String> everySpelling() {
    return BY_SPELLING.keySet();
  }

  /// The name in `snake_case`, as the reference shows it.
  public String key() {
    return this == ENV_NAME ? "env_<name>" : name().toLowerCase(Locale.ROOT);
  }

  /// PM2's other names, without the camelCase forms.
  public List<String> aliases() {
    return aliases;
  }

  /// Where it stands in help and reference.
  public Group group() {
    return group;
  }

  /// What this version does with it.
  public Support support() {
    return support;
  }

  /// What its value looks like.
  public Type type() {
    return type;
  }

  /// The long option of the command line, `--max-restarts`. A key that is on by default has the
  /// option that turns it off, `--no-autorestart`.
  public Optional<String> option() {
    return option.isEmpty() ? Optional.empty() : Optional.of(option);
  }

  /// What holds where nobody says anything, for people; empty for keys that are not acted on.
  public String defaultText() {
    return defaultText;
  }

  /// One line for help and reference.
  public String doc() {
    return doc;
  }
}
