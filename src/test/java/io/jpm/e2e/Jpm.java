package io.jpm.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.Eventually;
import io.jpm.testing.FileModes;
import io.jpm.testing.TestDeadline;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The product as a user has it: the real `bin/jpm` with a home of its own. Closing it ends the
/// daemon and checks that no process is left.
public final class Jpm implements AutoCloseable {
  /// The directory of the installation that is tested.
  public static final Path ROOT = Path.of(System.getProperty("jpm.root", ".")).toAbsolutePath();

  /// The deadline of a wait for a process or a daemon.
  public static final Duration LONG = Duration.ofSeconds(60);

  /// The environment variable by which [#liveProcesses] recognizes the processes of a test.
  public static final String MARK = "E2E_MARK";

  /// Whether the AOT cache exists. With it, daemons start in half the time. All homes share it,
  /// since it lies beside the jar.
  private static boolean hasAotCache;

  private final String mark = UUID.randomUUID().toString();
  private final Path base;
  private final Map<String, String> environment = new HashMap<>();

  /// The output and the exit code of a command.
  public record Result(int code, String out, String err) {
    /// Returns this result, and fails unless the exit code is 0.
    public Result ok() {
      assertThat(code).as("exit code; out: %s err: %s", out, err).isZero();
      return this;
    }

    /// Returns this result, and fails if the exit code is 0 or the errors contain a stack trace.
    public Result failed() {
      assertThat(code).as("exit code; out: %s err: %s", out, err).isNotZero();
      assertThat(err).doesNotContain("Exception").doesNotContain("\tat ");
      return this;
    }
  }

  /// Creates a new home; no daemon runs in it yet.
  public Jpm() throws IOException {
    // Short, since the path of a unix socket has at most 107 bytes.
    this.base = Files.createTempDirectory("jpm-e2e").toRealPath();
    environment.put("JPM_HOME", home().toString());
    environment.put("HOME", base.toString());
    environment.put("JPM_JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
    environment.put("JPM_AOT", "off");
    // Halves the processor time of a start: early compilation pays off only after a test has ended.
    environment.put(
        "JPM_JAVA_OPTS",
        "-XX:CompileThresholdScaling=5 -XX:+IgnoreUnrecognizedVMOptions -XX:-AOTReplayTraining");
    environment.put(MARK, mark);
    makeAotCache();
  }

  /// Returns the directory of the daemon, `JPM_HOME`.
  public Path home() {
    return base.resolve("home");
  }

  /// Returns the file in `/dev/shm` that contains the log buffer. It is deleted by `jpm kill`, if a
  /// daemon is running.
  public Path logBuffer() throws IOException {
    return Path.of(Files.readAllLines(home().resolve("fifo/memory")).getFirst());
  }

  /// Returns the value of [#MARK] in all processes that the commands of this test start. An app
  /// that inherits no variables must declare it.
  public String mark() {
    return mark;
  }

  /// Sets a variable for all later commands.
  public void environment(String name, String value) {
    environment.put(name, value);
  }

  /// Waits until a daemon that is being started accepts connections.
  public void awaitDaemon() {
    Eventually.await(
        "the daemon is ready",
        LONG,
        () ->
            Files.exists(home().resolve("bridge.port")) && Files.exists(home().resolve("jpm.pid")));
  }

  /// Returns the directory for the programs of a test.
  public Path work() throws IOException {
    return Files.createDirectories(base.resolve("work"));
  }

  /// Creates an executable file in the directory of [#work].
  public Path script(String name, String text) throws IOException {
    Path file = work().resolve(name);
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  /// Starts a command of `bin/jpm` and does not wait for its end.
  public Process begin(String... args) throws IOException {
    return begin(Map.of(), args);
  }

  /// Starts a command of `bin/jpm` with additional variables and does not wait for its end.
  ///
  /// @param more environment for this command only, and for the daemon if it starts one
  public Process begin(Map<String, String> more, String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("bin/jpm").toString()));
    command.addAll(List.of(args));
    return launch(command, more);
  }

  /// Runs the command from a shell that has executed `setting` first, such as `ulimit`.
  public Result runAfter(String setting, String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of("bash", "-c", setting + "; exec \"$@\"", "sh"));
    command.add(ROOT.resolve("bin/jpm").toString());
    command.addAll(List.of(args));
    return finish(launch(command, Map.of()));
  }

  /// Runs another program as a user of this home would.
  ///
  /// @param more environment for this program only
  public Result shell(List<String> command, Map<String, String> more) throws IOException {
    return finish(launch(command, more));
  }

  /// Runs a line in bash, in the directory of the test's programs.
  public Result shell(String line) throws IOException {
    return finish(launch(List.of("bash", "-c", line), Map.of()));
  }

  /// Starts another program of the installation, with its output in files.
  public Process launch(List<String> command, Map<String, String> more, Path out, Path err)
      throws IOException {
    return builder(command, more).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
  }

  private Process launch(List<String> command, Map<String, String> more) throws IOException {
    return builder(command, more).start();
  }

  private ProcessBuilder builder(List<String> command, Map<String, String> more)
      throws IOException {
    var builder = new ProcessBuilder(command).directory(work().toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("JPM_"));
    builder.environment().putAll(environment);
    builder.environment().putAll(more);
    return builder;
  }

  /// Runs a command of `bin/jpm` and waits for its end.
  public Result run(String... args) {
    try {
      return finish(begin(args));
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  /// Creates the AOT cache of this build if there is none, once for all tests of this process.
  /// While another process creates it, the first tests run without it.
  private void makeAotCache() throws IOException {
    synchronized (Jpm.class) {
      if (!hasAotCache) {
        finish(begin(Map.of("JPM_INTERNAL", "train", "JPM_AOT", "on")));
        hasAotCache = true;
      }
    }
  }

  /// Closes the standard input of a process and waits for its end.
  public static Result finish(Process process) {
    try {
      process.getOutputStream().close();
      var err = new java.util.concurrent.FutureTask<>(() -> text(process.getErrorStream()));
      Thread.ofVirtual().start(err);
      String out = text(process.getInputStream());
      assertThat(process.waitFor(TestDeadline.scaledSeconds(180), TimeUnit.SECONDS))
          .as("the command ends")
          .isTrue();
      return new Result(process.exitValue(), out, err.get());
    } catch (IOException | InterruptedException | java.util.concurrent.ExecutionException error) {
      throw new AssertionError(error);
    }
  }

  private static String text(java.io.InputStream stream) throws IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  /// Returns the apps as `jlist` shows them.
  public List<JsonObject> list() {
    return new JsonArray(run("jlist").ok().out()).stream().map(JsonObject.class::cast).toList();
  }

  /// Returns the first instance of an app as `jlist` shows it.
  public JsonObject app(String name) {
    return list().stream()
        .filter(app -> app.getString("name").equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no app " + name));
  }

  /// Returns the pid of the first instance of an app.
  public int pid(String name) {
    return app(name).getInteger("pid");
  }

  /// Returns the status of the first instance of an app, such as `online`.
  public String status(String name) {
    return app(name).getJsonObject("pm2_env").getString("status");
  }

  /// Returns how often the first instance of an app was restarted.
  public int restarts(String name) {
    return app(name).getJsonObject("pm2_env").getInteger("restart_time");
  }

  /// Waits until the first instance of an app has this status.
  public void awaitStatus(String name, String status) {
    Eventually.await(name + " is " + status, LONG, () -> status(name).equals(status));
  }

  /// Writes settings into the home. The daemon reads them when it starts.
  public void settings(String json) throws IOException {
    if (!Files.exists(home())) {
      FileModes.onlyOwnerWrites(Files.createDirectories(home()));
    }
    FileModes.onlyOwnerWrites(Files.writeString(home().resolve("jpm.json"), json));
  }

  /// Returns all live processes of the apps and their descendants, without jpm's own processes.
  public List<String> appProcesses() {
    return liveProcesses().stream()
        .filter(process -> !process.contains("io.jpm.daemon"))
        .filter(process -> !process.contains("jpm-keeper"))
        .toList();
  }

  /// Returns the lines of `jpm.log`, the log file of the daemon.
  public List<String> daemonLog() {
    return read(home().resolve("jpm.log")).lines().toList();
  }

  /// Prevents the start of a daemon until the result is closed.
  public AutoCloseable preventDaemonStart() throws IOException {
    Process flock =
        new ProcessBuilder(
                "flock",
                home().resolve("start.lock").toString(),
                "sh",
                "-c",
                "echo locked; exec cat")
            .start();
    assertThat(flock.inputReader().readLine()).isEqualTo("locked");
    return () -> {
      flock.getOutputStream().close();
      assertThat(flock.waitFor(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS)).isTrue();
    };
  }

  /// Returns the pid of the daemon from `jpm.pid`.
  public long daemonPid() throws IOException {
    return Long.parseLong(Files.readString(home().resolve("jpm.pid")).strip());
  }

  /// Kills the daemon with SIGKILL and waits until it is gone.
  public void killDaemon() throws IOException {
    ProcessHandle daemon = ProcessHandle.of(daemonPid()).orElseThrow();
    daemon.destroyForcibly();
    Eventually.await("the daemon is gone", LONG, () -> !daemon.isAlive());
  }

  /// Kills a process with SIGKILL.
  public static void kill(int pid) {
    assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
  }

  /// Reports whether a process exists. A zombie counts, too.
  public static boolean alive(int pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  /// Like [#alive], but a zombie that init has not reaped yet does not count.
  public static boolean running(int pid) {
    String stat = read(Path.of("/proc", Integer.toString(pid), "stat"));
    return !stat.isEmpty() && stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
  }

  /// Returns the lines of a log file of an app; none if the file does not exist.
  public List<String> log(String file) throws IOException {
    Path path = home().resolve("logs").resolve(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }

  /// Returns all live processes that the commands of this test have led to, with their command
  /// lines.
  public List<String> liveProcesses() {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(path -> path.getFileName().toString().matches("[0-9]+"))
          .filter(this::isMine)
          .map(path -> path.getFileName() + " " + read(path.resolve("cmdline")))
          .toList();
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  private boolean isMine(Path process) {
    return read(process.resolve("environ")).contains(MARK + "=" + mark);
  }

  /// Returns the process tags of all live processes of this home's apps, by pid.
  public Map<Integer, String> processTags() {
    String prefix = "JPM_TAG=" + home() + ":";
    Map<Integer, String> tags = new HashMap<>();
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      processes
          .filter(path -> path.getFileName().toString().matches("[0-9]+"))
          .forEach(path ->
              Stream.of(read(path.resolve("environ")).split(" "))
                  .filter(word -> word.startsWith(prefix))
                  .forEach(word ->
                      tags.put(
                          Integer.valueOf(path.getFileName().toString()),
                          word.substring(prefix.length()))));
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
    return tags;
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).replace('\0', ' ');
    } catch (IOException gone) {
      return "";
    }
  }

  /// Removes all apps with their logs, the saved list and the files of [#work], so that the next
  /// test of a class finds the home as if it were new. The daemon stays.
  public void clear() throws IOException {
    run("delete", "all");
    Files.deleteIfExists(home().resolve("dump.json"));
    for (Path directory : List.of(home().resolve("logs"), work())) {
      deleteBelow(directory);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      Result kill = run("kill");
      Eventually.await(
          "no process is left after " + kill,
          LONG,
          () -> liveProcesses().isEmpty(),
          this::liveProcesses);
    } finally {
      for (String survivor : liveProcesses()) {
        ProcessHandle.of(Long.parseLong(survivor.substring(0, survivor.indexOf(' '))))
            .ifPresent(ProcessHandle::destroyForcibly);
      }
      delete();
    }
  }

  private void delete() throws IOException {
    deleteBelow(base);
    base.toFile().delete();
  }

  private static void deleteBelow(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .filter(file -> !file.equals(directory))
          .sorted(Comparator.reverseOrder())
          .forEach(file -> file.toFile().delete());
    }
  }
}
