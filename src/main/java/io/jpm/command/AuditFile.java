package io.jpm.command;

import io.jpm.bus.HomeFileWriter;
import io.jpm.config.settings.Settings;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A file of the audit log with its rotated predecessors (`audit.log.1` is the latest). Lines are
/// appended to a hash chain ([AuditLine]) that continues across files: the first line of each file
/// contains the hash of the line before it as `prev`. The separate file `audit.log.head` contains
/// the number and hash of the last line, so that truncation is detected.
///
/// A damaged file does not prevent the next line from being written. An incomplete last line left
/// by a crash is moved to `audit.log.torn`, and a line with `gap` reports that lines are missing or
/// were changed. All methods block. Not thread-safe.
final class AuditFile {
  private static final Set<PosixFilePermission> OWNERS =
      PosixFilePermissions.fromString("rw-------");
  private static final FileAttribute<?> FOR_OWNER = PosixFilePermissions.asFileAttribute(OWNERS);
  private static final Logger LOG = System.getLogger("jpm.audit");
  private static final int LONGEST = 64 << 10;

  private final Path file;
  private final InstantSource clock;
  private final Supplier<Settings.Log> limits;
  private final Consumer<byte[]> written;
  private Optional<State> known = Optional.empty();

  /// Identifies the last line of a hash chain.
  ///
  /// @param number the number of the line; 0 if the chain has no lines yet
  /// @param hash the hash of the line; [AuditLine#BEGIN] if the chain has no lines yet
  record Head(long number, String hash) {
    static final Head NONE = new Head(0, AuditLine.BEGIN);
  }

  /// The state after the last write.
  ///
  /// @param size the size of the file
  /// @param key the identity of the file in the file system, such as its device and inode; empty if
  ///   the file does not exist
  private record State(Head head, long size, Optional<Object> key) {}

  /// The state of the chain as read from the file before the first write, or after another program
  /// has changed the file.
  ///
  /// @param gap describes the missing or changed lines; empty if there are none
  private record Found(Head head, Optional<String> gap) {
    static Found whole(Head head) {
      return new Found(head, Optional.empty());
    }
  }

  /// Creates the file object without accessing the file.
  ///
  /// @param file the path, such as `audit.log`
  /// @param clock the wall clock
  /// @param limits the size limit and the number of rotated files, see [AuditVerticle]
  /// @param written receives each line after it was written, including its line feed
  AuditFile(
      Path file, InstantSource clock, Supplier<Settings.Log> limits, Consumer<byte[]> written) {
    this.file = file;
    this.clock = clock;
    this.limits = limits;
    this.written = written;
  }

  /// Appends a line.
  ///
  /// @param body the line without the keys of the chain
  /// @param more whether another line follows immediately. The head is then written after that line
  /// @throws IOException if the line was not written; the file is unchanged
  void append(JsonObject body, boolean more) throws IOException {
    Settings.Log now = limits.get();
    State state = current();
    if (state.size() > 0 && state.size() + AuditLine.MOST_BYTES > now.maxSize()) {
      rotate(now.keep());
      state = new State(state.head(), 0, Optional.empty());
    }
    State after = write(state, body);
    if (!more) {
      writeHead(after.head());
    }
  }

  /// Returns the last line of the chain, after recording any problems found in the file.
  Head head() throws IOException {
    return current().head();
  }

  /// Returns the existing files, oldest first. The last one is the file to which lines are
  /// appended.
  List<Path> all() throws IOException {
    return AuditChainCheck.files(file);
  }

  private State current() throws IOException {
    State state = known.filter(this::isAsLeft).isPresent() ? known.get() : open();
    known = Optional.of(state);
    return state;
  }

  private boolean isAsLeft(State state) {
    try {
      return state.equals(stateWith(state.head()));
    } catch (IOException unknown) {
      return false;
    }
  }

  private State stateWith(Head head) throws IOException {
    try {
      BasicFileAttributes is =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!is.isRegularFile()) {
        throw new IOException(file + " is not a regular file: move it to another directory");
      }
      return new State(head, is.size(), Optional.ofNullable(is.fileKey()));
    } catch (NoSuchFileException none) {
      return new State(head, 0, Optional.empty());
    }
  }

  private State open() throws IOException {
    if (stateWith(Head.NONE).key().isPresent()) {
      Files.setPosixFilePermissions(file, OWNERS);
    }
    long torn = moveIncompleteLine();
    Found found = found();
    State state = stateWith(found.head());
    if (found.gap().isPresent()) {
      state = write(state, note(found.gap().get()).put("gap", true));
    }
    if (torn > 0) {
      state =
          write(
              state,
              note(
                  "an incomplete line of %d bytes was moved to %s"
                      .formatted(torn, beside(".torn").getFileName())));
    }
    if (found.gap().isPresent() || torn > 0) {
      writeHead(state.head());
    }
    return state;
  }

  private JsonObject note(String what) {
    return new JsonObject()
        .put("at", clock.instant().toString())
        .put("who", "jpm")
        .put("verb", "audit")
        .put("result", what);
  }

  /// Moves the bytes after the last line feed to the file `.torn`.
  ///
  /// @return the number of bytes moved
  private long moveIncompleteLine() throws IOException {
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      return 0;
    }
    try (FileChannel channel = FileChannel.open(file, reading(StandardOpenOption.WRITE))) {
      long size = channel.size();
      long end = lineFeedBefore(channel, size) + 1;
      if (end < size) {
        try (FileChannel torn =
            FileChannel.open(
                beside(".torn"),
                Set.of(
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    LinkOption.NOFOLLOW_LINKS),
                FOR_OWNER)) {
          for (long from = end; from < size; ) {
            from += channel.transferTo(from, size - from, torn);
          }
        }
        channel.truncate(end);
      }
      return size - end;
    }
  }

  /// Finds the last line of the hash chain, to which the next line will be linked.
  private Found found() throws IOException {
    Optional<Head> head = known.map(State::head).or(this::readHead).filter(it -> it.number() > 0);
    Optional<String> last = lastLine(file).or(() -> lastLine(beside(".1")));
    Optional<Head> tail =
        last.flatMap(AuditLine::read).map(line -> new Head(line.number(), line.hash()));
    if (head.isEmpty()) {
      return tail.map(end ->
              end.number() == 1
                  ? Found.whole(end)
                  : new Found(
                      end,
                      Optional.of(
                          "%s was missing or damaged, so lines after n %d may be missing"
                              .formatted(beside(".head").getFileName(), end.number()))))
          .orElse(Found.whole(Head.NONE));
    }
    Head wanted = head.get();
    if (tail.isPresent() && tail.get().number() > wanted.number()) {
      return Found.whole(tail.get()); // a crash between writing line and head
    }
    if (tail.equals(head)) {
      return Found.whole(wanted);
    }
    String what =
        tail.isPresent() && tail.get().number() == wanted.number()
            ? "the line before this one, n %d, was changed".formatted(wanted.number())
            : "lines up to n %d are missing before this one".formatted(wanted.number());
    return new Found(wanted, Optional.of(what));
  }

  private Optional<Head> readHead() {
    try {
      var json = new JsonObject(Files.readString(beside(".head")));
      return json.getValue("n") instanceof Number number
              && json.getValue("hash") instanceof String hash
          ? Optional.of(new Head(number.longValue(), hash))
          : Optional.empty();
    } catch (IOException | RuntimeException none) {
      return Optional.empty();
    }
  }

  /// Returns the last line; empty if the file does not exist or is empty.
  private static Optional<String> lastLine(Path path) {
    try (FileChannel channel = FileChannel.open(path, reading())) {
      long end = channel.size() - 1;
      if (end < 0) {
        return Optional.empty();
      }
      long start = lineFeedBefore(channel, end) + 1;
      if (end - start > LONGEST) {
        return Optional.of("");
      }
      ByteBuffer line = ByteBuffer.allocate(Math.toIntExact(end - start));
      readFully(channel, line, start);
      return Optional.of(new String(line.array(), StandardCharsets.UTF_8));
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  /// Returns the position of the last line feed before `end`; -1 if there is none.
  private static long lineFeedBefore(FileChannel channel, long end) throws IOException {
    long before = end;
    while (before > 0) {
      long start = Math.max(0, before - LONGEST);
      ByteBuffer part = ByteBuffer.allocate(Math.toIntExact(before - start));
      readFully(channel, part, start);
      for (int i = part.capacity() - 1; i >= 0; i--) {
        if (part.get(i) == '\n') {
          return start + i;
        }
      }
      before = start;
    }
    return -1;
  }

  private static void readFully(FileChannel channel, ByteBuffer into, long from)
      throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into, from + into.position()) < 0) {
        throw new IOException("the file was truncated while it was being read");
      }
    }
  }

  private static Set<OpenOption> reading(StandardOpenOption... more) {
    Set<OpenOption> options = new HashSet<>(List.of(more));
    options.add(StandardOpenOption.READ);
    options.add(LinkOption.NOFOLLOW_LINKS);
    return options;
  }

  private State write(State before, JsonObject body) throws IOException {
    Head head = before.head();
    boolean isFirst = before.size() == 0 || head.number() == 0;
    JsonObject whole = body.copy().put("n", head.number() + 1);
    if (isFirst) {
      whole.put("prev", head.hash());
    }
    AuditLine.Written line = AuditLine.after(head.hash(), whole);
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS),
            FOR_OWNER)) {
      try {
        writeFully(channel, ByteBuffer.wrap(line.bytes()), before.size());
      } catch (IOException failure) {
        channel.truncate(before.size());
        throw failure;
      }
    }
    Head now = new Head(head.number() + 1, line.hash());
    State after = stateWith(now);
    known = Optional.of(after);
    written.accept(line.bytes());
    return after;
  }

  private void writeHead(Head head) {
    try {
      HomeFileWriter.write(
          beside(".head"),
          new JsonObject().put("n", head.number()).put("hash", head.hash()).encode() + "\n");
    } catch (IOException failure) {
      // The line itself was written, and the next line will write the head again.
      LOG.log(Level.WARNING, "cannot write {0}: {1}", beside(".head"), failure.getMessage());
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes, long from)
      throws IOException {
    long start = from;
    while (bytes.hasRemaining()) {
      int written = channel.write(bytes, start);
      if (written <= 0) {
        throw new IOException("the disk accepts no more data");
      }
      start += written;
    }
  }

  private void rotate(int keep) throws IOException {
    for (int number = keep; number > 1; number--) {
      if (Files.exists(beside("." + (number - 1)))) {
        Files.move(
            beside("." + (number - 1)), beside("." + number), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (keep > 0) {
      Files.move(file, beside(".1"), StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.delete(file);
    }
  }

  private Path beside(String ending) {
    return file.resolveSibling(file.getFileName() + ending);
  }
}
