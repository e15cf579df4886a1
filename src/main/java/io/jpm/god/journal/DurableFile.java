package io.jpm.god.journal;

import io.jpm.bus.FileErrors;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A file that always has a complete generation under one of its names, regardless of failures: the
/// newest generation, and older ones under separate names. Blocking; must be used by one thread at
/// a time, except that [#put] and [#force] may run concurrently.
///
/// A write creates a file under a temporary name, gives the current generation a second name, and
/// renames the new file over it. From then on readers find the new generation, even if this program
/// is killed. The write then forces the new generation to the disk, in case of a power failure;
/// only afterwards are the older generations renamed, even if further generations were written
/// meanwhile. Therefore the file itself is never missing (except briefly on a file system without
/// hard links), at most the newest generation is not on the disk yet, and a failed write never
/// displaces an older generation.
public final class DurableFile {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// Number of damaged files kept for diagnosis: the first ones and the latest.
  private static final int MOST_DAMAGED = 5;

  private final Path folder;
  private final Kind kind;
  private final List<Path> generations;

  /// A new generation that is not complete yet.
  private final Path next;

  /// The last generation on the disk, while it is being replaced and until it gets an older name.
  private final Path old;

  private final FileCalls calls;

  /// The lock file of the daemon that uses this file.
  private final Optional<Object> home;

  /// Must be held to change what the names refer to.
  private final Object names = new Object();

  /// The current generation; null if it is on the disk or was not written by this object.
  private FileCalls.@Nullable Output unforced;

  /// The generation that [#force] is forcing, or has forced last.
  private FileCalls.@Nullable Output beingForced;

  /// The files that are kept in generations.
  public enum Kind {
    /// Desired states and running processes, for the next daemon.
    JOURNAL(true, "state.json", "state.json.1", "state.json.2"),
    /// The list saved by `save` (PM2's `dump.pm2` and its `.bak`).
    DUMP(true, "dump.json", "dump.json.bak"),
    /// The values stored by `set` (PM2's `module_conf.json`). Users edit the file, so it has no
    /// checksum.
    STORE(false, "conf.json", "conf.json.bak");

    private final boolean checked;

    @SuppressWarnings("ImmutableEnumChecker") // immutable: created by List.of
    private final List<String> names;

    Kind(boolean checked, String... names) {
      this.checked = checked;
      this.names = List.of(names);
    }
  }

  /// The steps of a write after which the state on the disk differs.
  enum Step {
    CREATED,
    WRITTEN,
    HELD,
    RENAMED,
    FORCED,
    SHIFTED,
    KEPT,
    DONE
  }

  /// The result of reading the generations.
  ///
  /// @param content content of the newest complete generation; empty if there is none
  /// @param problems one message for each generation that is damaged or missing
  public record ReadResult<T>(Optional<T> content, List<String> problems) {
    public ReadResult {
      problems = List.copyOf(problems);
    }
  }

  public DurableFile(Path folder, Kind kind) {
    this(folder, kind, FileCalls.KERNEL);
  }

  DurableFile(Path folder, Kind kind, FileCalls calls) {
    this.folder = folder;
    this.kind = kind;
    this.generations = kind.names.stream().map(folder::resolve).toList();
    this.next = folder.resolve(path().getFileName() + ".new");
    this.old = folder.resolve(path().getFileName() + ".old");
    this.calls = calls;
    this.home = lockOf(folder);
  }

  /// Returns the path of the newest generation.
  public Path path() {
    return generations.getFirst();
  }

  /// Writes a new generation; it is on the disk when this method returns.
  ///
  /// @param json the text of an object with at least one key
  /// @throws IOException on failure; the newest complete generation is then the previous one or
  ///   this one
  public void write(String json) throws IOException {
    put(json);
    force();
  }

  /// Performs the first half of [#write]: readers find the new generation when this method returns.
  /// Until it is forced, a power failure may undo it.
  ///
  /// @throws IOException if the generation was not written; readers find the previous one
  void put(String json) throws IOException {
    checkHome();
    synchronized (names) {
      calls.deleteIfExists(next);
      if (unforced == null) {
        nameTheOld();
      }
    }
    FileCalls.Output output = calls.create(next);
    try {
      hit(Step.CREATED);
      fill(output, kind.checked ? ChecksummedJson.write(json) : ChecksummedJson.plain(json));
      hit(Step.WRITTEN);
      putInPlace(output);
    } catch (IOException error) {
      giveUp(output);
      throw error;
    }
  }

  private void putInPlace(FileCalls.Output output) throws IOException {
    synchronized (names) {
      if (unforced == null) {
        holdPresent();
      }
      hit(Step.HELD);
      calls.rename(next, path());
      hit(Step.RENAMED);
      FileCalls.Output before = unforced;
      unforced = output;
      if (before != null && !before.equals(beingForced)) {
        close(before);
      }
    }
  }

  /// A directory that was removed and created again belongs to another daemon. Nothing in it may be
  /// overwritten until this daemon has detected that.
  private void checkHome() throws IOException {
    if (!home.equals(lockOf(folder))) {
      throw new IOException(folder + " was removed or belongs to another daemon");
    }
  }

  /// Returns the file that the daemon of a home has locked; empty if the directory is not a home.
  private static Optional<Object> lockOf(Path folder) {
    try {
      return Optional.ofNullable(
          Files.readAttributes(folder.resolve("jpm.lock"), BasicFileAttributes.class).fileKey());
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  /// Removes an incomplete file, which would only occupy space on a full disk.
  private void giveUp(FileCalls.Output output) {
    close(output);
    try {
      calls.deleteIfExists(next);
    } catch (IOException _) {
      // Ignored: the next write removes it.
    }
  }

  private static void close(FileCalls.Output output) {
    try {
      output.close();
    } catch (IOException _) {
      // Ignored: the content is not needed.
    }
  }

  /// Removes all generations, the oldest first. If this is interrupted, the newest remaining
  /// generation is still the current one.
  ///
  /// @throws IOException if some generations remain
  void clear() throws IOException {
    checkHome();
    synchronized (names) {
      for (Path generation : newestFirst().reversed()) {
        calls.deleteIfExists(generation);
      }
      if (unforced != null && !unforced.equals(beingForced)) {
        close(unforced);
      }
      unforced = null;
    }
  }

  /// Performs the second half of [#write]: forces the generation written last to the disk. Another
  /// generation may be written meanwhile, which is then not forced. Returns immediately if nothing
  /// has been written since the last call.
  ///
  /// @throws IOException on failure; readers then find the last generation that was forced
  void force() throws IOException {
    FileCalls.Output output;
    synchronized (names) {
      output = unforced;
      beingForced = output;
    }
    if (output == null) {
      return;
    }
    try (output) {
      output.force();
      hit(Step.FORCED);
    } catch (IOException error) {
      takeBack(output);
      throw error;
    }
    checkHome();
    synchronized (names) {
      if (!output.equals(unforced)) {
        return;
      }
      unforced = null;
      nameTheOld();
    }
    calls.forceDirectory(folder);
    hit(Step.DONE);
  }

  private static void fill(FileCalls.Output output, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (output.write(bytes) <= 0) {
        throw new IOException("the disk accepts no more data");
      }
    }
  }

  /// Gives the current generation a second name, which it keeps when it is replaced.
  private void holdPresent() throws IOException {
    if (!calls.exists(path())) {
      return;
    }
    try {
      calls.link(path(), old);
    } catch (IOException noLinks) {
      calls.rename(path(), old);
    }
  }

  /// Renames the replaced generation to the name of the previous one, and that to the next older
  /// name. Also completes what an interrupted earlier write has left unfinished.
  private void nameTheOld() throws IOException {
    if (!calls.exists(old)) {
      return;
    }
    if (!calls.exists(path())) {
      calls.rename(old, path());
    } else if (calls.isSame(path(), old)) {
      calls.deleteIfExists(old);
    } else {
      for (int i = generations.size() - 1; i > 1; i--) {
        if (calls.exists(generations.get(i - 1))) {
          calls.rename(generations.get(i - 1), generations.get(i));
        }
      }
      hit(Step.SHIFTED);
      calls.rename(old, generations.get(1));
      hit(Step.KEPT);
    }
  }

  /// A generation that could not be forced must not displace older ones.
  private void takeBack(FileCalls.Output output) {
    synchronized (names) {
      if (!output.equals(unforced)) {
        return;
      }
      unforced = null;
      try {
        if (calls.exists(old)) {
          calls.rename(old, path());
        }
      } catch (IOException _) {
        // Ignored: readers also examine the other file.
      }
    }
  }

  /// Reads the newest complete generation. A damaged generation is renamed and kept.
  ///
  /// @param parser throws a RuntimeException of any type if the object is incomplete, and
  ///   [NewerFormat] if this version of jpm must not read it
  /// @throws UnreadableFile if a generation exists that must not be ignored
  public <T> ReadResult<T> read(Function<JsonObject, T> parser) {
    List<String> problems = new ArrayList<>();
    for (Path generation : newestFirst()) {
      Optional<T> content = read(generation, parser, problems);
      if (content.isPresent()) {
        if (!generation.equals(path())) {
          tell(problems, "%s is used instead of %s".formatted(generation, path()));
        }
        return new ReadResult<>(content, problems);
      }
    }
    return new ReadResult<>(Optional.empty(), problems);
  }

  private List<Path> newestFirst() {
    List<Path> all = new ArrayList<>(generations);
    all.add(1, old);
    return all;
  }

  private <T> Optional<T> read(
      Path generation, Function<JsonObject, T> parser, List<String> problems) {
    try {
      return Optional.of(parser.apply(parsed(calls.read(generation))));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (NewerFormat newer) {
      throw new UnreadableFile(
          "%s was written by a newer jpm: use that one, or move %s and its older generations away"
              .formatted(generation, path()),
          newer);
    } catch (IOException unreadable) {
      // Not damage: treating it as missing would lose its content.
      throw new UnreadableFile(
          "%s cannot be read: %s".formatted(generation, FileErrors.of(unreadable)), unreadable);
    } catch (RuntimeException damaged) {
      tell(
          problems,
          "%s is damaged (%s): %s".formatted(generation, firstLine(damaged), putAside(generation)));
      return Optional.empty();
    }
  }

  private JsonObject parsed(byte[] bytes) {
    return kind.checked ? ChecksummedJson.read(bytes) : ChecksummedJson.readPlain(bytes);
  }

  /// Reads the newest complete generation, as [#read], but renames nothing, because a user may be
  /// editing the file. If the newest generation is missing, the result is empty: a user has deleted
  /// it. Thread-safe.
  public ReadResult<JsonObject> peek() {
    List<String> problems = new ArrayList<>();
    try {
      if (!calls.exists(path()) && !calls.exists(old)) {
        return new ReadResult<>(Optional.empty(), problems);
      }
    } catch (IOException unknown) {
      problems.add("%s cannot be checked: %s".formatted(path(), unknown));
    }
    for (Path generation : newestFirst()) {
      try {
        return new ReadResult<>(Optional.of(parsed(calls.read(generation))), problems);
      } catch (NoSuchFileException none) {
        // Tries the next generation.
      } catch (IOException unreadable) {
        problems.add("%s cannot be read: %s".formatted(generation, unreadable));
      } catch (RuntimeException damaged) {
        problems.add("%s is not a JSON object: %s".formatted(generation, firstLine(damaged)));
      }
    }
    return new ReadResult<>(Optional.empty(), problems);
  }

  /// Parsers append the position in the text on further lines.
  private static String firstLine(RuntimeException damaged) {
    return String.valueOf(damaged.getMessage()).lines().findFirst().orElse("");
  }

  private static void tell(List<String> problems, String sentence) {
    LOG.log(Level.ERROR, "{0}", sentence);
    problems.add(sentence);
  }

  private String putAside(Path damaged) {
    try {
      Path kept = damagedName(damaged);
      calls.rename(damaged, kept);
      return "kept as " + kept.getFileName();
    } catch (IOException impossible) {
      return "left where it is";
    }
  }

  private Path damagedName(Path damaged) throws IOException {
    Path name = damaged.resolveSibling(damaged.getFileName() + ".damaged");
    for (int number = 1; number < MOST_DAMAGED && calls.exists(name); number++) {
      name = damaged.resolveSibling(damaged.getFileName() + ".damaged." + number);
    }
    return name;
  }

  private void hit(Step step) {
    Failpoint.hit(kind, step);
  }
}
