package io.jpm.os.linux.spawn;

import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.libc.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/// A restriction on a child, such as a system call filter. The thread that spawns the child first
/// applies it to itself, permanently, and terminates after the spawn
/// ([io.jpm.os.linux.credentials.CredentialThread]). The child inherits the restriction, which is
/// therefore in effect from its first instruction. If it cannot be applied, no child is spawned.
interface Confinement {
  /// Applies the restriction to the calling thread. An implementation must call only methods that
  /// have already run in this JVM, because the thread may no longer see the class files.
  ///
  /// @return 0 or more on success, otherwise the negative `errno`
  int enter();

  /// Returns the message for the user when [#enter] has failed.
  String sentence(int errno);

  /// The restrictions on one child, in the order in which they are applied.
  final class All {
    private final List<Confinement> all;

    /// Index of the restriction that is being applied. Written by the spawning thread, read after
    /// the thread has terminated.
    private int entered;

    All(List<Confinement> all) {
      this.all = List.copyOf(all);
    }

    /// Returns the restrictions for the child that `request` describes.
    ///
    /// @param folder the descriptor of the working directory, which may be replaced with one inside
    ///   the mount namespace of the child
    /// @param arena the arena for memory, which must live until the child is spawned
    static All of(ChildCredentials childCredentials, SpawnRequest request, int folder, Arena arena)
        throws IOException {
      List<Confinement> all = new ArrayList<>();
      MountNamespace.of(request, folder, arena).ifPresent(all::add);
      // Must be applied last, because it forbids mounting.
      SystemCallFilter.of(childCredentials, arena).ifPresent(all::add);
      return new All(all);
    }

    boolean isEmpty() {
      return all.isEmpty();
    }

    /// Returns a task that applies the restrictions and then runs `work`. The result of the task is
    /// that of `work`, which is not negative, or the negative `errno` of the restriction that
    /// failed.
    IntSupplier before(IntSupplier work) {
      return () -> {
        for (entered = 0; entered < all.size(); entered++) {
          int result = all.get(entered).enter();
          if (result < 0) {
            return result;
          }
        }
        return work.getAsInt();
      };
    }

    /// Returns the error of the restriction that failed.
    ErrnoException failure(int errno) {
      return new ErrnoException(all.get(entered).sentence(errno), errno);
    }
  }
}
