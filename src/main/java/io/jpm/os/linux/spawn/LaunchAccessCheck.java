package io.jpm.os.linux.spawn;

import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.credentials.CredentialThread;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;

/// Checks before the spawn whether the credentials of an app permit executing its program. Once the
/// child has changed its user, the daemon could no longer determine the reason for a failure.
final class LaunchAccessCheck {
  private static final int FACCESSAT2 = 439;
  private static final int HERE = -100; // AT_FDCWD
  private static final int EXECUTE = 1; // X_OK
  private static final int EFFECTIVE = 0x200; // AT_EACCESS

  private LaunchAccessCheck() {}

  /// Checks the program.
  ///
  /// @throws IOException with a message for the user if the program cannot be executed
  static void check(SpawnRequest request, ChildCredentials childCredentials) throws IOException {
    int result =
        CredentialThread.callOn(request.program(), childCredentials, LaunchAccessCheck::mayExecute);
    if (isRefusal(result)) {
      throw new ErrnoException(SpawnRefusal.explain(request, -result), -result);
    }
  }

  /// Returns ` for user NAME` if `errno` indicates a missing permission, otherwise an empty string.
  static String of(ChildCredentials childCredentials, int errno) {
    String user = childCredentials.environment().getOrDefault("USER", "");
    return errno == Errno.EACCES && !user.isEmpty() ? " for user " + user : "";
  }

  /// Reports whether `faccessat2` denied access. Kernels before 5.8 do not have this call, and
  /// containers may forbid it. In these cases this method returns false, and `setpriv` reports the
  /// failure later.
  private static boolean isRefusal(int result) {
    return result < 0 && result != -Errno.ENOSYS && result != -Errno.EPERM;
  }

  /// Calls `faccessat2(2)` with the file system user of the calling thread.
  private static int mayExecute(long path) {
    return Libc.systemCall(FACCESSAT2, HERE, path, EXECUTE, EFFECTIVE);
  }
}
