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

/// A file of which a complete version always exists under one of its names, regardless of failures.
/// The newest version and a number of older ones, called generations, have separate names.
/// Blocking. Must be used by one thread at a time, except that [#put] and [#force] may run
/// concurrently.
///
/// A write works as follows:
///
/// 1. It creates a file under a temporary name, gives the current generation a second name, and
///    renames the new file over it. From then on, readers find the new generation, even if this
///    program is killed.
/// 2. It forces the new generation to the disk, in case of a power failure.
/// 3. Only after a generation is on the disk does it rename the older ones. A generation that is
///    written before that replaces only the newest one.
///
/// Therefore, the file itself is never missing, except briefly on a file system without hard links.
/// All generations except possibly the newest are on the disk, and a failed write never displaces
/// an older generation.
public final class DurableFile {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// Maximum number of damaged files of one name that are kept for diagnosis: the first ones and
  /// the latest one.
  private static final int MOST_DAMAGED = 5;

  private final Path folder;
  private final Kind kind;
  private final List<Path> generations;

  /// The temporary name of a new generation that is not complete yet.
  private final Path next;

  /// The temporary name of the last generation on the disk, from the time when it is replaced until
  /// it becomes an older generation.
  private final Path old;

  private final FileCalls calls;

  /// The identity of the lock file that existed when this object was created; empty if there was
  /// none.
  private final Optional<Object> home;

  /// The lock that guards which files the names refer to.
  private final Object names = new Object();

  /// The current generation if it was written by this object and is not on the disk yet; otherwise
  /// null.
  private FileCalls.@Nullable Output unforced;

  /// The generation that [#force] is forcing to the disk, or the last one that it forced.
  private FileCalls.@Nullable Output beingForced;

  /// The files that are kept in generations.
  public enum Kind {
    /// The desired states and the running processes, for the next daemon.
    JOURNAL(true, "state.json", "state.json.1", "state.json.2"),
    /// The list saved by `jpm save` (PM2's `dump.pm2` and its `.bak`).
    DUMP(true, "dump.json", "dump.json.bak"),
    /// The values stored by `jpm set` (PM2's `module_conf.json`). Users edit the file, so it has no
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

  /// The steps of a write. Each step changes the state on the disk.
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
  /// @param content the content of the newest complete generation; empty if there is none
  /// @param problems one message for each generation that is damaged, and one if an older
  ///   generation is used
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

  /// Writes a new generation, which is on the disk when this method returns.
  ///
  /// @param json the text of a JSON object with at least one key
  /// @throws IOException on failure; the newest complete generation is then either the previous one
  ///   or the new one
  public void write(String json) throws IOException {
    put(json);
    force();
  }

  /// Performs the first half of [#write]. When this method returns, readers find the new
  /// generation. Until the generation is forced to the disk, a power failure may undo the write.
  ///
  /// @throws IOException if the generation was not written; readers then find the previous one
  void put(String json) throws IOException {
    checkHome();
    synchronized (names) {
      calls.deleteIfExists(next);
      if (unforced == null) {
        rotateGenerations();
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

  /// Checks that the directory still belongs to this daemon. If it was removed and created again,
  /// it belongs to another daemon, and its files must not be overwritten.
  private void checkHome() throws IOException {
    if (!home.equals(lockOf(folder))) {
      throw new IOException(folder + " was removed or belongs to another daemon");
    }
  }

  /// Returns the identity of the daemon's lock file in `folder`; empty if there is none.
  private static Optional<Object> lockOf(Path folder) {
    try {
      return Optional.ofNullable(
          Files.readAttributes(folder.resolve("jpm.lock"), BasicFileAttributes.class).fileKey());
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  /// Removes the incomplete file, which would only occupy space on a full disk.
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

  /// Performs the second half of [#write]: forces the generation that was written last to the disk.
  /// If another generation is written in the meantime, it is not forced. Returns immediately if
  /// nothing has been written since the last call.
  ///
  /// @throws IOException on failure; readers then find the last generation that was forced to the
  ///   disk
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
      revert(output);
      throw error;
    }
    checkHome();
    synchronized (names) {
      if (!output.equals(unforced)) {
        return;
      }
      unforced = null;
      rotateGenerations();
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

  /// Gives the current generation a second name, under which it remains available when it is
  /// replaced.
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

  /// Renames the replaced generation to the name of the previous one, and the previous one to the
  /// next older name. Also completes an earlier write that was interrupted.
  private void rotateGenerations() throws IOException {
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

  /// Restores the previous generation after the newest one could not be forced to the disk, because
  /// such a generation must not displace older ones.
  private void revert(FileCalls.Output output) {
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
        // Ignored, because readers also examine the other file.
      }
    }
  }

  /// Reads the newest complete generation. Damaged generations are renamed and kept.
  ///
  /// @param parser throws a RuntimeException of any subtype if the object is incomplete, and
  ///   [NewerFormat] if this version of jpm must not read it
  /// @throws UnreadableFile if a generation cannot be read, or was written by a newer version of
  ///   jpm
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
          "%s was written by a newer jpm version: use that version, or move %s and its older generations away"
              .formatted(generation, path()),
          newer);
    } catch (IOException unreadable) {
      // A generation that cannot be read is not damaged. Treating it as missing would lose its
      // content.
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

  /// Reads the newest complete generation, like [#read], but does not rename damaged ones, because
  /// a user may be editing the file. If the newest generation is missing, a user has deleted it, so
  /// the result is empty. Thread-safe.
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

  /// Returns the first line of the message, because JSON parsers append the position in the text on
  /// further lines.
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
      return "it was kept as " + kept.getFileName();
    } catch (IOException impossible) {
      return "it could not be renamed and was left in place";
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
