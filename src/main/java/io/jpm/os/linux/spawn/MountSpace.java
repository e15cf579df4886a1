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

/// The mount namespace of a child with a private `/tmp` or read-only paths, `mount_namespaces(7)`.
/// The thread that spawns the child enters a new namespace, mounts there, spawns the child, which
/// inherits the namespace, and ends ([io.jpm.os.linux.credentials.CredentialThread]). So all mounts
/// are in place before the child's first instruction, and if one fails no child is spawned.
///
/// Later mounts of the machine appear in the namespace too, except below read-only paths, which
/// keep the mounts that existed when the child started. Mounts in the namespace are not visible
/// outside. The namespace ends with its last process.
final class MountSpace implements Confinement {
  private static final String MOUNTING = "sys_admin";
  private static final Path ROOT = Path.of("/");
  private static final String TMPFS = "tmpfs";

  /// Writable for all users, as `/tmp` is. Limited in size, because it is in memory.
  private static final String TMP_OPTIONS = "mode=1777,size=25%";

  private final Sandbox sandbox;
  private final Path cwd;
  private final int folder;
  private final Optional<FileStatus.Key> key;
  private final boolean recursive;

  /// Addresses of C strings, allocated before the thread enters the namespace.
  private final Map<String, Long> texts = new HashMap<>();

  private final long readOnly;

  /// The current step and the path that it is about. Written by the thread, read after its end.
  private Step step = Step.LEAVE;

  private Path place = ROOT;

  private MountSpace(SpawnRequest request, int folder, boolean recursive, Arena arena) {
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

  /// Rejects a sandbox that cannot be set up, before anything is created for the child.
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
          "only root can give an app %s: start the daemon as root or leave it out".formatted(keys),
          Errno.EPERM);
    }
    if (!DaemonStatusFile.mayUse(MOUNTING)) {
      throw new ErrnoException(
          "%s: the daemon itself lacks %s, which its container or service must allow"
              .formatted(keys, MOUNTING),
          Errno.EPERM);
    }
    refuseHidden(sandbox, request.program(), request.program() + " cannot be started: it");
    refuseHidden(sandbox, request.cwd(), "the working directory " + request.cwd());
  }

  private static void refuseHidden(Sandbox sandbox, Path path, String what) throws IOException {
    Path real = real(path);
    if (sandbox.hides(path) || sandbox.hides(real)) {
      throw new IOException(
          what
              + " is in "
              + Sandbox.TEMPORARY.stream().filter(real::startsWith).findFirst().orElse(path)
              + ", which private_tmp hides: move it, or leave out private_tmp");
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

  /// Returns the namespace of a child; empty if the child sees the same mounts as the daemon.
  ///
  /// @param folder descriptor of its working directory, which is opened again
  /// @param arena must live until the child is spawned
  static Optional<MountSpace> of(SpawnRequest request, int folder, Arena arena) throws IOException {
    return request.runAs().sandbox().hasOwnMounts()
        ? Optional.of(of(request, folder, arena, true))
        : Optional.empty();
  }

  /// @param recursive whether the kernel changes all mounts below a path in one call
  static MountSpace of(SpawnRequest request, int folder, Arena arena, boolean recursive)
      throws IOException {
    MountSpace space = new MountSpace(request, folder, recursive, arena);
    MountCalls.load();
    MountTable.read().below("/");
    for (ReadOnlyPath path : space.sandbox.readOnlyPaths()) {
      space.touch(path.path()); // a hung disk blocks only this thread here
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
      // Must come first, so that the following mounts do not propagate to the machine.
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

  /// Makes the path read-only. It is bind-mounted onto itself first, so that the rest of its file
  /// system stays writable.
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
    // Older kernels and some containers answer ENOSYS or EPERM to the recursive call.
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
      // A mount that is covered by another one at a parent directory cannot be reached by any
      // process.
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
    // `/var/tmp` need not exist.
    return result == -Errno.ENOENT && !path.equals(Sandbox.TEMPORARY.getFirst()) ? 0 : result;
  }

  /// Opens the working directory again: the descriptor opened earlier refers to the directory below
  /// the new mounts. That one was opened with the credentials of the app's user and this one is
  /// not, so both must be the same directory.
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
              + ": the system does not let the daemon create a mount namespace: "
              + Errno.message(errno)
              + " (a container or a security module may forbid `unshare` or `mount`)";
      case PROTECT ->
          isMissing(-errno)
              ? "read_only_paths: %s does not exist: write \"-%s\" if it need not exist"
                  .formatted(place, place)
              : "read_only_paths: %s cannot be made read-only: %s"
                  .formatted(place, Errno.message(errno));
      case TMP ->
          "private_tmp: no %s of its own can be mounted: %s".formatted(place, Errno.message(errno));
      case FOLDER -> SpawnRefusal.folderSentence(cwd, errno);
      case MOVED -> "the working directory %s has been replaced during the start".formatted(cwd);
    };
  }
}
