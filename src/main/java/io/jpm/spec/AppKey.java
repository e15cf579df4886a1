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

/// The catalogue of app attributes: every key that a process file may contain, with its spellings
/// and its command line option. The parser, the help text and the reference page are derived from
/// it.
///
/// Names, aliases and defaults of PM2's attributes are those of PM2. Each key is also accepted in
/// camelCase.
public enum AppKey {
  NAME(RUN, TEXT, "--name", "the script's file name without extension", "the app's name"),
  SCRIPT(
      RUN,
      PATH,
      "",
      "none; required",
      "script, program or command line to run",
      "exec",
      "cmd",
      "command"),
  ARGS(RUN, WORDS, "", "none", "arguments of the script (on the command line: after --)"),
  INTERPRETER(
      RUN,
      TEXT,
      "--interpreter",
      "determined by the extension",
      "interpreter of the script; none executes the file directly",
      "exec_interpreter"),
  INTERPRETER_ARGS(
      RUN, WORDS, "--interpreter-args", "none", "arguments of the interpreter", "node_args"),
  CWD(RUN, PATH, "--cwd", "the process file's directory, or the caller's", "working directory"),
  NAMESPACE(RUN, TEXT, "--namespace", "default", "group to which the app belongs"),
  UID(RUN, ACCOUNT, "--uid", "the daemon's user", "user that the app runs as", "user"),
  GID(RUN, ACCOUNT, "--gid", "the user's primary group", "group that the app runs as"),
  NICE(
      RUN,
      NUMBER,
      "--nice",
      "the daemon's",
      "scheduling priority, from -20 (highest) to 19 (lowest)"),
  UMASK(RUN, MASK, "--umask", "the daemon's", "file mode creation mask, in octal"),
  NO_NEW_PRIVILEGES(
      RUN,
      BOOLEAN,
      "",
      "true with uid, otherwise false",
      "prevent the app from gaining privileges through sudo or set-user-ID programs"),
  CAPABILITIES(
      RUN, WORDS, "", "those of the app's user", "Linux capabilities to which the app is limited"),
  SECCOMP(
      RUN,
      TEXT,
      "",
      "none",
      "system call filter; the value default blocks calls that a server does not need"),
  PRIVATE_TMP(RUN, BOOLEAN, "", "false", "give each process a private, empty /tmp and /var/tmp"),
  READ_ONLY_PATHS(RUN, WORDS, "", "none", "files and directories that the app cannot modify"),
  LIMITS(RUN, RESOURCES, "", "none", "resource limits enforced by the kernel"),
  DEPENDS_ON(RUN, DEPENDENCIES, "--depends-on", "none", "apps to start before this app"),
  NAME_PREFIX(RUN, PM2_ONLY, TEXT, "", "prefix for the app's name"),
  WRITE(RUN, NOT_YET, BOOLEAN, "--write", "write the configuration to a file"),

  ENV(
      ENVIRONMENT,
      VARIABLES,
      "",
      "none",
      "environment variables; null removes an inherited variable"),
  ENV_NAME(
      ENVIRONMENT, VARIABLES, "", "none", "variables that override env if --env NAME is given"),
  ENV_FILE(
      ENVIRONMENT,
      ENV_FILES,
      "",
      "none",
      "dotenv files with environment variables, read at each start"),
  SECRETS(
      ENVIRONMENT, SECRET, "", "none", "environment variables from files, credentials or commands"),
  FILTER_ENV(
      ENVIRONMENT,
      FILTER,
      "--filter-env",
      "none",
      "inherited environment variables to remove, by substrings of their names"),
  APPEND_ENV_TO_NAME(
      ENVIRONMENT, BOOLEAN, "", "false", "with --env NAME, append -NAME to the app's name"),

  INSTANCES(INSTANCE, COUNT, "--instances", "1", "number of processes"),
  EXEC_MODE(
      INSTANCE,
      TEXT,
      "",
      "cluster for Node and Java programs if instances is set, otherwise fork",
      "fork, or cluster: instances share a port and reload without downtime"),
  EXECUTE_COMMAND(INSTANCE, BOOLEAN, "--execute-command", "false", "equivalent to exec_mode fork"),
  INSTANCE_VAR(
      INSTANCE,
      VARIABLE,
      "",
      "NODE_APP_INSTANCE",
      "environment variable that contains the number of the instance"),
  INCREMENT_VAR(
      INSTANCE, VARIABLE, "", "none", "environment variable that is incremented for each instance"),
  PORT(
      INSTANCE,
      NUMBER,
      "--port",
      "none",
      "port that clients connect to; also sets the variable PORT"),
  BALANCE(INSTANCE, BALANCING, "--balance", "auto", "how the instances share a port"),
  STRATEGY(
      INSTANCE,
      STRATEGIES,
      "--strategy",
      "kernel; round_robin if balance is proxy",
      "how the instance for the next connection is selected"),
  LISTEN(
      INSTANCE,
      ADDRESSES,
      "--listen",
      "none",
      "listening sockets that are passed to the app (LISTEN_FDS)"),
  DRAIN_TIMEOUT(
      INSTANCE,
      DURATION,
      "--drain-timeout",
      "30s",
      "maximum time for a replaced process to finish its open connections"),
  PROXY_PROTOCOL(
      INSTANCE, PROXY_HEADER, "", "off", "send the client's address in a PROXY protocol header"),

  AUTOSTART(
      RESTARTS, BOOLEAN, "--no-autostart", "true", "start the app when it is added to the list"),
  AUTORESTART(RESTARTS, BOOLEAN, "--no-autorestart", "true", "restart the app when it exits"),
  RESTART(RESTARTS, RULE, "--restart", "always", "exits after which the app is restarted"),
  STOP_EXIT_CODES(
      RESTARTS,
      CODES,
      "--stop-exit-codes",
      "none",
      "exit codes after which the app is not restarted"),
  MAX_RESTARTS(
      RESTARTS,
      NUMBER,
      "--max-restarts",
      "16",
      "number of consecutive unstable exits after which the app becomes errored"),
  RESTART_WINDOW(
      RESTARTS, DURATION, "--restart-window", "5m", "period in which failures are counted"),
  MIN_UPTIME(
      RESTARTS, DURATION, "--min-uptime", "1s", "uptime below which an exit counts as unstable"),
  RESTART_DELAY(
      RESTARTS,
      DURATION,
      "--restart-delay",
      "none; increasing from the third consecutive unstable exit",
      "delay before a restart"),
  EXP_BACKOFF_RESTART_DELAY(
      RESTARTS,
      DURATION,
      "--exp-backoff-restart-delay",
      "off",
      "initial delay of an exponential backoff"),
  MAX_RESTART_DELAY(RESTARTS, DURATION, "", "15s", "maximum delay of the exponential backoff"),
  RESTART_JITTER(RESTARTS, FRACTION, "", "0.1", "random part of each backoff delay, as a fraction"),

  MAX_MEMORY_RESTART(
      TRIGGERS,
      SIZE,
      "--max-memory-restart",
      "off",
      "memory usage of the process tree above which the app is restarted"),
  CRON_RESTART(TRIGGERS, CRON, "--cron-restart", "off", "cron schedule for restarts", "cron"),
  TIME_ZONE(TRIGGERS, ZONE, "--time-zone", "the system's", "time zone of cron_restart"),
  WATCH(
      TRIGGERS, WATCHED, "--watch", "false", "files or directories whose changes restart the app"),
  IGNORE_WATCH(
      TRIGGERS,
      WORDS,
      "--ignore-watch",
      "dotfiles, node_modules and __pycache__",
      "patterns for files whose changes are ignored"),
  WATCH_DELAY(
      TRIGGERS, DURATION, "--watch-delay", "0s", "time without further changes before the restart"),
  WATCH_OPTIONS(TRIGGERS, PM2_ONLY, VARIABLES, "", "options of PM2's file watcher"),

  KILL_SIGNAL(
      STOPS,
      SIGNAL,
      "--kill-signal",
      "SIGINT; for Java programs SIGTERM",
      "signal that asks the app to exit"),
  KILL_TIMEOUT(
      STOPS,
      DURATION,
      "--kill-timeout",
      "1600ms; for Java programs 30s",
      "time between the stop signal and SIGKILL"),
  TREEKILL(
      STOPS, BOOLEAN, "--no-treekill", "true", "send the stop signal to the whole process tree"),
  SHUTDOWN_WITH_MESSAGE(
      STOPS,
      BOOLEAN,
      "--shutdown-with-message",
      "false",
      "send the message shutdown over Node's IPC channel instead of a signal"),
  STOP(STOPS, STOPPING, "", "none", "stop signal, timeout and command in one object"),
  KILL_RETRY_TIME(
      STOPS, PM2_ONLY, DURATION, "", "interval at which PM2 checks whether a process has exited"),

  WAIT_READY(
      READY,
      BOOLEAN,
      "--wait-ready",
      "false",
      "consider the app online only when it reports that it is ready"),
  LISTEN_TIMEOUT(
      READY,
      DURATION,
      "--listen-timeout",
      "3s; in cluster mode 30s; with readiness 60s",
      "time within which the app must become ready"),
  STARTUP(READY, CHECKED_ONCE, "", "none", "probe that must pass once after each start"),
  READINESS(
      READY,
      CHECKED,
      "",
      "none",
      "probe that decides whether an instance is ready to serve requests"),
  LIVENESS(READY, CHECKED, "", "none", "probe that decides whether an instance is alive"),

  ON(READY, HOOKS, "", "none", "commands and webhooks to run on crashes, failed probes and limits"),

  OUT_FILE(
      OUTPUT,
      PATH,
      "--output",
      "logs/NAME-out.log",
      "file for standard output",
      "out",
      "output",
      "out_log"),
  ERROR_FILE(
      OUTPUT,
      PATH,
      "--error",
      "logs/NAME-error.log",
      "file for standard error",
      "error",
      "err",
      "err_file",
      "err_log"),
  LOG_FILE(
      OUTPUT,
      PATH_OR_FLAG,
      "--log",
      "none",
      "additional file that receives both output streams",
      "log"),
  MERGE_LOGS(
      OUTPUT,
      BOOLEAN,
      "--merge-logs",
      "false",
      "write the output of all instances to one file",
      "combine_logs"),
  DISABLE_LOGS(OUTPUT, BOOLEAN, "--disable-logs", "false", "discard all output"),
  LOG_TYPE(OUTPUT, LINE_TYPE, "--log-type", "raw", "format of log lines"),
  LOG_DATE_FORMAT(
      OUTPUT, TEXT, "--log-date-format", "none", "format of the timestamp before each line"),
  TIME(OUTPUT, BOOLEAN, "--time", "false", "prefix each line with an ISO 8601 timestamp"),
  LOGS(
      OUTPUT,
      LOG_LIMITS,
      "",
      "the daemon's settings",
      "limits for the size, age and number of log files"),
  PTY(OUTPUT, BOOLEAN, "--pty", "false", "connect the output of the app to a pseudoterminal"),
  PID_FILE(
      OUTPUT, PATH, "--pid", "pids/NAME-ID.pid", "file to which the process id is written", "pid"),

  PMX(PM2, PM2_ONLY, BOOLEAN, "--no-pmx", "PM2's monitoring agent"),
  AUTOMATION(PM2, PM2_ONLY, BOOLEAN, "--no-automation", "PM2's monitoring agent"),
  VIZION(PM2, PM2_ONLY, BOOLEAN, "--no-vizion", "version control metadata"),
  TRACE(PM2, PM2_ONLY, BOOLEAN, "--trace", "PM2's tracing"),
  DISABLE_TRACE(PM2, PM2_ONLY, BOOLEAN, "--disable-trace", "PM2's tracing"),
  DEEP_MONITORING(PM2, PM2_ONLY, BOOLEAN, "--deep-monitoring", "PM2's tracing"),
  EVENT_LOOP_INSPECTOR(PM2, PM2_ONLY, BOOLEAN, "--event-loop-inspector", "PM2's tracing"),
  V8(PM2, PM2_ONLY, BOOLEAN, "--v8", "PM2's tracing"),
  IO(PM2, PM2_ONLY, VARIABLES, "", "settings of PM2's monitoring agent"),
  SOURCE_MAP_SUPPORT(PM2, PM2_ONLY, BOOLEAN, "--source-map-support", "PM2's source map support"),
  DISABLE_SOURCE_MAP_SUPPORT(
      PM2, PM2_ONLY, BOOLEAN, "--disable-source-map-support", "PM2's source map support"),
  POST_UPDATE(
      PM2, ELSEWHERE, WORDS, "", "commands to run after jpm pull, jpm backward and jpm forward"),
  INSTALL_URL(PM2, PM2_ONLY, TEXT, "", "URL of a PM2 module"),
  USERNAME(PM2, PM2_ONLY, TEXT, "", "user name that PM2 shows in lists"),
  FORCE(PM2, PM2_ONLY, BOOLEAN, "", "start a second app with the same name"),
  WINDOWS_HIDE(PM2, PM2_ONLY, BOOLEAN, "", "hide the console window");

  /// The groups of keys. The help text and the reference page have a heading for each group.
  public enum Group {
    RUN("Program"),
    ENVIRONMENT("Environment"),
    INSTANCE("Instances"),
    RESTARTS("Start and restart"),
    TRIGGERS("Restart triggers"),
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

  /// How this version of jpm treats a key.
  public enum Support {
    /// The key has the documented effect.
    ACTS,
    /// The key does not affect the app itself. A command reads it from the file when needed.
    ELSEWHERE,
    /// The key is accepted with a warning. A later version will implement it.
    NOT_YET,
    /// The key is accepted with a warning. It configures a part of PM2 that jpm does not have.
    PM2_ONLY
  }

  /// The type of a value, with a description for users.
  public enum Type {
    TEXT("text"),
    PATH("path"),
    PATH_OR_FLAG("path, or true for the default path"),
    WORDS("list, or text that is split at spaces (quotes are supported)"),
    BOOLEAN("true or false"),
    NUMBER("integer"),
    COUNT("integer of 1 or more; 0 or max for one per CPU core; -1 for one fewer than cores"),
    DURATION("number of milliseconds, or text with a unit: 500ms, 10s, 5m, 1h"),
    SIZE("number of bytes, or text with a unit: 300M, 1G"),
    SIGNAL("name or number of a signal"),
    VARIABLES("object that maps names to values"),
    ENV_FILES("path, or list of paths"),
    SECRET("object that maps names to file:PATH, credential:NAME or an object with a command"),
    FILTER("true, a name, or a list of substrings of names"),
    VARIABLE("name of an environment variable"),
    ACCOUNT("name or numeric id"),
    MASK("octal number from 0 to 777"),
    FRACTION("number from 0 to 1"),
    RULE("always, on-failure or never"),
    CODES("integer from 0 to 255, list of integers, or text with several integers"),
    CRON("cron expression with 5 fields, or with 6 fields and seconds first; 0 disables it"),
    ZONE("time zone, such as Europe/Berlin, or offset, such as +02:00"),
    WATCHED("true (the working directory), a path, or a list of paths"),
    DEPENDENCIES("name, list of names, or object that maps names to started, ready or completed"),
    STOPPING("object with the keys signal, timeout and command"),
    RESOURCES("object with the keys memory, memory_high, cpu and the limits of setrlimit(2)"),
    LINE_TYPE("raw or json"),
    BALANCING("auto, node, jvm, listen_fds, proxy or off"),
    STRATEGIES("kernel, round_robin, least_conn or ip_hash"),
    ADDRESSES("port, address with port (127.0.0.1:8000, [::1]:8000), or a list of these"),
    HOOKS(
        "object that maps crash, crash_looping, errored, unhealthy, recovered or limit to actions"),
    PROXY_HEADER("off, v1, v2, or true for v2"),
    CHECKED_ONCE(
        "object with exactly one of http, tcp, exec, log and notify; optionally interval and timeout"),
    CHECKED(
        "object with exactly one of http, tcp, exec, log and notify; optionally interval, timeout,"
            + " failures, successes and delay"),
    LOG_LIMITS(
        "object with the keys max_size, rotate_every, keep, max_age, max_total, compress, when_full");

    private final String form;

    Type(String form) {
      this.form = form;
    }

    /// Returns a description of the allowed values.
    public String form() {
      return form;
    }
  }

  /// The prefix of all spellings of [#ENV_NAME], such as `env_production`.
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

  /// Returns the key with this spelling: a canonical name or an alias, in snake_case or camelCase,
  /// or `env_NAME`.
  public static Optional<AppKey> named(String spelling) {
    AppKey key = BY_SPELLING.get(spelling);
    if (key == null && spelling.startsWith(ENV_PREFIX) && spelling.length() > ENV_PREFIX.length()) {
      return Optional.of(ENV_NAME);
    }
    return Optional.ofNullable(key);
  }

  /// Returns every spelling that [#named] accepts, canonical ones first.
  public static Collection<String> everySpelling() {
    return BY_SPELLING.keySet();
  }

  /// Returns the canonical name, in `snake_case`; `env_<name>` for [#ENV_NAME].
  public String key() {
    return this == ENV_NAME ? "env_<name>" : name().toLowerCase(Locale.ROOT);
  }

  /// Returns PM2's alternative names for the key, without their camelCase forms.
  public List<String> aliases() {
    return aliases;
  }

  /// Returns the group of the key in the help text and on the reference page.
  public Group group() {
    return group;
  }

  /// Returns how this version of jpm treats the key.
  public Support support() {
    return support;
  }

  /// Returns the type of the key's value.
  public Type type() {
    return type;
  }

  /// Returns the long command line option, such as `--max-restarts`. For a flag that is on by
  /// default, this is the option that turns it off, such as `--no-autorestart`.
  public Optional<String> option() {
    return option.isEmpty() ? Optional.empty() : Optional.of(option);
  }

  /// Returns a description of the default value for users; empty for keys without an effect.
  public String defaultText() {
    return defaultText;
  }

  /// Returns the one-line description for the help text and the reference page.
  public String doc() {
    return doc;
  }
}
