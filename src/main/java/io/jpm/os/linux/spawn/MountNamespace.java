package io.jpm.os.linux.spawn;

import io.jpm.model.ReadOnlyPath;
import io.jpm.model.Sandbox;
import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.credentials.DaemonStatusFile;
import io.jpm.os.linux.libc.DiskCalls;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.FileStatus;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.MountCalls;
import io.jpm.os.linux.libc.SocketCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The mount namespace of a child with a private `/tmp` or read-only paths (`mount_namespaces(7)`).
/// The thread that spawns the child enters a new namespace, creates the mounts, spawns the child,
/// which inherits the namespace, and terminates ([io.jpm.os.linux.credentials.CredentialThread]).
/// All mounts are therefore in place before the child's first instruction, and no child is spawned
/// if a mount fails.
///
/// Later mounts of the machine also appear in the namespace, except below read-only paths, which
/// keep the mounts that existed when the child was started. Mounts in the namespace are not visible
/// outside it. The namespace is destroyed when its last process exits.
final class MountNamespace implements Confinement {
  private static final String MOUNTING = "sys_admin";
  private static final Path ROOT = Path.of("/");
  private static final String TMPFS = "tmpfs";

  /// Writable by all users, like `/tmp`. The size is limited because the file system is in memory.
  private static final String TMP_OPTIONS = "mode=1777,size=25%";

  private final Sandbox sandbox;
  private final Path cwd;
  private final int folder;
  private final Optional<FileStatus.Key> key;
  private final boolean recursive;

  /// The addresses of C strings, by text. They are allocated before the thread enters the
  /// namespace.
  private final Map<String, Long> texts = new HashMap<>();

  private final long readOnly;

  /// The current step and its path, for [#sentence]. Written by the spawning thread, read after the
  /// thread has terminated.
  private Step step = Step.LEAVE;

  private Path place = ROOT;

  private MountNamespace(SpawnRequest request, int folder, boolean recursive, Arena arena) {
    this.sandbox = request.runAs().sandbox();
    this.cwd = request.cwd();
    this.folder = folder;
    this.key = FileStatus.of(folder).map(FileStatus::key);
    this.recursive = recursive;
    this.readOnly = MountCalls.readOnlyAndPrivate(arena).address();
    List<String> needed = new ArrayList<>(List.of(TMPFS, TMP_OPTIONS, ROOT.toString()));
    needed.add(cwd.toString());
    Sandbox.TEMPORARY.forEach(path -> needed.add(path.toString()));
    sandbox.readOnlyPaths().forEach(path -> needed.add(path.path().toString()));
    needed.forEach(text -> texts.put(text, Libc.text(arena, text).address()));
  }

  private enum Step {
    LEAVE,
    PROTECT,
    TMP,
    FOLDER,
    MOVED
  }

  /// Checks whether the sandbox of `request` can be set up. Called before anything is created for
  /// the child.
  ///
  /// @throws IOException with a message for the user
  static void check(SpawnRequest request) throws IOException {
    Sandbox sandbox = request.runAs().sandbox();
    if (!sandbox.hasOwnMounts()) {
      return;
    }
    String keys = keys(sandbox);
    if (Libc.effectiveUser() != 0) {
      throw new ErrnoException(
          "only root can apply %1$s to an app: start the daemon as root or remove %1$s"
              .formatted(keys),
          Errno.EPERM);
    }
    if (!DaemonStatusFile.mayUse(MOUNTING)) {
      throw new ErrnoException(
          "cannot apply %s because the daemon lacks %s: allow it in its container or service"
              .formatted(keys, MOUNTING),
          Errno.EPERM);
    }
    refuseHidden(sandbox, request.program(), request.program() + " cannot be started because it");
    refuseHidden(sandbox, request.cwd(), "the working directory " + request.cwd());
  }

  private static void refuseHidden(Sandbox sandbox, Path path, String what) throws IOException {
    Path real = real(path);
    if (sandbox.hides(path) || sandbox.hides(real)) {
      throw new IOException(
          what
              + " is in "
              + Sandbox.TEMPORARY.stream().filter(real::startsWith).findFirst().orElse(path)
              + ", which private_tmp hides: move it, or remove private_tmp");
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException missing) {
      return path; // a missing path is reported where it is used
    }
  }

  private static String keys(Sandbox sandbox) {
    if (sandbox.readOnlyPaths().isEmpty()) {
      return "private_tmp";
    }
    return sandbox.privateTmp() ? "private_tmp and read_only_paths" : "read_only_paths";
  }

  /// Returns the namespace for a child; empty if the child uses the same mounts as the daemon.
  ///
  /// @param folder the descriptor of the working directory, which is replaced with one inside the
  ///   namespace
  /// @param arena the arena for memory, which must live until the child is spawned
  static Optional<MountNamespace> of(SpawnRequest request, int folder, Arena arena)
      throws IOException {
    return request.runAs().sandbox().hasOwnMounts()
        ? Optional.of(of(request, folder, arena, true))
        : Optional.empty();
  }

  /// Returns the namespace for a child that needs one.
  ///
  /// @param recursive whether to change all mounts below a path with one system call, if the kernel
  ///   supports it
  static MountNamespace of(SpawnRequest request, int folder, Arena arena, boolean recursive)
      throws IOException {
    MountNamespace space = new MountNamespace(request, folder, recursive, arena);
    MountCalls.load();
    MountTable.read().below("/");
    for (ReadOnlyPath path : space.sandbox.readOnlyPaths()) {
      space.touch(path.path()); // here a hung disk blocks only this thread
    }
    space.touch(space.cwd);
    return space;
  }

  private void touch(Path path) {
    int fd = DiskCalls.open(text(path), Libc.O_PATH);
    if (fd >= 0) {
      Libc.close(fd);
    }
  }

  private long text(Path path) {
    return text(path.toString());
  }

  private long text(String text) {
    return texts.getOrDefault(text, 0L);
  }

  @Override
  public int enter() {
    int result = MountCalls.leave();
    if (result >= 0) {
      // Must come first, so that later mounts do not propagate to the machine.
      result = MountCalls.mount(0, text(ROOT), 0, MountCalls.RECURSIVE | MountCalls.SLAVE, 0);
    }
    for (ReadOnlyPath path : sandbox.readOnlyPaths()) {
      result = result < 0 ? result : protect(path);
    }
    if (sandbox.privateTmp()) {
      for (Path path : Sandbox.TEMPORARY) {
        result = result < 0 ? result : mountTmp(path);
      }
    }
    return result < 0 ? result : openFolder();
  }

  /// Makes the path read-only. The path is first bind-mounted onto itself, so that the rest of its
  /// file system stays writable.
  private int protect(ReadOnlyPath path) {
    step = Step.PROTECT;
    place = path.path();
    long target = text(place);
    if (!place.equals(ROOT)) {
      int bound = MountCalls.mount(target, target, 0, MountCalls.BIND | MountCalls.RECURSIVE, 0);
      if (bound < 0) {
        return path.optional() && isMissing(bound) ? 0 : bound;
      }
    }
    int result = recursive ? MountCalls.makeReadOnly(target, readOnly) : -Errno.ENOSYS;
    // Older kernels and some containers reject the recursive call with ENOSYS or EPERM.
    return result == -Errno.ENOSYS || result == -Errno.EPERM ? protectEach(target) : result;
  }

  private static boolean isMissing(int result) {
    return result == -Errno.ENOENT || result == -Errno.ENOTDIR;
  }

  private static int protectEach(long target) {
    int result = MountCalls.mount(0, target, 0, MountCalls.RECURSIVE | MountCalls.PRIVATE, 0);
    int fd = result < 0 ? result : DiskCalls.open(target, Libc.O_PATH);
    if (fd < 0) {
      return fd;
    }
    try {
      String top = MountCalls.link("/proc/thread-self/fd/" + fd);
      Map<String, Long> mounts = MountTable.read().below(top).flags();
      result = mounts.containsKey(top) ? 0 : -Errno.EINVAL;
      for (Map.Entry<String, Long> mount : mounts.entrySet()) {
        result = result < 0 ? result : protect(mount.getKey(), mount.getValue(), top);
      }
      return result;
    } catch (IOException unreadable) {
      return -Errno.EIO;
    } finally {
      Libc.close(fd);
    }
  }

  private static int protect(String mount, long flags, String top) {
    try (Arena arena = Arena.ofConfined()) {
      long target = arena.allocateFrom(mount, StandardCharsets.ISO_8859_1).address();
      long change = MountCalls.REMOUNT | MountCalls.BIND | MountCalls.READ_ONLY | flags;
      int result = MountCalls.mount(0, target, 0, change, 0);
      // No process can reach a mount that is covered by another mount on a parent directory.
      boolean covered = isMissing(result) || result == -Errno.EINVAL;
      return covered && !mount.equals(top) ? 0 : result;
    }
  }

  private int mountTmp(Path path) {
    step = Step.TMP;
    place = path;
    int result =
        MountCalls.mount(
            text(TMPFS),
            text(path),
            text(TMPFS),
            MountCalls.NO_SET_USER_ID | MountCalls.NO_DEVICES,
            text(TMP_OPTIONS));
    // `/var/tmp` is optional.
    return result == -Errno.ENOENT && !path.equals(Sandbox.TEMPORARY.getFirst()) ? 0 : result;
  }

  /// Reopens the working directory, because the existing descriptor refers to the directory below
  /// the new mounts. The existing descriptor was opened with the credentials of the app's user and
  /// the new one is not, so both must refer to the same directory.
  private int openFolder() {
    step = Step.FOLDER;
    int fd = DiskCalls.openFolder(text(cwd));
    if (fd < 0) {
      return fd;
    }
    if (!FileStatus.of(fd).map(FileStatus::key).equals(key)) {
      step = Step.MOVED;
      Libc.close(fd);
      return -Errno.EAGAIN;
    }
    int result = SocketCalls.duplicateOver(fd, folder);
    Libc.close(fd);
    return result;
  }

  @Override
  public String sentence(int errno) {
    return switch (step) {
      case LEAVE ->
          keys(sandbox)
              + ": the daemon cannot create a mount namespace ("
              + Errno.message(errno)
              + "): allow `unshare` and `mount` in its container or security module";
      case PROTECT ->
          isMissing(-errno)
              ? "read_only_paths: %s does not exist: create it, or write \"-%s\" if it is optional"
                  .formatted(place, place)
              : "read_only_paths: %s cannot be made read-only: %s"
                  .formatted(place, Errno.message(errno));
      case TMP ->
          "private_tmp: cannot mount a private %s: %s".formatted(place, Errno.message(errno));
      case FOLDER -> SpawnRefusal.folderSentence(cwd, errno);
      case MOVED ->
          "the working directory %s was replaced while the app was starting: start it again"
              .formatted(cwd);
    };
  }
}
