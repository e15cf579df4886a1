package io.jpm.os.linux.spawn;

import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.rights.ChildCredentials;
import io.jpm.os.linux.rights.CredentialThread;
import java.io.IOException;

/// Asks with an app's rights whether its program may be started, beforehand: what comes to light
/// when the child is that user already has nobody who could put it in words.
final class LaunchAccessCheck {
  private static final int FACCESSAT2 = 439;
  private static final int HERE = -100; // AT_FDCWD
  private static final int EXECUTE = 1; // X_OK
  private static final int EFFECTIVE = 0x200; // AT_EACCESS

  private LaunchAccessCheck() {}

  /// @throws IOException with a sentence for the user when the program may not be executed
  static void check(SpawnRequest request, ChildCredentials childCredentials) throws IOException {
    int result =
        CredentialThread.callOn(request.program(), childCredentials, LaunchAccessCheck::mayExecute);
    if (isRefusal(result)) {
      throw new ErrnoException(SpawnRefusal.sentence(request, -result), -result);
    }
  }

  /// ` for user NAME` where a right is missing.
  static String of(ChildCredentials childCredentials, int errno) {
    String user = childCredentials.environment().getOrDefault("USER", "");
    return errno == Errno.EACCES && !user.isEmpty() ? " for user " + user : "";
  }

  /// Kernels before 5.8 do not have the call, and containers may forbid it: then `setpriv` finds
  /// out.
  private static boolean isRefusal(int result) {
    return result < 0 && result != -Errno.ENOSYS && result != -Errno.EPERM;
  }

  /// `faccessat2(2)`, by the rights to files that the thread has.
  private static int mayExecute(long path) {
    return Libc.systemCall(FACCESSAT2, HERE, path, EXECUTE, EFFECTIVE);
  }
}
