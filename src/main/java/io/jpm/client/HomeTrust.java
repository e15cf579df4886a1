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

/// Checks that the files in a home can only have been written by its owner. Does not repair
/// anything, because a file that other users can write to may already contain their data. Blocking.
///
/// @param uid the user id to which all files must belong; parent directories may also belong to
///   root
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

  /// Signals that a home, a file in it or a directory above it is not trustworthy.
  public static final class Untrusted extends IOException {
    private static final long serialVersionUID = 1L;

    /// Creates an exception with a message for the user.
    ///
    /// @param sentence the path, what is wrong with it and how to fix it
    Untrusted(String sentence) {
      super(sentence);
    }
  }

  /// The owner and the mode of a file, as in `lstat(2)`.
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
      throw new IOException(
          "cannot check the jpm home: this system does not report owners and permissions of files");
    }

    boolean is(int type) {
      return (mode & FILE_TYPE) == type;
    }

    boolean openToOthers() {
      return (mode & (GROUP_WRITE | OTHERS_WRITE)) != 0;
    }

    /// Returns the permissions as `ls -l` shows them, without the file type.
    String shown() {
      return LETTERS[(mode >> 6) & 7] + LETTERS[(mode >> 3) & 7] + LETTERS[mode & 7];
    }
  }

  /// Returns an instance that trusts the user of this process.
  ///
  /// @param home the home, whose owner is used instead on systems without `/proc`
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

  /// Returns an instance that trusts the owner of a home, who may differ from the user of this
  /// process.
  public static HomeTrust ofOwner(Path home) throws IOException {
    if (Files.getAttribute(home, "unix:uid") instanceof Integer number) {
      return new HomeTrust(number);
    }
    throw new IOException(
        "cannot check the jpm home " + home + ": this system does not report its owner");
  }

  /// Rejects a home that is not a directory, belongs to another user or is writable by other users.
  ///
  /// @throws Untrusted with a message for the user
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

  /// Rejects a file that is a symbolic link, belongs to another user or is writable by other users.
  /// Accepts a missing file, and a directory in place of a file, since nothing can be read from it.
  ///
  /// @param file a file, pipe or socket in a home, or a subdirectory of a home
  /// @throws Untrusted with a message for the user
  public void checkFile(Path file) throws IOException {
    Optional<Status> found = Status.ifThere(file);
    if (found.isPresent()) {
      check(file, found.get());
    }
  }

  /// Performs the checks of [#checkFile], and also rejects special files, such as a pipe, on which
  /// a reader could block forever.
  ///
  /// @throws Untrusted with a message for the user
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
          "%s is a symbolic link, which jpm does not follow in its home: replace the link with the file"
                  .formatted(shown(file))
              + " that it points to, or remove the link if the file is not yours");
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
        "%s%s is writable by other users (mode %s): check that its content is yours, then run: chmod go-w %s"
            .formatted(what, shown(file), status.shown(), shellQuoted(file)));
  }

  /// Reports whether the file is writable by its group but not by all users.
  ///
  /// @param file a file; the result is false for a symbolic link and for a file of another user
  public boolean onlyGroupMayWrite(Path file) throws IOException {
    Optional<Status> found = Status.ifThere(file);
    return found.isPresent()
        && !found.get().is(SYMBOLIC_LINK)
        && found.get().uid() == uid
        && (found.get().mode() & (GROUP_WRITE | OTHERS_WRITE)) == GROUP_WRITE;
  }

  /// Rejects a path that another user could redirect by renaming a directory. Each directory on the
  /// path must belong to root or to the user, and must not be writable by others unless its sticky
  /// bit is set, as for `/tmp`. Symbolic links are followed. Missing directories are ignored.
  ///
  /// Nothing is checked if process 1 belongs to the user, as in a container that runs as an
  /// unprivileged user: volumes are often writable by all users, and there are no other users.
  ///
  /// @param home the path; only the directories above it are checked
  /// @throws Untrusted with a message for the user
  public void checkAbove(Path home) throws IOException {
    if (!isOwnContainer()) {
      checkPath(home.toAbsolutePath().normalize(), new Place(home, "choose another JPM_HOME"), 0);
    }
  }

  /// Rejects a file or directory that another user could change or replace. It must belong to root
  /// or to the user and must not be writable by others, and the directories above it are checked as
  /// in [#checkAbove]. Symbolic links are followed. A missing file is accepted.
  ///
  /// @param advice how to fix the problem, used at the end of the message
  /// @throws Untrusted with a message for the user
  public void checkFileAndPath(Path file, String advice) throws IOException {
    if (isOwnContainer()) {
      return;
    }
    checkPath(file.toAbsolutePath().normalize(), new Place(file, advice), 0);
    if (Files.notExists(file)) {
      return;
    }
    Path real = file.toRealPath();
    Status status = Status.of(real);
    if (isForeignUser(status.uid())) {
      throw new Untrusted(
          "%s belongs to uid %d (mode %s), who could change it: %s"
              .formatted(shown(real), status.uid(), status.shown(), advice));
    }
    if (status.openToOthers() && !isPrivateGroup(real, status)) {
      throw new Untrusted(
          "%s is writable by other users (mode %s): %s"
              .formatted(shown(real), status.shown(), advice));
    }
  }

  /// The path that is being checked.
  ///
  /// @param advice what to do if the path is not trustworthy
  private record Place(Path path, String advice) {}

  private boolean isOwnContainer() throws IOException {
    Path first = Path.of("/proc/1");
    return uid != 0 && Files.exists(first) && ofOwner(first).uid() == uid;
  }

  private void checkPath(Path path, Place place, int links) throws IOException {
    if (links > MOST_LINKS) {
      throw new Untrusted(shown(place.path()) + ": the path contains too many symbolic links");
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
        checkPath(directory.resolve(Files.readSymbolicLink(child)).normalize(), place, links + 1);
        directory = child.toRealPath();
      } else {
        directory = child;
      }
    }
  }

  private void checkDirectory(Path directory, Path child, Optional<Status> below, Place place)
      throws IOException {
    Status status = Status.of(directory);
    if (isForeignUser(status.uid())) {
      throw new Untrusted(
          "%s belongs to uid %d (mode %s), who could replace %s: %s"
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
          "%s is writable by other users (mode %s), who could replace %s: run chmod go-w %s, or %s"
              .formatted(
                  shown(directory),
                  status.shown(),
                  shown(place.path()),
                  shellQuoted(directory),
                  place.advice()));
    }
    if (below.isPresent() && isForeignUser(below.get().uid())) {
      throw new Untrusted(
          "%s belongs to uid %d (mode %s), not to you (uid %d): %s"
              .formatted(
                  shown(child), below.get().uid(), below.get().shown(), uid, place.advice()));
    }
  }

  /// Reports whether `owner` is neither the user nor root. Accepts the overflow uid, to which, in a
  /// user namespace, all directories of users outside that namespace appear to belong.
  private boolean isForeignUser(int owner) throws IOException {
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

  /// Reports whether the directory is writable only by the user's private group. On some systems,
  /// each user has a group of the same name and a umask that allows this group to write.
  private boolean isPrivateGroup(Path directory, Status status) throws IOException {
    return uid != 0
        && status.uid() == uid
        && (status.mode() & OTHERS_WRITE) == 0
        && String.valueOf(Files.getAttribute(directory, "posix:group"))
            .equals(String.valueOf(Files.getAttribute(directory, "posix:owner")));
  }

  /// Returns the path without control characters, so that it fits on one line.
  private static String shown(Path path) {
    return path.toString().replaceAll("\\p{Cntrl}", "?");
  }

  /// Returns the path, quoted for use in a shell command.
  private static String shellQuoted(Path path) {
    String text = path.toString();
    if (text.matches("[A-Za-z0-9_@%+=:,./-]+")) {
      return text;
    }
    return text.codePoints().anyMatch(Character::isISOControl)
        ? "(its path)"
        : "'" + text.replace("'", "'\\''") + "'";
  }
}
