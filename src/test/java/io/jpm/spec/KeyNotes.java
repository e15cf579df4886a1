package io.jpm.spec;

import java.util.EnumMap;
import java.util.Map;

/// What the reference page says about a key in place of its one line in [AppKey]: the rules that a
/// user has to know, and where PM2 does otherwise.
public final class KeyNotes {
  /// About one key, as Markdown.
  ///
  /// @param rules what holds in jpm, in whole sentences; may be empty
  /// @param pm2 what PM2 does instead, as a sentence whose subject is PM2; empty where it does the
  ///   same or has no such key
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

  /// What the page says about `key`.
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
        The app's name: 1 to 100 letters, digits or `. _ - : @ +` and inner spaces. The same \
        name is the same app: starting it again takes the new description and restarts it.\
        """,
        "lets apps share a name, and a second start makes a second app.");
    add(
        AppKey.SCRIPT,
        """
        What to run: a file beside the process file or in `cwd`, a program in PATH, or, with \
        a space in it, a command line (`python3 -m http.server`). A first line with `#!` is \
        obeyed.\
        """,
        """
        runs every file without a known extension with node, and every command line through \
        bash.\
        """);
    add(AppKey.ARGS, "Arguments of the script. On the command line they stand after `--`.");
    add(
        AppKey.INTERPRETER,
        """
        The program that reads the script, or `none` to run the file itself. By extension: \
        `.js` node, `.py` python3, `.sh` bash, `.jar` and `.java` java, `.rb` ruby, `.php` \
        php, `.pl` perl, `.ts` bun; otherwise the file's first line tells.\
        """);
    add(AppKey.INTERPRETER_ARGS, "Arguments of the interpreter. For a `.jar`, `-jar` is added.");
    add(AppKey.NAMESPACE, "A word that groups apps: commands take it in place of a name.");
    add(
        AppKey.CWD,
        """
        The directory the app runs in. Where it is relative, it begins where the process \
        file is.\
        """,
        "reads it from the directory of whoever types the command.");
  }

  private static void addRights() {
    add(
        AppKey.UID,
        """
        Run as this user, with that user's groups; HOME, USER, LOGNAME and SHELL become that \
        user's. It needs a daemon that runs as root and `setpriv` of util-linux: where the switch \
        fails, the app does not start. An app of another user than the daemon's begins with a clean \
        environment, as under systemd: PATH \
        (`/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`), the LANG of whoever starts \
        it, what jpm adds, and what its own file declares; nothing else of the caller's shell, with \
        `--update-env` neither. Its log and pid files, `env_file`, files of `secrets` and \
        `package.json` are opened with that user's rights, the last three as root where every part \
        of the path belongs to root and nobody else may write to it. Commands of `secrets`, checks, \
        hooks, `jpm pull` with git's hooks and `post_update` run as that user, so the working copy has \
        to be that user's.\
        """,
        "is the caller's environment, with its secrets, what such an app gets.");
    add(AppKey.GID, "Run as this group in place of the user's own.");
    add(
        AppKey.NICE,
        """
        The priority, as in `nice(1)`: -20 is most urgent, 19 least. Less than the daemon's \
        own needs root. Not in PM2.\
        """);
    add(
        AppKey.UMASK,
        """
        The permissions that new files do not get. The digits are octal in text and in a \
        number: `"027"` and `27` are the same. Not in PM2.\
        """);
    add(
        AppKey.NO_NEW_PRIVILEGES,
        """
        Whether `sudo`, set-user-ID programs and programs with file capabilities run with no more \
        rights than the app has (`PR_SET_NO_NEW_PRIVS`, as `NoNewPrivileges=` of systemd). It holds \
        by itself for an app that runs as another user than the daemon: `false` turns it off. \
        Checks, hooks and the `stop` command have it too. It needs `setpriv` of util-linux. Not in \
        PM2.\
        """);
    add(
        AppKey.CAPABILITIES,
        """
        The only capabilities that the app and its children can have, which it has from its start: \
        `["net_bind_service"]` lets an app with `uid` listen on port 80, `[]` takes all of them away \
        from an app of root. Names as in `capabilities(7)`, with or without `CAP_`. The daemon has to \
        be root and to have them itself: else the app does not start. It needs `setpriv` of \
        util-linux. Not in PM2.\
        """);
    add(
        AppKey.SECCOMP,
        """
        `default` keeps the app and all that it starts from system calls that a server does not \
        need and attackers do (`seccomp(2)`): to mount, to enter or make namespaces, to trace \
        other processes (`ptrace`, `process_vm_readv`; what `/proc` shows of them is a matter of rights), to load modules or `bpf` programs, \
        `io_uring`, `userfaultfd`, `perf_event_open`, keys of the kernel, the clock, swap, reboot, \
        ports of the processor, and to type into the terminal it was started from. These fail with \
        "operation not permitted", for root too; all others work as ever, those that later \
        kernels bring included. The groups are those of `SystemCallFilter=` of systemd and the \
        profile of Docker; `chroot` is left, which servers use to shut themselves in. Not for \
        debuggers and profilers (`strace`, `gdb`, `perf`, `py-spy`), containers, and browsers that \
        make a sandbox of namespaces (Chromium needs `--no-sandbox`). `no_new_privileges` holds by \
        itself then; `false` beside it needs a daemon of root with `CAP_SYS_ADMIN`. Checks, hooks \
        and the `stop` command have it too; commands of `secrets`, `jpm pull` and `post_update` \
        not. It needs libseccomp (`libseccomp2` of Debian and Ubuntu), which nearly every system \
        has, and `setpriv` of util-linux. `none` is the default. Not in PM2.\
        """);
    add(
        AppKey.PRIVATE_TMP,
        """
        Gives each process of the app a `/tmp` and a `/var/tmp` of its own, which are empty at its \
        start, in memory (each at most a quarter of the machine's, counted by `limits.memory`), and \
        gone with the last process of its tree; as `PrivateTmp=disconnected` of systemd. Instances \
        share nothing there, nor do the processes before and after a restart or reload, nor the \
        app's checks, hooks and `stop` command, each of which has an empty one too. A new daemon \
        changes nothing for an app that runs. What is below `/tmp` outside cannot be seen: `cwd` \
        and the program have to be elsewhere, or the start is refused, and so has whatever \
        `args` name. A socket that the app makes there is reached by nobody outside. What jpm opens \
        works wherever it is: log and pid files, `env_file`, `secrets`, sockets of `listen`. \
        Where jpm itself is below `/tmp`, its part in an app of node or java cannot be loaded, \
        which `jpm describe` says, and `notify` checks need an app with `uid`. It needs a daemon of root with \
        `CAP_SYS_ADMIN`, which most containers do not have: else the app does not start. It \
        keeps a program of root from mistakes only, unless `capabilities` takes its rights away: \
        root can mount. Not in PM2.\
        """);
    add(
        AppKey.READ_ONLY_PATHS,
        """
        Absolute paths of files and directories that the app cannot change, whoever owns them, with \
        all that is below them, other file systems included: `["/srv/shop", "-/etc/shop"]`, as \
        `ReadOnlyPaths=` of systemd; `["/"]` is everything but devices, pipes and a `private_tmp`. A \
        path that does not exist is a refusal to start, unless it is written with a `-`. Links are \
        followed. It holds for checks, hooks and the `stop` command too; not for commands of \
        `secrets`, and not for `jpm pull` and `post_update`, which are to change the working copy. \
        What is mounted outside later is seen by the app as ever, but not below these paths. An app \
        that may rename a directory above such a path can put another one in its place, for \
        others to find: name that directory, or let it belong to root. What it needs is as \
        with `private_tmp`. Not in PM2.\
        """);
    add(
        AppKey.DEPENDS_ON,
        """
        Apps that are started before this one, and stopped after it: `{"db": "ready", \
        "migrate": "completed"}`. `started` means that it has a process, `ready` that it is \
        online, `completed` that it has ended with exit code 0. A list of names, or a name \
        alone, means `started`. On the command line: `--depends-on db:ready,cache` (a name \
        that has a colon needs its condition). A circle is refused. Not in PM2.\
        """);
  }

  private static void addRestarts() {
    add(
        AppKey.AUTOSTART,
        """
        Whether it is started with the file. `false` puts it in the list, stopped; a command starts it, or its `cron_restart`.\
        """);
    add(
        AppKey.AUTORESTART,
        """
        Whether it is started again when it ends. `false` is `restart: "never"`.\
        """);
    add(
        AppKey.RESTART,
        """
        After which ends it is started again. `on-failure` leaves it ended after exit code \
        0, SIGHUP, SIGINT, SIGTERM or SIGPIPE (and after 129, 130 and 143, by which a JVM \
        tells of the first three). Not in PM2.\
        """);
    add(
        AppKey.STOP_EXIT_CODES,
        """
        Exit codes after which it stays ended, whatever `restart` says: `[0, 143]`, `143`, \
        `"0 143"`; `--stop-exit-codes 0,143`.\
        """,
        "takes one number only on the command line.");
    add(
        AppKey.MAX_RESTARTS,
        """
        After so many ends in a row, each sooner than `min_uptime`, the app is `errored` \
        until somebody starts it. 0 gives up at the first.\
        """,
        """
        stops counting once an app is older than 16 s: from then on a crash loop never ends.\
        """);
    add(
        AppKey.RESTART_WINDOW,
        """
        With `max_restarts` failures within this time the app is `errored`, however long each of \
        its runs was: OTP's restart intensity. A failure is an end by itself with an exit code \
        other than 0, 129, 130, 143 and `stop_exit_codes`, or by a signal other than SIGHUP, \
        SIGINT, SIGTERM and SIGPIPE, and one because it did not get ready or was not well. A \
        program that ends well and is started again by design does so for ever. Without it 16 \
        failures in 5 min are too many, or `max_restarts` where that is more, since a smaller one \
        was chosen for ends in a row. 0 is off. `jpm ls` shows `crash-looping` from the third \
        such failure, or the third end in a row sooner than `min_uptime`, until it has run for \
        30 s.\
        """,
        "restarts a program that dies every two seconds for ever and shows it as `online`.");
    add(
        AppKey.MIN_UPTIME,
        """
        An end sooner than this is an unstable one, which `max_restarts` counts.\
        """);
    add(
        AppKey.RESTART_DELAY,
        """
        How long to wait before it is started again. Without it the first two ends in a row that \
        come sooner than `min_uptime` are followed by a start at once, and from the third on the \
        waits grow: 100 ms, 200 ms and so on up to 3 s, so that 16 of them take half a minute. 0 is \
        never to wait.\
        """,
        "does not wait.");
  }

  private static void addWaits() {
    add(
        AppKey.EXP_BACKOFF_RESTART_DELAY,
        """
        The first of growing waits: each is 1.5 times the one before, up to \
        `max_restart_delay`. A run of 30 s, or a person, sets it back. 0 is off. It wins \
        over `restart_delay`, with a warning.\
        """);
    add(
        AppKey.MAX_RESTART_DELAY,
        """
        The longest of the growing waits; not shorter than the first, and the first itself \
        where that is more than 15 s. Not in PM2, where it is always 15 s.\
        """);
    add(
        AppKey.RESTART_JITTER,
        """
        How much of a growing wait is left to chance: with 0.1 each is up to a tenth shorter \
        or longer, so that a hundred apps whose database went away do not come back in one \
        instant. Not in PM2.\
        """);
  }

  private static void addLimits() {
    add(
        AppKey.LIMITS,
        """
        What the system lets each instance use: `{"memory": "512M", "memory_high": "400M", "cpu": \
        1.5, "nofile": 65536, "core": "unlimited"}`, each part as needed. `memory` is the most that \
        all processes of its tree may have together: beyond it the kernel ends one of them, and \
        the reason says `oom-kill`. Should it not be the main process, the app runs on and a \
        `limit` event tells of it. Beyond `memory_high` they are slowed down, which a `limit` \
        event tells once. `cpu` is in cores. These three need a cgroup (version 2) that jpm may \
        divide, as the service of `jpm startup` has with systemd 254 or newer, and with an older \
        one a scope: `jpm kill`, then `systemd-run --user --scope -p Delegate=yes jpm resurrect`. \
        Elsewhere the app is started all the same, `jpm describe` says that they are not enforced, \
        and `memory` restarts the app as `max_memory_restart` does. The others hold for each \
        process, as in `setrlimit(2)`: `as`, `core`, `data`, `fsize`, `memlock` and `stack` are \
        sizes, `cpu_time` a time, `nofile`, \
        `nproc`, `locks`, `sigpending`, `msgqueue`, `nice`, `rtprio` numbers. Sizes and times need \
        a unit; `"unlimited"` is no limit. A limit above the one that the daemon has itself can be \
        given by root only. Without `nofile` an app has the soft limit of open files with which \
        the daemon was started, not that of the daemon, which raises its own. Not in PM2.\
        """);
  }

  private static void addTriggers() {
    add(
        AppKey.MAX_MEMORY_RESTART,
        """
        Restart the app when all processes of its tree together have more memory resident \
        than this; in cluster mode a new process is ready first. jpm looks each second, and \
        acts when it finds more twice in a row: within 2 s, while a peak of less than a second \
        is let pass. 0 is off.\
        """,
        "looks every 30 s, and at the main process only.");
    add(
        AppKey.CRON_RESTART,
        """
        Restart the app at these times: `"0 3 * * *"` is every night at three. The fields \
        are minute, hour, day of month, month and day of week, with seconds before them \
        where there are six. With `autorestart: false` the app is a job that runs at these \
        times.\
        """);
    add(
        AppKey.TIME_ZONE,
        """
        Whose clock `cron_restart` means. Not in PM2, which knows the system's only.\
        """);
    add(
        AppKey.WATCH,
        """
        Restart the app when files change: `true` for its working directory, or paths that \
        begin there. On the command line `--watch` alone is the working directory; `--watch \
        src` and `--watch=src` name a path and may be repeated. A word after `--watch` is \
        its path unless it is all there is to start: `jpm start --watch app.js` starts \
        app.js.\
        """,
        """
        always takes the word after `--watch`, takes patterns as paths, and stops watching \
        for good when the app is stopped.\
        """);
    add(
        AppKey.IGNORE_WATCH,
        """
        Files whose change means nothing: patterns as in a `.gitignore`, relative to each \
        watched directory. A list of yours takes the place of the default (`.*`, \
        `node_modules/` and `__pycache__/`); the app's own log files are ignored in any case. \
        A directory with some ten thousand files or more may be too large to be watched: the \
        daemon's log says so, and it belongs here.\
        """,
        "takes regular expressions and other patterns, and does not ignore `__pycache__`.");
    add(
        AppKey.WATCH_DELAY,
        """
        The restart waits until nothing has changed for this long, and at least 200 ms (500 \
        ms where a single file is watched). On the command line a number without a unit is \
        in seconds, as in PM2: `--watch-delay 0.5`.\
        """);
  }

  private static void addStops() {
    add(
        AppKey.KILL_SIGNAL,
        """
        The signal that asks it to end: `"SIGTERM"`, `"TERM"` or 15. An exit with 128 and the \
        signal's number, as a JVM has it (143 after SIGTERM, 130 after SIGINT), is a clean stop.\
        """,
        "has one signal for the whole daemon.");
    add(
        AppKey.KILL_TIMEOUT,
        """
        How long it may take to end; then it gets SIGKILL, and the answer of the command, the event \
        and `describe` say so: `did not exit within 1.6 s: killed`.\
        """,
        "does not say it, and gives Java programs 1.6 s too.");
    add(
        AppKey.TREEKILL,
        """
        Whether a stop is for every process of its tree, and whether what its main process \
        leaves behind when it ends by itself is ended before the next one is started. `false` \
        ends the main process and leaves the others running.\
        """);
    add(
        AppKey.SHUTDOWN_WITH_MESSAGE,
        """
        Ask by the text `shutdown` over the app's channel in place of the signal: \
        `process.on("message", …)` in Node.\
        """);
    add(
        AppKey.STOP,
        """
        `kill_signal`, `kill_timeout` and more in one: `{"signal": "SIGTERM", "timeout": \
        "10s", "command": ["./drain", "--fast"]}`, each part as needed. `signal` is \
        `kill_signal` and `timeout` is `kill_timeout`: give one of the two. `command` is run \
        first, in the app's directory, with its environment and its process id in `JPM_PID`; \
        no shell reads it; the signal follows when it has ended. Not in PM2.\
        """);
  }

  private static void addReady() {
    add(
        AppKey.WAIT_READY,
        """
        The app is online only when it says so, by `process.send("ready")` in Node. Without \
        this, it is online as soon as it runs.\
        """);
    add(
        AppKey.LISTEN_TIMEOUT,
        """
        How long an app with `wait_ready` may take to say so; then its start has failed. In a \
        `reload` it is also how long a new process may take until it listens; then it is ended, \
        and the old one stays.\
        """,
        "takes both for a success.");
    addChecks();
  }

  private static void addChecks() {
    add(
        AppKey.STARTUP,
        """
        What has to pass once after each start, before the others are asked and before the \
        instance is online: an object with one check, as in `readiness`, and `interval` (`500ms`) \
        and `timeout` (`60s`). `timeout` is the time for all attempts together; when it is over \
        the start has failed, with what was found last as the reason. One attempt may take 5 s. \
        Not in PM2.\
        """);
    add(
        AppKey.READINESS,
        """
        What tells whether an instance can be given work: `{"http": \
        "http://127.0.0.1:${PORT}/ready", "interval": "5s", "timeout": "2s", "failures": 3, \
        "successes": 1, "delay": "0s"}`. An instance is online when it has passed, and until then \
        it is asked every 500 ms at least; when that takes longer than the `timeout` of `startup`, \
        or without one `listen_timeout`, the start has failed. A `reload` waits for it as well. \
        When it fails so often in a row as `failures` says, the instance is `unhealthy` until it \
        has passed `successes` times; it is not restarted for that. Lengths of time need a unit.

        The check is one of these. `http`: an address, or `{"url": …, "headers": {…}, "status": \
        "200-299", "body": …, "verify": true}`; passed when the status is one of 200 to 399 or as \
        said, and `body`, a regular expression, is found in the first 64 KB. Redirects are not \
        followed; `verify: false` takes any certificate. `tcp`: a port, or `"host:port"`; passed \
        when a connection is taken. `exec`: a command, in the app's directory and with its user, \
        environment and `JPM_PID`; passed when it ends with 0. `log`: a regular expression that a \
        line of the output matches; an app that prints tens of thousands of lines a second for \
        longer than a moment may have that line missed, and should use another check. `notify: true`: the app says so itself, by `READY=1` of \
        `sd_notify(3)` or `ready` over Node's channel. `${NAME}` in a text is a variable of the \
        instance's own environment.

        In cluster mode a check of the port that instances share asks the very instance that it is \
        about, and a process that is not ready gets no client, as with `wait_ready`: a build that \
        never gets ready takes nobody's place. With `listen` every instance accepts by itself: there \
        `http` and `tcp` checks of those sockets are refused, and `exec`, `log`, `notify` and a port \
        that each instance has for itself are not. An instance that is unhealthy gets no new clients \
        as long as another one is well. Not in PM2.\
        """);
    add(
        AppKey.LIVENESS,
        """
        What tells whether an instance is alive: a check as in `readiness`, asked every `10s` as \
        soon as the instance is online and `delay` is over. When it fails `failures` \
        times in a row (3) the process is replaced: in cluster mode by a reload of this instance, \
        otherwise, or when that fails, by a restart. A process that was not well for twice the \
        time in which that is found out, beside the time to get ready, counts as an unstable end, for `max_restarts` \
        and the delays. With `log` or `notify` (`WATCHDOG=1`) a sign must come in each interval. \
        Not in PM2.\
        """);
  }

  private static void addHooks() {
    add(
        AppKey.ON,
        """
        Who is told of what happens. The occasions: `crash`, a process ended and nobody had asked \
        for it (not with an exit code that ends it for good, nor with 0 unless `restart` is \
        `always`); `crash_looping`, it fails again and again, told once; `errored`, it was given \
        up; `unhealthy`, a check of its health fails; \
        `recovered`, it is well again, or has been online for `min_uptime` after one of these; \
        `limit`, it has crossed a limit. Each has a command (`["/usr/local/bin/page", "web"]`, or \
        text that is split into words), `{"webhook": "https://…"}`, or a list of these. A command \
        runs without a shell as the app's user, in its directory and with its environment and \
        JPM_EVENT, JPM_APP, JPM_ID, JPM_PID, JPM_REASON, JPM_MISSED, JPM_EXIT_CODE and \
        JPM_EXIT_SIGNAL; after 30 s it is killed. A webhook gets the event as JSON by POST, with \
        `on`, the occasion, and `missed`; it has 5 s to answer 2xx, is tried 5 times within a \
        minute unless it answers 3xx or 4xx (but 429), and is never redirected. Of each occasion \
        of an app one is told at a time and 10 in a minute; of those that come meanwhile the \
        newest waits, and `missed` counts the others. What is to be told when the daemon dies is \
        lost. Not in PM2.\
        """);
  }

  private static void addLogs() {
    add(
        AppKey.OUT_FILE,
        """
        Where standard output goes. With several instances, the id comes before `.log`, in place \
        of a number that stands there (`web-1.log`). `/dev/null` or `NULL` keeps nothing. A pipe \
        or a terminal is one for all instances.\
        """,
        "lets all instances write to a file whose name does not end in `.log`.");
    add(AppKey.ERROR_FILE, "Where standard error goes, by the same rules.");
    add(
        AppKey.LOG_FILE,
        """
        One more file that gets both outputs, by the same rules; `true` is `logs/NAME.log`. On the \
        command line `--log` alone is `true`, and a word after `--log` is its path unless it is \
        all there is to start.\
        """);
    add(
        AppKey.MERGE_LOGS,
        "All instances write to the same files: no id comes into their names.",
        "has it on where `instances` is not given.");
    add(
        AppKey.DISABLE_LOGS,
        "Throw away what the app prints: `out_file`, `error_file` and `log_file` mean nothing.");
    add(
        AppKey.LOG_TYPE,
        """
        `raw` keeps every byte as it was printed. `json` writes each line as one JSON object with \
        `message`, `timestamp`, `type` (`out` or `err`), `process_id` and `app_name`.\
        """,
        "writes an object for each piece it happens to read, with several lines or half a one in"
            + " it.");
    add(
        AppKey.LOG_DATE_FORMAT,
        """
        The time before each line, as in `2026-11-21 13:20:39: text`, or the `timestamp` of `json`, \
        which is ISO 8601 in UTC otherwise. `YYYY YY MMMM MMM MM M Do DDDD DDD DD D dddd ddd dd d \
        HH H hh h kk k mm m ss s SSS SS S A a Z ZZ X x W WW E` are tokens, `[text]` is text, and \
        what is no token stands for itself. The zone is the daemon's. `""` is none.\
        """);
    add(
        AppKey.TIME,
        "The same as `log_date_format: \"YYYY-MM-DDTHH:mm:ss\"`, unless that key is given.");
    add(
        AppKey.LOGS,
        """
        What the app's log files may take: `{"max_size": "50M", "rotate_every": "7d", "keep": 20, \
        "max_age": "90d", "max_total": "1G", "compress": true, "when_full": "drop_oldest"}`, each \
        part as needed; the settings of the daemon (`logs` in `jpm.json`) say the rest. A file is \
        rotated when it has `max_size` or its first line is older than `rotate_every`; the oldest \
        rotated files go when there are more than `keep`, when they are older than `max_age`, or \
        when all files of the app together have more than `max_total`. `compress` packs them with \
        gzip. 0 is no limit. `when_full` says what happens when the disk takes no more: \
        `drop_oldest` drops lines and counts them, `block` lets the app wait. Not in PM2.\
        """);
    add(
        AppKey.PTY,
        """
        Have the app print on a terminal of its own, for programs that hold output back otherwise. \
        Both outputs go to `out_file`. Not in PM2.\
        """);
    add(
        AppKey.PID_FILE,
        """
        The file with the process id. The id of the instance comes before `.pid`, in place of a \
        number that stands there.\
        """);
  }
}
