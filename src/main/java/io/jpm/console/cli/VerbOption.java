package io.jpm.console.cli;

import io.jpm.spec.AppKey;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Every option of every command: its names, what it takes, what it does.
public enum VerbOption {
  NAME("the app's name (default: the script's)", "name", "NAME", "-n", "--name"),
  NAMESPACE("a word to group apps by", "namespace", "WORD", "--namespace"),
  INTERPRETER("program that runs the script, or none", "interpreter", "PROGRAM", "--interpreter"),
  INTERPRETER_ARGS(
      "its arguments, in one word",
      "interpreter_args",
      "ARGS",
      "--interpreter-args",
      "--node-args"),
  CWD("working directory (default: this one)", "cwd", "DIR", "--cwd"),
  UID("run as this user: name or number", "uid", "USER", "-u", "--uid", "--user"),
  GID("run as this group: name or number", "gid", "GROUP", "--gid"),
  NICE("priority, -20 to 19", "nice", "N", "--nice"),
  UMASK("rights new files do not get (027)", "umask", "MASK", "--umask"),
  DEPENDS_ON("after these apps: db:ready,cache", "depends_on", "APPS", "--depends-on"),
  INSTANCES("how many processes; max: one per CPU", "instances", "N", "-i", "--instances"),
  EXECUTE_COMMAND("exec_mode fork", "execute_command", "", "-x", "--execute-command"),
  HOST("address to listen on (0.0.0.0: all)", "", "ADDRESS", "--host"),
  LOOPBACK("name to listen on: 127.0.0.1, ::1 or localhost", "", "ADDRESS", "--host"),
  SPA("one page for all that looks like a page", "", "", "--spa"),
  FTP("list directories without an index.html", "", "", "--ftp"),
  CORS("let pages of other sites read it", "", "", "--cors"),
  DOTFILES("with names that begin with a dot", "", "", "--dotfiles"),
  BASIC_AUTH_USERNAME("ask for this user", "", "USER", "--basic-auth-username"),
  BASIC_AUTH_PASSWORD("and this password", "", "PASSWORD", "--basic-auth-password"),
  MONITOR("changes nothing (PM2's service)", "", "", "--monitor"),
  PORT("port clients connect to", "port", "PORT", "--port"),
  BALANCE("auto, node, jvm, listen_fds, proxy, off", "balance", "WAY", "--balance"),
  STRATEGY("kernel, round_robin, least_conn, ip_hash", "strategy", "WORD", "--strategy"),
  LISTEN("sockets it inherits: 80,[::1]:81", "listen", "ADDRESSES", "--listen"),
  DRAIN_TIMEOUT("time to finish connections (30000)", "drain_timeout", "MS", "--drain-timeout"),
  FILTER_ENV("variables not to inherit; repeatable", "filter_env", "PART", "--filter-env"),
  NO_AUTOSTART("put it in the list, stopped", "autostart", "", "--no-autostart"),
  NO_AUTORESTART("leave it ended when it ends", "autorestart", "", "--no-autorestart"),
  RESTART("always, on-failure or never", "restart", "RULE", "--restart"),
  STOP_EXIT_CODES("exit codes that end it for good", "stop_exit_codes", "N,N", "--stop-exit-codes"),
  MAX_RESTARTS("short lives before it is given up (16)", "max_restarts", "N", "--max-restarts"),
  RESTART_WINDOW(
      "time in which as many failures are too many (300000)",
      "restart_window",
      "MS",
      "--restart-window"),
  MIN_UPTIME("what is no short life (1000)", "min_uptime", "MS", "--min-uptime"),
  RESTART_DELAY("wait before each restart", "restart_delay", "MS", "--restart-delay"),
  EXP_BACKOFF_RESTART_DELAY(
      "first of growing waits", "exp_backoff_restart_delay", "MS", "--exp-backoff-restart-delay"),
  MAX_MEMORY_RESTART(
      "restart when it uses more: 300M", "max_memory_restart", "SIZE", "--max-memory-restart"),
  CRON_RESTART("restart at these times", "cron_restart", "CRON", "-c", "--cron-restart", "--cron"),
  TIME_ZONE("whose clock that is: Europe/Berlin", "time_zone", "ZONE", "--time-zone"),
  WATCH("restart when files change (cwd)", "watch", "[PATH]", "--watch"),
  IGNORE_WATCH("but not these, as in .gitignore", "ignore_watch", "GLOBS", "--ignore-watch"),
  WATCH_DELAY("wait for further changes, seconds", "watch_delay", "S", "--watch-delay"),
  KILL_SIGNAL("signal that asks it to end (SIGINT)", "kill_signal", "SIGNAL", "--kill-signal"),
  KILL_TIMEOUT("time to stop before SIGKILL (1600)", "kill_timeout", "MS", "-k", "--kill-timeout"),
  NO_TREEKILL("signal its main process only", "treekill", "", "--no-treekill"),
  SHUTDOWN_WITH_MESSAGE(
      "Node message instead of a signal", "shutdown_with_message", "", "--shutdown-with-message"),
  WAIT_READY("online when it says ready", "wait_ready", "", "--wait-ready"),
  LISTEN_TIMEOUT(
      "time to say so (3000; cluster 30000)", "listen_timeout", "MS", "--listen-timeout"),
  OUTPUT("file for standard output", "out_file", "FILE", "-o", "--output"),
  ERROR("file for standard error", "error_file", "FILE", "-e", "--error"),
  LOG("one more file for both (NAME.log)", "log_file", "[FILE]", "-l", "--log"),
  MERGE_LOGS("all instances into the same files", "merge_logs", "", "--merge-logs"),
  DISABLE_LOGS("keep no output", "disable_logs", "", "--disable-logs"),
  LOG_TYPE("raw, or json: an object a line", "log_type", "TYPE", "--log-type"),
  LOG_DATE_FORMAT("date before lines: HH:mm:ss", "log_date_format", "FORMAT", "--log-date-format"),
  TIME("date and time before lines", "time", "", "--time"),
  PTY("give it a terminal to print on", "pty", "", "--pty"),
  PID("file for the process id", "pid_file", "FILE", "-p", "--pid"),
  NO_PMX("accepted: there is no such agent", "pmx", "", "--no-pmx"),
  NO_AUTOMATION("accepted: there is no such agent", "automation", "", "--no-automation"),
  NO_VIZION("accepted: git is not looked at", "vizion", "", "--no-vizion"),
  TRACE("without effect", "trace", "", "--trace"),
  DISABLE_TRACE("without effect", "disable_trace", "", "--disable-trace"),
  DEEP_MONITORING("without effect", "deep_monitoring", "", "--deep-monitoring"),
  EVENT_LOOP_INSPECTOR("without effect", "event_loop_inspector", "", "--event-loop-inspector"),
  V8("without effect", "v8", "", "--v8"),
  SOURCE_MAP_SUPPORT(
      "use --node-args=--enable-source-maps", "source_map_support", "", "--source-map-support"),
  DISABLE_SOURCE_MAP_SUPPORT(
      "without effect", "disable_source_map_support", "", "--disable-source-map-support"),
  ATTACH("go on with what they print", "", "", "--attach"),
  NO_DAEMON("without effect: see jpm daemon", "", "", "--no-daemon"),
  EXT("watch only files with these endings: js,json", "", "A,B", "--ext"),
  DRY_RUN("say what would be done and do nothing", "", "", "--dry-run"),
  KEEP("leave them in PM2's list, stopped", "", "", "--keep"),
  ONLY("only these apps, of a process file or of PM2", "", "A,B", "--only"),
  ENV("of a process file, env_NAME over env", "", "NAME", "--env"),
  NO_WAIT("do not look whether they last 300 ms", "", "", "--no-wait"),
  UPDATE_ENV("give known apps this shell's variables", "", "", "-a", "--update-env"),
  WATCH_CONFIG("apply the file whenever it is edited", "", "", "--watch-config"),
  NO_WATCH_CONFIG("no longer do so", "", "", "--no-watch-config"),
  PRUNE("delete apps that are no longer in the file", "", "", "--prune"),
  PARALLEL("so many at a time (reload: 1 of each app)", "", "N", "--parallel"),
  FORCE("although it runs; save: although it is empty", "", "", "-f", "--force"),
  SEPARATOR("what ends the line (a line feed)", "", "TEXT", "--separator"),
  LINES("how many past lines (logs: 15 of each file, events: 30)", "", "N", "--lines"),
  NOSTREAM("print the past lines and end", "", "", "--nostream"),
  ERR("standard error only", "", "", "--err"),
  OUT("standard output only", "", "", "--out"),
  SINCE_TIME("from this time on: 10m, 13:20, 2026-11-21T13:20", "", "TIME", "--since"),
  UNTIL("up to this time, and end", "", "TIME", "--until"),
  GREP("lines that match this pattern (RE2 syntax)", "", "PATTERN", "--grep"),
  IGNORE_CASE("upper or lower case, for --grep", "", "", "-i", "--ignore-case"),
  HIGHLIGHT("mark this word", "", "WORD", "--highlight"),
  TIMESTAMP("with times (YYYY-MM-DDTHH:mm:ss)", "", "[FORMAT]", "--timestamp"),
  RAW("no prefixes, error lines to stderr", "", "", "--raw"),
  FORMAT("as timestamp=… app=… id=… type=… message=…", "", "", "--format"),
  FOLLOW("go on with what happens from now on", "", "", "-f", "--follow"),
  SINCE("all after the event with this number", "", "SEQ", "--since"),
  JSON("one JSON object a line", "", "", "--json"),
  MINI_LIST("a block of lines for each instance", "", "", "-m", "--mini-list"),
  SORT("by name, memory:desc, uptime … (name)", "", "FIELD[:desc]", "--sort"),
  WATCH_NO_MORE("and do not watch their files any more", "", "", "--watch"),
  LOGROTATE_USER("changes nothing: each daemon rotates", "", "USER", "-u", "--user"),
  REDRAW("draw it anew until Ctrl-C", "", "", "--watch"),
  TREE("as a tree", "", "", "-t", "--tree"),
  REVEAL("with passwords, tokens and keys", "", "", "--reveal"),
  ROLE("what its holder may: read, operate, admin (read)", "", "ROLE", "--role"),
  OF_APPS("limit it to these apps", "", "A,B", "--app"),
  EXPIRES("have it end by itself: 12h, 30d (90d)", "", "TIME", "--expires"),
  FOREVER("have it hold until it is revoked", "", "", "--forever"),
  GRACE("rotate: how long the old secret holds too (0s)", "", "TIME", "--grace"),
  SILENT("print only what was asked for, and what goes wrong", "", "", "-s", "--silent"),
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

  public String description() {
    return description;
  }

  /// The attribute of an app that it sets.
  public Optional<AppKey> attribute() {
    return AppKey.named(attribute);
  }

  /// What its value is called in help; empty: it takes none; in brackets: it may do without.
  public String parameter() {
    return parameter;
  }

  /// Whether a value must follow.
  public boolean takesValue() {
    return !parameter.isEmpty() && !mayTakeValue();
  }

  /// Whether a value may follow ([OptionalValues]).
  public boolean mayTakeValue() {
    return parameter.startsWith("[");
  }

  public List<String> names() {
    return names;
  }

  /// Its long name, as messages call it.
  public String longName() {
    return names.stream().filter(name -> name.startsWith("--")).findFirst().orElseThrow();
  }

  /// Those that describe an app, in the order of help.
  public static List<VerbOption> ofApps() {
    return Arrays.stream(values()).filter(option -> option.attribute().isPresent()).toList();
  }

  /// The option of any command that `word` names, with or without `=value`.
  public static Optional<VerbOption> find(String word) {
    return find(word, Arrays.asList(values()));
  }

  /// That among `options`: some names mean one thing to one command and another to the next.
  public static Optional<VerbOption> find(String word, List<VerbOption> options) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    return options.stream().filter(option -> option.names.contains(name)).findFirst();
  }
}
