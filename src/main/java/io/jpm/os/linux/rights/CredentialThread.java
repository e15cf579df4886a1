package io.jpm.os.linux.rights;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.ThreadEnd;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntSupplier;

/// Opens a file or binds a socket with other rights than the daemon's, or makes a child with
/// another umask or nice: a thread takes these on, does it, and ends.
///
/// For the kernel these belong to a thread; it is the C library that changes them for all threads,
/// so here its wrappers are passed by. The thread has given its rights away for good and is never
/// used again.
///
/// Of a user it takes on what the kernel asks for at files, `setfsuid(2)`, and the groups, and
/// gives up all capabilities. Its real, effective and saved user stay the daemon's: whoever has one
/// of these may signal, limit or trace the thread, and with it the daemon. A child becomes another
/// user by itself ([UserLaunch]).
///
/// With the first change the kernel makes the whole daemon "not dumpable" (`prctl(2)`,
/// PR_SET_DUMPABLE), and it stays so. What that costs is a core file if the daemon crashes. The
/// owner of its files in `/proc` does not change, for a daemon that may change users is root's.
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

  /// `struct __user_cap_header_struct`, with the version of 64 bits, and three empty sets.
  private static final int CAPABILITY_VERSION = 0x20080522;

  private static final int CAPABILITY_BYTES = 8 + 2 * 12;

  private final ChildCredentials childCredentials;
  private final MemorySegment groups;
  private final MemorySegment noCapabilities;

  /// Set by the thread, read after its end.
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

  /// Runs `work` with `childCredentials` and returns what it returned. `work` must call nothing but
  /// the C library, and that by what has been called before: under another user the JVM may be
  /// unable to read a class.
  ///
  /// @throws IOException with a sentence for the user when a right cannot be had; then `work` was
  ///   not run
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
      ThreadEnd.await(thread);
      if (self.failed != Step.NONE) {
        throw new ErrnoException(self.sentence(-self.result), -self.result);
      }
      if (!self.worked) {
        throw new IllegalStateException("the work of " + thread.getName() + " was broken off");
      }
      return self.result;
    }
  }

  /// Runs `work` with `childCredentials`: here and now when they are the daemon's, else as [#call].
  public static int callIfOther(ChildCredentials childCredentials, IntSupplier work)
      throws IOException {
    return childCredentials.areTheDaemons() ? work.getAsInt() : call(childCredentials, work);
  }

  /// A call of the C library that is given the address of a path.
  public interface PathCall {
    /// Makes the call.
    ///
    /// @return what the call returns: the negative `errno` where it fails
    int on(long path);
  }

  /// Makes one call about `file` with `childCredentials`, as [#callIfOther]. With other rights only
  /// what has been called before may be called, so the call is made about no file first.
  public static int callOn(Path file, ChildCredentials childCredentials, PathCall work)
      throws IOException {
    return callOn(file.toString(), childCredentials, work);
  }

  /// The same about a file whose path is a text.
  public static int callOn(String file, ChildCredentials childCredentials, PathCall work)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      long path = Libc.text(arena, file).address();
      if (!childCredentials.areTheDaemons()) {
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

  /// The user last: with it goes the right to change the others.
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

  /// These calls return the number that was in force before, never an error: the second one, with a
  /// number that nobody can have, changes nothing and tells whether the first one did.
  private static int change(int call, int id) {
    long number = Integer.toUnsignedLong(id);
    Libc.systemCall(call, number);
    return Libc.systemCall(call, -1) == id ? 0 : -Errno.EPERM;
  }

  private String sentence(int errno) {
    return switch (failed) {
      case NONE -> throw new IllegalStateException("nothing failed");
      case UMASK ->
          "the umask cannot be set for this app alone ("
              + Errno.words(errno)
              + "; a container may forbid `unshare`): leave out umask";
      case NICE ->
          "nice "
              + childCredentials.nice().orElse(0)
              + " is more urgent than the daemon may give: start the daemon as root or use a higher"
              + " number";
      case GROUPS, GROUP, USER ->
          errno == Errno.EPERM
              ? "only root can run an app as another user: start the daemon as root or leave out"
                  + " uid and gid"
              : "the app cannot be run as another user: " + Errno.words(errno);
    };
  }
}
