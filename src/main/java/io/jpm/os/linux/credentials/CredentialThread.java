package io.jpm.os.linux.credentials;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Uninterruptibles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntSupplier;

/// Opens a file, binds a socket or spawns a child with credentials other than the daemon's. A
/// separate thread assumes the credentials, does the work and terminates.
///
/// For the kernel, credentials belong to a thread, but the C library changes them for all threads.
/// This class therefore calls the kernel directly. The thread gives up its privileges permanently
/// and is never reused.
///
/// The thread assumes the user's identity for file access (`setfsuid(2)`) and the groups, and gives
/// up all capabilities. Its real, effective and saved user remain those of the daemon: if one of
/// these were the app's user, that user could signal, limit or trace the thread, and with it the
/// daemon. A child changes its user by itself ([UserLaunch]).
///
/// At the first change, the kernel permanently marks the whole daemon as "not dumpable"
/// (PR_SET_DUMPABLE, `prctl(2)`). The only drawback is that no core file is written if the daemon
/// crashes. The owner of the daemon's files in `/proc` does not change, because a daemon that can
/// change users runs as root.
public final class CredentialThread {
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int UNSHARE = ARM ? 97 : 272;
  private static final int UMASK = ARM ? 166 : 95;
  private static final int SETPRIORITY = ARM ? 140 : 141;
  private static final int SETGROUPS = ARM ? 159 : 116;
  private static final int SETFSUID = ARM ? 151 : 122;
  private static final int SETFSGID = ARM ? 152 : 123;
  private static final int CAPSET = ARM ? 91 : 126;
  private static final long CLONE_FS = 0x200;

  /// Version for 64-bit capability sets in `struct __user_cap_header_struct`. The header is
  /// followed by three empty sets.
  private static final int CAPABILITY_VERSION = 0x20080522;

  private static final int CAPABILITY_BYTES = 8 + 2 * 12;

  private final ChildCredentials childCredentials;
  private final MemorySegment groups;
  private final MemorySegment noCapabilities;

  /// The step that failed. Written by the thread, read after the thread has terminated.
  private Step failed = Step.NONE;

  private int result;
  private boolean worked;

  private CredentialThread(
      ChildCredentials childCredentials, MemorySegment groups, MemorySegment noCapabilities) {
    this.childCredentials = childCredentials;
    this.groups = groups;
    this.noCapabilities = noCapabilities;
  }

  private enum Step {
    NONE,
    UMASK,
    NICE,
    GROUPS,
    GROUP,
    USER
  }

  /// Runs `work` with `childCredentials` and returns its result. `work` may only call functions of
  /// the C library that have been called before, because the JVM may be unable to load a class with
  /// the credentials of another user.
  ///
  /// @throws IOException with a message for the user if the credentials could not be assumed; in
  ///   this case `work` was not run
  public static int call(ChildCredentials childCredentials, IntSupplier work) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      int[] groups =
          childCredentials
              .identity()
              .map(ChildCredentials.Identity::groups)
              .orElse(List.of())
              .stream()
              .mapToInt(Integer::intValue)
              .toArray();
      MemorySegment capabilities = arena.allocate(CAPABILITY_BYTES, Integer.BYTES);
      capabilities.set(ValueLayout.JAVA_INT, 0, CAPABILITY_VERSION);
      CredentialThread self =
          new CredentialThread(
              childCredentials, arena.allocateFrom(ValueLayout.JAVA_INT, groups), capabilities);
      Thread thread =
          Thread.ofPlatform().name("jpm-other-self").daemon().unstarted(() -> self.run(work));
      thread.start();
      Uninterruptibles.join(thread);
      if (self.failed != Step.NONE) {
        throw new ErrnoException(self.sentence(-self.result), -self.result);
      }
      if (!self.worked) {
        throw new IllegalStateException(
            "the thread " + thread.getName() + " terminated before its work was done");
      }
      return self.result;
    }
  }

  /// Runs `work` with `childCredentials`: on the calling thread if they are the daemon's, otherwise
  /// like [#call].
  public static int callIfOther(ChildCredentials childCredentials, IntSupplier work)
      throws IOException {
    return childCredentials.isDaemon() ? work.getAsInt() : call(childCredentials, work);
  }

  /// A C library call that takes the address of a path.
  public interface PathCall {
    /// Performs the call.
    ///
    /// @return the result of the call, or the negative `errno` if it fails
    int on(long path);
  }

  /// Performs one call for `file` with `childCredentials`, like [#callIfOther]. The call is first
  /// made with an empty path, because only functions that have been called before may be called
  /// with other credentials.
  public static int callOn(Path file, ChildCredentials childCredentials, PathCall work)
      throws IOException {
    return callOn(file.toString(), childCredentials, work);
  }

  /// Performs one call like [#callOn(Path, ChildCredentials, PathCall)], for a path given as text.
  public static int callOn(String file, ChildCredentials childCredentials, PathCall work)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long path = Libc.text(arena, file).address();
      if (!childCredentials.isDaemon()) {
        work.on(Libc.text(arena, "").address());
      }
      return callIfOther(childCredentials, () -> work.on(path));
    }
  }

  private void run(IntSupplier work) {
    Step step = Step.UMASK;
    result =
        childCredentials.umask().isPresent() ? changeUmask(childCredentials.umask().getAsInt()) : 0;
    if (result >= 0 && childCredentials.nice().isPresent()) {
      step = Step.NICE;
      result = Libc.systemCall(SETPRIORITY, 0, 0, childCredentials.nice().getAsInt());
    }
    if (result >= 0 && childCredentials.identity().isPresent()) {
      step = changeIdentity(childCredentials.identity().get());
    }
    if (result < 0) {
      failed = step;
    } else {
      result = work.getAsInt();
      worked = true;
    }
  }

  private static int changeUmask(int umask) {
    int unshared = Libc.systemCall(UNSHARE, CLONE_FS);
    return unshared < 0 ? unshared : Libc.systemCall(UMASK, umask);
  }

  /// Changes the groups and the user. The user must be changed last, because this removes the
  /// privilege to change the groups.
  private Step changeIdentity(ChildCredentials.Identity identity) {
    result = Libc.systemCall(SETGROUPS, (groups.byteSize() / Integer.BYTES), groups.address());
    if (result < 0) {
      return Step.GROUPS;
    }
    result = change(SETFSGID, identity.gid());
    if (result < 0 || identity.uid().isEmpty()) {
      return Step.GROUP;
    }
    int uid = identity.uid().getAsInt();
    result = change(SETFSUID, uid);
    if (result >= 0 && uid != 0) {
      long header = noCapabilities.address();
      result = Libc.systemCall(CAPSET, header, header + 2 * Integer.BYTES);
    }
    return Step.USER;
  }

  /// Changes a file system user or group id. These system calls return the previous id and never an
  /// error. The second call passes an invalid id, which changes nothing, so its result shows
  /// whether the first call succeeded.
  private static int change(int call, int id) {
    long number = Integer.toUnsignedLong(id);
    Libc.systemCall(call, number);
    return Libc.systemCall(call, -1) == id ? 0 : -Errno.EPERM;
  }

  private String sentence(int errno) {
    return switch (failed) {
      case NONE -> throw new IllegalStateException("nothing failed");
      case UMASK ->
          "umask: the daemon cannot set a umask for a single app ("
              + Errno.message(errno)
              + "): allow `unshare` in its container, or remove umask";
      case NICE ->
          "nice "
              + childCredentials.nice().orElse(0)
              + " is a higher priority than the daemon is allowed to set: start the daemon as root"
              + " or use a higher value";
      case GROUPS, GROUP, USER ->
          errno == Errno.EPERM
              ? "only root can run an app as another user: start the daemon as root or remove"
                  + " uid and gid"
              : "the app cannot be run as another user: " + Errno.message(errno);
    };
  }
}
