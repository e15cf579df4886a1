package io.jpm.console.cli;

import io.jpm.spec.AppKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// All options of all commands: their names, values and descriptions.
public enum VerbOption {
  NAME("app name (default: the script's name)", "name", "NAME", "-n", "--name"),
  NAMESPACE("group that the app belongs to", "namespace", "WORD", "--namespace"),
  INTERPRETER("program that runs the script; or none", "interpreter", "PROGRAM", "--interpreter"),
  INTERPRETER_ARGS(
      "quoted arguments for the interpreter",
      "interpreter_args",
      "ARGS",
      "--interpreter-args",
      "--node-args"),
  CWD("working directory (default: current)", "cwd", "DIR", "--cwd"),
  UID("run as this user: name or number", "uid", "USER", "-u", "--uid", "--user"),
  GID("run as this group: name or number", "gid", "GROUP", "--gid"),
  NICE("scheduling priority, -20 to 19", "nice", "N", "--nice"),
  UMASK("permission bits to clear in files (027)", "umask", "MASK", "--umask"),
  DEPENDS_ON("apps to start first: db:ready,cache", "depends_on", "APPS", "--depends-on"),
  INSTANCES("number of instances; max: one per CPU", "instances", "N", "-i", "--instances"),
  EXECUTE_COMMAND("use exec_mode fork", "execute_command", "", "-x", "--execute-command"),
  HOST("address to listen on (0.0.0.0: all)", "", "ADDRESS", "--host"),
  LOOPBACK("listen on 127.0.0.1, ::1 or localhost", "", "ADDRESS", "--host"),
  SPA("serve the home page for unknown paths", "", "", "--spa"),
  FTP("list directories without an index.html", "", "", "--ftp"),
  CORS("allow other sites to read the files", "", "", "--cors"),
  DOTFILES("serve files whose names begin with a dot", "", "", "--dotfiles"),
  BASIC_AUTH_USERNAME("require this user name", "", "USER", "--basic-auth-username"),
  BASIC_AUTH_PASSWORD("require this password", "", "PASSWORD", "--basic-auth-password"),
  MONITOR("no effect (for PM2's service)", "", "", "--monitor"),
  PORT("port that clients connect to", "port", "PORT", "--port"),
  BALANCE("auto, node, jvm, listen_fds, proxy, off", "balance", "MODE", "--balance"),
  STRATEGY("kernel, round_robin, least_conn, ip_hash", "strategy", "WORD", "--strategy"),
  LISTEN("sockets to pass to the app: 80,[::1]:81", "listen", "ADDRESSES", "--listen"),
  DRAIN_TIMEOUT(
      "time to finish open connections (30000)", "drain_timeout", "MS", "--drain-timeout"),
  FILTER_ENV("variables not to inherit; repeatable", "filter_env", "PART", "--filter-env"),
  NO_AUTOSTART("add the app to the list, stopped", "autostart", "", "--no-autostart"),
  NO_AUTORESTART("do not restart the app when it exits", "autorestart", "", "--no-autorestart"),
  RESTART("always, on-failure or never", "restart", "RULE", "--restart"),
  STOP_EXIT_CODES(
      "exit codes that prevent a restart", "stop_exit_codes", "N,N", "--stop-exit-codes"),
  MAX_RESTARTS("give up after N unstable exits (16)", "max_restarts", "N", "--max-restarts"),
  RESTART_WINDOW(
      "period for counting failures (300000)", "restart_window", "MS", "--restart-window"),
  MIN_UPTIME("uptime before an exit is stable (1000)", "min_uptime", "MS", "--min-uptime"),
  RESTART_DELAY("delay before each restart", "restart_delay", "MS", "--restart-delay"),
  EXP_BACKOFF_RESTART_DELAY(
      "initial delay of exponential backoff",
      "exp_backoff_restart_delay",
      "MS",
      "--exp-backoff-restart-delay"),
  MAX_MEMORY_RESTART(
      "restart above this memory usage: 300M",
      "max_memory_restart",
      "SIZE",
      "--max-memory-restart"),
  CRON_RESTART(
      "cron schedule of restarts", "cron_restart", "CRON", "-c", "--cron-restart", "--cron"),
  TIME_ZONE("time zone of the schedule: Europe/Berlin", "time_zone", "ZONE", "--time-zone"),
  WATCH("restart when files change (default: cwd)", "watch", "[PATH]", "--watch"),
  IGNORE_WATCH("files not to watch, as in .gitignore", "ignore_watch", "GLOBS", "--ignore-watch"),
  WATCH_DELAY("seconds to wait for further changes", "watch_delay", "S", "--watch-delay"),
  KILL_SIGNAL("signal that stops the app (SIGINT)", "kill_signal", "SIGNAL", "--kill-signal"),
  KILL_TIMEOUT("time until SIGKILL is sent (1600)", "kill_timeout", "MS", "-k", "--kill-timeout"),
  NO_TREEKILL("signal the main process only", "treekill", "", "--no-treekill"),
  SHUTDOWN_WITH_MESSAGE(
      "send a Node message instead of a signal",
      "shutdown_with_message",
      "",
      "--shutdown-with-message"),
  WAIT_READY("wait until the app reports ready", "wait_ready", "", "--wait-ready"),
  LISTEN_TIMEOUT(
      "time to get ready (3000; cluster 30000)", "listen_timeout", "MS", "--listen-timeout"),
  OUTPUT("file for standard output", "out_file", "FILE", "-o", "--output"),
  ERROR("file for standard error", "error_file", "FILE", "-e", "--error"),
  LOG("extra file for all output (NAME.log)", "log_file", "[FILE]", "-l", "--log"),
  MERGE_LOGS("one file for all instances", "merge_logs", "", "--merge-logs"),
  DISABLE_LOGS("discard all output", "disable_logs", "", "--disable-logs"),
  LOG_TYPE("raw, or json: one object per line", "log_type", "TYPE", "--log-type"),
  LOG_DATE_FORMAT(
      "timestamp before each line: HH:mm:ss", "log_date_format", "FORMAT", "--log-date-format"),
  TIME("date and time before each line", "time", "", "--time"),
  PTY("connect the app's output to a terminal", "pty", "", "--pty"),
  PID("file for the process id", "pid_file", "FILE", "-p", "--pid"),
  NO_PMX("no effect: jpm has no such agent", "pmx", "", "--no-pmx"),
  NO_AUTOMATION("no effect: jpm has no such agent", "automation", "", "--no-automation"),
  NO_VIZION("no effect: jpm does not read git", "vizion", "", "--no-vizion"),
  TRACE("no effect", "trace", "", "--trace"),
  DISABLE_TRACE("no effect", "disable_trace", "", "--disable-trace"),
  DEEP_MONITORING("no effect", "deep_monitoring", "", "--deep-monitoring"),
  EVENT_LOOP_INSPECTOR("no effect", "event_loop_inspector", "", "--event-loop-inspector"),
  V8("no effect", "v8", "", "--v8"),
  SOURCE_MAP_SUPPORT(
      "use --node-args=--enable-source-maps", "source_map_support", "", "--source-map-support"),
  DISABLE_SOURCE_MAP_SUPPORT(
      "no effect", "disable_source_map_support", "", "--disable-source-map-support"),
  ATTACH("follow the output afterwards", "", "", "--attach"),
  NO_DAEMON("no effect: see jpm daemon", "", "", "--no-daemon"),
  EXT("watch only these extensions: js,json", "", "A,B", "--ext"),
  DRY_RUN("show what would be done without doing it", "", "", "--dry-run"),
  KEEP("keep the apps in PM2's list, stopped", "", "", "--keep"),
  ONLY("only these apps from the file or PM2", "", "A,B", "--only"),
  ENV("override env with the file's env_NAME", "", "NAME", "--env"),
  NO_WAIT("do not check that apps run for 300 ms", "", "", "--no-wait"),
  UPDATE_ENV("update apps with this shell's variables", "", "", "-a", "--update-env"),
  WATCH_CONFIG("apply the file whenever it is edited", "", "", "--watch-config"),
  NO_WATCH_CONFIG("stop applying the file when it is edited", "", "", "--no-watch-config"),
  PRUNE("delete apps that are no longer in the file", "", "", "--prune"),
  PARALLEL("instances at a time (reload: 1 per app)", "", "N", "--parallel"),
  FORCE("even if running; save: even if empty", "", "", "-f", "--force"),
  SEPARATOR("line terminator (default: line feed)", "", "TEXT", "--separator"),
  LINES("past lines (logs: 15 per file, events: 30)", "", "N", "--lines"),
  NOSTREAM("print the past lines and exit", "", "", "--nostream"),
  ERR("standard error only", "", "", "--err"),
  OUT("standard output only", "", "", "--out"),
  SINCE_TIME("start time: 10m, 13:20, 2026-11-21T13:20", "", "TIME", "--since"),
  UNTIL("end time; exit after that", "", "TIME", "--until"),
  GREP("only lines that match (RE2 syntax)", "", "PATTERN", "--grep"),
  IGNORE_CASE("ignore case in --grep", "", "", "-i", "--ignore-case"),
  HIGHLIGHT("highlight this word", "", "WORD", "--highlight"),
  TIMESTAMP("timestamp format (YYYY-MM-DDTHH:mm:ss)", "", "[FORMAT]", "--timestamp"),
  RAW("no prefixes, error lines to stderr", "", "", "--raw"),
  FORMAT("as timestamp=… app=… id=… type=… message=…", "", "", "--format"),
  FOLLOW("follow new events afterwards", "", "", "-f", "--follow"),
  SINCE("only events after this event number", "", "SEQ", "--since"),
  JSON("one JSON object per line", "", "", "--json"),
  MINI_LIST("print a block of lines per instance", "", "", "-m", "--mini-list"),
  SORT("sort key: name, memory, uptime … (name)", "", "FIELD[:desc]", "--sort"),
  WATCH_NO_MORE("also stop watching their files", "", "", "--watch"),
  LOGROTATE_USER("no effect: each daemon rotates its logs", "", "USER", "-u", "--user"),
  REDRAW("redraw the list until Ctrl-C", "", "", "--watch"),
  TREE("print a tree", "", "", "-t", "--tree"),
  REVEAL("show passwords, tokens and keys", "", "", "--reveal"),
  ROLE("role: read, operate or admin (read)", "", "ROLE", "--role"),
  OF_APPS("restrict the token to these apps", "", "A,B", "--app"),
  EXPIRES("lifetime: 12h, 30d (90d)", "", "TIME", "--expires"),
  FOREVER("no expiry: valid until revoked", "", "", "--forever"),
  GRACE("rotate: validity of the old secret (0s)", "", "TIME", "--grace"),
  SILENT("print only results and errors", "", "", "-s", "--silent"),
  NO_COLOR("do not use colours", "", "", "--no-color"),
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

  /// Returns the app attribute that the option sets.
  public Optional<AppKey> attribute() {
    return AppKey.named(attribute);
  }

  /// Returns how help names the value; empty if the option has none, in brackets if the value is
  /// optional.
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

  /// Returns the long name, which is used in messages.
  public String longName() {
    return names.stream().filter(name -> name.startsWith("--")).findFirst().orElseThrow();
  }

  /// Returns the options that set an app attribute, in the order of the help page.
  public static List<VerbOption> ofApps() {
    return Arrays.stream(values()).filter(option -> option.attribute().isPresent()).toList();
  }

  /// Finds the option with this name among the options of all commands. `word` may contain
  /// `=value`.
  public static Optional<VerbOption> find(String word) {
    return find(word, Arrays.asList(values()));
  }

  /// Finds the option with this name in `options`. Some names have different meanings in different
  /// commands.
  public static Optional<VerbOption> find(String word, List<VerbOption> options) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    return options.stream().filter(option -> option.names.contains(name)).findFirst();
  }
}
