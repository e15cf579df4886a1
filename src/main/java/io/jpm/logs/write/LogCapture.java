package io.jpm.logs.write;

import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.logs.buffer.FileWrite;
import io.jpm.logs.buffer.LogBuffer;
import io.jpm.logs.buffer.LogStream;
import io.jpm.model.LineFormat;
import io.jpm.model.LogLimits;
import io.jpm.model.LogStorageLimits;
import io.jpm.model.RunAs;
import io.jpm.model.process.InstanceId;
import io.jpm.os.AppendFile;
import io.jpm.os.LogFileSystem;
import io.jpm.os.LogPipeReader;
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

/// The log capture: moves the output of all instances from their pipes through the log buffer into
/// log files.
///
/// The methods may block for as long as a disk does. They may be called by several threads, but
/// only by one thread at a time for the same capture.
public final class LogCapture implements AutoCloseable {
  private static final Logger LOG = System.getLogger("jpm.logs");

  /// The time after which a disk that is still busy with the same operation is reported to the
  /// user.
  private static final long HUNG_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final long PATIENCE_SECONDS = 5;

  /// The minimum time that a file stays open after the last write, unless too many files are open.
  private static final long REST_SECONDS = 10;

  private final Path home;
  private final LogPipeReader pipes;
  private final LogClock clock;
  private final OutputObserver outputObserver;
  private final RetentionEnforcer retentionEnforcer;
  private final LogDescriptorBudget logDescriptorBudget;
  private final AtomicBoolean willRest = new AtomicBoolean();
  private final LogFileRegistry logFileRegistry;
  private final Map<String, DiskExecutor> lanes = new ConcurrentHashMap<>();

  /// The captures, by the path of the pipe of standard output. The instance is not the key, because
  /// an instance that is being replaced has two captures.
  private final Map<Path, InstanceCapture> instances = new ConcurrentHashMap<>();

  private volatile LogLimits perApp = LogLimits.DEFAULT;
  private volatile LogStorageLimits all = LogStorageLimits.DEFAULT;
  private final Map<Path, Object> locks = new ConcurrentHashMap<>();
  private final ScheduledThreadPoolExecutor later =
      new ScheduledThreadPoolExecutor(
          1, task -> Thread.ofPlatform().daemon().name("jpm-log-later").unstarted(task));
  private @Nullable LogBuffer memory;

  /// The streams to which an earlier daemon was writing when it died.
  private volatile List<LogStream> unfinished = List.of();

  /// Whether the write that was in progress when that daemon died is in its file, by the name of
  /// the stream.
  private final Map<String, Boolean> happened = new ConcurrentHashMap<>();

  /// Creates a log capture without instances. The log buffer is opened together with the first
  /// instance.
  ///
  /// @param home the daemon's home directory
  /// @param pipes reads the pipes of the apps
  /// @param disk access to files
  /// @param clock the clocks
  /// @param outputObserver receives captured output
  public LogCapture(
      Path home,
      LogPipeReader pipes,
      LogFileSystem disk,
      LogClock clock,
      OutputObserver outputObserver) {
    this.home = home;
    this.pipes = pipes;
    this.clock = clock;
    this.outputObserver = outputObserver;
    this.retentionEnforcer = new RetentionEnforcer(home, disk, clock);
    later.setKeepAliveTime(5, TimeUnit.SECONDS); // no thread while there is no work
    later.allowCoreThreadTimeOut(true);
    this.logDescriptorBudget = new LogDescriptorBudget(disk.maxOpenFiles(), this::restLater);
    this.logFileRegistry =
        new LogFileRegistry(
            new LogContext(home, disk, clock, retentionEnforcer, logDescriptorBudget),
            this::settle,
            target -> lane(List.of(target)).execute(target::close));
  }

  /// Receives output once it is in its file. Called on the disk threads, so implementations must
  /// return quickly and process the output on another thread.
  public interface OutputObserver {
    /// Receives output of `instance`.
    ///
    /// @param error whether the output comes from standard error
    /// @param bytes the bytes as the app wrote them: whole lines, or the beginning of a line that
    ///   continues. They are valid only during the call
    void onOutput(LogsCommand.Open instance, boolean error, List<ByteBuffer> bytes, Instant at);
  }

  /// The two captured streams of an instance.
  private record InstanceCapture(
      LogsCommand.Open command, InstanceOutput out, InstanceOutput error) {
    List<InstanceOutput> both() {
      return List.of(out, error);
    }

    Set<LogFileWriter> files() {
      Set<LogFileWriter> files = new HashSet<>();
      for (InstanceOutput instanceOutput : both()) {
        instanceOutput.writer().sinks().targets().forEach(it -> files.add(it.target()));
      }
      return files;
    }
  }

  /// Starts to capture the output of an instance from its pipes, or redirects an existing capture
  /// to other files. An instance that is being replaced has two captures with separate pipes.
  ///
  /// @throws IOException with a message for the user; an existing capture then continues unchanged
  public void open(LogsCommand.Open order) throws IOException {
    synchronized (lockOf(order.outFifo())) {
      InstanceCapture present = instances.get(order.outFifo());
      if (present != null && present.command().equals(order)) {
        present.both().forEach(InstanceOutput::checkFiles);
        return;
      }
      InstanceCapture next = prepare(order);
      if (present != null && !end(present)) {
        release(next);
        throw new IOException(
            present.out().writer().sinks().first().path()
                + ": the disk does not respond, so the previous log files remain in use");
      }
      begin(next);
    }
  }

  /// Returns the lock under which a capture is opened and closed.
  private Object lockOf(Path outFifo) {
    return locks.computeIfAbsent(outFifo, _ -> new Object());
  }

  /// Opens the files, so that a file that cannot be opened is reported before the existing capture
  /// ends.
  private InstanceCapture prepare(LogsCommand.Open order) throws IOException {
    InstanceOutput out = prepare(order, false, order.outFifo(), order.files().out());
    try {
      return new InstanceCapture(
          order, out, prepare(order, true, order.errorFifo(), order.files().error()));
    } catch (IOException half) {
      release(out);
      throw half;
    }
  }

  private boolean end(InstanceCapture present) throws IOException {
    boolean outEnded = present.out().close();
    if (outEnded && present.error().close()) {
      release(present);
      return true;
    }
    LogsCommand.Open order = present.command();
    if (outEnded) {
      // The capture of standard output has already ended. Start it again with the same files.
      InstanceOutput again = prepare(order, false, order.outFifo(), order.files().out());
      release(present.out());
      again.begin(pipes, order.outFifo(), true);
      present.error().resume(pipes, order.errorFifo());
      instances.put(order.outFifo(), new InstanceCapture(order, again, present.error()));
    } else {
      present.out().resume(pipes, order.outFifo());
    }
    return false;
  }

  private void begin(InstanceCapture next) throws IOException {
    LogsCommand.Open order = next.command();
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

  /// Determines, before a file is written to again, whether the writes that were in progress when
  /// an earlier daemon died are in this file.
  private void settle(LogFileWriter fresh) throws IOException {
    for (LogStream stream : unfinished) {
      FileWrite write = stream.unfinished().orElse(null);
      if (write != null && fresh.key().equals(new AppendFile.Key(write.device(), write.inode()))) {
        boolean isThere = fresh.containsWrite(write.offset(), write.length());
        happened.putIfAbsent(stream.name(), isThere);
      }
    }
  }

  private InstanceOutput prepare(LogsCommand.Open order, boolean error, Path fifo, Path file)
      throws IOException {
    LogStream stream = memory().stream(fifo.getFileName().toString(), mostOfOne());
    stream.whenFull(limits(order).fullLogPolicy());
    List<FileSink> files = new ArrayList<>();
    try {
      files.add(new FileSink(logFileRegistry.take(wanted(order, file))));
      if (order.files().combined().isPresent()) {
        files.add(
            new FileSink(logFileRegistry.take(wanted(order, order.files().combined().get()))));
      }
    } catch (IOException failure) {
      files.forEach(it -> logFileRegistry.release(it.target()));
      throw failure;
    }
    DiskExecutor diskExecutor = lane(files.stream().map(FileSink::target).toList());
    var outlets =
        new StreamWriter.Sinks(
            List.copyOf(files),
            layout(order, error, diskExecutor),
            (bytes, at) -> outputObserver.onOutput(order, error, bytes, at));
    // With a terminal, the program's error messages are part of standard output.
    boolean telling = error != order.options().terminal();
    return new InstanceOutput(stream, diskExecutor, outlets, clock, later, telling);
  }

  private LogFileWriter.Spec wanted(LogsCommand.Open order, Path file) {
    return new LogFileWriter.Spec(
        file.toAbsolutePath().normalize(), order.app(), owner(order, file), limits(order));
  }

  /// Returns the user with whose rights a file is opened. Files in the home are opened with the
  /// daemon's rights. This is safe, because no other user can place a link in the home.
  private RunAs owner(LogsCommand.Open order, Path file) {
    RunAs runAs = order.runAs();
    Path path = file.normalize();
    // Files in /dev and /proc are the daemon's own, such as its standard output.
    boolean ours = path.startsWith(home) || path.startsWith("/dev") || path.startsWith("/proc");
    return ours ? RunAs.DAEMON : runAs;
  }

  private LogLimits limits(LogsCommand.Open order) {
    return order.options().limits().applyTo(perApp);
  }

  private LogLayout layout(LogsCommand.Open order, boolean error, DiskExecutor diskExecutor) {
    return switch (order.options().format()) {
      case LineFormat.Raw() -> RawLayout.INSTANCE;
      case LineFormat.Dated(var pattern) ->
          new LineLayout(new TimestampLineEncoder(pattern), diskExecutor.scratch());
      case LineFormat.Json(var pattern) ->
          new LineLayout(
              new JsonLineEncoder(pattern, error, order.id().toString(), order.app().toString()),
              diskExecutor.scratch());
    };
  }

  /// Returns the disk thread for the disks and the user of these files. Each combination of disks
  /// and user has its own thread, so that output waits only for its own disk.
  private DiskExecutor lane(List<LogFileWriter> files) {
    Set<Long> devices = new TreeSet<>();
    files.forEach(file -> devices.add(file.key().device()));
    String name =
        devices.stream()
            .map(device -> (device >> 8 & 0xFFF) + ":" + (device & 0xFF))
            .collect(Collectors.joining("+"));
    String user = files.getFirst().owner().user().map(it -> " " + it).orElse("");
    return lanes.computeIfAbsent(name + user, it -> new DiskExecutor(it, clock.nanoTime()));
  }

  private synchronized LogBuffer memory() throws IOException {
    LogBuffer known = memory;
    if (known == null) {
      known = LogBuffer.open(home, all.buffer());
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

  /// Returns the limit of one stream. A single stream must not be able to fill the whole log
  /// buffer.
  private long mostOfOne() {
    return Math.max(256 << 10, all.buffer() / 4);
  }

  /// Ends a capture, because the app is deleted. On return, the output is in the log files, unless
  /// their disk hangs.
  ///
  /// @throws IOException with a message for the user
  public void close(LogsCommand.Close order) throws IOException {
    synchronized (lockOf(order.outFifo())) {
      InstanceCapture present = instances.remove(order.outFifo());
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

  /// Discards the output that an earlier daemon left for an app that has not been captured since.
  private void forget(Path fifo) throws IOException {
    String name = fifo.getFileName().toString();
    if (memory().names().contains(name)) {
      memory().stream(name, mostOfOne()).forget();
    }
  }

  private void release(InstanceCapture instanceCapture) {
    instanceCapture.both().forEach(this::release);
  }

  /// Releases the files on the disk thread, because a file must not be closed while a hung
  /// operation uses it.
  private void release(InstanceOutput instanceOutput) {
    instanceOutput.diskLane().execute(() -> releaseNow(instanceOutput));
  }

  private void releaseNow(InstanceOutput instanceOutput) {
    instanceOutput.writer().sinks().targets().forEach(it -> logFileRegistry.release(it.target()));
  }

  /// Replaces the default limits of apps and the limits for all apps together.
  public synchronized void limits(LogsCommand.Limits limits) {
    perApp = limits.perApp();
    all = limits.all();
    if (memory != null) {
      memory.resize(all.buffer());
    }
    instances.values().forEach(this::apply);
    retentionEnforcer.limits(all);
  }

  private void apply(InstanceCapture instanceCapture) {
    LogLimits own = limits(instanceCapture.command());
    instanceCapture.files().forEach(target -> target.limits(own));
    instanceCapture
        .both()
        .forEach(instanceOutput -> instanceOutput.stream().whenFull(own.fullLogPolicy()));
  }

  /// Truncates the files of these instances and deletes their rotated files.
  ///
  /// @throws IOException with a message for the user
  public void flush(List<InstanceId> ids) throws IOException {
    Set<LogFileWriter> files = new HashSet<>();
    instances.values().stream()
        .filter(instanceCapture -> ids.contains(instanceCapture.command().id()))
        .forEach(instanceCapture -> files.addAll(instanceCapture.files()));
    for (LogFileWriter target : files) {
      onLane(target, target::truncate);
      retentionEnforcer.deleteAll(target);
    }
  }

  /// Runs work on the disk thread of a file. Fails if the disk hangs.
  private void onLane(LogFileWriter target, DiskExecutor.Work work) throws IOException {
    if (!lane(List.of(target)).call(work, PATIENCE_SECONDS)) {
      throw new IOException(target.path() + ": the disk does not respond");
    }
  }

  /// Reopens all log files.
  ///
  /// @throws IOException with a message for the user
  public void reopen() throws IOException {
    for (LogFileWriter target : logFileRegistry.all()) {
      onLane(target, target::reopen);
    }
  }

  /// Returns the combined status of the captures of an instance. For an instance that is not
  /// captured, the status reports no problem.
  public LogsReply.Status status(InstanceId id) {
    List<InstanceOutput> captures =
        instances.values().stream()
            .filter(instanceCapture -> instanceCapture.command().id().equals(id))
            .flatMap(instanceCapture -> instanceCapture.both().stream())
            .toList();
    long lines = 0;
    long waiting = 0;
    long printed = 0;
    String problem = "";
    for (InstanceOutput instanceOutput : captures) {
      lines += instanceOutput.stream().droppedTotals().lines();
      waiting += instanceOutput.stream().waitingBytes();
      printed += instanceOutput.printedBytes();
      for (FileSink it : instanceOutput.writer().sinks().targets()) {
        if (problem.isEmpty() && it.target().hasProblem()) {
          problem = it.target().path() + ": " + it.target().problem().message();
        }
      }
      if (problem.isEmpty() && instanceOutput.diskLane().busyNanos() > HUNG_NANOS) {
        problem = instanceOutput.writer().sinks().first().path() + ": the disk does not respond";
      }
    }
    return new LogsReply.Status(
        lines,
        waiting,
        problem,
        captures.isEmpty() ? OptionalLong.empty() : OptionalLong.of(printed));
  }

  /// Schedules a check that closes open files that are no longer written to.
  private void restLater() {
    if (willRest.compareAndSet(false, true)) {
      try {
        var _ = later.schedule(this::rest, REST_SECONDS, TimeUnit.SECONDS);
      } catch (RejectedExecutionException _) {
        willRest.set(false); // the daemon is stopping
      }
    }
  }

  private void rest() {
    willRest.set(false);
    long unused = clock.nanos() - TimeUnit.SECONDS.toNanos(REST_SECONDS);
    for (LogFileWriter target : logFileRegistry.all()) {
      // Runs on the disk thread, because the disk may be slow.
      lane(List.of(target)).execute(() -> target.closeIfIdleSince(unused));
    }
    if (logDescriptorBudget.anyOpen()) {
      restLater();
    }
  }

  /// Compresses rotated files and deletes expired files in the background. Must be called
  /// regularly, because files also expire by age.
  public void cleanUp() {
    retentionEnforcer.tidyLater();
  }

  /// Moves the output in all pipes into the files and ends all captures. Output that the files do
  /// not accept stays in the log buffer for the next daemon.
  @Override
  public void close() {
    pipes.close();
    List<InstanceOutput> captured =
        instances.values().stream()
            .flatMap(instanceCapture -> instanceCapture.both().stream())
            .toList();
    InstanceOutput.drain(captured);
    captured.forEach(this::release);
    instances.clear();
    later.shutdownNow();
    retentionEnforcer.close();
    lanes.values().forEach(DiskExecutor::close);
    closeMemory();
  }

  private synchronized void closeMemory() {
    try {
      if (memory != null || LogBuffer.exists(home)) {
        memory().close();
      }
    } catch (IOException failure) {
      LOG.log(Level.WARNING, "{0}", failure.getMessage());
    }
  }
}
