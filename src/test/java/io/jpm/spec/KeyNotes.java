package io.jpm.spec;

import java.util.EnumMap;
import java.util.Map;

/// The entries of the reference page for process files. An entry replaces the one-line description
/// in [AppKey] with the rules that users must know and the differences from PM2.
public final class KeyNotes {
  /// The entry for one key, in Markdown. Line breaks are preserved.
  ///
  /// @param rules the behavior of jpm, in full sentences; may be empty
  /// @param pm2 how PM2 differs, as a sentence without its subject "PM2"; empty if PM2 behaves the
  ///   same
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

  /// Returns the entry for `key`; both parts are empty if there is none.
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
        Sets the name of the app. A name consists of 1 to 100 letters, digits, spaces and the
        characters `. _ - : @ +`. It must not begin or end with a space. Each name identifies one
        app: starting an app whose name is already in the list replaces the settings of that app and
        restarts it.\
        """,
        "allows several apps with the same name: a second start adds another app.");
    add(
        AppKey.SCRIPT,
        """
        Sets the program to run. jpm looks for the following, in this order:

        1. a file, first relative to the process file's directory, then relative to `cwd`
        2. a program in PATH
        3. if the value contains a space, a command line, such as `python3 -m http.server`

        If the file begins with `#!` and its extension does not determine the `interpreter`, jpm
        uses the interpreter named in that line.\
        """,
        "runs files without a known extension with Node, and command lines with bash.");
    add(
        AppKey.ARGS,
        """
        Sets the arguments of the script. On the command line, write them after `--`:
        `jpm start app.js -- --port 8080`.\
        """);
    add(
        AppKey.INTERPRETER,
        """
        Sets the program that runs the script. By default, the extension of the script determines
        it: `node` for `.js`, `python3` for `.py`, `bash` for `.sh`, `java` for `.jar` and `.java`,
        `ruby` for `.rb`, `php` for `.php`, `perl` for `.pl`, and `bun` for `.ts`. For other
        extensions, the `#!` line of the script determines it. With `none`, the file is executed
        directly.\
        """);
    add(
        AppKey.INTERPRETER_ARGS,
        """
        Sets the arguments that are passed to the interpreter before the script, such as
        `["--max-old-space-size=512"]`. For a `.jar` file, jpm adds `-jar`.\
        """);
    add(
        AppKey.NAMESPACE,
        """
        Assigns the app to a group. Commands accept the group's name in place of an app's name:
        `jpm restart backend` restarts all apps in the namespace `backend`.\
        """);
    add(
        AppKey.CWD,
        """
        Sets the working directory of the app. A relative path is resolved against the directory of
        the process file.\
        """,
        "resolves a relative path against the directory in which the command is run.");
  }

  private static void addRights() {
    add(
        AppKey.UID,
        """
        Runs the app as this user, with the user's groups. `HOME`, `USER`, `LOGNAME` and `SHELL` are
        set accordingly. Requires a daemon that runs as root, and `setpriv` from util-linux. If the
        daemon cannot switch to the user, the app is not started.

        An app that runs as a user other than the daemon's starts with a clean environment, as a
        systemd service does. The environment contains only:

        - `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`
        - `LANG` from the caller's environment
        - the variables that jpm sets
        - the variables that the process file sets

        It contains no other variables from the caller's shell, even with `--update-env`.

        Commands in `secrets`, probes, hooks, `jpm pull` (including Git hooks) and `post_update`
        also run as this user. The working copy must therefore belong to this user.

        jpm opens the log files, the pid file, `env_file`, files named in `secrets`, and
        `package.json` with this user's permissions. It opens the last three as root if every
        component of the path belongs to root and is not writable by other users.\
        """,
        "passes the caller's environment, including its secrets, to such an app.");
    add(
        AppKey.GID,
        """
        Runs the app with this group as its primary group, instead of the user's primary group.\
        """);
    add(
        AppKey.NICE,
        """
        Sets the scheduling priority of the app, from -20 (highest) to 19 (lowest), as in
        `nice(1)`. A value below the daemon's own nice value requires root.\
        """,
        "does not have this key.");
    add(
        AppKey.UMASK,
        """
        Sets the file mode creation mask of the app, as in `umask(2)`. The value is octal, whether
        it is written as a string or as a number: `"027"` and `27` are equivalent.\
        """,
        "does not have this key.");
    add(
        AppKey.NO_NEW_PRIVILEGES,
        """
        Prevents the app from gaining privileges by executing `sudo`, set-user-ID programs or
        programs with file capabilities (`PR_SET_NO_NEW_PRIVS`, like systemd's `NoNewPrivileges=`).
        Enabled by default for an app that runs as a user other than the daemon's; `false` disables
        it. The setting also applies to probes, hooks and the `stop` command. It requires `setpriv`
        from util-linux.\
        """,
        "does not have this key.");
    add(
        AppKey.CAPABILITIES,
        """
        Limits the app and its children to these Linux capabilities. The app starts with all of
        them. Examples:

        - `["net_bind_service"]` allows an app with `uid` to listen on port 80.
        - `[]` removes all capabilities, even from an app that runs as root.

        The names are those of `capabilities(7)`, with or without the prefix `CAP_`. Requires
        `setpriv` from util-linux, and a daemon that runs as root and has these capabilities
        itself. Otherwise, the app is not started.\
        """,
        "does not have this key.");
    add(
        AppKey.SECCOMP,
        """
        Filters the system calls of the app and all its descendants with `seccomp(2)`. `default`
        blocks system calls that are useful to an attacker but not needed by a server; `none`
        disables the filter. The following are blocked:

        - mounting file systems
        - creating and entering namespaces
        - tracing other processes (`ptrace`, `process_vm_readv`), but not access to their files in
          `/proc`, which file permissions control
        - loading kernel modules and `bpf` programs
        - `io_uring`, `userfaultfd` and `perf_event_open`
        - access to kernel keyrings and I/O ports, setting the clock, managing swap, and rebooting
        - injecting input into the terminal from which the app was started

        A blocked call fails with "operation not permitted" (`EPERM`), even for root. All other
        system calls are allowed, including those added by later kernels. The filter follows the
        groups of systemd's `SystemCallFilter=` and Docker's default profile, except that `chroot`
        is allowed, because servers use it to confine themselves.

        Do not use `default` for debuggers and profilers (`strace`, `gdb`, `perf`, `py-spy`), for
        container runtimes, or for browsers whose sandbox uses namespaces. Chromium runs under
        `default` only with `--no-sandbox`.

        `default` implies `no_new_privileges: true`. An explicit `no_new_privileges: false` requires
        a daemon that runs as root with `CAP_SYS_ADMIN`. The filter also applies to probes, hooks
        and the `stop` command, but not to commands in `secrets`, `jpm pull` or `post_update`.
        Requires `setpriv` from util-linux, and libseccomp (package `libseccomp2` on Debian and
        Ubuntu), which is installed on most systems.\
        """,
        "does not have this key.");
    add(
        AppKey.PRIVATE_TMP,
        """
        Mounts a private, initially empty `/tmp` and `/var/tmp` for each process of the app, like
        systemd's `PrivateTmp=disconnected`. Both are kept in memory. Each can grow to a quarter of
        the machine's memory, and its contents count towards `limits.memory`. They are removed when
        the last process of the process tree exits.

        - Instances do not share the directories. A restart or reload gives the new process empty
          ones. Each probe, hook and `stop` command also gets its own empty directories.
        - Restarting the daemon does not affect the directories of running apps.
        - The app cannot access the machine's own `/tmp` or `/var/tmp`. It is not started if `cwd`
          or the program is there. Files named in `args` must also be elsewhere. Other programs
          cannot connect to a socket that the app creates in its `/tmp`.
        - Log files, the pid file, `env_file`, `secrets` and the sockets of `listen` can be
          anywhere, because jpm itself opens them.
        - If jpm is installed below `/tmp`, the app cannot load jpm's Node module or Java agent;
          `jpm describe` reports this. If jpm's home directory is below `/tmp`, `notify` probes
          work only for an app with `uid`.
        - Requires a daemon that runs as root with `CAP_SYS_ADMIN`, which most containers do not
          have. Otherwise, the app is not started.
        - An app that runs as root can mount and unmount file systems. For such an app, this setting
          only guards against mistakes, unless `capabilities` removes that privilege.\
        """,
        "does not have this key.");
    add(
        AppKey.READ_ONLY_PATHS,
        """
        Makes these files and directories read-only for the app, regardless of their owner and
        permissions, like systemd's `ReadOnlyPaths=`. Example: `["/srv/shop", "-/etc/shop"]`.

        - Paths must be absolute. Symbolic links are followed.
        - A directory includes everything below it, including other file systems. `["/"]` covers
          everything except devices, pipes and the directories of `private_tmp`.
        - If a path does not exist, the app is not started. Prefix a path with `-` if it is
          optional.
        - The setting also applies to probes, hooks and the `stop` command. It does not apply to
          commands in `secrets`, nor to `jpm pull` and `post_update`, which must change the working
          copy.
        - A file system that is mounted on the machine later is visible to the app, unless the
          mount point is below one of these paths.
        - An app that can rename a parent directory of a path can replace that parent with another
          directory, which other programs then use. To prevent this, list the parent directory too,
          or make root its owner.

        The requirements are the same as for `private_tmp`.\
        """,
        "does not have this key.");
    add(
        AppKey.DEPENDS_ON,
        """
        Starts these apps before this app, and stops them after it. Example:
        `{"db": "ready", "migrate": "completed"}`. This app is started when every dependency meets
        its condition:

        - `started`: the dependency has a process.
        - `ready`: the dependency is online.
        - `completed`: the dependency has exited with code 0.

        A name or a list of names implies `started`. On the command line, write
        `--depends-on db:ready,cache`. If the name of a dependency contains a colon, always add the
        condition. Circular dependencies are an error.\
        """,
        "does not have this key.");
  }

  private static void addRestarts() {
    add(
        AppKey.AUTOSTART,
        """
        Starts the app when its process file is started. With `false`, the app is only added to the
        list, with the status `stopped`. A command or `cron_restart` can start it later.\
        """);
    add(
        AppKey.AUTORESTART,
        "Restarts the app when it exits. `false` is equivalent to `restart: \"never\"`.");
    add(
        AppKey.RESTART,
        """
        Determines which exits cause a restart:

        - `always`: all exits.
        - `on-failure`: all exits except clean ones. An exit is clean if the exit code is 0, or if
          the process was terminated by SIGHUP, SIGINT, SIGTERM or SIGPIPE. The exit codes 129, 130
          and 143 are also clean, because a JVM returns them after SIGHUP, SIGINT and SIGTERM.
        - `never`: no exits.\
        """,
        "does not have this key.");
    add(
        AppKey.STOP_EXIT_CODES,
        """
        Sets the exit codes after which the app is not restarted, regardless of `restart`. Examples:
        `143`, `[0, 143]`, `"0 143"`. On the command line, write `--stop-exit-codes 0,143`.\
        """,
        "accepts only one number on the command line.");
    add(
        AppKey.MAX_RESTARTS,
        """
        Sets the number of consecutive unstable exits after which the app becomes `errored`. An
        exit is unstable if it occurs before `min_uptime`. An `errored` app is not restarted until
        a user starts it. With 0, the app becomes `errored` after the first unstable exit.\
        """,
        "stops counting when an app is older than 16 s, so a later crash loop never ends.");
    add(
        AppKey.RESTART_WINDOW,
        """
        Sets the period over which failures are counted. If the app fails `max_restarts` times
        within this period, it becomes `errored`, regardless of how long each run lasted. 0 disables
        the limit. The rule is the same as for the restart intensity in OTP.

        If this key is not set, the limit is 16 failures within 5 minutes, or `max_restarts`
        failures if that number is higher. A lower `max_restarts` does not reduce the limit,
        because it then applies only to consecutive unstable exits.

        The following count as failures:

        - The process exits on its own with an exit code other than 0, 129, 130, 143 or one of the
          `stop_exit_codes`.
        - The process is terminated by a signal other than SIGHUP, SIGINT, SIGTERM and SIGPIPE.
        - The process does not become ready, or its liveness probe fails.

        Clean exits do not count, so a program that is designed to exit and be restarted can do so
        indefinitely.

        `jpm ls` shows `crash-looping` after the third failure within the period, or after the third
        consecutive unstable exit. It does so until the app has run for 30 s.\
        """,
        """
        indefinitely restarts a program that crashes every two seconds, and shows it as `online`.\
        """);
    add(
        AppKey.MIN_UPTIME,
        "Sets the uptime below which an exit counts as unstable. See `max_restarts`.");
    add(
        AppKey.RESTART_DELAY,
        """
        Sets a constant delay before each restart; 0 means no delay. If this key is not set, the app
        is restarted immediately after the first two consecutive unstable exits (see `min_uptime`).
        From the third one on, the restart is delayed by 100 ms at first; the delay doubles each
        time, up to 3 s. With these delays, 16 unstable exits take about 30 s.\
        """,
        "restarts the app immediately by default.");
  }

  private static void addWaits() {
    add(
        AppKey.EXP_BACKOFF_RESTART_DELAY,
        """
        Enables an exponential backoff before restarts, and sets its initial delay. Each delay is
        1.5 times the previous one, up to `max_restart_delay`. The delay is reset when the app has
        run for 30 s, or when a user starts it. 0 disables the backoff. If `restart_delay` is set
        too, it is ignored with a warning.\
        """);
    add(
        AppKey.MAX_RESTART_DELAY,
        """
        Sets the maximum delay of the exponential backoff (`exp_backoff_restart_delay`). It must not
        be lower than the initial delay. If the initial delay is longer than 15 s, it is also the
        default maximum.\
        """,
        "does not have this key; its maximum is always 15 s.");
    add(
        AppKey.RESTART_JITTER,
        """
        Sets the random part of each backoff delay, as a fraction. With 0.1, each delay is up to 10%
        shorter or longer. This prevents many apps from restarting at the same instant, for example
        after their database has failed.\
        """,
        "does not have this key.");
  }

  private static void addLimits() {
    add(
        AppKey.LIMITS,
        """
        Sets resource limits that the kernel enforces for each instance. All keys are optional.
        Example: `{"memory": "512M", "memory_high": "400M", "cpu": 1.5, "nofile": 65536, "core":
        "unlimited"}`. Sizes and times need a unit; `"unlimited"` means no limit.

        - `memory`: the maximum memory of the whole process tree. If the tree exceeds it, the kernel
          kills one of the processes. If this is the main process, the exit reason contains
          `oom-kill`. Otherwise, the app continues to run, and a `limit` event is reported.
        - `memory_high`: the memory usage above which the processes are throttled. A `limit` event
          is reported once.
        - `cpu`: the maximum CPU usage, in cores.
        - All other keys apply to each process, as in `setrlimit(2)`. `as`, `core`, `data`,
          `fsize`, `memlock`, `msgqueue` and `stack` are sizes. `cpu_time` is a time. `nofile`,
          `nproc`, `locks`, `sigpending`, `nice` and `rtprio` are numbers. Only root can raise a
          limit above that of the daemon.

        Without `nofile`, the app gets the soft open-file limit with which the daemon was started.
        The daemon raises its own limit, but apps do not inherit the raised limit.

        `memory`, `memory_high` and `cpu` require a cgroup v2 that is delegated to jpm. The service
        that `jpm startup` installs has one if systemd is version 254 or newer. With an older
        systemd, start the daemon in a scope: run `jpm kill`, then `systemd-run --user --scope -p
        Delegate=yes jpm resurrect`. Without such a cgroup, the app is started without these limits,
        and `jpm describe` reports this. `memory` then acts as `max_memory_restart`.\
        """,
        "does not have this key.");
  }

  private static void addTriggers() {
    add(
        AppKey.MAX_MEMORY_RESTART,
        """
        Restarts the app when the total resident memory of its process tree exceeds this size; 0
        disables the check. In cluster mode, the new process becomes ready before the old one is
        stopped. jpm measures the memory every second and restarts the app after two consecutive
        measurements above the limit. The restart therefore begins within 2 s, and shorter peaks
        are tolerated.\
        """,
        "measures only the main process, every 30 s.");
    add(
        AppKey.CRON_RESTART,
        """
        Restarts the app at the times of this cron expression: `"0 3 * * *"` means every night at
        3:00. The fields are minute, hour, day of month, month, and day of week. An expression with
        six fields begins with seconds. If day of month and day of week are both set, both must
        match, unlike in `crontab(5)`. With `autorestart: false`, the app is a job that runs at
        these times.\
        """);
    add(
        AppKey.TIME_ZONE,
        "Sets the time zone in which `cron_restart` is evaluated.",
        "does not have this key; it always uses the system's time zone.");
    add(
        AppKey.WATCH,
        """
        Restarts the app when files change. `true` watches the app's working directory. Paths are
        relative to that directory; directories are watched recursively.

        On the command line, `--watch` without a value watches the working directory. `--watch src`
        and `--watch=src` watch a path and can be repeated. The word after `--watch` is its value,
        unless the command would then have nothing to start: `jpm start --watch app.js` starts
        `app.js`.\
        """,
        """
        always treats the word after `--watch` as its value, interprets paths as patterns, and
        stops watching permanently when the app is stopped.\
        """);
    add(
        AppKey.IGNORE_WATCH,
        """
        Sets the files whose changes are ignored, as `.gitignore` patterns relative to each watched
        directory. The list replaces the default (`.*`, `node_modules/` and `__pycache__/`). The
        app's own log files are always ignored.

        A directory with tens of thousands of files may be too large to watch. The daemon's log
        reports such a directory; add it to this list.\
        """,
        """
        uses regular expressions and a different pattern syntax, and does not ignore `__pycache__`.\
        """);
    add(
        AppKey.WATCH_DELAY,
        """
        Sets the period without further changes after which the app is restarted. The minimum is
        200 ms, or 500 ms if a single file is watched. On the command line, a number without a unit
        is in seconds, as in PM2: `--watch-delay 0.5`.\
        """);
  }

  private static void addStops() {
    add(
        AppKey.KILL_SIGNAL,
        """
        Sets the signal that asks the app to exit: `"SIGTERM"`, `"TERM"` or `15`. An exit code of
        128 plus the number of the signal, which a JVM returns, counts as a clean stop: 143 after
        SIGTERM, 130 after SIGINT.\
        """,
        "uses the same signal for all apps of a daemon.");
    add(
        AppKey.KILL_TIMEOUT,
        """
        Sets the time to wait after the stop signal before the app is killed with SIGKILL. If the
        app is killed, the output of the command, the event and `jpm describe` report this:
        `did not exit within 1.6 s: killed`.\
        """,
        "does not report that an app was killed, and waits only 1.6 s, even for Java programs.");
    add(
        AppKey.TREEKILL,
        """
        Sends the stop signal to every process in the process tree. If the main process exits on its
        own, its remaining descendants are stopped before the restart. With `false`, only the main
        process is stopped, and its descendants keep running.\
        """);
    add(
        AppKey.SHUTDOWN_WITH_MESSAGE,
        """
        Sends the message `shutdown` over the app's IPC channel instead of the stop signal. A Node
        program receives it with `process.on("message", …)`.\
        """);
    add(
        AppKey.STOP,
        """
        Sets the stop signal, the timeout and a stop command in one object. All keys are optional.
        Example: `{"signal": "SIGTERM", "timeout": "10s", "command": ["./drain", "--fast"]}`.

        - `signal`: equivalent to `kill_signal`. Set only one of the two.
        - `timeout`: equivalent to `kill_timeout`. Set only one of the two.
        - `command`: a command that runs before the signal is sent. It runs without a shell, in the
          directory and with the environment of the app. `JPM_PID` contains the process id of the
          app. The signal is sent when the command has exited.\
        """,
        "does not have this key.");
  }

  private static void addReady() {
    add(
        AppKey.WAIT_READY,
        """
        Keeps the app from becoming `online` until it reports that it is ready. A Node program
        reports this with `process.send("ready")`. By default, the app is online as soon as its
        process runs. See also `readiness`.\
        """);
    add(
        AppKey.LISTEN_TIMEOUT,
        """
        Sets the time within which an app with `wait_ready` or `readiness` must become ready. If it
        does not, the start fails. During a `reload`, the new process must also begin to listen
        within this time; in fork mode, it has at least 30 s. If the new process does not listen in
        time, it is stopped, and the old process keeps running.\
        """,
        "treats a timeout as a success in both cases.");
    addProbes();
  }

  private static void addProbes() {
    add(
        AppKey.STARTUP,
        """
        Sets a probe that must pass once after each start. Until then, the instance is not online,
        and the other probes do not run. The value is an object with one probe, as in `readiness`,
        and these optional keys:

        - `interval`: the time between attempts (default `500ms`).
        - `timeout`: the time limit for all attempts together (default `60s`). If the probe has not
          passed by then, the start fails, and jpm reports the result of the last attempt as the
          reason. A single attempt may take up to 5 s.\
        """,
        "does not have this key.");
    add(
        AppKey.READINESS,
        """
        Sets a probe that decides whether an instance can serve requests. The instance is online
        once the probe has passed. Example with the defaults of all optional keys: `{"http":
        "http://127.0.0.1:${PORT}/ready", "interval": "5s", "timeout": "2s", "failures": 3,
        "successes": 1, "delay": "0s"}`. Times need a unit.

        - `interval`: the time between attempts. Until the instance is online, the probe runs at
          least every 500 ms.
        - `timeout`: the time limit for one attempt.
        - `failures`: the number of consecutive failures after which the instance becomes
          `unhealthy`. It is not restarted; use `liveness` to restart it.
        - `successes`: the number of consecutive successes after which the instance is healthy
          again.
        - `delay`: the time to wait before the first attempt.

        If the probe does not pass in time, the start fails. The limit is the `timeout` of `startup`
        if that is set, and `listen_timeout` otherwise. A `reload` also waits for the probe.

        The object contains exactly one of these probes:

        - `http`: a URL, or `{"url": …, "headers": {…}, "status": "200-299", "body": …, "verify":
          true}`. The probe passes if the response status is in the range `status` (default 200 to
          399) and the regular expression `body` matches within the first 64 KB of the response.
          Redirects are not followed. `verify: false` accepts any certificate.
        - `tcp`: a port, or `"host:port"`. The probe passes if a connection can be established.
        - `exec`: a command, which runs in the directory of the app, as its user and with its
          environment. `JPM_PID` contains the process id of the app. The probe passes if the
          command exits with code 0.
        - `log`: a regular expression. The probe passes if it matches a line of the app's output.
          Use another probe for an app that prints tens of thousands of lines per second, because
          the line can be missed.
        - `notify: true`: the probe passes when the app reports that it is ready, by sending
          `READY=1` (see `sd_notify(3)`), or `ready` over Node's IPC channel.

        `${NAME}` in a probe is replaced by the variable's value in the instance's own environment.

        In cluster mode:

        - A probe of the shared port is directed to the instance that is probed.
        - A process that is not ready receives no connections. A new version that never becomes
          ready therefore does not replace any process.
        - With `listen`, any instance may accept a connection to the shared sockets. `http` and
          `tcp` probes of these sockets are therefore an error. Use `exec`, `log` or `notify`, or
          probe a port that is not shared.
        - An unhealthy instance receives no new connections while another instance is healthy.\
        """,
        "does not have this key.");
    add(
        AppKey.LIVENESS,
        """
        Sets a probe that decides whether an instance is alive. The keys are those of `readiness`,
        except that the default of `interval` is `10s`. The probe starts when the instance is online
        and `delay` has passed. In each interval, the app must print a matching line with `log`, or
        send `WATCHDOG=1` with `notify`.

        After `failures` consecutive failures (default 3), the process is replaced. In cluster
        mode, the instance is reloaded. In fork mode, or if the reload fails, it is restarted.

        The replacement counts as an unstable exit (see `max_restarts`) unless the process has run
        long enough. The required time is twice the time that the probe needs to detect a failure,
        plus the time limit for becoming ready.\
        """,
        "does not have this key.");
  }

  private static void addHooks() {
    add(
        AppKey.ON,
        """
        Runs commands and webhooks on events of the app. Example: `{"crash":
        ["/usr/local/bin/page", "web"], "recovered": {"webhook": "https://example.com/jpm"}}`. The
        events are:

        - `crash`: a process exited although it was not stopped. An exit code in `stop_exit_codes`
          is not a crash. Exit code 0 is a crash only if `restart` is `always`.
        - `crash_looping`: the app fails repeatedly. This is reported once per crash loop.
        - `errored`: the app is no longer restarted.
        - `unhealthy`: a readiness or liveness probe has failed.
        - `recovered`: the app is healthy again, or it has been online for `min_uptime` after one
          of the events above.
        - `limit`: the app has exceeded a limit.

        The value for an event is a command, `{"webhook": "https://…"}`, or a list of these. A
        command is a list of words, or a string that is split into words.

        - A command runs without a shell, as the user of the app, in its directory and with its
          environment. `JPM_EVENT`, `JPM_APP`, `JPM_ID`, `JPM_PID`, `JPM_REASON`, `JPM_MISSED`,
          `JPM_EXIT_CODE` and `JPM_EXIT_SIGNAL` describe the event. The command is killed after
          30 s.
        - A webhook receives the event as a JSON object in a POST request. Two keys are added: `on`
          is the event name from the list above, and `missed` is the number of skipped
          notifications. The server must respond with a 2xx status within 5 s. Otherwise, jpm makes
          up to 5 attempts within about a minute. It does not retry after a 3xx status, or after a
          4xx status other than 429. Redirects are not followed.

        For each app and event, jpm sends one notification at a time and at most 10 per minute. If
        more events occur in the meantime, jpm keeps only the newest one and counts the others in
        `missed`. Notifications that are pending when the daemon exits are lost.\
        """,
        "does not have this key.");
  }

  private static void addLogs() {
    add(
        AppKey.OUT_FILE,
        """
        Sets the log file for standard output. If the app has several instances, the instance id is
        inserted before the extension `.log`, as in `web-1.log`. A number that is already there is
        replaced. `/dev/null` or `NULL` discards the output. If the path is a pipe or a terminal,
        all instances share it.\
        """,
        "writes the output of all instances to one file if its name does not end in `.log`.");
    add(
        AppKey.ERROR_FILE,
        "Sets the log file for standard error. The rules are the same as for `out_file`.");
    add(
        AppKey.LOG_FILE,
        """
        Sets an additional log file for both standard output and standard error. The rules are the
        same as for `out_file`; `true` means `logs/NAME.log`. On the command line, `--log` without a
        value means `true`. The word after `--log` is its value, unless the command would then have
        nothing to start.\
        """);
    add(
        AppKey.MERGE_LOGS,
        """
        Writes the output of all instances to the same files. The file names then do not contain the
        instance id.\
        """,
        "enables this setting if `instances` is not set.");
    add(
        AppKey.DISABLE_LOGS,
        """
        Discards the output of the app. `out_file`, `error_file` and `log_file` then have no
        effect.\
        """);
    add(
        AppKey.LOG_TYPE,
        """
        Sets the format of log lines. `raw` writes the output unchanged. `json` writes each line as
        a JSON object with the keys `message`, `timestamp`, `type` (`out` or `err`), `process_id`
        and `app_name`.\
        """,
        """
        writes one object for each chunk of output that it reads. A chunk may contain several lines
        or part of a line.\
        """);
    add(
        AppKey.LOG_DATE_FORMAT,
        """
        Sets the format of the timestamp before each log line, such as `"YYYY-MM-DD HH:mm:ss"` for
        `2026-11-21 13:20:39: text`. With `log_type: "json"`, it sets the format of `timestamp`,
        which is ISO 8601 in UTC by default. The format uses the daemon's time zone. `""` disables
        the timestamp.

        The tokens are the same as in Moment.js: `YYYY YY MMMM MMM MM M Do DDDD DDD DD D dddd ddd dd
        d HH H hh h kk k mm m ss s SSS SS S A a Z ZZ X x W WW E`. Text in brackets, such as
        `[text]`, and all other characters are copied unchanged.\
        """);
    add(
        AppKey.TIME,
        """
        Adds an ISO 8601 timestamp to each log line. This key is equivalent to
        `log_date_format: "YYYY-MM-DDTHH:mm:ss"`. `log_date_format` takes precedence if both are
        set.\
        """);
    add(
        AppKey.LOGS,
        """
        Sets limits for the app's log files. All keys are optional; the defaults are the `logs`
        settings of the daemon in `jpm.json`. 0 means no limit. Example: `{"max_size": "50M",
        "rotate_every": "7d", "keep": 20, "max_age": "90d", "max_total": "1G", "compress": true,
        "when_full": "drop_oldest"}`.

        - `max_size`: the size at which a log file is rotated.
        - `rotate_every`: the age of the oldest line at which a log file is rotated.
        - `keep`: the maximum number of rotated files per log file. The oldest are deleted.
        - `max_age`: the age at which a rotated file is deleted.
        - `max_total`: the maximum total size of the app's log files. The oldest rotated files are
          deleted.
        - `compress`: whether rotated files are compressed with gzip.
        - `when_full`: the behavior when the disk is full. `drop_oldest` drops lines and counts
          them; `block` makes the app wait until it can write again.\
        """,
        "does not have this key.");
    add(
        AppKey.PTY,
        """
        Connects the output of the app to a pseudoterminal, for programs that would otherwise
        buffer their output. Standard output and standard error are combined in `out_file`.\
        """,
        "does not have this key.");
    add(
        AppKey.PID_FILE,
        """
        Sets the file to which the process id is written. The instance id is inserted before the
        extension `.pid`. A number that is already there is replaced.\
        """);
  }
}
