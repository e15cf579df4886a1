package io.jpm.os.linux.log;

import io.jpm.os.LogPipeReader;
import io.jpm.os.linux.libc.Reactor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Reads named pipes with a separate reactor, so that process exits and log output do not delay
/// each other.
public final class LinuxLogPipes implements LogPipeReader {
  private final Reactor reactor = new Reactor("jpm-pipes");
  private final PipeSource.Context context =
      new PipeSource.Context(reactor, Arena.ofAuto().allocate(ValueLayout.JAVA_INT), this::forget);

  /// The pipes that are being read. Guarded by itself, as is `closed`.
  private final Set<PipeSource> sources = new HashSet<>();

  private boolean closed;

  /// The sources that keep the tail of their output, by pipe.
  private final Map<Path, PipeSource> tails = new ConcurrentHashMap<>();

  @Override
  public byte[] takeTail(Path fifo) {
    PipeSource source = tails.get(fifo);
    return source == null ? new byte[0] : source.takeTail();
  }

  @Override
  public Source open(Path fifo, OutputReceiver outputReceiver) throws IOException {
    // Opened without holding the lock, which the pipe thread may need, because creating a directory
    // can block on the disk.
    if (isClosed()) {
      throw ending(fifo);
    }
    PipeSource source = PipeSource.open(context, fifo, outputReceiver);
    synchronized (sources) {
      if (!closed) {
        sources.add(source);
        if (outputReceiver.keepsTail()) {
          tails.put(fifo, source);
        }
        return source;
      }
    }
    source.close();
    throw ending(fifo);
  }

  private boolean isClosed() {
    synchronized (sources) {
      return closed;
    }
  }

  private static IOException ending(Path fifo) {
    return new IOException("cannot open the log pipe " + fifo + ": the daemon is shutting down");
  }

  private void forget(PipeSource source) {
    tails.remove(source.fifo(), source);
    synchronized (sources) {
      sources.remove(source);
    }
  }

  @Override
  public void close() {
    List<PipeSource> open;
    synchronized (sources) {
      closed = true;
      open = List.copyOf(sources);
    }
    open.forEach(PipeSource::close);
    reactor.close();
  }
}
