package io.jpm.history;

import io.jpm.bus.god.NumberedMessage;
import io.jpm.wire.EventMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Numbers events and appends them to the newest segment. Deletes the oldest segments when the
/// total size would exceed the limit. Blocking; only one thread at a time may call it.
///
/// Appending never fails: events that cannot be written are still numbered. The failure is logged
/// once, and writing is attempted again with each subsequent batch of events.
final class EventRing {
  private static final Logger LOG = System.getLogger("jpm.history");
  private static final long LARGEST_SEGMENT = 1 << 20;

  private final SegmentFolder segmentFolder;
  private final SequenceFile numbers;
  private final AppenderFactory appenderFactory;
  private final String boot;
  private final long maxBytes;
  private final long segmentBytes;
  private final MainPids mainPids = new MainPids();
  private long next = 1;
  private boolean opened;
  private AppenderFactory.@Nullable Appender current;
  private long currentBytes;
  private boolean unforced;
  private boolean failing;

  /// @param path the directory of the ring
  /// @param maxBytes the maximum total size of all segments
  /// @param boot the kernel's boot id; empty if it is unknown
  /// @param appenderFactory opens segments for writing
  EventRing(Path path, long maxBytes, String boot, AppenderFactory appenderFactory) {
    this.segmentFolder = new SegmentFolder(path);
    this.numbers = new SequenceFile(path);
    this.maxBytes = maxBytes;
    this.segmentBytes = Math.min(maxBytes / 4, LARGEST_SEGMENT);
    this.boot = boot;
    this.appenderFactory = appenderFactory;
  }

  /// Determines the last number that an earlier daemon may have assigned. Must be called first.
  void open() {
    try {
      segmentFolder.prepare();
      long last = segmentFolder.lastNumber();
      next = Math.max(next, SequenceFile.firstFree(last, numbers.read(), boot));
      segmentFolder.prune(maxBytes);
      // Must be on disk before the first number is assigned: from the boot id, the next daemon
      // detects a crash of the machine, after which numbers must be skipped.
      numbers.write(new SequenceFile.Checkpoint(next - 1, false, boot), true);
      opened = true;
    } catch (IOException error) {
      failed(error);
    }
  }

  /// Returns the last number that was assigned; 0 if none has been assigned.
  long last() {
    return next - 1;
  }

  /// Assigns the next number to each event and writes the events.
  ///
  /// @return the events with their numbers, to be published by the caller
  List<EventMessage> append(List<? extends NumberedMessage> events) {
    if (!opened) {
      open();
    }
    List<EventMessage> numbered = new ArrayList<>(events.size());
    for (NumberedMessage event : events) {
      numbered.add(mainPids.toMessage(event, next++));
    }
    try {
      write(numbered);
      recovered(numbered.getFirst().seq());
    } catch (IOException error) {
      failed(error);
    }
    return numbered;
  }

  /// Writes the events, with a single write per segment. Almost always, all events fit into one
  /// segment.
  private void write(List<EventMessage> events) throws IOException {
    var lines = new ByteArrayOutputStream();
    for (EventMessage event : events) {
      byte[] line = EventLineCodec.encode(event);
      if (current == null) {
        begin(event.seq());
      }
      if (currentBytes + lines.size() > 0
          && currentBytes + lines.size() + line.length > segmentBytes) {
        flush(lines);
        force();
        release();
        make(event.seq());
      }
      lines.write(line);
    }
    flush(lines);
  }

  /// Removes an incomplete last line from the newest segment and opens the segment. If no segment
  /// exists, creates one.
  private void begin(long first) throws IOException {
    segmentFolder.prepare();
    List<EventSegment> segments = segmentFolder.segments();
    if (segments.isEmpty()) {
      make(first);
    } else {
      Path newest = segments.getLast().file();
      currentBytes = SegmentFolder.truncateTornLine(newest);
      current = appenderFactory.append(newest);
    }
  }

  private void make(long first) throws IOException {
    segmentFolder.prune(maxBytes - segmentBytes);
    numbers.write(new SequenceFile.Checkpoint(first - 1, false, boot), false);
    current = appenderFactory.append(segmentFolder.segment(first));
    currentBytes = 0;
  }

  private void release() throws IOException {
    AppenderFactory.Appender closing = current;
    current = null;
    if (closing != null) {
      closing.close();
    }
  }

  private void flush(ByteArrayOutputStream lines) throws IOException {
    if (lines.size() > 0 && current != null) {
      unforced = true;
      current.write(ByteBuffer.wrap(lines.toByteArray()));
      currentBytes += lines.size();
      lines.reset();
    }
  }

  /// Waits until all written data is on disk.
  void force() {
    if (current == null || !unforced) {
      return;
    }
    try {
      current.force();
      unforced = false;
    } catch (IOException error) {
      failed(error);
    }
  }

  private void failed(IOException error) {
    if (!failing) {
      failing = true;
      LOG.log(
          Level.WARNING,
          "cannot write to {0} ({1}): until it is writable again, events are published but not stored",
          segmentFolder.path(),
          error.toString());
    }
    try {
      // The next batch opens the segment again and then removes an incomplete line.
      release();
    } catch (IOException _) {
      // Ignored, because the cause was logged above.
    }
    try {
      numbers.write(new SequenceFile.Checkpoint(next - 1, false, boot), false);
    } catch (IOException _) {
      // Ignored as well: without the checkpoint, numbers are reused only if the daemon is killed
      // before it recovers.
    }
  }

  private void recovered(long from) {
    if (failing) {
      failing = false;
      LOG.log(
          Level.INFO,
          "{0} is writable again: events are stored from number {1} on",
          segmentFolder.path(),
          Long.toString(from));
    }
  }

  /// Closes the ring in a regular shutdown and records this, so that the next daemon does not skip
  /// numbers.
  void close() {
    try {
      boolean whole = opened && !failing;
      if (current != null) {
        current.force();
      }
      release();
      if (whole) {
        numbers.write(new SequenceFile.Checkpoint(next - 1, true, boot), true);
      }
    } catch (IOException error) {
      failed(error);
    }
  }
}
