package io.jpm.logs.write;

import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.logs.memory.FileWrite;
import io.jpm.logs.memory.LogMemory;
import io.jpm.logs.memory.LogStream;
import io.jpm.model.LineFormat;
import io.jpm.model.LogLimits;
import io.jpm.model.LogStorage;
import io.jpm.model.RunAs;
import io.jpm.model.run.InstanceId;
import io.jpm.os.AppendFile;
import io.jpm.os.LogDisk;
import io.jpm.os.LogPipes;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// All captures of a daemon: from pipes through memory into files.
///
/// The methods may block for as long as a disk does, and are safe to call from several threads; for
/// one capture one at a time.
public final class LogWriters implements AutoCloseable {
  private static final Logger LOG = System.getLogger("jpm.logs");

  /// A disk that takes so long is told to the user.
  private static final long HUNG_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final long PATIENCE_SECONDS = 5;

  /// How long a file stays open without being written to, at least.
  private static final long REST_SECONDS = 10;

  private final Path home;
  private final LogPipes pipes;
  private final LogClock clock;
  private final Listener listener;
  private final RotatedStorage rotatedStorage;
  private final OpenLogs openLogs;
  private final AtomicBoolean willRest = new AtomicBoolean();
  private final OpenTargets openTargets;
  private final Map<String, DiskLane> lanes = new ConcurrentHashMap<>();

  /// By the pipe of standard output: while an instance is being replaced there are two of it.
  private final Map<Path, Instance> instances = new ConcurrentHashMap<>();

  private volatile LogLimits perApp = LogLimits.DEFAULT;
  private volatile LogStorage all = LogStorage.DEFAULT;
  private final Map<Path, Object> locks = new ConcurrentHashMap<>();
  private final ScheduledThreadPoolExecutor later =
      new ScheduledThreadPoolExecutor(
          1, task -> Thread.ofPlatform().daemon().name("jpm-log-later").unstarted(task));
  private @Nullable LogMemory memory;

  /// The streams that a former daemon was about to write when it died.
  private volatile List<LogStream> unfinished = List.of();

  /// By stream: whether that is in its file.
  private final Map<String, Boolean> happened = new ConcurrentHashMap<>();

  /// @param home the daemon's home
  /// @param pipes where output comes from
  /// @param disk where it goes
  /// @param clock the time
  /// @param listener who sees lines as they come
  public LogWriters(Path home, LogPipes pipes, LogDisk disk, LogClock clock, Listener listener) {
    this.home = home;
    this.pipes = pipes;
    this.clock = clock;
    this.listener = listener;
    this.rotatedStorage = new RotatedStorage(home, disk, clock);
    later.setKeepAliveTime(5, TimeUnit.SECONDS); // without work there is no thread
    later.allowCoreThreadTimeOut(true);
    this.openLogs = new OpenLogs(disk.mostOpen(), this::restLater);
    this.openTargets =
        new OpenTargets(
            new LogContext(home, disk, clock, rotatedStorage, openLogs),
            this::settle,
            target -> lane(List.of(target)).execute(target::close));
  }

  /// Told of output once it is in its file. Called on the threads of the disks: must hand over and
  /// return.
  public interface Listener {
    /// What `instance` has printed.
    ///
    /// @param error whether on standard error
    /// @param bytes as it wrote them, valid during the call: whole lines, or a line whose end is
    ///   still to come
    void seen(LogsCommand.Open instance, boolean error, List<ByteBuffer> bytes, Instant at);
  }

  /// The two outputs of an instance.
  private record Instance(LogsCommand.Open order, InstanceOutput out, InstanceOutput error) {
    List<InstanceOutput> both() {
      return List.of(out, error);
    }

    Set<LogTarget> files() {
      Set<LogTarget> files = new HashSet<>();
      for (InstanceOutput instanceOutput : both()) {
        instanceOutput.writer().outlets().targets().forEach(it -> files.add(it.target()));
      }
      return files;
    }
  }

  /// Captures what comes through an instance's pipes, or goes on with other files. An instance that
  /// is being replaced has two captures, with pipes of their own.
  ///
  /// @throws IOException with a sentence for the user; an instance that was captured goes on as it
  ///   was
  public void open(LogsCommand.Open order) throws IOException {
    synchronized (lockOf(order.outFifo())) {
      Instance present = instances.get(order.outFifo());
      if (present != null && present.order().equals(order)) {
        present.both().forEach(InstanceOutput::look);
        return;
      }
      Instance next = prepare(order);
      if (present != null && !end(present)) {
        release(next);
        throw new IOException(
            present.out().writer().outlets().first().path()
                + ": the disk does not answer, so the log files stay as they are");
      }
      begin(next);
    }
  }

  /// One capture is opened and closed by one thread at a time.
  private Object lockOf(Path outFifo) {
    return locks.computeIfAbsent(outFifo, _ -> new Object());
  }

  /// Opens the files, so that they can be had is known before anything ends.
  private Instance prepare(LogsCommand.Open order) throws IOException {
    InstanceOutput out = prepare(order, false, order.outFifo(), order.files().out());
    try {
      return new Instance(
          order, out, prepare(order, true, order.errorFifo(), order.files().error()));
    } catch (IOException half) {
      release(out);
      throw half;
    }
  }

  private boolean end(Instance present) throws IOException {
    boolean outEnded = present.out().close();
    if (outEnded && present.error().close()) {
      release(present);
      return true;
    }
    LogsCommand.Open order = present.order();
    if (outEnded) {
      // It has ended already: it begins anew, with the same files.
      InstanceOutput again = prepare(order, false, order.outFifo(), order.files().out());
      release(present.out());
      again.begin(pipes, order.outFifo(), true);
      present.error().goOn(pipes, order.errorFifo());
      instances.put(order.outFifo(), new Instance(order, again, present.error()));
    } else {
      present.out().goOn(pipes, order.outFifo());
    }
    return false;
  }

  private void begin(Instance next) throws IOException {
    LogsCommand.Open order = next.order();
    instances.put(order.outFifo(), next);
    try {
      next.out().begin(pipes, order.outFifo(), settled(next.out()));
      next.error().begin(pipes, order.errorFifo(), settled(next.error()));
    } catch (IOException failure) {
      instances.remove(order.outFifo());
      next.both().forEach(InstanceOutput::close);
      release(next);
      throw failure;
    }
    apply(next);
  }

  private boolean settled(InstanceOutput instanceOutput) {
    return happened.getOrDefault(instanceOutput.stream().name(), true);
  }

  /// Before anybody writes to a file: what has come of the writes into it during which a former
  /// daemon died.
  private void settle(LogTarget fresh) throws IOException {
    for (LogStream stream : unfinished) {
      FileWrite write = stream.unfinished().orElse(null);
      if (write != null && fresh.key().equals(new AppendFile.Key(write.device(), write.inode()))) {
        boolean isThere = fresh.hasHappened(write.offset(), write.length());
        happened.putIfAbsent(stream.name(), isThere);
      }
    }
  }

  private InstanceOutput prepare(LogsCommand.Open order, boolean error, Path fifo, Path file)
      throws IOException {
    LogStream stream = memory().stream(fifo.getFileName().toString(), mostOfOne());
    stream.whenFull(limits(order).fullLogPolicy());
    List<CombinedLogFile> files = new ArrayList<>();
    try {
      files.add(new CombinedLogFile(openTargets.take(wanted(order, file))));
      if (order.files().combined().isPresent()) {
        files.add(
            new CombinedLogFile(openTargets.take(wanted(order, order.files().combined().get()))));
      }
    } catch (IOException failure) {
      files.forEach(it -> openTargets.release(it.target()));
      throw failure;
    }
    DiskLane diskLane = lane(files.stream().map(CombinedLogFile::target).toList());
    var outlets =
        new StreamWriter.Outlets(
            List.copyOf(files),
            layout(order, error, diskLane),
            (bytes, at) -> listener.seen(order, error, bytes, at));
    // To a terminal a program prints its errors among the rest.
    boolean telling = error != order.wishes().terminal();
    return new InstanceOutput(stream, diskLane, outlets, clock, later, telling);
  }

  private LogTarget.Wanted wanted(LogsCommand.Open order, Path file) {
    return new LogTarget.Wanted(
        file.toAbsolutePath().normalize(), order.app(), owner(order, file), limits(order));
  }

  /// Within the home nobody but the daemon's user gets to, so no link can lead out of it.
  private RunAs owner(LogsCommand.Open order, Path file) {
    RunAs runAs = order.runAs();
    Path path = file.normalize();
    // What is in /dev and /proc is the daemon's own, such as its standard output.
    boolean ours = path.startsWith(home) || path.startsWith("/dev") || path.startsWith("/proc");
    return ours ? RunAs.DAEMON : runAs;
  }

  private LogLimits limits(LogsCommand.Open order) {
    return order.wishes().limits().over(perApp);
  }

  private Layout layout(LogsCommand.Open order, boolean error, DiskLane diskLane) {
    return switch (order.wishes().format()) {
      case LineFormat.Raw() -> RawLayout.INSTANCE;
      case LineFormat.Dated(var pattern) ->
          new FramedLayout(new DatedFrame(pattern), diskLane.scratch());
      case LineFormat.Json(var pattern) ->
          new FramedLayout(
              new JsonFrame(pattern, error, order.id().toString(), order.app().toString()),
              diskLane.scratch());
    };
  }

  /// A thread for each set of disks, and for each user's files on them: nobody waits for a disk
  /// that is not his.
  private DiskLane lane(List<LogTarget> files) {
    Set<Long> devices = new TreeSet<>();
    files.forEach(file -> devices.add(file.key().device()));
    String name =
        devices.stream()
            .map(device -> (device >> 8 & 0xFFF) + ":" + (device & 0xFF))
            .collect(Collectors.joining("+"));
    String user = files.getFirst().owner().user().map(it -> " " + it).orElse("");
    return lanes.computeIfAbsent(name + user, it -> new DiskLane(it, clock.nanoTime()));
  }

  private synchronized LogMemory memory() throws IOException {
    LogMemory known = memory;
    if (known == null) {
      known = LogMemory.open(home, all.buffer());
      memory = known;
      List<LogStream> left = new ArrayList<>();
      for (String name : known.names()) {
        LogStream stream = known.stream(name, mostOfOne());
        if (!Files.exists(home.resolve("fifo").resolve(name))) {
          stream.forget(); // its app was deleted
        } else if (stream.unfinished().isPresent()) {
          left.add(stream);
        }
      }
      unfinished = List.copyOf(left);
    }
    return known;
  }

  /// One stream alone does not take all there is.
  private long mostOfOne() {
    return Math.max(256 << 10, all.buffer() / 4);
  }

  /// Ends a capture; the app is deleted. What it printed is in its files then, unless their disk
  /// hangs.
  ///
  /// @throws IOException with a sentence for the user
  public void close(LogsCommand.Close order) throws IOException {
    synchronized (lockOf(order.outFifo())) {
      Instance present = instances.remove(order.outFifo());
      if (present != null) {
        present
            .both()
            .forEach(
                instanceOutput -> instanceOutput.closeAndRemove(() -> releaseNow(instanceOutput)));
      } else {
        forget(order.outFifo());
        forget(order.errorFifo());
      }
      locks.remove(order.outFifo());
    }
  }

  /// What a former daemon has left of an app that nobody has captured since.
  private void forget(Path fifo) throws IOException {
    String name = fifo.getFileName().toString();
    if (memory().names().contains(name)) {
      memory().stream(name, mostOfOne()).forget();
    }
  }

  private void release(Instance instance) {
    instance.both().forEach(this::release);
  }

  /// On the lane, since a file is not closed while a hung disk has a hold on it.
  private void release(InstanceOutput instanceOutput) {
    instanceOutput.diskLane().execute(() -> releaseNow(instanceOutput));
  }

  private void releaseNow(InstanceOutput instanceOutput) {
    instanceOutput.writer().outlets().targets().forEach(it -> openTargets.release(it.target()));
  }

  /// Limits that hold from now on.
  public synchronized void limits(LogsCommand.Limits limits) {
    perApp = limits.perApp();
    all = limits.all();
    if (memory != null) {
      memory.resize(all.buffer());
    }
    instances.values().forEach(this::apply);
    rotatedStorage.limits(all);
  }

  private void apply(Instance instance) {
    LogLimits own = limits(instance.order());
    instance.files().forEach(target -> target.limits(own));
    instance
        .both()
        .forEach(instanceOutput -> instanceOutput.stream().whenFull(own.fullLogPolicy()));
  }

  /// Empties the files of these instances and removes what has been rotated.
  ///
  /// @throws IOException with a sentence for the user
  public void flush(List<InstanceId> ids) throws IOException {
    Set<LogTarget> files = new HashSet<>();
    instances.values().stream()
        .filter(instance -> ids.contains(instance.order().id()))
        .forEach(instance -> files.addAll(instance.files()));
    for (LogTarget target : files) {
      onLane(target, target::empty);
      rotatedStorage.deleteAll(target);
    }
  }

  /// Where a hung disk is noticed and told.
  private void onLane(LogTarget target, DiskLane.Work work) throws IOException {
    if (!lane(List.of(target)).call(work, PATIENCE_SECONDS)) {
      throw new IOException(target.path() + ": the disk does not answer");
    }
  }

  /// Opens all files anew.
  ///
  /// @throws IOException with a sentence for the user
  public void reopen() throws IOException {
    for (LogTarget target : openTargets.all()) {
      onLane(target, target::reopen);
    }
  }

  /// How the captures of an instance go, all together; one that is not captured has no trouble.
  public LogsReply.Status status(InstanceId id) {
    List<InstanceOutput> captures =
        instances.values().stream()
            .filter(instance -> instance.order().id().equals(id))
            .flatMap(instance -> instance.both().stream())
            .toList();
    long lines = 0;
    long waiting = 0;
    long printed = 0;
    String problem = "";
    for (InstanceOutput instanceOutput : captures) {
      lines += instanceOutput.stream().losses().lines();
      waiting += instanceOutput.stream().waitingBytes();
      printed += instanceOutput.printedBytes();
      for (CombinedLogFile it : instanceOutput.writer().outlets().targets()) {
        if (problem.isEmpty() && it.target().isTroubled()) {
          problem = it.target().path() + ": " + it.target().problem().words();
        }
      }
      if (problem.isEmpty() && instanceOutput.diskLane().busyNanos() > HUNG_NANOS) {
        problem = instanceOutput.writer().outlets().first().path() + ": the disk does not answer";
      }
    }
    return new LogsReply.Status(
        lines,
        waiting,
        problem,
        captures.isEmpty() ? OptionalLong.empty() : OptionalLong.of(printed));
  }

  /// Some file is open: soon it is looked whether anybody still writes to it.
  private void restLater() {
    if (willRest.compareAndSet(false, true)) {
      try {
        var _ = later.schedule(this::rest, REST_SECONDS, TimeUnit.SECONDS);
      } catch (RejectedExecutionException _) {
        willRest.set(false); // the daemon is ending
      }
    }
  }

  private void rest() {
    willRest.set(false);
    long unused = clock.nanos() - TimeUnit.SECONDS.toNanos(REST_SECONDS);
    for (LogTarget target : openTargets.all()) {
      // On its lane: its disk may be slow.
      lane(List.of(target)).execute(() -> target.restIfUnusedSince(unused));
    }
    if (openLogs.areAny()) {
      restLater();
    }
  }

  /// To be called from time to time: files grow old.
  public void tidy() {
    rotatedStorage.tidyLater();
  }

  /// Moves what there is into the files and ends. What they do not take stays for the next daemon.
  @Override
  public void close() {
    pipes.close();
    List<InstanceOutput> captured =
        instances.values().stream().flatMap(instance -> instance.both().stream()).toList();
    InstanceOutput.drain(captured);
    captured.forEach(this::release);
    instances.clear();
    later.shutdownNow();
    rotatedStorage.close();
    lanes.values().forEach(DiskLane::close);
    closeMemory();
  }

  private synchronized void closeMemory() {
    try {
      if (memory != null || LogMemory.isThere(home)) {
        memory().close();
      }
    } catch (IOException failure) {
      LOG.log(Level.WARNING, "{0}", failure.getMessage());
    }
  }
}
