package io.jpm.os.linux.spawn;

import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.rights.ChildCredentials;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/// What a thread takes on for good before it makes a child and ends
/// ([io.jpm.os.linux.rights.CredentialThread]), so that the child has it from its first
/// instruction, and where it cannot be had there is no child.
interface Confinement {
  /// Takes it on. Only calls what has been called before: a thread that sees other files than the
  /// daemon might not find a class.
  ///
  /// @return the negative `errno` where it cannot be had
  int enter();

  /// Why [#enter] failed, for the user.
  String sentence(int errno);

  /// Several, in the order in which they are taken on.
  final class All {
    private final List<Confinement> all;

    /// Set by the thread, read after its end.
    private int entered;

    All(List<Confinement> all) {
      this.all = List.copyOf(all);
    }

    /// Those of a child.
    ///
    /// @param folder the descriptor of its working directory, which may be opened anew
    /// @param arena lives until the child is made
    static All of(ChildCredentials childCredentials, SpawnRequest request, int folder, Arena arena)
        throws IOException {
      List<Confinement> all = new ArrayList<>();
      MountSpace.of(request, folder, arena).ifPresent(all::add);
      // Last: it forbids to mount.
      SystemCallFilter.of(childCredentials, arena).ifPresent(all::add);
      return new All(all);
    }

    boolean isEmpty() {
      return all.isEmpty();
    }

    /// Takes them on, and does `work` if that has been possible.
    ///
    /// @return what `work` returns, which is not negative, or the negative `errno`
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

    /// Why the one that failed did.
    ErrnoException failure(int errno) {
      return new ErrnoException(all.get(entered).sentence(errno), errno);
    }
  }
}
