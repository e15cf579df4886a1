package io.jpm.daemon;

import io.jpm.bus.access.TokenBucket;
import io.jpm.console.text.TerminalText;
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

/// `jpm.log`: one line an event, rotated by size. java.util.logging's own FileHandler names its
/// files `jpm.log.0` and leaves lock files behind; this one keeps the newest in `jpm.log`.
final class DaemonLog extends Handler {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneId.systemDefault());

  /// What the libraries may say at once, in lines, and after how long one line more: whoever
  /// connects can have them complain of each connection, which would push out what the daemon has
  /// said.
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

  DaemonLog(Path file, long maxBytes, int keep) {
    this.file = file;
    this.maxBytes = maxBytes;
    this.keep = keep;
  }

  /// Sends all logging of this JVM to `file`.
  ///
  /// @return what writes it
  static DaemonLog install(Path file, long maxBytes, int keep) {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    var log = new DaemonLog(file, maxBytes, keep);
    root.addHandler(log);
    root.setLevel(Level.WARNING);
    JPM.setLevel(Level.INFO);
    DisconnectLogFilter.keepOutOfLog();
    return log;
  }

  /// From now on the file is rotated at another size, and so many older ones are kept. Those that
  /// are too many are deleted.
  synchronized void limit(long bytes, int files) {
    maxBytes = bytes;
    for (int i = files + 1; i <= keep; i++) {
      try {
        Files.deleteIfExists(numbered(i));
      } catch (IOException _) {
        // Ignored because what cannot be deleted is only old.
      }
    }
    keep = files;
  }

  /// Held, since java.util.logging forgets the level of a logger nobody holds.
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
      // Ignored because a daemon that cannot log still supervises; the next line tries again.
      close();
    }
  }

  private static boolean isDaemons(LogRecord record) {
    String name = String.valueOf(record.getLoggerName());
    return name.equals(JPM.getName()) || name.startsWith(JPM.getName() + ".");
  }

  /// Whether the libraries may say one line more; it is counted.
  private boolean hasRoom(Instant now) {
    if (!ofLibraries.take(Duration.between(Instant.EPOCH, now).toNanos())) {
      return false;
    }
    if (leftOut > 0) {
      var count = new LogRecord(Level.WARNING, leftOut + " lines of libraries were left out");
      count.setLoggerName(JPM.getName() + ".daemon");
      leftOut = 0;
      publish(count);
    }
    return true;
  }

  /// Puts a line into the log that has this one's name now, where it is another one's.
  synchronized void tellSuccessor(String sentence) {
    try {
      if (!Files.exists(file)) {
        return;
      }
      var record = new LogRecord(Level.WARNING, sentence);
      record.setLoggerName(JPM.getName() + ".daemon");
      Files.writeString(file, line(record), StandardOpenOption.APPEND);
    } catch (IOException _) {
      // Ignored because the own log has it.
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

  /// What an app is called or says must not forge a second line, nor give orders to the terminal on
  /// which somebody reads the file.
  private static String oneLine(CharSequence text) {
    return TerminalText.visible(text.toString());
  }

  @Override
  public void flush() {
    // Every line is flushed as it is written.
  }

  @Override
  public synchronized void close() {
    OutputStream open = out;
    out = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException _) {
        // Ignored because there is nowhere to tell.
      }
    }
  }
}
