package io.jpm.console.cli;

import io.jpm.spec.AppKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The options of all commands, with their names, values and descriptions.
public enum VerbOption {
  NAME("app name (default: name of the script)", "name", "NAME", "-n", "--name"),
  NAMESPACE("name of the group that the app belongs to", "namespace", "WORD", "--namespace"),
  INTERPRETER("interpreter for the script, or none", "interpreter", "PROGRAM", "--interpreter"),
  INTERPRETER_ARGS(
      "arguments for the interpreter, in quotes",
      "interpreter_args",
      "ARGS",
      "--interpreter-args",
      "--node-args"),
  CWD("working directory (default: current one)", "cwd", "DIR", "--cwd"),
  UID("run as this user (name or number)", "uid", "USER", "-u", "--uid", "--user"),
  GID("run as this group (name or number)", "gid", "GROUP", "--gid"),
  NICE("nice value, -20 to 19", "nice", "N", "--nice"),
  UMASK("file mode creation mask, such as 027", "umask", "MASK", "--umask"),
  DEPENDS_ON("apps to start first, such as db:ready,cache", "depends_on", "APPS", "--depends-on"),
  INSTANCES("number of instances, or max: one per CPU", "instances", "N", "-i", "--instances"),
  EXECUTE_COMMAND(
      "use fork mode instead of cluster mode", "execute_command", "", "-x", "--execute-command"),
  HOST("address to listen on (default: 0.0.0.0)", "", "ADDRESS", "--host"),
  LOOPBACK("loopback address to listen on (default: 127.0.0.1)", "", "ADDRESS", "--host"),
  SPA("serve the home page for unknown paths", "", "", "--spa"),
  FTP("list directories that have no index.html", "", "", "--ftp"),
  CORS("allow cross-origin requests", "", "", "--cors"),
  DOTFILES("serve files whose names begin with a dot", "", "", "--dotfiles"),
  BASIC_AUTH_USERNAME("user name for basic authentication", "", "USER", "--basic-auth-username"),
  BASIC_AUTH_PASSWORD("password for basic authentication", "", "PASSWORD", "--basic-auth-password"),
  MONITOR("no effect: jpm does not support PM2 Plus", "", "", "--monitor"),
  PORT("port that clients connect to", "port", "PORT", "--port"),
  BALANCE(
      "balancing mode: auto, node, jvm, listen_fds, proxy, off", "balance", "MODE", "--balance"),
  STRATEGY(
      "balancing strategy: kernel, round_robin, least_conn, ip_hash",
      "strategy",
      "WORD",
      "--strategy"),
  LISTEN("sockets to pass to the app, such as 80,[::1]:81", "listen", "ADDRESSES", "--listen"),
  DRAIN_TIMEOUT(
      "time to drain connections (default: 30000)", "drain_timeout", "MS", "--drain-timeout"),
  FILTER_ENV(
      "do not inherit variables named *PART* (repeatable)", "filter_env", "PART", "--filter-env"),
  NO_AUTOSTART("add the app to the list without starting it", "autostart", "", "--no-autostart"),
  NO_AUTORESTART("do not restart the app when it exits", "autorestart", "", "--no-autorestart"),
  RESTART("restart policy: always, on-failure or never", "restart", "RULE", "--restart"),
  STOP_EXIT_CODES(
      "exit codes that prevent a restart", "stop_exit_codes", "N,N", "--stop-exit-codes"),
  MAX_RESTARTS(
      "give up after N unstable exits (default: 16)", "max_restarts", "N", "--max-restarts"),
  RESTART_WINDOW(
      "period for counting failures (default: 300000)", "restart_window", "MS", "--restart-window"),
  MIN_UPTIME("minimum uptime of a stable run (default: 1000)", "min_uptime", "MS", "--min-uptime"),
  RESTART_DELAY("delay before each restart", "restart_delay", "MS", "--restart-delay"),
  EXP_BACKOFF_RESTART_DELAY(
      "initial delay for exponential backoff",
      "exp_backoff_restart_delay",
      "MS",
      "--exp-backoff-restart-delay"),
  MAX_MEMORY_RESTART(
      "restart above this memory usage, such as 300M",
      "max_memory_restart",
      "SIZE",
      "--max-memory-restart"),
  CRON_RESTART(
      "restart on this cron schedule", "cron_restart", "CRON", "-c", "--cron-restart", "--cron"),
  TIME_ZONE("time zone of the schedule, such as Europe/Berlin", "time_zone", "ZONE", "--time-zone"),
  WATCH("restart when files in PATH (default: cwd) change", "watch", "[PATH]", "--watch"),
  IGNORE_WATCH(
      "files not to watch, in .gitignore syntax", "ignore_watch", "GLOBS", "--ignore-watch"),
  WATCH_DELAY("seconds without changes before the restart", "watch_delay", "S", "--watch-delay"),
  KILL_SIGNAL(
      "signal that stops the app (default: SIGINT)", "kill_signal", "SIGNAL", "--kill-signal"),
  KILL_TIMEOUT(
      "time until SIGKILL (default: 1600; Java: 30000)",
      "kill_timeout",
      "MS",
      "-k",
      "--kill-timeout"),
  NO_TREEKILL("stop only the main process, not its children", "treekill", "", "--no-treekill"),
  SHUTDOWN_WITH_MESSAGE(
      "stop with an IPC message instead of a signal",
      "shutdown_with_message",
      "",
      "--shutdown-with-message"),
  WAIT_READY("wait until the app reports that it is ready", "wait_ready", "", "--wait-ready"),
  LISTEN_TIMEOUT(
      "time to become ready (default: 3000; cluster: 30000)",
      "listen_timeout",
      "MS",
      "--listen-timeout"),
  OUTPUT("file for standard output", "out_file", "FILE", "-o", "--output"),
  ERROR("file for standard error", "error_file", "FILE", "-e", "--error"),
  LOG("additional file for all output (default: NAME.log)", "log_file", "[FILE]", "-l", "--log"),
  MERGE_LOGS("use the same log files for all instances", "merge_logs", "", "--merge-logs"),
  DISABLE_LOGS("discard all output", "disable_logs", "", "--disable-logs"),
  LOG_TYPE("log format: raw, or json (one object per line)", "log_type", "TYPE", "--log-type"),
  LOG_DATE_FORMAT(
      "format of line timestamps, such as HH:mm:ss",
      "log_date_format",
      "FORMAT",
      "--log-date-format"),
  TIME("prefix each line with the date and time", "time", "", "--time"),
  PTY("run the app with a pseudo-terminal as output", "pty", "", "--pty"),
  PID("file to write the process id to", "pid_file", "FILE", "-p", "--pid"),
  NO_PMX("no effect: jpm does not inject an agent", "pmx", "", "--no-pmx"),
  NO_AUTOMATION("no effect: jpm does not inject an agent", "automation", "", "--no-automation"),
  NO_VIZION("no effect: jpm does not read git metadata", "vizion", "", "--no-vizion"),
  TRACE("no effect (accepted for compatibility with PM2)", "trace", "", "--trace"),
  DISABLE_TRACE(
      "no effect (accepted for compatibility with PM2)", "disable_trace", "", "--disable-trace"),
  DEEP_MONITORING(
      "no effect (accepted for compatibility with PM2)",
      "deep_monitoring",
      "",
      "--deep-monitoring"),
  EVENT_LOOP_INSPECTOR(
      "no effect (accepted for compatibility with PM2)",
      "event_loop_inspector",
      "",
      "--event-loop-inspector"),
  V8("no effect (accepted for compatibility with PM2)", "v8", "", "--v8"),
  SOURCE_MAP_SUPPORT(
      "no effect: use --node-args=--enable-source-maps",
      "source_map_support",
      "",
      "--source-map-support"),
  DISABLE_SOURCE_MAP_SUPPORT(
      "no effect (accepted for compatibility with PM2)",
      "disable_source_map_support",
      "",
      "--disable-source-map-support"),
  ATTACH("follow the output of the apps afterwards", "", "", "--attach"),
  NO_DAEMON("no effect: use jpm-runtime instead", "", "", "--no-daemon"),
  EXT("watch only these file extensions, such as js,json", "", "A,B", "--ext"),
  DRY_RUN("show what would be done, without doing it", "", "", "--dry-run"),
  KEEP("stop the apps in PM2 without deleting them", "", "", "--keep"),
  ONLY("limit the command to these apps", "", "A,B", "--only"),
  ENV("override env with env_NAME of the file", "", "NAME", "--env"),
  NO_WAIT("do not wait until apps have run for 300 ms", "", "", "--no-wait"),
  UPDATE_ENV("update the apps' environment from this shell", "", "", "-a", "--update-env"),
  WATCH_CONFIG("watch the process file and apply every edit", "", "", "--watch-config"),
  NO_WATCH_CONFIG("stop watching the process file", "", "", "--no-watch-config"),
  PRUNE("delete apps that are no longer in the file", "", "", "--prune"),
  PARALLEL("act on N instances at a time (reload: N per app)", "", "N", "--parallel"),
  FORCE("start: replace a running app; save: save an empty list", "", "", "-f", "--force"),
  SEPARATOR("text that ends the line (default: line feed)", "", "TEXT", "--separator"),
  LINES("number of past lines (default: 15; events: 30)", "", "N", "--lines"),
  NOSTREAM("print the past lines and exit", "", "", "--nostream"),
  ERR("print standard error only", "", "", "--err"),
  OUT("print standard output only", "", "", "--out"),
  SINCE_TIME("print lines since TIME, such as 10m or 13:20", "", "TIME", "--since"),
  UNTIL("print lines up to TIME", "", "TIME", "--until"),
  GREP("print only lines that match (RE2 syntax)", "", "PATTERN", "--grep"),
  IGNORE_CASE("ignore case in the --grep pattern", "", "", "-i", "--ignore-case"),
  HIGHLIGHT("highlight WORD in the output", "", "WORD", "--highlight"),
  TIMESTAMP("print timestamps (default: YYYY-MM-DDTHH:mm:ss)", "", "[FORMAT]", "--timestamp"),
  RAW("omit prefixes; print error output to stderr", "", "", "--raw"),
  FORMAT("print each line as key=value pairs", "", "", "--format"),
  FOLLOW("keep running and print new events", "", "", "-f", "--follow"),
  SINCE("print events after this sequence number", "", "SEQ", "--since"),
  JSON("print the result as JSON", "", "", "--json"),
  MINI_LIST("print one block of lines per instance", "", "", "-m", "--mini-list"),
  SORT("sort by name (default), memory, uptime, …", "", "FIELD[:desc]", "--sort"),
  WATCH_NO_MORE("also stop watching the apps' files", "", "", "--watch"),
  LOGROTATE_USER("no effect: each daemon rotates its own logs", "", "USER", "-u", "--user"),
  REDRAW("redraw the list until Ctrl-C", "", "", "--watch"),
  TREE("print the result as a tree", "", "", "-t", "--tree"),
  REVEAL("show secrets instead of masking them", "", "", "--reveal"),
  ROLE("role: read, operate or admin (default: read)", "", "ROLE", "--role"),
  OF_APPS("restrict the token to these apps", "", "A,B", "--app"),
  EXPIRES("lifetime, such as 12h (default: 90d)", "", "TIME", "--expires"),
  FOREVER("create a token that does not expire", "", "", "--forever"),
  GRACE("keep the old secret valid for TIME (default: 0s)", "", "TIME", "--grace"),
  SILENT("print only results and errors", "", "", "-s", "--silent"),
  NO_COLOR("do not use colors", "", "", "--no-color"),
  HELP("show this help", "", "", "-h", "--help");

  private final String description;
  private final String attribute;
  private final String parameter;

  @SuppressWarnings("ImmutableEnumChecker") // created by List.of
  private final List<String> names;

  VerbOption(String description, String attribute, String parameter, String... names) {
    this.description = description;
    this.attribute = attribute;
    this.parameter = parameter;
    this.names = List.of(names);
  }

  public String description() {
    return description;
  }

  /// Returns the app attribute that the option sets; empty if it does not set one.
  public Optional<AppKey> attribute() {
    return AppKey.named(attribute);
  }

  /// Returns the placeholder of the value in help texts, such as `FILE`. It is empty if the option
  /// has no value, and in brackets if the value is optional.
  public String parameter() {
    return parameter;
  }

  /// Reports whether the option requires a value.
  public boolean takesValue() {
    return !parameter.isEmpty() && !mayTakeValue();
  }

  /// Reports whether the option has an optional value ([OptionalValues]).
  public boolean mayTakeValue() {
    return parameter.startsWith("[");
  }

  public List<String> names() {
    return names;
  }

  /// Returns the long name, such as `--name`.
  public String longName() {
    return names.stream().filter(name -> name.startsWith("--")).findFirst().orElseThrow();
  }

  /// Returns the options that set an app attribute, in the order of the help page.
  public static List<VerbOption> ofApps() {
    return Arrays.stream(values()).filter(option -> option.attribute().isPresent()).toList();
  }

  /// Finds an option of any command by its name. `word` may be a name or `name=value`.
  public static Optional<VerbOption> find(String word) {
    return find(word, Arrays.asList(values()));
  }

  /// Finds an option by its name in `options`, the options of one command. A name such as `-u` can
  /// denote different options in different commands. `word` may be a name or `name=value`.
  public static Optional<VerbOption> find(String word, List<VerbOption> options) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    return options.stream().filter(option -> option.names.contains(name)).findFirst();
  }
}
