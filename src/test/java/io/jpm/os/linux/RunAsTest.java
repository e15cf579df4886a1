package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RunAs;
import io.jpm.model.Sandbox;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.os.linux.credentials.UserDatabase;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Native;
import io.jpm.os.linux.tree.LinuxChild;
import io.jpm.testing.Eventually;
import io.jpm.testing.Leftovers;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Children with other credentials than the daemon, as the kernel shows them. Tests of what only
/// root can set up run as root only.
@Timeout(120)
class RunAsTest {
  private static final String NOBODY = "nobody";

  private HostFixture fixture;

  @BeforeEach
  void open(@TempDir Path dir) throws IOException {
    // Another user must be able to enter and to write.
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxrwxrwx"));
    fixture = new HostFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  private static RunAs user(String name) {
    return new RunAs(Optional.of(name), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());
  }

  private static RunAs group(String name) {
    return new RunAs(Optional.empty(), Optional.of(name), OptionalInt.empty(), OptionalInt.empty());
  }

  private static RunAs nice(int nice) {
    return new RunAs(Optional.empty(), Optional.empty(), OptionalInt.of(nice), OptionalInt.empty());
  }

  private SpawnRequest request(String script, RunAs runAs) {
    return fixture.withRunAs(fixture.request(script), runAs);
  }

  private static List<String> status(long pid, String key) {
    return read(Path.of("/proc/" + pid + "/status"))
        .lines()
        .filter(line -> line.startsWith(key + ":"))
        .flatMap(line -> Stream.of(line.substring(key.length() + 1).strip().split("\\s+")))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String niceOf(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return fields[16];
  }

  private static List<String> repeatedFourTimes(Object value) {
    return List.of(value.toString(), value.toString(), value.toString(), value.toString());
  }

  /// The user of the program may create a pipe there at any time, and the daemon must not block on
  /// a pipe that no process opens at the other end.
  @Test
  void pipeInPlaceOfTheProgramIsRefusedAtOnce() {
    Path pipe = fixture.dir().resolve("program");
    Libc.mkfifo(pipe, 0755);
    List<RunAs> users =
        Libc.effectiveUser() == 0 ? List.of(RunAs.DAEMON, user(NOBODY)) : List.of(RunAs.DAEMON);

    for (RunAs runAs : users) {
      assertThat(fixture.refusal(request(pipe.toString(), runAs)))
          .isEqualTo(pipe + " is not a regular file, so it cannot be a program");
    }
    Need.assume(Need.ROOT); // as another user only as root
  }

  @Test
  @Needs(Need.ROOT)
  void userHasItsGroupAndNoCapabilities() throws IOException {
    UserDatabase.User nobody = UserDatabase.user(NOBODY).orElseThrow();
    Spawned app =
        fixture.start(
            request(
                "reopens-stdout.sh",
                new RunAs(
                    Optional.of(NOBODY),
                    Optional.empty(),
                    OptionalInt.of(7),
                    OptionalInt.of(0137))));
    app.awaitOutput("0137\n");

    assertThat(status(app.pid(), "Uid")).isEqualTo(repeatedFourTimes(nobody.uid()));
    assertThat(status(app.pid(), "Gid")).isEqualTo(repeatedFourTimes(nobody.gid()));
    assertThat(status(app.pid(), "Groups")).containsExactly(Integer.toString(nobody.gid()));
    for (String set : List.of("CapEff", "CapPrm", "CapInh", "CapAmb")) {
      assertThat(status(app.pid(), set)).as(set).containsExactly("0000000000000000");
    }
    assertThat(status(app.pid(), "Umask")).containsExactly("0137");
    assertThat(niceOf(read(Path.of("/proc/" + app.pid() + "/stat")))).isEqualTo("7");
    assertThat(HostFixture.read(app.out())).startsWith("reopened\n");
    assertThat(HostFixture.read(app.error()))
        .isEqualTo(nobody.home() + " nobody nobody " + nobody.shell() + "\n");
    Path made = fixture.dir().resolve("made-here");
    assertThat(Files.getAttribute(made, "unix:uid")).isEqualTo(nobody.uid());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
        .isEqualTo("rw-r-----");
    assertThat(status(ProcessHandle.current().pid(), "Umask")).isNotEqualTo(List.of("0137"));
  }

  @Test
  @Needs(Need.ROOT)
  void usersAndGroupsCanBeGivenAsNumbers() {
    UserDatabase.User nobody = nobody();
    Spawned byNumber =
        fixture.start(request("obedient.sh", user(Integer.toUnsignedString(nobody.uid()))));
    Spawned otherGroup =
        fixture.start(
            request(
                "obedient.sh",
                new RunAs(
                    Optional.of(NOBODY),
                    Optional.of("4242"),
                    OptionalInt.empty(),
                    OptionalInt.empty())));
    Spawned groupAlone = fixture.start(request("obedient.sh", group("daemon")));

    assertThat(status(byNumber.pid(), "Uid")).isEqualTo(repeatedFourTimes(nobody.uid()));
    assertThat(status(otherGroup.pid(), "Uid")).isEqualTo(repeatedFourTimes(nobody.uid()));
    assertThat(status(otherGroup.pid(), "Gid")).isEqualTo(repeatedFourTimes(4242));
    assertThat(status(otherGroup.pid(), "Groups")).containsExactly("4242");
    assertThat(status(groupAlone.pid(), "Uid")).isEqualTo(repeatedFourTimes(0));
    assertThat(status(groupAlone.pid(), "Gid")).isEqualTo(repeatedFourTimes(1));
    assertThat(status(groupAlone.pid(), "Groups")).containsExactly("1");
  }

  private static UserDatabase.User nobody() {
    try {
      return UserDatabase.user(NOBODY).orElseThrow();
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @Needs(Need.ROOT)
  void supplementaryGroupsOfTheUserAreSet() throws IOException {
    Optional<String> member =
        Files.readAllLines(Path.of("/etc/group")).stream()
            .map(line -> line.split(":", -1))
            .filter(parts -> parts.length > 3 && !parts[3].isEmpty())
            .map(parts -> parts[3].split(",", -1)[0])
            .findFirst();
    Need.assume(member.isPresent(), "a user in a further group");
    UserDatabase.User user = UserDatabase.user(member.orElseThrow()).orElseThrow();
    Spawned app = fixture.start(request("obedient.sh", user(user.name())));

    List<String> expected =
        UserDatabase.groupsOf(user.name(), user.gid()).stream()
            .map(Integer::toUnsignedString)
            .toList();
    assertThat(expected).hasSizeGreaterThan(1);
    assertThat(status(app.pid(), "Groups")).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  @Needs(Need.ROOT)
  void threadsOfTheDaemonKeepTheirCredentials() {
    List<String> before = credentialsOfThreads();
    RunAs all =
        new RunAs(Optional.of(NOBODY), Optional.empty(), OptionalInt.of(11), OptionalInt.of(0123));
    for (int i = 0; i < 50; i++) {
      Spawned app = fixture.start(request("exits-at-once.sh", all));
      app.watcher().awaitExit();
    }

    assertThat(credentialsOfThreads()).isEqualTo(before).hasSize(1);
    // PR_GET_DUMPABLE: no process can have attached to the threads that ran as user nobody.
    assertThat(new Native("prctl").call(3))
        .isEqualTo(Long.parseLong(read(Path.of("/proc/sys/fs/suid_dumpable")).strip()));
  }

  /// Returns the credentials of all threads: one line if they agree.
  private static List<String> credentialsOfThreads() {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      return tasks.flatMap(RunAsTest::credentialsOf).distinct().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Stream<String> credentialsOf(Path task) {
    try {
      if (Files.readString(task.resolve("comm")).startsWith("jpm-other")) {
        return Stream.empty(); // about to exit
      }
      String status =
          String.join(
              " ",
              Files.readAllLines(task.resolve("status")).stream()
                  .filter(line -> line.matches("(Uid|Gid|Groups|Umask|Cap...):.*"))
                  .toList());
      return Stream.of(status + " nice " + niceOf(Files.readString(task.resolve("stat"))));
    } catch (IOException ended) {
      return Stream.empty();
    }
  }

  @ParameterizedTest
  @Needs(Need.ROOT)
  @ValueSource(strings = {"obedient.sh", "new-session.sh", "daemonizes.sh"})
  void treeOfAnotherUserIsEnded(String script) {
    Spawned app = fixture.start(request(script, user(NOBODY)));
    app.awaitReady();

    app.child().signalTree(Signal.SIGTERM);
    app.watcher().awaitTreeGone();

    assertThat(Leftovers.of(fixture.mark())).isEmpty();
    assertThat(app.watcher().told()).containsExactly("exited", "treeGone");
  }

  @Test
  @Needs(Need.ROOT)
  void nextDaemonFindsAdoptsAndEndsTheTreeOfAnotherUser() {
    String home = fixture.dir().toString();
    SpawnRequest request = fixture.withTag(request("daemonizes.sh", user(NOBODY)), home + ":1:1");
    Spawned app = fixture.start(request);
    app.awaitReady();
    ProcessIdentity identity = app.child().identity();
    RecordedWatcher watcher = new RecordedWatcher();
    try (LinuxProcessHost second = new LinuxProcessHost()) {
      Eventually.await(
          "the process is found",
          HostFixture.DEADLINE,
          () -> identity.equals(second.findTagged(home + ":").get(home + ":1:1")),
          () -> second.findTagged(home + ":"));
      Child adopted = second.adopt(identity, home + ":1:1", watcher).orElseThrow();
      adopted.signalTree(Signal.SIGTERM);
      watcher.awaitTreeGone();
    }

    assertThat(Leftovers.of(fixture.mark())).isEmpty();
  }

  @Test
  @Needs(Need.ROOT)
  void tagSetByAnotherUserIsNotTrusted() throws Exception {
    String tag = fixture.dir() + ":5:1";
    ProcessBuilder builder =
        new ProcessBuilder(
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            "setsid",
            "sleep",
            "1000");
    builder.environment().put(SpawnRequest.TAG_VARIABLE, tag);
    builder.environment().put(Leftovers.VARIABLE, fixture.mark());
    Process stranger = builder.start();
    try {
      Eventually.await(
          "the process runs as another user",
          HostFixture.DEADLINE,
          () ->
              read(Path.of("/proc/" + stranger.pid() + "/comm")).startsWith("sleep")
                  && status(stranger.pid(), "Uid").equals(repeatedFourTimes(65534)));

      assertThat(fixture.host().findTagged(fixture.dir() + ":")).isEmpty();
      ProcessIdentity gone = new ProcessIdentity("another", 1, 1);
      assertThat(fixture.host().adoptLeftovers(gone, tag, new RecordedWatcher()).hasLeftovers())
          .isFalse();
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  /// Repeatedly tries to signal and to limit each thread of this JVM, and counts the successes.
  /// Signal 0 and reading a limit need the same permission as any other signal or limit.
  private static final String ATTACK =
      """
      import os, resource, sys
      daemon, stop, said = sys.argv[1:]
      had = rounds = 0
      while not os.path.exists(stop):
        for tid in map(int, os.listdir("/proc/" + daemon + "/task")):
          for attempt in (lambda: os.kill(tid, 0),
                          lambda: resource.prlimit(tid, resource.RLIMIT_NOFILE)):
            try:
              attempt()
              had += 1
            except (PermissionError, ProcessLookupError):
              pass
        rounds += 1
        if rounds == 1:
          open(said + ".begun", "w").close()
      open(said, "w").write("%d %s" % (had, rounds > 20))
      """;

  @Test
  @Needs({Need.ROOT, Need.PYTHON_FOR_ALL})
  void userOfAnAppCannotSignalOrLimitThreadsOfTheDaemon() throws Exception {
    Path said = fixture.dir().resolve("said");
    Path stop = fixture.dir().resolve("stop");
    Path file = fixture.dir().resolve("log");
    Process attack =
        new ProcessBuilder(
                List.of(
                    "setpriv",
                    "--reuid=65534",
                    "--regid=65534",
                    "--clear-groups",
                    "/usr/bin/env",
                    "python3",
                    "-c",
                    ATTACK,
                    Long.toString(ProcessHandle.current().pid()),
                    stop.toString(),
                    said.toString()))
            .inheritIO()
            .start();
    try {
      Eventually.await(
          "the attack is running",
          HostFixture.DEADLINE,
          () -> Files.exists(Path.of(said + ".begun")) || !attack.isAlive());
      for (int i = 0; i < 60; i++) {
        fixture.start(request("exits-at-once.sh", user(NOBODY))).watcher().awaitExit();
        fixture.host().logFileSystem().open(file, user(NOBODY)).close();
        fixture.host().logFileSystem().delete(file, user(NOBODY));
      }
      Files.createFile(stop);
      attack.waitFor();

      assertThat(read(said)).isEqualTo("0 True");
    } finally {
      attack.destroyForcibly().waitFor();
    }
  }

  @Test
  @Needs(Need.ROOT)
  void environmentIsPassedOnlyToTheAppOfAnotherUser() {
    String odd = "a \"b' $HOME ${c} \\d\n#e";
    SpawnRequest request =
        fixture.withVariable(
            fixture.withVariable(
                fixture.withVariable(request("obedient.sh", user(NOBODY)), "odd.name$\"\\", odd),
                "LD_PRELOAD",
                "/no/such/library.so"),
            "VALUE",
            "");
    request = request.withProgram(Path.of("/usr/bin/printenv"), List.of("printenv", "-0"));
    Spawned app = fixture.start(request);
    app.watcher().awaitExit();
    app.awaitOutput("VALUE=");

    assertThat(HostFixture.read(app.out()).split("\0"))
        .contains("odd.name$\"\\=" + odd, "VALUE=", "LD_PRELOAD=/no/such/library.so")
        .noneMatch(it -> it.startsWith("JPM_V"));
    // The loader complains once per program that it starts with this variable: only the app.
    assertThat(HostFixture.read(app.error()).split("cannot be preloaded", -1)).hasSize(2);
  }

  @Test
  @Needs(Need.ROOT)
  void programThatCannotRunAsAnotherUserIsRefusedWithTheReason() throws IOException {
    Path noProgram = program("no-program", "just text\n");
    Path noInterpreter = program("no-interpreter", "#!/no/such/interpreter\n");
    Path closed = Files.createDirectory(fixture.dir().resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    SpawnRequest request = request("obedient.sh", user(NOBODY));

    assertThat(fixture.refusal(request.withProgram(noProgram, List.of("x"))))
        .isEqualTo(
            noProgram
                + " is not a program and has no #! line: add a #! line, or set --interpreter");
    assertThat(fixture.refusal(request.withProgram(noInterpreter, List.of("x"))))
        .isEqualTo(
            noInterpreter
                + " names an interpreter in its #! line that does not exist: /no/such/interpreter");
    assertThat(fixture.refusal(request.withProgram(Path.of("/no/such"), List.of("x"))))
        .isEqualTo("/no/such does not exist");
    assertThat(fixture.refusal(fixture.withFolder(request, closed)))
        .isEqualTo(
            "the working directory "
                + closed
                + " cannot be entered: permission denied for user nobody");
    assertThat(Leftovers.of(fixture.mark())).isEmpty();
  }

  private static RunAs sandboxed(Optional<String> user, Sandbox sandbox) {
    return new RunAs(user, Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), sandbox);
  }

  private static List<String> capabilities(Spawned app) {
    return Stream.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
        .flatMap(set -> status(app.pid(), set).stream())
        .distinct()
        .toList();
  }

  @Test
  @Needs(Need.ROOT)
  void appOfAnotherUserHasNoNewPrivilegesByDefault() {
    Sandbox off = new Sandbox(Optional.of(false), Optional.empty());
    Spawned usual = fixture.start(request("obedient.sh", user(NOBODY)));
    Spawned free = fixture.start(request("obedient.sh", sandboxed(Optional.of(NOBODY), off)));

    assertThat(status(usual.pid(), "NoNewPrivs")).containsExactly("1");
    assertThat(status(free.pid(), "NoNewPrivs")).containsExactly("0");
  }

  @Test
  void noNewPrivilegesDoesNotNeedRoot() {
    Sandbox on = new Sandbox(Optional.of(true), Optional.empty());
    Spawned usual = fixture.start(request("obedient.sh", RunAs.DAEMON));
    Spawned bound = fixture.start(request("obedient.sh", sandboxed(Optional.empty(), on)));

    assertThat(status(usual.pid(), "NoNewPrivs"))
        .isEqualTo(status(ProcessHandle.current().pid(), "NoNewPrivs"));
    assertThat(status(bound.pid(), "NoNewPrivs")).containsExactly("1");
    assertThat(status(bound.pid(), "Uid")).isEqualTo(repeatedFourTimes(Libc.effectiveUser()));
    bound.awaitReady();
    bound.child().signalTree(Signal.SIGTERM);
    bound.watcher().awaitTreeGone();
  }

  @Test
  @Needs(Need.ROOT)
  void appHasExactlyTheConfiguredCapabilities() throws IOException {
    Sandbox one = new Sandbox(Optional.empty(), Optional.of(List.of("net_bind_service")));
    Sandbox none = new Sandbox(Optional.empty(), Optional.of(List.of()));
    Spawned user = fixture.start(request("obedient.sh", sandboxed(Optional.of(NOBODY), one)));
    Spawned root = fixture.start(request("obedient.sh", sandboxed(Optional.empty(), one)));
    Path closed = Files.writeString(fixture.dir().resolve("closed"), "content");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    Spawned powerless =
        fixture.start(
            request("obedient.sh", sandboxed(Optional.empty(), none))
                .withProgram(
                    Path.of("/bin/sh"), List.of("sh", "-c", "cat closed; echo x >closed; exit 0")));

    assertThat(capabilities(user)).containsExactly("0000000000000400");
    assertThat(status(user.pid(), "NoNewPrivs")).containsExactly("1");
    assertThat(capabilities(root)).containsExactly("0000000000000400");
    powerless.watcher().awaitExit();
    assertThat(HostFixture.read(powerless.out())).isEmpty();
    assertThat(Files.readString(closed)).isEqualTo("content");
  }

  @Test
  @Needs(Need.ROOT)
  void programWithAnEqualsSignInItsPathRunsAsAnotherUser() throws IOException {
    Path program = program("a=b", "#!/bin/sh\necho \"$0 $1\"\n");
    Spawned app =
        fixture.start(
            request("obedient.sh", user(NOBODY)).withProgram(program, List.of("x", "c d")));

    app.awaitOutput(program + " c d\n");
    app.watcher().awaitExit();
  }

  private Path program(String name, String content) throws IOException {
    Path file = Files.writeString(fixture.dir().resolve(name), content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void niceAloneDoesNotNeedRoot() {
    Spawned app = fixture.start(request("obedient.sh", nice(19)));

    assertThat(niceOf(read(Path.of("/proc/" + app.pid() + "/stat")))).isEqualTo("19");
    assertThat(status(app.pid(), "Uid")).isEqualTo(repeatedFourTimes(Libc.effectiveUser()));
  }

  @Test
  void unknownUserOrGroupIsRefused() {
    assertThat(fixture.refusal(request("obedient.sh", user("no-such-user"))))
        .isEqualTo(
            "there is no user 'no-such-user' on this machine: set uid to a user listed by `getent"
                + " passwd`");
    assertThat(fixture.refusal(request("obedient.sh", user("3999999999"))))
        .startsWith("there is no user '3999999999'");
    assertThat(fixture.refusal(request("obedient.sh", user("-1"))))
        .startsWith("there is no user '-1'");
    assertThat(fixture.refusal(request("obedient.sh", group("no-such-group"))))
        .startsWith("there is no group 'no-such-group'");
    assertThat(Leftovers.of(fixture.mark())).isEmpty();
  }

  @Test
  @Needs(Need.ROOT)
  void programThatTheUserMayNotRunIsRefused() throws IOException {
    SpawnRequest request = request("obedient.sh", user(NOBODY));
    Files.setPosixFilePermissions(request.program(), PosixFilePermissions.fromString("rwx------"));

    assertThat(fixture.refusal(request))
        .isEqualTo(
            request.program()
                + " cannot be started: user nobody is not allowed to execute it, or to enter its"
                + " directory or the working directory "
                + fixture.dir());
  }

  @Test
  @Needs({Need.ROOT, Need.LIBSECCOMP})
  void unprivilegedDaemonIsRefusedWhatNeedsRoot() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            Objects.requireNonNull(System.getProperty("java.class.path")),
            UnprivilegedDaemon.class.getName(),
            fixture.dir().toString(),
            fixture.script("obedient.sh").toString()));
    Path said = fixture.dir().resolve("said");
    Process daemon =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    int exit = daemon.waitFor();

    Need.assume(
        !read(said).contains("ClassNotFoundException"), "a checkout that other users can read");
    assertThat(read(said))
        .isEqualTo(
            """
            daemon: only root can run an app as another user: start the daemon as root or remove uid\
             and gid
            nice: nice -5 is a higher priority than the daemon is allowed to set: start the daemon as\
             root or use a higher value
            nobody: started
            tmp: only root can apply private_tmp to an app: start the daemon as root or remove\
             private_tmp
            paths: only root can apply private_tmp and read_only_paths to an app: start the daemon\
             as root or remove private_tmp and read_only_paths
            calls: started
            gaining: seccomp without no_new_privileges requires a daemon that runs as root with\
             sys_admin: remove `no_new_privileges: false`
            """);
    assertThat(exit).isZero();
  }

  @Test
  @Needs(Need.ROOT)
  void parallelSpawnsDoNotMixTheirCredentials() {
    List<SpawnRequest> requests = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      requests.add(request("obedient.sh", i % 2 == 0 ? user(NOBODY) : nice(5)));
    }

    List<SpawnResult> results =
        requests.parallelStream()
            .map(request -> fixture.host().spawn(request, new RecordedWatcher()))
            .toList();

    String own = niceOf(read(Path.of("/proc/self/stat")));
    for (int i = 0; i < results.size(); i++) {
      assertThat(results.get(i)).isInstanceOf(SpawnResult.Started.class);
      int pid = ((SpawnResult.Started) results.get(i)).child().identity().pid();
      assertThat(status(pid, "Uid")).isEqualTo(repeatedFourTimes(i % 2 == 0 ? nobody().uid() : 0));
      assertThat(niceOf(read(Path.of("/proc/" + pid + "/stat")))).isEqualTo(i % 2 == 0 ? own : "5");
    }
  }

  /// The user of a process can change the environment that it shows.
  @Test
  @Needs(Need.ROOT)
  void environmentOfAProcessOfAnotherUserIsNotRead() {
    SpawnRequest request = fixture.request("obedient.sh");
    Spawned own = fixture.start(fixture.withVariable(request, "PORT", "3000"));
    own.awaitReady();
    SpawnRequest others = fixture.withVariable(request("obedient.sh", user(NOBODY)), "PORT", "22");
    Spawned app = fixture.start(others);
    app.awaitReady();

    assertThat(fixture.host().environmentVariable(own.child().identity(), "PORT")).contains("3000");
    assertThat(fixture.host().environmentVariable(app.child().identity(), "PORT")).isEmpty();
  }

  @Test
  @Needs(Need.ROOT)
  void processWithTheTagOfAnotherInstanceIsNotFound() {
    String home = fixture.dir().toString();
    SpawnRequest first = fixture.withTag(request("obedient.sh", user(NOBODY)), home + ":1:1");
    SpawnRequest second = fixture.withTag(request("obedient.sh", user(NOBODY)), home + ":1:9");
    Spawned app = fixture.start(first);
    app.awaitReady();
    Spawned forger = fixture.start(second); // its pipes have the number 2
    forger.awaitReady();

    try (LinuxProcessHost next = new LinuxProcessHost(fixture.dir())) {
      assertThat(next.findTagged(home + ":"))
          .containsOnly(Map.entry(home + ":1:1", app.child().identity()));
      assertThat(next.findAllTagged(home + ":")).containsOnlyKeys(home + ":1:1");
    }
  }

  @Test
  @Needs(Need.ROOT)
  void ipcChannelOfAProcessOfAnotherUserIsRecognized() {
    Spawned app = fixture.start(fixture.withChannel(request("obedient.sh", user(NOBODY))));
    app.awaitReady();
    Spawned without = fixture.start(request("obedient.sh", user(NOBODY)));
    without.awaitReady();
    try (LinuxProcessHost next = new LinuxProcessHost()) {
      assertThat(adoptedBy(next, app).hasIpcChannel()).isTrue();
      assertThat(adoptedBy(next, without).hasIpcChannel()).isFalse();
    }
  }

  private static Child adoptedBy(LinuxProcessHost host, Spawned app) {
    LinuxChild made = (LinuxChild) app.child();
    return host.adopt(made.identity(), made.tag(), new RecordedWatcher()).orElseThrow();
  }
}
