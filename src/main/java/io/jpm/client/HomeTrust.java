package io.jpm.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether what lies in a home can only come from its owner. Nothing is repaired: a file that
/// others could write to may hold what they wrote already. Blocking.
///
/// @param uid the number of the user to whom all must belong; root may own the directories above
public record HomeTrust(int uid) {
  private static final int FILE_TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;
  private static final int SYMBOLIC_LINK = 0120000;
  private static final int STICKY = 01000;
  private static final int GROUP_WRITE = 0020;
  private static final int OTHERS_WRITE = 0002;
  private static final int MOST_LINKS = 40;
  private static final String[] LETTERS = {"---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"};

  /// Something of a home is not to be trusted.
  public static final class Untrusted extends IOException {
    private static final long serialVersionUID = 1L;

    /// @param sentence which path, what is wrong with it, and how to mend it
    Untrusted(String sentence) {
      super(sentence);
    }
  }

  /// What `lstat(2)` says.
  private record Status(int uid, int mode) {
    static Status of(Path file) throws IOException {
      Map<String, Object> all =
          Files.readAttributes(file, "unix:uid,mode", LinkOption.NOFOLLOW_LINKS);
      return new Status(number(all.get("uid")), number(all.get("mode")));
    }

    static Optional<Status> ifThere(Path file) throws IOException {
      try {
        return Optional.of(of(file));
      } catch (NoSuchFileException none) {
        return Optional.empty();
      }
    }

    private static int number(@Nullable Object value) throws IOException {
      if (value instanceof Integer number) {
        return number;
      }
      throw new IOException("the system does not tell who may write to a file");
    }

    boolean is(int type) {
      return (mode & FILE_TYPE) == type;
    }

    boolean openToOthers() {
      return (mode & (GROUP_WRITE | OTHERS_WRITE)) != 0;
    }

    /// As `ls -l` shows it, without the type.
    String shown() {
      return LETTERS[(mode >> 6) & 7] + LETTERS[(mode >> 3) & 7] + LETTERS[mode & 7];
    }
  }

  /// For the user of this process.
  ///
  /// @param home tells the user where the system has no `/proc`
  public static HomeTrust ofMe(Path home) throws IOException {
    Path self = Path.of("/proc/self");
    if (Files.exists(self)) {
      return ofOwner(self);
    }
    Path there = home.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    return ofOwner(there);
  }

  /// For the user to whom a home belongs, who may be another one than that of this process.
  public static HomeTrust ofOwner(Path home) throws IOException {
    if (Files.getAttribute(home, "unix:uid") instanceof Integer number) {
      return new HomeTrust(number);
    }
    throw new IOException("the system does not tell to whom " + home + " belongs");
  }

  /// Refuses a directory that another user owns or may write to.
  ///
  /// @throws Untrusted with a sentence for people
  public void checkHome(Path home) throws IOException {
    Path real = home.toRealPath();
    Status status = Status.of(real);
    if (!status.is(DIRECTORY)) {
      throw new Untrusted(
          "JPM_HOME " + real + " is not a directory: remove the file or choose another JPM_HOME");
    }
    if (status.uid() != uid) {
      throw new Untrusted(
          "JPM_HOME %s belongs to uid %d (mode %s), not to you (uid %d): choose another JPM_HOME"
              .formatted(shown(real), status.uid(), status.shown(), uid));
    }
    if (status.openToOthers()) {
      throw writable("JPM_HOME ", real, status);
    }
  }

  /// Refuses what is there and another user owns or may write to, and a symbolic link. A directory
  /// in the place of a file passes: nothing can be read from it.
  ///
  /// @param file a file, pipe or socket of a home, or a folder in it
  /// @throws Untrusted with a sentence for people
  public void checkFile(Path file) throws IOException {
    Optional<Status> found = Status.ifThere(file);
    if (found.isPresent()) {
      check(file, found.get());
    }
  }

  /// As [#checkFile], and refuses what is no regular file either, such as a pipe, in which a reader
  /// would wait for ever.
  ///
  /// @throws Untrusted with a sentence for people
  public void checkRegular(Path file) throws IOException {
    Optional<Status> found = Status.ifThere(file);
    if (found.isPresent()) {
      Status status = found.get();
      check(file, status);
      if (!status.is(REGULAR) && !status.is(DIRECTORY)) {
        throw new Untrusted(shown(file) + " is not a regular file: remove it");
      }
    }
  }

  private void check(Path file, Status status) throws Untrusted {
    if (status.is(SYMBOLIC_LINK)) {
      throw new Untrusted(
          "%s is a symbolic link, which jpm does not follow in its home: remove it, and put the file"
                  .formatted(shown(file))
              + " itself there if it is yours");
    }
    if (status.uid() != uid) {
      throw new Untrusted(
          "%s belongs to uid %d (mode %s), not to you (uid %d): remove it"
              .formatted(shown(file), status.uid(), status.shown(), uid));
    }
    if (status.openToOthers()) {
      throw writable("", file, status);
    }
  }

  private static Untrusted writable(String what, Path file, Status status) {
    return new Untrusted(
        "%s%s can be written to by others (mode %s): see whether what is in it is yours, then type: chmod go-w %s"
            .formatted(what, shown(file), status.shown(), word(file)));
  }

  /// Whether only members of its group, besides its owner, may write to what is there.
  ///
  /// @param file something of this user's, no link
  public boolean onlyGroupMayWrite(Path file) throws IOException {
    Optional<Status> found = Status.ifThere(file);
    return found.isPresent()
        && !found.get().is(SYMBOLIC_LINK)
        && found.get().uid() == uid
        && (found.get().mode() & (GROUP_WRITE | OTHERS_WRITE)) == GROUP_WRITE;
  }

  /// Refuses a place in which another user could put something else, by renaming a directory: each
  /// directory on the way belongs to root or to the user, and others may write to none but one with
  /// the sticky bit, such as `/tmp`. Symbolic links are followed as the system does. What is not
  /// there yet is passed over, and so is all where the first process is the user's, as in a
  /// container of an unprivileged user: volumes are often open to all there, and nobody else runs.
  ///
  /// @param home the place; only what is above it is looked at
  /// @throws Untrusted with a sentence for people
  public void checkAbove(Path home) throws IOException {
    if (!isOwnContainer()) {
      way(home.toAbsolutePath().normalize(), new Place(home, "choose another JPM_HOME"), 0);
    }
  }

  /// Refuses a file, or a directory, that another user could change or put something else in the
  /// place of: it and the directories on its way belong to root or to the user, and others may
  /// write to none of them, as [#checkAbove] says. A link is followed. What is not there passes.
  ///
  /// @param advice what to do about it, behind a colon
  /// @throws Untrusted with a sentence for people
  public void checkWhole(Path file, String advice) throws IOException {
    if (isOwnContainer()) {
      return;
    }
    way(file.toAbsolutePath().normalize(), new Place(file, advice), 0);
    if (Files.notExists(file)) {
      return;
    }
    Path real = file.toRealPath();
    Status status = Status.of(real);
    if (isStranger(status.uid())) {
      throw new Untrusted(
          "%s belongs to uid %d (mode %s), who could change it: %s"
              .formatted(shown(real), status.uid(), status.shown(), advice));
    }
    if (status.openToOthers() && !isPrivateGroup(real, status)) {
      throw new Untrusted(
          "%s can be written to by others (mode %s): %s"
              .formatted(shown(real), status.shown(), advice));
    }
  }

  /// What is at the end of a way.
  ///
  /// @param advice what to do when it is not to be trusted
  private record Place(Path path, String advice) {}

  private boolean isOwnContainer() throws IOException {
    Path first = Path.of("/proc/1");
    return uid != 0 && Files.exists(first) && ofOwner(first).uid() == uid;
  }

  private void way(Path path, Place place, int links) throws IOException {
    if (links > MOST_LINKS) {
      throw new Untrusted(shown(place.path()) + ": there are too many symbolic links on the way");
    }
    Path directory = Objects.requireNonNull(path.getRoot(), "an absolute path has a root");
    for (Path name : path) {
      Path child = directory.resolve(name);
      Optional<Status> below = Status.ifThere(child);
      checkDirectory(directory, child, below, place);
      if (below.isEmpty()) {
        return;
      }
      if (below.get().is(SYMBOLIC_LINK)) {
        way(directory.resolve(Files.readSymbolicLink(child)).normalize(), place, links + 1);
        directory = child.toRealPath();
      } else {
        directory = child;
      }
    }
  }

  private void checkDirectory(Path directory, Path child, Optional<Status> below, Place place)
      throws IOException {
    Status status = Status.of(directory);
    if (isStranger(status.uid())) {
      throw new Untrusted(
          "%s belongs to uid %d (mode %s), who could put something else in the place of %s: %s"
              .formatted(
                  shown(directory),
                  status.uid(),
                  status.shown(),
                  shown(place.path()),
                  place.advice()));
    }
    if (!status.openToOthers() || isPrivateGroup(directory, status)) {
      return;
    }
    if ((status.mode() & STICKY) == 0) {
      throw new Untrusted(
          "%s can be written to by others (mode %s), who could put something else in the place of %s: type chmod go-w %s, or %s"
              .formatted(
                  shown(directory),
                  status.shown(),
                  shown(place.path()),
                  word(directory),
                  place.advice()));
    }
    if (below.isPresent() && isStranger(below.get().uid())) {
      throw new Untrusted(
          "%s belongs to uid %d (mode %s), not to you (uid %d): %s"
              .formatted(
                  shown(child), below.get().uid(), below.get().shown(), uid, place.advice()));
    }
  }

  /// In a user namespace the directories of whoever is outside belong to no number that is known.
  private boolean isStranger(int owner) throws IOException {
    return owner != uid && owner != 0 && owner != unknownUser();
  }

  private static int unknownUser() throws IOException {
    Path map = Path.of("/proc/self/uid_map");
    Path overflow = Path.of("/proc/sys/kernel/overflowuid");
    if (!Files.isReadable(map) || !Files.isReadable(overflow)) {
      return -1;
    }
    return Files.readString(map).strip().endsWith(" 4294967295")
        ? -1
        : Integer.parseInt(Files.readString(overflow).strip());
  }

  /// Whether it is only the user's own group that may write: some systems give each user one, and a
  /// umask that lets it write.
  private boolean isPrivateGroup(Path directory, Status status) throws IOException {
    return uid != 0
        && status.uid() == uid
        && (status.mode() & OTHERS_WRITE) == 0
        && String.valueOf(Files.getAttribute(directory, "posix:group"))
            .equals(String.valueOf(Files.getAttribute(directory, "posix:owner")));
  }

  /// In one line, whatever the name is.
  private static String shown(Path path) {
    return path.toString().replaceAll("\\p{Cntrl}", "?");
  }

  /// As a word of a shell line.
  private static String word(Path path) {
    String text = path.toString();
    if (text.matches("[A-Za-z0-9_@%+=:,./-]+")) {
      return text;
    }
    return text.codePoints().anyMatch(Character::isISOControl)
        ? "(its path)"
        : "'" + text.replace("'", "'\\''") + "'";
  }
}
