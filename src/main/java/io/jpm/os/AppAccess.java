package io.jpm.os;

import io.jpm.model.RunAs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// File and program access with the credentials of an app's user. The daemon must not read a file
/// or run a program for a user that this user could not read or run. Every method may block.
public interface AppAccess {
  /// Implementation for systems where no app runs as another user: everything is done as the
  /// daemon, and an app with another user is refused.
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
            throw new IOException("cannot be run as user " + owner.user().get() + " here");
          }
          return new Launch(command, cwd, environment);
        }

        @Override
        public boolean isOther(RunAs owner) {
          return false;
        }
      };

  /// The command, directory and environment of a process to start.
  ///
  /// @param command program and arguments
  /// @param directory working directory in which the process starts; the daemon itself enters it,
  ///   so it must be one that a daemon running as root can enter safely
  /// @param environment all variables
  record Launch(List<String> command, Path directory, Map<String, String> environment) {
    public Launch {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
    }

    /// Returns a process builder for this command, without any variable of the daemon.
    public ProcessBuilder builder() {
      ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      return builder;
    }
  }

  /// Returns the bytes of a regular file. A pipe or a device is refused without waiting for it,
  /// even if it replaces the file in the meantime.
  ///
  /// The file is read as the user, unless every part of its path, including links, belongs to root
  /// and only root may write to it. Such a path can only lead to a file that root has chosen.
  ///
  /// @param most maximum size in bytes
  /// @param owner credentials that the app runs with; without a user: those of the daemon
  /// @throws java.nio.file.NoSuchFileException if the file does not exist
  /// @throws IOException with a message that has no subject and contains nothing of the file's
  ///   content
  byte[] read(Path file, int most, RunAs owner) throws IOException;

  /// Returns a launch for a process that runs `command` as the user. The process itself enters
  /// `cwd` as the user, because a link could lead the daemon into any directory.
  ///
  /// @param command the program, either a path or a name that is looked up in the PATH of
  ///   `environment`, followed by its arguments
  /// @param cwd the working directory, absolute
  /// @param environment all variables; those that contain the name or the home of the user are
  ///   replaced
  /// @throws IOException with a message for the user if the app cannot be run as this user
  Launch launch(List<String> command, Path cwd, Map<String, String> environment, RunAs owner)
      throws IOException;

  /// Reports whether `owner` is a different user than the daemon's; true if the user does not
  /// exist.
  boolean isOther(RunAs owner);
}
