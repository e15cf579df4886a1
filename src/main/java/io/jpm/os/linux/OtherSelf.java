package io.jpm.os.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.IntSupplier;

/// Makes a child, or opens a file, with other rights than the daemon's: a thread takes these rights
/// on, makes the child, which inherits them, and ends.
///
/// For the kernel user, groups, umask and nice belong to a thread; it is the C library that changes
/// them for all threads, so here its wrappers are passed by. The thread has given its rights away
/// for good and is never used again.
///
/// With the first change of user the kernel makes the whole daemon "not dumpable" (`prctl(2)`,
/// PR_SET_DUMPABLE), and it stays so: while such a thread lives, anybody with its new user could
/// otherwise attach to it as a debugger and so get at the memory it shares with the daemon. What
/// that costs is a core file if the daemon crashes. The owner of its files in `/proc` does not
/// change, for a daemon that may change users is root's.
final class OtherSelf {
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int UNSHARE = ARM ? 97 : 272;
  private static final int UMASK = ARM ? 166 : 95;
  private static final int SETPRIORITY = ARM ? 140 : 141;
  private static final int SETGROUPS = ARM ? 159 : 116;
  private static final int SETRESGID = ARM ? 149 : 119;
  private static final int SETRESUID = ARM ? 147 : 117;
  private static final long CLONE_FS = 0x200;

  private final Rights rights;
  private final MemorySegment groups;

  /// Set by the thread, read after its end.
  private Step failed = Step.NONE;

  private int result;
  private boolean worked;

  private OtherSelf(Rights rights, MemorySegment groups) {
    this.rights = rights;
    this.groups = groups;
  }

  private enum Step {
    NONE,
    UMASK,
    NICE,
    GROUPS,
    GROUP,
    USER
  }

  /// Runs `work` with `rights` and returns what it returned. `work` must call nothing but the C
  /// library, and that by what has been called before: under another user the JVM may be unable to
  /// read a class.
  ///
  /// @throws IOException with a sentence for the user when a right cannot be had; then `work` was
  ///   not run
  static int call(Rights rights, IntSupplier work) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      int[] groups =
          rights.identity().map(Rights.Identity::groups).orElse(List.of()).stream()
              .mapToInt(Integer::intValue)
              .toArray();
      OtherSelf self = new OtherSelf(rights, arena.allocateFrom(ValueLayout.JAVA_INT, groups));
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

  /// Runs `work` with `rights`: here and now when they are the daemon's, else as [#call].
  static int callIfOther(Rights rights, IntSupplier work) throws IOException {
    return rights.areTheDaemons() ? work.getAsInt() : call(rights, work);
  }

  private void run(IntSupplier work) {
    Step step = Step.UMASK;
    result = rights.umask().isPresent() ? changeUmask(rights.umask().getAsInt()) : 0;
    if (result >= 0 && rights.nice().isPresent()) {
      step = Step.NICE;
      result = Libc.systemCall(SETPRIORITY, 0, 0, rights.nice().getAsInt());
    }
    if (result >= 0 && rights.identity().isPresent()) {
      step = changeIdentity(rights.identity().get());
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

  /// The user last: it is what the right to change the others hangs on.
  private Step changeIdentity(Rights.Identity identity) {
    long gid = Integer.toUnsignedLong(identity.gid());
    result = Libc.systemCall(SETGROUPS, (groups.byteSize() / Integer.BYTES), groups.address());
    if (result < 0) {
      return Step.GROUPS;
    }
    result = Libc.systemCall(SETRESGID, gid, gid, gid);
    if (result < 0 || identity.uid().isEmpty()) {
      return Step.GROUP;
    }
    long uid = Integer.toUnsignedLong(identity.uid().getAsInt());
    result = Libc.systemCall(SETRESUID, uid, uid, uid);
    return Step.USER;
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
              + rights.nice().orElse(0)
              + " is more urgent than the daemon may give: start the daemon as root or use a higher"
              + " number";
      case GROUPS, GROUP, USER ->
          errno == Errno.EPERM
              ? "only root can run an app as another user: start the daemon as root or leave out uid"
                  + " and gid"
              : "the app cannot be run as another user: " + Errno.words(errno);
    };
  }
}
