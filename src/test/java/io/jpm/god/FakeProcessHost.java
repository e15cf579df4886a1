package io.jpm.god;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.ProcessUsage;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.DescriptorBudget;
import io.jpm.os.LogFileSystem;
import io.jpm.os.ProcessHost;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/// A host whose processes are objects that a test ends when it likes. They live as long as this
/// host, across restarts of the daemon.
public final class FakeProcessHost implements ProcessHost {
  private final AtomicInteger nextPid = new AtomicInteger(100);
  public final Map<ProcessIdentity, FakeProcess> alive = new ConcurrentHashMap<>();

  /// All processes ever made, by tag.
  public final Map<String, FakeProcess> processesByTag = new ConcurrentHashMap<>();

  public final List<SpawnRequest> spawns = new CopyOnWriteArrayList<>();
  public volatile Optional<String> refusal = Optional.empty();
  public volatile boolean obeysSignals = true;
  volatile boolean endsBeforeSpawnReturns;

  /// Whether signals are held in [#pendingSignals] until the test sends them.
  volatile boolean holdsSignals;

  /// Signals that were requested and not sent yet.
  final Queue<Runnable> pendingSignals = new ConcurrentLinkedQueue<>();

  public volatile boolean hasChannel = true;
  public volatile Optional<DescriptorBudget> openFiles = Optional.empty();

  /// Tags of trees in which the kernel killed a process while no daemon was running.
  final Set<String> outOfMemory = ConcurrentHashMap.newKeySet();

  /// Runs before each adoption, on a thread that may block.
  public volatile Runnable beforeAdoption = () -> {};

  /// Variables that every process shows in its environment.
  final Map<String, String> variables = new ConcurrentHashMap<>();

  /// The environment that each process was started with; a test may remove entries to hide it.
  final Map<ProcessIdentity, Map<String, String>> environments = new ConcurrentHashMap<>();

  /// Tags of processes that were made while another process of the same instance was alive.
  public final List<String> duplicates = new CopyOnWriteArrayList<>();

  /// A simulated process.
  public final class FakeProcess {
    public final ProcessIdentity identity;
    public final String tag;
    public final List<Signal> signals = new CopyOnWriteArrayList<>();
    public final List<String> receivedMessages = new CopyOnWriteArrayList<>();
    private volatile ChildWatcher watcher;

    FakeProcess(ProcessIdentity identity, String tag, ChildWatcher watcher) {
      this.identity = identity;
      this.tag = tag;
      this.watcher = watcher;
    }

    public void sendMessage(String json) {
      watcher.message(json, () -> {});
    }

    void sendNodeMessage(String json) {
      watcher.nodeMessageReceived(json, () -> {});
    }

    void reportOomKill(long processes) {
      watcher.descendantOutOfMemory(processes);
    }

    void reportMemoryThrottling() {
      watcher.memoryThrottled();
    }

    public void exit(Exit exit) {
      alive.remove(identity);
      watcher.exited(exit);
    }

    /// Ends the process and reports that its tree is gone.
    public void exitWithWholeTree() {
      exit(new Exit.Code(0));
      watcher.treeGone();
    }

    /// Sends a signal without a report, because the daemon that started the process is gone.
    private void receiveUnreportedSignal(Signal signal) {
      signals.add(signal);
      if (obeysSignals || signal == Signal.SIGKILL) {
        alive.remove(identity);
      }
    }

    private void receiveSignal(Signal signal) {
      signals.add(signal);
      if (alive.containsKey(identity) && (obeysSignals || signal == Signal.SIGKILL)) {
        exit(new Exit.Signalled(signal.number(), false));
        watcher.treeGone();
      }
    }
  }

  private final class FakeChild implements Child {
    private final FakeProcess process;

    FakeChild(FakeProcess process) {
      this.process = process;
    }

    @Override
    public ProcessIdentity identity() {
      return process.identity;
    }

    @Override
    public boolean hasLeftovers() {
      return false;
    }

    @Override
    public void signalTree(Signal signal, Runnable sent) {
      Runnable carryOut =
          () -> {
            process.receiveSignal(signal);
            sent.run();
          };
      if (holdsSignals) {
        pendingSignals.add(carryOut);
      } else {
        carryOut.run();
      }
    }

    @Override
    public void signalMain(Signal signal) {
      process.receiveSignal(signal);
    }

    @Override
    public boolean send(String json) {
      process.receivedMessages.add(json);
      return true;
    }

    @Override
    public boolean hasIpcChannel() {
      return hasChannel;
    }

    @Override
    public void release() {
      // The process keeps running.
    }
  }

  /// Text written to standard inputs: the name of the file, a space, and the text.
  public final List<String> inputs = new CopyOnWriteArrayList<>();

  public volatile Optional<String> inputProblem = Optional.empty();

  @Override
  public Optional<String> writeInput(Path input, byte[] bytes) {
    inputs.add(input.getFileName() + " " + new String(bytes, StandardCharsets.UTF_8));
    return inputProblem;
  }

  public List<FakeProcess> running() {
    return new ArrayList<>(alive.values());
  }

  @Override
  public Optional<DescriptorBudget> descriptorBudget() {
    return openFiles;
  }

  @Override
  public SpawnResult spawn(SpawnRequest request, ChildWatcher watcher) {
    if (refusal.isPresent()) {
      spawns.add(request);
      return new SpawnResult.Refused(refusal.get(), false);
    }
    if (alive.values().stream()
        .anyMatch(other -> incarnationOf(other.tag).equals(incarnationOf(request.tag())))) {
      duplicates.add(request.tag());
    }
    int pid = nextPid.incrementAndGet();
    var process = new FakeProcess(new ProcessIdentity("boot", pid, pid), request.tag(), watcher);
    alive.put(process.identity, process);
    environments.put(process.identity, request.environment());
    processesByTag.put(process.tag, process);
    spawns.add(request); // last: a test that sees the request finds the process
    if (endsBeforeSpawnReturns) {
      process.exit(new Exit.Code(1));
    }
    return new SpawnResult.Started(new FakeChild(process));
  }

  /// Adds a process that this daemon did not start.
  public FakeProcess addUnlisted(String tag) {
    int pid = nextPid.incrementAndGet();
    var process =
        new FakeProcess(new ProcessIdentity("boot", pid, pid), tag, new RecordedWatcher());
    alive.put(process.identity, process);
    return process;
  }

  private static String incarnationOf(String tag) {
    return tag.substring(0, tag.lastIndexOf(':'));
  }

  @Override
  public Optional<Child> adopt(ProcessIdentity identity, String tag, ChildWatcher watcher) {
    beforeAdoption.run();
    FakeProcess process = alive.get(identity);
    if (process == null) {
      return Optional.empty();
    }
    process.watcher = watcher;
    return Optional.of(new FakeChild(process));
  }

  @Override
  public boolean ranOutOfMemory(String tag) {
    return outOfMemory.contains(tag);
  }

  @Override
  public Child adoptLeftovers(ProcessIdentity gone, String tag, ChildWatcher watcher) {
    return new FakeTree(alive, gone, tag, watcher);
  }

  /// The leftovers of a tree: the processes with its tag or an older tag of the same instance.
  private record FakeTree(
      Map<ProcessIdentity, FakeProcess> alive,
      ProcessIdentity identity,
      String tag,
      ChildWatcher watcher)
      implements Child {
    private List<FakeProcess> members() {
      return alive.values().stream()
          .filter(other -> incarnationOf(other.tag).equals(incarnationOf(tag)))
          .filter(other -> generation(other.tag) <= generation(tag))
          .toList();
    }

    @Override
    public boolean hasLeftovers() {
      return !members().isEmpty();
    }

    @Override
    public void signalTree(Signal signal, Runnable sent) {
      members().forEach(member -> member.receiveUnreportedSignal(signal));
      sent.run();
      if (!hasLeftovers()) {
        watcher.treeGone();
      }
    }

    @Override
    public void signalMain(Signal signal) {
      // The main process is gone.
    }

    @Override
    public void release() {
      // No resources are held.
    }
  }

  private static long generation(String tag) {
    return Long.parseLong(tag.substring(tag.lastIndexOf(':') + 1));
  }

  @Override
  public Map<String, ProcessIdentity> findTagged(String tagPrefix) {
    return alive.values().stream()
        .filter(process -> process.tag.startsWith(tagPrefix))
        .collect(Collectors.toMap(process -> process.tag, process -> process.identity));
  }

  @Override
  public LogFileSystem logFileSystem() {
    throw new UnsupportedOperationException("God leaves logs to LogAggregator");
  }

  @Override
  public Optional<String> environmentVariable(ProcessIdentity process, String name) {
    return Optional.ofNullable(variables.get(name))
        .or(() -> Optional.ofNullable(environments.getOrDefault(process, Map.of()).get(name)));
  }

  @Override
  public Optional<ProcessUsage> usage(ProcessIdentity identity) {
    return Optional.empty();
  }

  @Override
  public void close() {
    // No resources are held.
  }
}
