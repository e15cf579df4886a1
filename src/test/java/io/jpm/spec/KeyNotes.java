package io.jpm.spec;

import java.util.EnumMap;
import java.util.Map;

/// The text of the reference page about each key, in place of its one line in [AppKey]: the rules
/// that a user has to know, and the differences from PM2.
public final class KeyNotes {
  /// The text about one key, as Markdown. Line ends are kept.
  ///
  /// @param rules the rules of jpm, in full sentences; may be empty
  /// @param pm2 what PM2 does instead, as a sentence whose subject is PM2; empty if PM2 does the
  ///   same or does not have the key
  public record Note(String rules, String pm2) {}

  private static final Note NOTHING = new Note("", "");
  private static final Map<AppKey, Note> NOTES = new EnumMap<>(AppKey.class);

  static {
    addRun();
    addRights();
    NOTES.putAll(EnvironmentNotes.ALL);
    NOTES.putAll(ClusterNotes.ALL);
    addRestarts();
    addWaits();
    addLimits();
    addTriggers();
    addStops();
    addReady();
    addHooks();
    addLogs();
  }

  private KeyNotes() {}

  /// Returns the text about `key`; both parts are empty if there is none.
  public static Note of(AppKey key) {
    return NOTES.getOrDefault(key, NOTHING);
  }

  private static void add(AppKey key, String rules) {
    add(key, rules, "");
  }

  private static void add(AppKey key, String rules, String pm2) {
    NOTES.put(key, new Note(rules, pm2));
  }

  private static void addRun() {
    add(
        AppKey.NAME,
        """
        The app's name: 1 to 100 letters, digits, the characters `. _ - : @ +`, and spaces inside.
        A name identifies one app: starting an app of the same name again replaces its settings and
        restarts it.\
        """,
        "allows several apps with one name, and a second start creates a second app.");
    add(
        AppKey.SCRIPT,
        """
        The program to run: a file beside the process file or in `cwd`, a program in PATH, or, if
        it contains a space, a command line (`python3 -m http.server`). If the first line of a file
        begins with `#!`, the file runs with the interpreter that this line names.\
        """,
        """
        runs every file without a known extension with node, and every command line with bash.\
        """);
    add(AppKey.ARGS, "Arguments of the script. On the command line they follow after `--`.");
    add(
        AppKey.INTERPRETER,
        """
        The program that runs the script, or `none` to execute the file itself. By default the
        extension decides: `.js` node, `.py` python3, `.sh` bash, `.jar` and `.java` java, `.rb`
        ruby, `.php` php, `.pl` perl, `.ts` bun. For other files, the first line decides.\
        """);
    add(
        AppKey.INTERPRETER_ARGS,
        "Arguments of the interpreter. For a `.jar` file, jpm adds `-jar`.");
    add(
        AppKey.NAMESPACE,
        "The name of a group of apps. Commands accept it in place of an app's name.");
    add(
        AppKey.CWD,
        """
        The directory in which the app runs. A relative path is relative to the directory of the
        process file.\
        """,
        "resolves it relative to the directory in which the command is run.");
  }

  private static void addRights() {
    add(
        AppKey.UID,
        """
        Run the app as this user, with the groups of this user. HOME, USER, LOGNAME and SHELL are
        set accordingly. The daemon must run as root, and `setpriv` of util-linux must be
        installed. If the switch to the user fails, the app is not started.

        An app of a user other than the daemon's starts with a clean environment, as under systemd.
        It contains:

        - PATH: `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`
        - LANG of the caller
        - the variables that jpm adds
        - the variables that the process file declares

        It contains no other variable of the caller's shell, not even with `--update-env`.

        jpm opens the app's log and pid files, `env_file`, the files of `secrets`, and
        `package.json` with the rights of this user. It opens the last three as root if every part
        of the path belongs to root and no other user can write to it. Commands of `secrets`,
        probes, hooks, `jpm pull` with git's hooks, and `post_update` run as this user, so the
        working copy must belong to this user.\
        """,
        "gives such an app the caller's environment, including its secrets.");
    add(AppKey.GID, "Run the app as this group instead of the user's own group.");
    add(
        AppKey.NICE,
        """
        The priority, as in `nice(1)`: -20 is the most urgent, 19 the least. A value below the
        daemon's own requires root. Not in PM2.\
        """);
    add(
        AppKey.UMASK,
        """
        The permissions that are removed from new files. The digits are octal, as text and as a
        number: `"027"` and `27` are equal. Not in PM2.\
        """);
    add(
        AppKey.NO_NEW_PRIVILEGES,
        """
        With `true`, `sudo`, set-user-ID programs and programs with file capabilities run without
        more rights than the app has (`PR_SET_NO_NEW_PRIVS`, as with `NoNewPrivileges=` of
        systemd). This is the default for an app that runs as a user other than the daemon's;
        `false` turns it off. It also applies to probes, hooks and the `stop` command. It requires
        `setpriv` of util-linux. Not in PM2.\
        """);
    add(
        AppKey.CAPABILITIES,
        """
        The only capabilities that the app and its children can have. The app has all of them from
        its start: `["net_bind_service"]` lets an app with `uid` listen on port 80, and `[]`
        removes all capabilities from an app that runs as root. The names are those of
        `capabilities(7)`, with or without `CAP_`. The daemon must be root and must have these
        capabilities itself; otherwise the app is not started. It requires `setpriv` of util-linux.
        Not in PM2.\
        """);
    add(
        AppKey.SECCOMP,
        """
        `default` blocks system calls that an attacker can use and a server does not need
        (`seccomp(2)`), for the app and all its descendants. `none` is the default. Blocked are:

        - mounting file systems
        - creating and entering namespaces
        - tracing other processes (`ptrace`, `process_vm_readv`); the files of other processes in
          `/proc` are not affected, their permissions apply
        - loading kernel modules and `bpf` programs
        - `io_uring`, `userfaultfd`, `perf_event_open`
        - kernel keys, setting the clock, swap, reboot, I/O ports
        - inserting input into the terminal from which the app was started

        A blocked call fails with "operation not permitted", also for root. All other system calls
        work, including those that later kernels add. The groups are those of `SystemCallFilter=`
        of systemd and of Docker's default profile, except that `chroot` is allowed, because
        servers use it to confine themselves.

        Do not use it for debuggers and profilers (`strace`, `gdb`, `perf`, `py-spy`), for
        containers, or for browsers whose sandbox uses namespaces (Chromium needs `--no-sandbox`).

        It implies `no_new_privileges: true`; an explicit `false` requires a daemon that runs as
        root with `CAP_SYS_ADMIN`. It also applies to probes, hooks and the `stop` command, but not
        to commands of `secrets`, `jpm pull` and `post_update`. It requires libseccomp
        (`libseccomp2` in Debian and Ubuntu), which nearly every system has, and `setpriv` of
        util-linux. Not in PM2.\
        """);
    add(
        AppKey.PRIVATE_TMP,
        """
        Gives each process of the app its own `/tmp` and `/var/tmp`, as `PrivateTmp=disconnected`
        of systemd does. They are empty at the start of the process and are in memory: each can
        take at most a quarter of the machine's memory, which `limits.memory` counts. They are
        removed with the last process of the tree.

        - Instances share nothing there, and neither do the processes before and after a restart or
          reload. Each probe, hook and `stop` command of the app has its own empty directories too.
        - A new daemon changes nothing for a running app.
        - The app does not see the machine's own `/tmp` and `/var/tmp`. If `cwd` or the program is
          there, the start is refused. Files that `args` name must be elsewhere too. A socket that
          the app creates there cannot be reached by other programs.
        - Files that jpm itself opens can be anywhere: log and pid files, `env_file`, `secrets`,
          and sockets of `listen`.
        - If jpm is installed below `/tmp`, an app cannot load jpm's module for Node or its Java
          agent; `jpm describe` reports this. If jpm's home is below `/tmp`, `notify` probes work
          only for an app with `uid`.
        - It requires a daemon that runs as root with `CAP_SYS_ADMIN`, which most containers do not
          have; otherwise the app is not started.
        - An app that runs as root is protected from mistakes only, unless `capabilities` restricts
          it, because root can mount and unmount.

        Not in PM2.\
        """);
    add(
        AppKey.READ_ONLY_PATHS,
        """
        Absolute paths of files and directories that the app cannot change, whatever their owner
        and permissions are: `["/srv/shop", "-/etc/shop"]`, as `ReadOnlyPaths=` of systemd. A
        directory includes everything below it, also other file systems; `["/"]` covers everything
        except devices, pipes and a `private_tmp`. If a path does not exist, the start is refused,
        unless the path is written with a leading `-`. Symbolic links are followed.

        It also applies to probes, hooks and the `stop` command. It does not apply to commands of
        `secrets`, nor to `jpm pull` and `post_update`, whose purpose is to change the working
        copy.

        A file system that is mounted on the machine later is visible to the app, but not if it is
        mounted below one of these paths. An app that may rename a directory above such a path can
        put another directory in its place, which other programs then find: list that directory
        too, or make root its owner. The requirements are those of `private_tmp`. Not in PM2.\
        """);
    add(
        AppKey.DEPENDS_ON,
        """
        Apps that are started before this app and stopped after it:
        `{"db": "ready", "migrate": "completed"}`. The conditions are:

        - `started`: the other app has a process.
        - `ready`: it is online.
        - `completed`: it has ended with exit code 0.

        A list of names, or one name, means `started`. On the command line:
        `--depends-on db:ready,cache`; a name that contains a colon must be followed by its
        condition. Circular dependencies are an error. Not in PM2.\
        """);
  }

  private static void addRestarts() {
    add(
        AppKey.AUTOSTART,
        """
        Whether the app is started with its process file. With `false` it is added to the list as
        stopped, and a command or its `cron_restart` starts it.\
        """);
    add(
        AppKey.AUTORESTART,
        """
        Whether the app is restarted when it ends. `false` is the same as `restart: "never"`.\
        """);
    add(
        AppKey.RESTART,
        """
        The exits after which the app is restarted. `on-failure` does not restart it after exit
        code 0, after SIGHUP, SIGINT, SIGTERM or SIGPIPE, and after the exit codes 129, 130 and
        143, by which a JVM reports the first three of these signals. Not in PM2.\
        """);
    add(
        AppKey.STOP_EXIT_CODES,
        """
        Exit codes after which the app is not restarted, whatever `restart` says: `[0, 143]`,
        `143`, `"0 143"`; on the command line `--stop-exit-codes 0,143`.\
        """,
        "accepts only one number on the command line.");
    add(
        AppKey.MAX_RESTARTS,
        """
        The number of unstable exits in a row (exits before `min_uptime`) after which the app is
        `errored` and is no longer restarted, until a user starts it. With 0 it is `errored` after
        the first one.\
        """,
        """
        stops counting once an app is older than 16 s: from then on a crash loop never ends.\
        """);
    add(
        AppKey.RESTART_WINDOW,
        """
        After `max_restarts` failures within this time the app is `errored`, however long each run
        was. This is the restart intensity of OTP. 0 turns it off. Without this key the limit is 16
        failures within 5 minutes, or `max_restarts` failures if that is more; a smaller
        `max_restarts` is not used here, because it is meant for unstable exits in a row.

        A failure is one of these:

        - The process ends by itself with an exit code other than 0, 129, 130, 143 and
          `stop_exit_codes`, or by a signal other than SIGHUP, SIGINT, SIGTERM and SIGPIPE.
        - The process does not become ready, or its liveness probe fails.

        A program that ends cleanly and is restarted by design may do so forever.

        `jpm ls` shows `crash-looping` from the third such failure, or from the third unstable exit
        in a row, until the app has run for 30 s.\
        """,
        "restarts a program that crashes every two seconds forever, and shows it as `online`.");
    add(
        AppKey.MIN_UPTIME,
        """
        An exit before this time is an unstable exit, which `max_restarts` counts.\
        """);
    add(
        AppKey.RESTART_DELAY,
        """
        The delay before a restart; 0: no delay. Without this key, the app is restarted immediately
        after the first two unstable exits in a row (exits before `min_uptime`). From the third on
        the delays increase: 100 ms, 200 ms and so on up to 3 s. 16 unstable exits take about half
        a minute.\
        """,
        "does not wait.");
  }

  private static void addWaits() {
    add(
        AppKey.EXP_BACKOFF_RESTART_DELAY,
        """
        The first of increasing delays before a restart. Each delay is 1.5 times the previous one,
        up to `max_restart_delay`. After a run of 30 s, or a start by a user, the next delay is the
        first one again. 0 turns it off. It takes precedence over `restart_delay`, with a warning.\
        """);
    add(
        AppKey.MAX_RESTART_DELAY,
        """
        The longest of the increasing delays. It must not be shorter than the first one. If the
        first one is longer than 15 s, the default is the first one. PM2 does not have this key;
        its limit is always 15 s.\
        """);
    add(
        AppKey.RESTART_JITTER,
        """
        The fraction by which an increasing delay varies at random. With 0.1 each delay is up to a
        tenth shorter or longer, so that a hundred apps whose database failed do not restart at the
        same instant. Not in PM2.\
        """);
  }

  private static void addLimits() {
    add(
        AppKey.LIMITS,
        """
        Limits that the kernel enforces for each instance; all parts are optional: `{"memory":
        "512M", "memory_high": "400M", "cpu": 1.5, "nofile": 65536, "core": "unlimited"}`. Sizes
        and times need a unit. `"unlimited"` means no limit.

        - `memory`: the most memory that all processes of the tree may have together. Beyond it the
          kernel kills one of them, and the reason contains `oom-kill`. If that is not the main
          process, the app continues and a `limit` event reports it.
        - `memory_high`: beyond it the processes are slowed down. A `limit` event reports this
          once.
        - `cpu`: in cores.
        - The others apply to each process, as in `setrlimit(2)`: `as`, `core`, `data`, `fsize`,
          `memlock` and `stack` are sizes, `cpu_time` is a time, and `nofile`, `nproc`, `locks`,
          `sigpending`, `msgqueue`, `nice` and `rtprio` are numbers. Only root can raise a limit
          above the daemon's own. Without `nofile` an app has the soft limit of open files with
          which the daemon was started; the daemon raises its own, which apps do not inherit.

        `memory`, `memory_high` and `cpu` need a cgroup (version 2) that jpm may divide. The
        service of `jpm startup` has one with systemd 254 or newer. With an older systemd, use a
        scope: `jpm kill`, then `systemd-run --user --scope -p Delegate=yes jpm resurrect`. Without
        such a cgroup the app is started nevertheless, `jpm describe` reports that these limits are
        not enforced, and `memory` restarts the app as `max_memory_restart` does. Not in PM2.\
        """);
  }

  private static void addTriggers() {
    add(
        AppKey.MAX_MEMORY_RESTART,
        """
        Restart the app when the resident memory of all processes of its tree together exceeds this
        size; 0: off. In cluster mode the new process becomes ready before the old one ends. jpm
        measures every second and restarts after two measurements in a row above the limit: the
        restart comes within 2 s, and a peak of less than a second is tolerated.\
        """,
        "measures every 30 s, and only the main process.");
    add(
        AppKey.CRON_RESTART,
        """
        Restart the app at these times: `"0 3 * * *"` is every night at three. The fields are
        minute, hour, day of month, month and day of week; if there are six, the first is seconds.
        With `autorestart: false` the app is a job that runs at these times.\
        """);
    add(
        AppKey.TIME_ZONE,
        """
        The time zone of `cron_restart`. PM2 does not have this key and always uses the system's
        time zone.\
        """);
    add(
        AppKey.WATCH,
        """
        Restart the app when files change: `true` for its working directory, or paths relative to
        it. On the command line, `--watch` alone means the working directory; `--watch src` and
        `--watch=src` name a path and can be repeated. A word after `--watch` is its path, unless
        nothing else would be left to start: `jpm start --watch app.js` starts app.js.\
        """,
        """
        always takes the word after `--watch` as its value, interprets paths as patterns, and stops
        watching permanently when the app is stopped.\
        """);
    add(
        AppKey.IGNORE_WATCH,
        """
        Files whose changes are ignored: patterns as in a `.gitignore`, relative to each watched
        directory. The list replaces the default (`.*`, `node_modules/` and `__pycache__/`). The
        app's own log files are always ignored. A directory with some ten thousand files or more
        may be too large to be watched: the daemon's log reports this, and the directory should be
        listed here.\
        """,
        """
        uses regular expressions and a different pattern syntax, and does not ignore `__pycache__`.\
        """);
    add(
        AppKey.WATCH_DELAY,
        """
        The time without further changes before the restart. It is at least 200 ms (500 ms if a
        single file is watched). On the command line a number without a unit is in seconds, as in
        PM2: `--watch-delay 0.5`.\
        """);
  }

  private static void addStops() {
    add(
        AppKey.KILL_SIGNAL,
        """
        The signal that asks the app to end: `"SIGTERM"`, `"TERM"` or 15. The exit code 128 plus
        the signal's number, as a JVM returns it (143 after SIGTERM, 130 after SIGINT), is a clean
        stop.\
        """,
        "has one signal for the whole daemon.");
    add(
        AppKey.KILL_TIMEOUT,
        """
        The time that the app has to end before it gets SIGKILL. The command's output, the event
        and `jpm describe` then report it: `did not exit within 1.6 s: killed`.\
        """,
        "does not report it, and gives Java programs 1.6 s too.");
    add(
        AppKey.TREEKILL,
        """
        Whether a stop signals every process of the tree. If the main process ends by itself, this
        also decides whether its leftover processes are ended before the restart. `false` ends only
        the main process and leaves the others running.\
        """);
    add(
        AppKey.SHUTDOWN_WITH_MESSAGE,
        """
        Send the text `shutdown` over the app's IPC channel instead of the signal. A Node program
        receives it with `process.on("message", …)`.\
        """);
    add(
        AppKey.STOP,
        """
        `kill_signal`, `kill_timeout` and a command in one object; all parts are optional:
        `{"signal": "SIGTERM", "timeout": "10s", "command": ["./drain", "--fast"]}`. `signal` is
        the same as `kill_signal`, and `timeout` the same as `kill_timeout`: set only one of the
        two. `command` runs first, in the app's directory, with the app's environment and its
        process id in `JPM_PID`, without a shell. The signal follows when the command has ended.
        Not in PM2.\
        """);
  }

  private static void addReady() {
    add(
        AppKey.WAIT_READY,
        """
        The app is online only when it reports that it is ready, with `process.send("ready")` in
        Node. Without this key, the app is online as soon as it runs.\
        """);
    add(
        AppKey.LISTEN_TIMEOUT,
        """
        The time in which an app with `wait_ready` must report that it is ready; otherwise its
        start has failed. In a `reload` it is also the time in which a new process must listen, in
        fork mode at least 30 s; otherwise the new process is ended and the old one stays.\
        """,
        "treats both cases as a success.");
    addProbes();
  }

  private static void addProbes() {
    add(
        AppKey.STARTUP,
        """
        A probe that must pass once after each start, before the other probes run and before the
        instance is online: an object with one probe, as in `readiness`, and `interval` (`500ms`)
        and `timeout` (`60s`). `timeout` is the time for all attempts together. When it has passed,
        the start has failed, and the result of the last attempt is the reason. One attempt may
        take 5 s. Not in PM2.\
        """);
    add(
        AppKey.READINESS,
        """
        A probe that decides whether an instance can serve: `{"http":
        "http://127.0.0.1:${PORT}/ready", "interval": "5s", "timeout": "2s", "failures": 3,
        "successes": 1, "delay": "0s"}`. Times need a unit.

        - An instance is online when the probe has passed. Until then the probe runs at least every
          500 ms. If it does not pass within the `timeout` of `startup`, or without `startup`
          within `listen_timeout`, the start has failed. A `reload` waits for it as well.
        - After `failures` failures in a row the instance is `unhealthy`, until the probe has
          passed `successes` times. The instance is not restarted for this reason.

        The probe is one of these:

        - `http`: a URL, or
          `{"url": …, "headers": {…}, "status": "200-299", "body": …, "verify": true}`. It passes
          if the status is in the range, which is 200 to 399 by default, and `body`, a regular
          expression, matches in the first 64 KB. Redirects are not followed. `verify: false`
          accepts any certificate.
        - `tcp`: a port, or `"host:port"`. It passes if a connection is accepted.
        - `exec`: a command, run in the app's directory and with its user, environment and
          `JPM_PID`. It passes if the command exits with 0.
        - `log`: a regular expression that a line of the output matches. If an app prints tens of
          thousands of lines per second for more than a moment, the line may be missed; use another
          probe for such an app.
        - `notify: true`: the app reports that it is ready, with `READY=1` of `sd_notify(3)` or
          with `ready` over Node's IPC channel.

        `${NAME}` in a text of a probe is a variable of the instance's own environment.

        In cluster mode, a probe of the shared port is directed to the instance that it is about. A
        process that is not ready receives no connections, as with `wait_ready`; a new version that
        never becomes ready therefore replaces no process. With `listen`, every instance accepts
        connections from the shared sockets: `http` and `tcp` probes of these sockets are an error,
        while `exec`, `log`, `notify` and probes of a port that each instance has for itself are
        allowed. An unhealthy instance receives no new connections while another instance is
        healthy. Not in PM2.\
        """);
    add(
        AppKey.LIVENESS,
        """
        A probe that decides whether an instance is alive. It is written as in `readiness` and runs
        every `10s`, once the instance is online and `delay` has passed. With `log` or `notify`
        (`WATCHDOG=1`) a signal must arrive in each interval.

        After `failures` failures in a row (3) the process is replaced: in cluster mode by a reload
        of this instance; otherwise, or if the reload fails, by a restart. This counts as an
        unstable exit, for `max_restarts` and the delays, unless the process ran for long enough:
        twice the time in which the probe detects a dead process, plus the time in which the app
        must become ready. Not in PM2.\
        """);
  }

  private static void addHooks() {
    add(
        AppKey.ON,
        """
        Commands and webhooks that run on events of the app:

        - `crash`: a process ended without being stopped. An exit code in `stop_exit_codes` is not
          a crash, and neither is 0, unless `restart` is `always`.
        - `crash_looping`: the app fails repeatedly; reported once.
        - `errored`: the app is no longer restarted.
        - `unhealthy`: a readiness or liveness probe fails.
        - `recovered`: the app is healthy again, or has been online for `min_uptime` after one of
          the events above.
        - `limit`: the app has exceeded a limit.

        The value for each event is a command (`["/usr/local/bin/page", "web"]`, or text that is
        split into words), `{"webhook": "https://…"}`, or a list of these.

        - A command runs without a shell, as the app's user, in its directory and with its
          environment. JPM_EVENT, JPM_APP, JPM_ID, JPM_PID, JPM_REASON, JPM_MISSED, JPM_EXIT_CODE
          and JPM_EXIT_SIGNAL describe the event. After 30 s it is killed.
        - A webhook receives the event as JSON by POST, with the additional keys `on`, the name of
          the event above, and `missed`. It must answer with 2xx within 5 s. Otherwise up to 5
          attempts are made within a minute, unless it answers with 3xx or with 4xx other than 429.
          Redirects are not followed.

        For each event of an app, one notification is sent at a time, and at most 10 in a minute.
        Of the events that occur meanwhile the newest waits, and `missed` counts the others. A
        notification that is pending when the daemon ends is lost. Not in PM2.\
        """);
  }

  private static void addLogs() {
    add(
        AppKey.OUT_FILE,
        """
        The file for standard output. If the app has several instances, the id of the instance is
        inserted before `.log` and replaces a number that is already there (`web-1.log`).
        `/dev/null` or `NULL` discards the output. If the path is a pipe or a terminal, all
        instances use it.\
        """,
        "lets all instances write to one file if its name does not end in `.log`.");
    add(AppKey.ERROR_FILE, "The file for standard error. The rules are those of `out_file`.");
    add(
        AppKey.LOG_FILE,
        """
        An additional file that receives both outputs. The rules are those of `out_file`; `true`
        means `logs/NAME.log`. On the command line `--log` alone means `true`, and a word after
        `--log` is its path, unless nothing else would be left to start.\
        """);
    add(
        AppKey.MERGE_LOGS,
        "All instances write to the same files: their names do not contain the id of the instance.",
        "turns it on if `instances` is not set.");
    add(
        AppKey.DISABLE_LOGS,
        """
        Discard the output of the app: `out_file`, `error_file` and `log_file` have no effect.\
        """);
    add(
        AppKey.LOG_TYPE,
        """
        `raw` keeps every byte as it was printed. `json` writes each line as one JSON object with
        `message`, `timestamp`, `type` (`out` or `err`), `process_id` and `app_name`.\
        """,
        """
        writes one object for each piece of output that it reads, which may contain several lines
        or part of a line.\
        """);
    add(
        AppKey.LOG_DATE_FORMAT,
        """
        The format of the time before each line, as in `2026-11-21 13:20:39: text`. With `json` it
        is the format of `timestamp`, which is ISO 8601 in UTC by default. The tokens are `YYYY YY
        MMMM MMM MM M Do DDDD DDD DD D dddd ddd dd d HH H hh h kk k mm m ss s SSS SS S A a Z ZZ X x
        W WW E`. `[text]` is literal text, and so is everything that is not a token. The time zone
        is the daemon's. `""` means no time.\
        """);
    add(
        AppKey.TIME,
        "The same as `log_date_format: \"YYYY-MM-DDTHH:mm:ss\"`, unless that key is set.");
    add(
        AppKey.LOGS,
        """
        Limits of the app's log files; all parts are optional: `{"max_size": "50M", "rotate_every":
        "7d", "keep": 20, "max_age": "90d", "max_total": "1G", "compress": true, "when_full":
        "drop_oldest"}`. The settings of the daemon (`logs` in `jpm.json`) are the default of each
        part. 0 means no limit.

        - A file is rotated when it reaches `max_size` or its first line is older than
          `rotate_every`.
        - The oldest rotated files are deleted when there are more than `keep`, when they are older
          than `max_age`, or when all files of the app together exceed `max_total`.
        - `compress` compresses rotated files with gzip.
        - `when_full` decides what happens when the disk is full: `drop_oldest` drops lines and
          counts them, `block` makes the app wait.

        Not in PM2.\
        """);
    add(
        AppKey.PTY,
        """
        Run the app with its own pseudo-terminal as output, for programs that otherwise buffer
        their output. Both outputs go to `out_file`. Not in PM2.\
        """);
    add(
        AppKey.PID_FILE,
        """
        The file that contains the process id. The id of the instance is inserted before `.pid` and
        replaces a number that is already there.\
        """);
  }
}
