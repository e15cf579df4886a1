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

/// A file of which there is a whole generation under one of its names at every moment, whatever
/// fails: the newest, and older ones under names of their own. Blocking; used by one thread at a
/// time, but that [#put] and [#force] may run at the same time.
///
/// A write makes a file of another name, gives the present generation a second name, and renames
/// the new one over it. From then on whoever reads finds the new one, whatever becomes of this
/// program. Then it has the new one on the disk, for a loss of power; only after that do the older
/// ones move on, however many were put in place meanwhile. So the file itself is never missing (but
/// for a moment where the file system knows no hard links), at most the newest generation is not on
/// the disk yet, and a write that fails pushes no older generation out.
public final class DurableFile {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// What was found damaged is evidence; the first few are kept, and the newest.
  private static final int MOST_DAMAGED = 5;

  private final Path folder;
  private final Kind kind;
  private final List<Path> generations;

  /// A new generation that is not whole yet.
  private final Path next;

  /// The last generation that is on the disk, while it is being replaced and until it has an older
  /// name.
  private final Path old;

  private final FileCalls calls;

  /// The lock of the daemon that uses this.
  private final Optional<Object> home;

  /// Held by who changes what the names stand for.
  private final Object names = new Object();

  /// The present generation; null when it is on the disk, or of somebody before.
  private FileCalls.@Nullable Output unforced;

  /// What [#force] is at, or was last.
  private FileCalls.@Nullable Output beingForced;

  /// The files that are kept like this.
  public enum Kind {
    /// Desired state and live processes, for the next daemon.
    JOURNAL(true, "state.json", "state.json.1", "state.json.2"),
    /// What `save` has been asked to remember (PM2's `dump.pm2` and its `.bak`).
    DUMP(true, "dump.json", "dump.json.bak"),
    /// What `set` has been asked to remember (PM2's `module_conf.json`). People edit it, so there
    /// is no checksum in it.
    STORE(false, "conf.json", "conf.json.bak");

    private final boolean checked;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> names;

    Kind(boolean checked, String... names) {
      this.checked = checked;
      this.names = List.of(names);
    }
  }

  /// The moments of a write at which something is different on the disk.
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

  /// What a look at the generations has given.
  ///
  /// @param content of the newest whole one; empty when there is none
  /// @param problems a sentence for each that is damaged or missing
  public record Found<T>(Optional<T> content, List<String> problems) {
    public Found {
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

  /// The name of the newest generation.
  public Path path() {
    return generations.getFirst();
  }

  /// Puts a new generation in place; it is on the disk when this returns.
  ///
  /// @param json the text of an object with at least one key
  /// @throws IOException when that is not so; the newest whole generation is then the one before,
  ///   or this one
  public void write(String json) throws IOException {
    put(json);
    force();
  }

  /// The first half of [#write]: readers find the new generation when this returns. As long as it
  /// is not forced, a loss of power may take it back.
  ///
  /// @throws IOException when it was not put there; the one before is found
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

  /// A folder that was removed and made anew belongs to another daemon, of which nothing must be
  /// overwritten until this one has noticed.
  private void checkHome() throws IOException {
    if (!home.equals(lockOf(folder))) {
      throw new IOException(folder + " was removed or is another daemon's");
    }
  }

  /// Which file the daemon of a home has locked; empty: the folder is no home.
  private static Optional<Object> lockOf(Path folder) {
    try {
      return Optional.ofNullable(
          Files.readAttributes(folder.resolve("jpm.lock"), BasicFileAttributes.class).fileKey());
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  /// Half a file would only take what is left of a full disk.
  private void giveUp(FileCalls.Output output) {
    close(output);
    try {
      calls.deleteIfExists(next);
    } catch (IOException _) {
      // Ignored because the next write removes it.
    }
  }

  private static void close(FileCalls.Output output) {
    try {
      output.close();
    } catch (IOException _) {
      // Ignored because nobody needs what is in it.
    }
  }

  /// Removes all generations, the oldest first: whenever that ends, the newest of those that are
  /// left is the one that was.
  ///
  /// @throws IOException when some are left
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

  /// The second half of [#write]: what was put in place last gets onto the disk. Another one may be
  /// put in its place meanwhile, which is not on the disk then. Returns at once when nothing has
  /// been put since the last time.
  ///
  /// @throws IOException when it did not get there; the last one that did is found again
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
        throw new IOException("the disk takes no more");
      }
    }
  }

  /// Gives the present generation a second name, under which it stays when it is replaced.
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

  /// Gives a generation that has been replaced the name of the one before, and that one the next
  /// older name. Also ends what a write before this one has left half done.
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

  /// What did not get onto the disk must not push older generations out.
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
        // Ignored because readers look at the other too.
      }
    }
  }

  /// The newest generation that is whole. A damaged one is kept under a name of its own.
  ///
  /// @param parser throws a RuntimeException of whatever kind when the object is not complete,
  ///   [NewerFormat] when it must not be read by this jpm
  /// @throws UnreadableFile when there is one that must not be ignored
  public <T> Found<T> read(Function<JsonObject, T> parser) {
    List<String> problems = new ArrayList<>();
    for (Path generation : newestFirst()) {
      Optional<T> content = read(generation, parser, problems);
      if (content.isPresent()) {
        if (!generation.equals(path())) {
          tell(problems, "%s is used in place of %s".formatted(generation, path()));
        }
        return new Found<>(content, problems);
      }
    }
    return new Found<>(Optional.empty(), problems);
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
      // Not damage: to take it for none would be to forget what is in it.
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

  /// The newest generation that is whole, as [#read] finds it, and nothing is moved: somebody may
  /// be editing it. Where there is no newest one there is none: it was taken away by hand. Any
  /// thread may look.
  public Found<JsonObject> look() {
    List<String> problems = new ArrayList<>();
    try {
      if (!calls.exists(path()) && !calls.exists(old)) {
        return new Found<>(Optional.empty(), problems);
      }
    } catch (IOException unknown) {
      problems.add("%s cannot be looked at: %s".formatted(path(), unknown));
    }
    for (Path generation : newestFirst()) {
      try {
        return new Found<>(Optional.of(parsed(calls.read(generation))), problems);
      } catch (NoSuchFileException none) {
        // The next one is looked at.
      } catch (IOException unreadable) {
        problems.add("%s cannot be read: %s".formatted(generation, unreadable));
      } catch (RuntimeException damaged) {
        problems.add("%s is no JSON object: %s".formatted(generation, firstLine(damaged)));
      }
    }
    return new Found<>(Optional.empty(), problems);
  }

  /// Parsers go on to say where in the text they were.
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
