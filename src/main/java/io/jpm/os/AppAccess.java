package io.jpm.os;

import io.jpm.model.RunAs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Reads files and prepares programs with the credentials of an app's user. This prevents a user
/// from reading a file or running a program through the daemon without having permission to do so
/// directly. All methods may block.
public interface AppAccess {
  /// Implementation for systems on which no app can run as another user. It uses the daemon's own
  /// credentials, and [#launch] rejects an app that names a user.
  AppAccess OF_DAEMON =
      new AppAccess() {
        @Override
        public byte[] read(Path file, int most, RunAs owner) throws IOException {
          return BoundedFileReader.read(file, most);
        }

        @Override
        public Launch launch(
            List<String> command, Path cwd, Map<String, String> environment, RunAs owner)
            throws IOException {
          if (owner.user().isPresent()) {
            throw new IOException(
                "cannot be run as user " + owner.user().get() + " on this system: remove uid");
          }
          return new Launch(command, cwd, environment);
        }

        @Override
        public boolean isOther(RunAs owner) {
          return false;
        }
      };

  /// The command, working directory and environment of a process to start.
  ///
  /// @param command the program and its arguments
  /// @param directory the directory in which the daemon starts the process. The process itself may
  ///   then change to the app's working directory, with the credentials of the app's user.
  /// @param environment the complete environment
  record Launch(List<String> command, Path directory, Map<String, String> environment) {
    public Launch {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
    }

    /// Returns a process builder for this command. The process does not inherit variables from the
    /// daemon.
    public ProcessBuilder builder() {
      ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      return builder;
    }
  }

  /// Returns the content of a regular file. A pipe or a device is rejected without blocking, even
  /// if it replaces the file while this method runs.
  ///
  /// The file is read with the credentials of the app's user, with one exception: a path that only
  /// root controls is read with the daemon's credentials. This is the case if all components of the
  /// path, including links, belong to root and only root can write to them.
  ///
  /// @param most the maximum size in bytes
  /// @param owner the credentials of the app. If they do not name a user, the credentials of the
  ///   daemon are used.
  /// @throws java.nio.file.NoSuchFileException if the file does not exist
  /// @throws IOException if the file cannot be read; the message is a clause without a subject,
  ///   such as `is not a regular file`, and contains nothing from the file
  byte[] read(Path file, int most, RunAs owner) throws IOException;

  /// Returns a launch for a process that runs `command` as the user. If this is not the daemon's
  /// user, the process itself changes to `cwd`, with the user's credentials. If the daemon did so
  /// instead, a symbolic link could lead it into any directory.
  ///
  /// @param command the program, either a path or a name to look up in the PATH of `environment`,
  ///   followed by its arguments
  /// @param cwd the working directory, absolute
  /// @param environment the complete environment; the variables for the name and the home directory
  ///   of the user are replaced
  /// @throws IOException with a message for the user if the app cannot be run as this user
  Launch launch(List<String> command, Path cwd, Map<String, String> environment, RunAs owner)
      throws IOException;

  /// Reports whether `owner` names a user other than the daemon's. Returns true if the user does
  /// not exist.
  boolean isOther(RunAs owner);
}
