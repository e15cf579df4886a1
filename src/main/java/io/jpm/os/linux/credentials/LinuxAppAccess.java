package io.jpm.os.linux.credentials;

import io.jpm.model.RunAs;
import io.jpm.model.Sandbox;
import io.jpm.os.AppAccess;
import io.jpm.os.linux.libc.DiskCalls;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Reads files on a thread with the user's credentials ([CredentialThread]), and prepares programs
/// that assume the user's credentials themselves ([UserLaunch]).
public final class LinuxAppAccess implements AppAccess {
  @Override
  public byte[] read(Path file, int most, RunAs owner) throws IOException {
    ChildCredentials childCredentials = rights(owner);
    if (childCredentials.identity().isEmpty() || RootPath.isOfRootAlone(file)) {
      return RegularFile.read(file, most);
    }
    int fd =
        CredentialThread.callOn(
            file, childCredentials, path -> DiskCalls.open(path, Libc.O_RDONLY));
    if (fd == -Errno.ENOENT) {
      throw new NoSuchFileException(file.toString());
    } else if (fd == -Errno.EAGAIN) {
      throw new IOException(RegularFile.LEASED);
    } else if (fd < 0) {
      throw new IOException("cannot be read: " + childCredentials.describe(-fd));
    }
    try {
      return RegularFile.read(fd, most);
    } finally {
      Libc.close(fd);
    }
  }

  @Override
  public Launch launch(List<String> command, Path cwd, Map<String, String> environment, RunAs owner)
      throws IOException {
    ChildCredentials childCredentials = rights(owner);
    if (childCredentials.identity().isEmpty()) {
      return new Launch(command, cwd, environment);
    }
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(childCredentials.environment());
    var hidden = UserLaunch.Environment.of(all, "");
    return new Launch(
        UserLaunch.with(childCredentials)
            .argv(
                childCredentials,
                Optional.of(cwd),
                Path.of(command.getFirst()),
                command.subList(1, command.size()),
                hidden),
        Path.of("/"),
        hidden.hidden());
  }

  @Override
  public boolean isOther(RunAs owner) {
    try {
      return rights(owner)
          .identity()
          .map(ChildCredentials.Identity::uid)
          .filter(uid -> uid.isPresent() && uid.getAsInt() != Libc.effectiveUser())
          .isPresent();
    } catch (IOException unknownUser) {
      return owner.user().isPresent();
    }
  }

  private static ChildCredentials rights(RunAs owner) throws IOException {
    return owner.user().isEmpty()
        ? ChildCredentials.DAEMON
        : ChildCredentials.of(
            new RunAs(
                owner.user(),
                owner.group(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                new Sandbox(owner.sandbox().noNewPrivileges(), Optional.empty())));
  }
}
