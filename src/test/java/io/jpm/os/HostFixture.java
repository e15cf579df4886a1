package io.jpm.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RunAs;
import io.jpm.model.process.Signal;
import io.jpm.testing.Eventually;
import io.jpm.testing.Leftovers;
import io.jpm.testing.Need;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/// A process host, a directory, and children made of the scripts in `children/`. Closing it ends
/// everything that was started and verifies that it has ended.
public final class HostFixture implements AutoCloseable {
  public static final Duration DEADLINE = Duration.ofSeconds(20);

  private static final Set<String> NOT_EXECUTABLE = Set.of("not-executable.sh");

  private final ProcessHost host;
  private final Path dir;
  private final String mark = UUID.randomUUID().toString();
  private final List<Spawned> spawned = new ArrayList<>();
  private final List<CapturedOutput> captures = new ArrayList<>();
  private int count;

  public HostFixture(ProcessHost host, Path dir) {
    this.host = host;
    this.dir = dir;
  }

  /// A running child with its watcher and its output files.
  public record Spawned(Child child, RecordedWatcher watcher, Path out, Path error) {
    public int pid() {
      return child.identity().pid();
    }

    public void awaitReady() {
      awaitOutput("ready");
    }

    public void awaitOutput(String text) {
      Eventually.await(
          out + " contains '" + text + "'",
          DEADLINE,
          () -> read(out).contains(text),
          () -> read(out));
    }

    public void end() {
      child.signalTree(Signal.SIGKILL);
      watcher.awaitTreeGone();
    }
  }

  public ProcessHost host() {
    return host;
  }

  public Path dir() {
    return dir;
  }

  public String mark() {
    return mark;
  }

  /// Returns `<mark>:<instance>:<generation>`.
  public String tag(int instance, int generation) {
    return mark + ":" + instance + ":" + generation;
  }

  /// Returns an executable copy of the script. It is copied only once, because a shell reads its
  /// script while it runs.
  public Path script(String name) {
    assumeInterpreter(name);
    if (Files.exists(dir.resolve(name))) {
      return dir.resolve(name);
    }
    try (InputStream in =
        Objects.requireNonNull(HostFixture.class.getResourceAsStream("/children/" + name), name)) {
      Path file = dir.resolve(name);
      Files.write(file, in.readAllBytes());
      String permissions = NOT_EXECUTABLE.contains(name) ? "rw-r--r--" : "rwxr-xr-x";
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Not every machine has the interpreter of a script, or a Python that all users can run.
  private static void assumeInterpreter(String program) {
    if (program.endsWith(".cjs")) {
      Need.assume(Need.NODE);
    } else if (program.endsWith(".py")) {
      Need.assume(Need.PYTHON);
    } else if (program.equals("/usr/bin/python3")) {
      Need.assume(Need.PYTHON_FOR_ALL);
    }
  }

  /// Returns a request for a script, in the directory of the test, with its own pipes and files.
  public SpawnRequest request(String script, String... arguments) {
    assumeInterpreter(script);
    int number = ++count;
    Path program = script.startsWith("/") ? Path.of(script) : script(script);
    List<String> argv = new ArrayList<>(List.of(program.toString()));
    argv.addAll(List.of(arguments));
    return new SpawnRequest(
        program,
        argv,
        environment(),
        dir,
        pipe(number + ".out"),
        pipe(number + ".err"),
        tag(number, 1));
  }

  public LogPipe pipe(String name) {
    return new LogPipe(dir.resolve("fifo").resolve(name), dir.resolve("logs/" + name + ".log"));
  }

  public Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", Objects.requireNonNull(System.getenv("PATH")));
    environment.put(Leftovers.VARIABLE, mark);
    return environment;
  }

  public SpawnRequest withTag(SpawnRequest request, String tag) {
    return modified(request, it -> it.tag = tag);
  }

  public SpawnRequest withChannel(SpawnRequest request) {
    return modified(request, it -> it.channel = true);
  }

  public SpawnRequest withTerminal(SpawnRequest request) {
    return modified(request, it -> it.terminal = true);
  }

  public SpawnRequest withSockets(SpawnRequest request, String... keys) {
    return modified(request, it -> it.sockets = List.of(keys));
  }

  public SpawnRequest withRunAs(SpawnRequest request, RunAs runAs) {
    return modified(request, it -> it.runAs = runAs);
  }

  public SpawnRequest withVariable(SpawnRequest request, String name, String value) {
    return modified(request, it -> it.environment.put(name, value));
  }

  public SpawnRequest withFolder(SpawnRequest request, Path folder) {
    return modified(request, it -> it.cwd = folder);
  }

  private static SpawnRequest modified(SpawnRequest request, Consumer<RequestCopy> change) {
    var requestCopy = new RequestCopy(request);
    change.accept(requestCopy);
    return requestCopy.to(request);
  }

  /// A modifiable copy of a request.
  private static final class RequestCopy {
    private final Map<String, String> environment;
    private Path cwd;
    private String tag;
    private RunAs runAs;
    private boolean channel;
    private boolean terminal;
    private List<String> sockets;

    RequestCopy(SpawnRequest request) {
      environment = new HashMap<>(request.environment());
      cwd = request.cwd();
      tag = request.tag();
      runAs = request.runAs();
      channel = request.ipcChannel();
      terminal = request.terminal();
      sockets = request.sockets();
    }

    SpawnRequest to(SpawnRequest request) {
      return new SpawnRequest(
          request.program(),
          request.argv(),
          environment,
          cwd,
          request.out(),
          request.error(),
          tag,
          runAs,
          channel,
          terminal,
          sockets);
    }
  }

  public Spawned start(String script, String... arguments) {
    return start(request(script, arguments));
  }

  public Spawned start(SpawnRequest request) {
    capture(request.out());
    capture(request.error());
    return startAgain(request);
  }

  /// Starts a request whose output is captured by an earlier [#start].
  public Spawned startAgain(SpawnRequest request) {
    RecordedWatcher watcher = new RecordedWatcher();
    SpawnResult result = host.spawn(request, watcher);
    assertThat(result).isInstanceOf(SpawnResult.Started.class);
    Spawned made =
        new Spawned(
            ((SpawnResult.Started) result).child(),
            watcher,
            request.out().file(),
            request.error().file());
    spawned.add(made);
    return made;
  }

  /// Returns the reason why the host does not start the request.
  public String refusal(SpawnRequest request) {
    SpawnResult result = host.spawn(request, new RecordedWatcher());
    assertThat(result).isInstanceOf(SpawnResult.Refused.class);
    return ((SpawnResult.Refused) result).reason();
  }

  public CapturedOutput capture(LogPipe pipe) {
    try {
      CapturedOutput capture = CapturedOutput.begin(host, pipe);
      captures.add(capture);
      return capture;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Closes the captures made so far.
  public void closeCaptures() {
    captures.forEach(CapturedOutput::close);
    captures.clear();
  }

  public static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  /// Kills everything that was started.
  public void endAll() {
    for (Spawned one : spawned) {
      if (!one.watcher().told().contains("treeGone")) {
        one.child().signalTree(Signal.SIGKILL);
      }
    }
  }

  @Override
  public void close() {
    endAll();
    Set<Long> ended = new HashSet<>();
    spawned.forEach(one -> ended.add((long) one.pid()));
    try {
      // A host may miss orphans; the tests assert those that it must not miss. The search is
      // repeated because a script that has just started may fork and exit behind it.
      Eventually.await(
          "all processes with the mark " + mark + " are killed",
          DEADLINE,
          () -> {
            List<Long> left = Leftovers.of(mark);
            ended.addAll(left);
            left.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            return left.isEmpty() && Leftovers.of(mark).isEmpty();
          });
      Eventually.await(
          "the host has reaped all its children",
          DEADLINE,
          () ->
              ProcessHandle.current()
                  .children()
                  .map(ProcessHandle::pid)
                  .noneMatch(ended::contains));
    } finally {
      closeCaptures();
      host.close();
    }
  }
}
