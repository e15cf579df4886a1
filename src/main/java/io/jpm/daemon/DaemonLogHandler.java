package io.jpm.daemon;

import io.jpm.bus.access.TokenBucket;
import io.jpm.console.text.TerminalSanitizer;
import io.jpm.serve.DisconnectLogFilter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.text.MessageFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Writes `jpm.log`, with one line per event, and rotates it by size. The FileHandler of
/// java.util.logging would name its files `jpm.log.0` and leave lock files behind. This handler
/// keeps the newest lines in `jpm.log`.
final class DaemonLogHandler extends Handler {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneId.systemDefault());

  /// The rate limit for log lines from libraries: the burst size, and the interval between further
  /// lines. Without it, a client could make libraries log a line per connection, which would
  /// displace the daemon's own lines.
  private static final int MOST_OF_LIBRARIES = 30;

  private static final Duration ONE_MORE = Duration.ofSeconds(5);

  private static final int MOST_FRAMES = 40;

  private final Path file;
  private final TokenBucket ofLibraries = new TokenBucket(MOST_OF_LIBRARIES, ONE_MORE, 0);
  private long leftOut;
  private long maxBytes;
  private int keep;
  private @Nullable OutputStream out;
  private long size;

  DaemonLogHandler(Path file, long maxBytes, int keep) {
    this.file = file;
    this.maxBytes = maxBytes;
    this.keep = keep;
  }

  /// Redirects all logging of this JVM to `file`.
  ///
  /// @return the handler
  static DaemonLogHandler install(Path file, long maxBytes, int keep) {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    var log = new DaemonLogHandler(file, maxBytes, keep);
    root.addHandler(log);
    root.setLevel(Level.WARNING);
    JPM.setLevel(Level.INFO);
    DisconnectLogFilter.install();
    return log;
  }

  /// Changes the size at which the file is rotated and the number of older files to keep. Surplus
  /// older files are deleted.
  synchronized void setLimits(long bytes, int files) {
    maxBytes = bytes;
    for (int i = files + 1; i <= keep; i++) {
      try {
        Files.deleteIfExists(numbered(i));
      } catch (IOException _) {
        // Ignored: a file that cannot be deleted does no harm.
      }
    }
    keep = files;
  }

  /// A strong reference, because java.util.logging forgets the level of a logger that is
  /// garbage-collected.
  private static final Logger JPM = Logger.getLogger("jpm");

  @Override
  public synchronized void publish(LogRecord record) {
    if (!isLoggable(record)) {
      return;
    }
    if (!isDaemons(record) && !hasRoom(record.getInstant())) {
      leftOut++;
      return;
    }
    byte[] line = line(record).getBytes(StandardCharsets.UTF_8);
    try {
      if (size + line.length > maxBytes && size > 0) {
        rotate();
      }
      OutputStream open = opened();
      open.write(line);
      open.flush();
      size += line.length;
    } catch (IOException _) {
      // Ignored: a daemon that cannot log still supervises. Logging is tried again with the next
      // line.
      close();
    }
  }

  private static boolean isDaemons(LogRecord record) {
    String name = String.valueOf(record.getLoggerName());
    return name.equals(JPM.getName()) || name.startsWith(JPM.getName() + ".");
  }

  /// Reports whether a line from a library may be written, and counts the line towards the limit.
  private boolean hasRoom(Instant now) {
    if (!ofLibraries.take(Duration.between(Instant.EPOCH, now).toNanos())) {
      return false;
    }
    if (leftOut > 0) {
      var count = new LogRecord(Level.WARNING, leftOut + " lines from libraries were omitted");
      count.setLoggerName(JPM.getName() + ".daemon");
      leftOut = 0;
      publish(count);
    }
    return true;
  }

  /// Appends a line to the file that is now at the log's path. It may belong to another daemon.
  synchronized void logToNextDaemon(String sentence) {
    try {
      if (!Files.exists(file)) {
        return;
      }
      var record = new LogRecord(Level.WARNING, sentence);
      record.setLoggerName(JPM.getName() + ".daemon");
      Files.writeString(file, line(record), StandardOpenOption.APPEND);
    } catch (IOException _) {
      // Ignored: this daemon's own log also contains the line.
    }
  }

  private OutputStream opened() throws IOException {
    OutputStream open = out;
    if (open == null) {
      open =
          Channels.newOutputStream(
              Files.newByteChannel(
                  file,
                  Set.of(
                      StandardOpenOption.CREATE,
                      StandardOpenOption.APPEND,
                      LinkOption.NOFOLLOW_LINKS),
                  Home.OWNERS_FILE));
      size = Files.size(file);
      out = open;
    }
    return open;
  }

  private void rotate() throws IOException {
    close();
    for (int i = keep - 1; i >= 1; i--) {
      Path older = numbered(i);
      if (Files.exists(older)) {
        Files.move(older, numbered(i + 1), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (keep > 0) {
      Files.move(file, numbered(1), StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.delete(file);
    }
  }

  private Path numbered(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  private static String line(LogRecord record) {
    String source = String.valueOf(record.getLoggerName()).replaceFirst("^jpm\\.", "");
    var line =
        new StringBuilder()
            .append(TIME.format(record.getInstant()))
            .append(' ')
            .append(String.format("%-7s", record.getLevel().getName()))
            .append(' ')
            .append(source)
            .append(": ")
            .append(message(record));
    Throwable thrown = record.getThrown();
    if (thrown != null) {
      line.append(" | ").append(thrown);
      Arrays.stream(thrown.getStackTrace())
          .limit(MOST_FRAMES)
          .forEach(frame -> line.append(" < ").append(frame));
    }
    return oneLine(line) + "\n";
  }

  private static String message(LogRecord record) {
    String message = String.valueOf(record.getMessage());
    Object[] parameters = record.getParameters();
    if (parameters == null || parameters.length == 0) {
      return message;
    }
    try {
      return new MessageFormat(message, Locale.ROOT).format(parameters);
    } catch (IllegalArgumentException noPattern) {
      return message;
    }
  }

  /// Makes a text safe to print on a single line. Names and messages of apps must not forge a
  /// second line or send control sequences to a terminal that shows the file.
  private static String oneLine(CharSequence text) {
    return TerminalSanitizer.visible(text.toString());
  }

  @Override
  public void flush() {
    // Each line is flushed when it is written.
  }

  @Override
  public synchronized void close() {
    OutputStream open = out;
    out = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException _) {
        // Ignored: there is no other place to report it.
      }
    }
  }
}
