package io.jpm.config;

import java.util.EnumMap;
import java.util.Map;

/// What the reference page says about a key beyond its one line in [AppKey]: rules that a user has
/// to know, and where PM2 does otherwise.
final class KeyNotes {
  /// About one key, as Markdown.
  ///
  /// @param rules what holds in jpm; may be empty
  /// @param pm2 what PM2 does instead; empty where it does the same or has no such key
  record Note(String rules, String pm2) {}

  private static final Note NOTHING = new Note("", "");
  private static final Map<AppKey, Note> NOTES = new EnumMap<>(AppKey.class);

  static {
    addRun();
    addRights();
    addEnvironment();
    addInstances();
    addRestarts();
    addTriggers();
    addStops();
    addReady();
    addLogs();
  }

  private KeyNotes() {}

  static Note of(AppKey key) {
    return NOTES.getOrDefault(key, NOTHING);
  }

  private static void add(AppKey key, String rules, String pm2) {
    NOTES.put(key, new Note(rules, pm2));
  }

  private static void addRun() {
    add(
        AppKey.NAME,
        """
        1 to 100 letters, digits or `. _ - : @ +` and inner spaces. The same name is the \
        same app: starting it again takes the new description and restarts it.\
        """,
        "Names need not be unique, and a second start makes a second app.");
    add(
        AppKey.SCRIPT,
        """
        A file beside the process file or in `cwd`, a program in PATH, or, with a space in \
        it, a command line (`python3 -m http.server`). A first line with `#!` is obeyed.\
        """,
        """
        Runs every file without a known extension with node, and every command line through \
        bash.\
        """);
    add(
        AppKey.INTERPRETER,
        """
        By extension: `.js` node, `.py` python3, `.sh` bash, `.jar` and `.java` java, `.rb` \
        ruby, `.php` php, `.pl` perl, `.ts` bun; otherwise the file's first line. `none` \
        runs the file itself.\
        """,
        "");
    add(AppKey.INTERPRETER_ARGS, "`-jar` is added for a `.jar`.", "");
    add(
        AppKey.CWD,
        "Relative paths of a process file begin where the file is.",
        "Relative paths begin in the caller's directory.");
  }

  private static void addRights() {
    add(
        AppKey.UID,
        """
        The app gets the user's groups too. It needs a daemon that runs as root; where the \
        switch fails, the app does not start.\
        """,
        """
        Sets the group and HOME on the command line only, and in a file not at all.\
        """);
    add(AppKey.NICE, "As in `nice(1)`; less than 0 needs root. Only in jpm.", "");
    add(
        AppKey.UMASK,
        """
        The digits are octal, in text and in a number: `"027"`, `27`. Only in jpm.\
        """,
        "");
    add(
        AppKey.DEPENDS_ON,
        """
        `{"db": "ready", "migrate": "completed"}`. Those apps are started first, and stopped \
        last. `started`: it has a process; `ready`: it is online; `completed`: it has ended \
        with exit code 0. A list or a name alone means `started`. On the command line: \
        `--depends-on db:ready,cache`; a name with a colon in it needs its condition. A \
        circle is refused. Only in jpm.\
        """,
        "");
  }

  private static void addEnvironment() {
    add(
        AppKey.ENV,
        """
        The app gets the variables of the shell it was started from, without those of jpm \
        itself, and these over them. Numbers and booleans become text, lists and objects \
        JSON.\
        """,
        """
        Nothing is ever removed: a variable that has left the file stays, and `null` is the \
        text null.\
        """);
    add(
        AppKey.ENV_NAME,
        """
        `jpm start FILE --env production` and `jpm restart FILE --env production` lay \
        `env_production` over `env`. An app without one is named in a warning and gets its \
        `env`.\
        """,
        "");
    add(
        AppKey.FILTER_ENV,
        """
        A list (`--filter-env A --filter-env B`) drops names that contain a part, a text \
        that one name.\
        """,
        "`true` is documented and does nothing.");
    add(AppKey.PORT, "0 to 65535.", "");
    add(
        AppKey.APPEND_ENV_TO_NAME,
        "`depends_on` goes on to name the apps as they are written.",
        "");
  }

  private static void addInstances() {
    add(
        AppKey.INSTANCES,
        "Processes side by side; `NODE_APP_INSTANCE` tells them apart.",
        "Instances of a Node app share a port.");
    add(
        AppKey.EXEC_MODE,
        """
        `cluster` is accepted: the instances run side by side and share no port yet.\
        """,
        "");
    add(
        AppKey.INCREMENT_VAR,
        """
        Begins with the number that the variable has, or 0: with `"env": {"PORT": 3000}` and \
        `"increment_var": "PORT"` the instances get 3000, 3001, ….\
        """,
        "");
  }

  private static void addRestarts() {
    add(AppKey.AUTORESTART, "`false` is `restart: never`.", "");
    add(
        AppKey.RESTART,
        """
        `on-failure` leaves it ended after exit code 0, SIGHUP, SIGINT, SIGTERM or SIGPIPE \
        (and 129, 130 and 143, by which a JVM tells of the first three). Only in jpm.\
        """,
        "");
    add(
        AppKey.STOP_EXIT_CODES,
        """
        Whatever `restart` says. `[0, 143]`, `143`, `"0 143"`; `--stop-exit-codes 0,143`.\
        """,
        "Takes one number only on the command line.");
    add(
        AppKey.MAX_RESTARTS,
        """
        So many ends in a row, each sooner than `min_uptime`, and the app is `errored` until \
        somebody starts it. 0 gives up at the first.\
        """,
        """
        Stops counting once an app is older than 16 s: from then on a crash loop never ends.\
        """);
    add(
        AppKey.EXP_BACKOFF_RESTART_DELAY,
        """
        Each wait is 1.5 times the one before, up to `max_restart_delay`; a run of 30 s, or \
        a person, sets it back. 0 is off. It wins over `restart_delay`, with a warning.\
        """,
        "");
    add(
        AppKey.MAX_RESTART_DELAY,
        """
        Only together with `exp_backoff_restart_delay`, and not shorter. Only in jpm.\
        """,
        "");
    add(
        AppKey.RESTART_JITTER,
        """
        0.1: each growing wait is up to a tenth shorter or longer, so that a hundred apps \
        whose database went away do not come back in one instant. Only in jpm.\
        """,
        "");
  }

  private static void addTriggers() {
    add(
        AppKey.MAX_MEMORY_RESTART,
        "What is resident in all processes of the app's tree. 0 is off.",
        "Looks every 30 s, and at the main process only.");
    add(
        AppKey.CRON_RESTART,
        """
        `"0 3 * * *"`: every night at three. Minute, hour, day of month, month, day of week; \
        with six fields, seconds first. With `autorestart: false` it is a job that runs at \
        these times.\
        """,
        "");
    add(AppKey.TIME_ZONE, "Only together with `cron_restart`. Only in jpm.", "");
    add(
        AppKey.WATCH,
        """
        Relative paths begin in the app's working directory. On the command line: `--watch` \
        alone is the working directory; `--watch src` and `--watch=src` name a path, and may \
        be repeated. A word after `--watch` is its path unless it is the only thing to \
        start: `jpm start --watch app.js` starts app.js.\
        """,
        """
        Takes patterns as paths too, takes the word after `--watch` always, and stops \
        watching when an app is stopped.\
        """);
    add(
        AppKey.IGNORE_WATCH,
        """
        Patterns as in a `.gitignore`, relative to each watched directory. A list of yours \
        takes the place of the default (`.*` and `node_modules/`); the app's own log files \
        are always ignored.\
        """,
        "Takes regular expressions.");
    add(
        AppKey.WATCH_DELAY,
        """
        The restart waits until nothing has changed for this long, at least 200 ms (500 ms where a single file is watched). On the command line a \
        number without a unit is seconds, as in PM2: `--watch-delay 0.5`.\
        """,
        "");
  }

  private static void addStops() {
    add(
        AppKey.KILL_SIGNAL,
        "`SIGTERM`, `TERM` or 15.",
        "Only for the whole daemon, by a variable.");
    add(
        AppKey.TREEKILL,
        """
        `false` asks only the main process. What is left after `kill_timeout` ends by \
        SIGKILL, the whole tree in either case.\
        """,
        "`false` leaves the rest of the tree running.");
    add(
        AppKey.SHUTDOWN_WITH_MESSAGE,
        """
        The text `shutdown` over the app's channel, `process.on("message", …)` in Node. An \
        app without a channel gets the signal.\
        """,
        "");
    add(
        AppKey.STOP,
        """
        `{"signal": "SIGTERM", "timeout": "10s", "command": ["./drain", "--fast"]}`, each \
        part as you need it. `signal` is `kill_signal` and `timeout` is `kill_timeout`: give \
        one of the two. `command` runs first, in the app's directory, with its environment \
        and its process id in `JPM_PID`; no shell reads it. Then comes the signal. Only in \
        jpm.\
        """,
        "");
  }

  private static void addReady() {
    add(
        AppKey.WAIT_READY,
        """
        It says so by `process.send("ready")`. Without it, an app is online as soon as it \
        runs.\
        """,
        "");
    add(AppKey.LISTEN_TIMEOUT, "A start that takes longer has failed.", "Takes it for a success.");
  }

  private static void addLogs() {
    add(
        AppKey.OUT_FILE,
        """
        Under the home of jpm; with several instances, the id comes before `.log`. \
        `/dev/null` or `NULL` keeps nothing.\
        """,
        "");
    add(AppKey.ERROR_FILE, "As `out_file`.", "");
  }
}
