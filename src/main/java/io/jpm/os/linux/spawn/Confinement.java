package io.jpm.os.linux.spawn;

import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.libc.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/// A restriction that a thread takes on permanently before it spawns a child and ends
/// ([io.jpm.os.linux.credentials.CredentialThread]). The child therefore has it from its first
/// instruction. If it cannot be applied, no child is spawned.
interface Confinement {
  /// Applies the restriction to the calling thread. Calls only methods that have run before: a
  /// thread that sees other files than the daemon might not be able to load a class.
  ///
  /// @return the negative `errno` if the restriction cannot be applied
  int enter();

  /// Returns the message for the user about a failed [#enter].
  String sentence(int errno);

  /// The restrictions of one child, in the order in which they are applied.
  final class All {
    private final List<Confinement> all;

    /// Index of the current restriction. Written by the spawning thread, read after its end.
    private int entered;

    All(List<Confinement> all) {
      this.all = List.copyOf(all);
    }

    /// Returns the restrictions of the child that `request` describes.
    ///
    /// @param folder descriptor of its working directory, which may be opened again
    /// @param arena must live until the child is spawned
    static All of(ChildCredentials childCredentials, SpawnRequest request, int folder, Arena arena)
        throws IOException {
      List<Confinement> all = new ArrayList<>();
      MountSpace.of(request, folder, arena).ifPresent(all::add);
      // Applied last, because it forbids mounting.
      SystemCallFilter.of(childCredentials, arena).ifPresent(all::add);
      return new All(all);
    }

    boolean isEmpty() {
      return all.isEmpty();
    }

    /// Returns a task that applies the restrictions and then runs `work`.
    ///
    /// @return the result of `work`, which is not negative, or the negative `errno` of the
    ///   restriction that failed
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
